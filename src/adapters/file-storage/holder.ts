// Who holds a lock, and whether it still lives. Only what can be known for certain counts as dead.

import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from './errors.js'

/** A process, as others can find it. Texts are empty where the system does not tell. */
export interface Holder {
  /** Of this one holder, random. */
  readonly token: string
  readonly host: string
  /** Changes with every start of the machine. */
  readonly boot: string
  /** Process ids mean the same within one. Each container has its own. */
  readonly processSpace: string
  readonly pid: number
  /** When the process started, so that another with its id is not taken for it. */
  readonly started: string
}

/** `unknown`: on another machine or in another container, where nothing can be seen from here. */
export type Liveness = 'alive' | 'dead' | 'unknown'

/** How a lock knows its holders; replaced in tests. */
export interface Processes {
  readonly self: Omit<Holder, 'token'>
  liveness(holder: Holder): Liveness
}

export const newHolder = (processes: Processes): Holder => ({ token: randomUUID(), ...processes.self })

function tryTo(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

/** State and start time of a process from /proc (proc(5), fields 3 and 22); empty where there is none. */
function processStatus(pid: number): { readonly state: string; readonly started: string } {
  const text = tryTo(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // Behind the command, which is in parentheses and may hold any character.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', started: fields[19] ?? '' }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process exists too.
    return systemCode(error) === 'EPERM'
  }
}

/** Whether a holder lives, as `self` sees it. */
export function livenessOf(holder: Holder, self: Omit<Holder, 'token'>): Liveness {
  if (holder.host !== self.host) return 'unknown'
  if (holder.boot !== self.boot && holder.boot !== '' && self.boot !== '') return 'dead'
  if (holder.processSpace !== self.processSpace) return 'unknown'
  if (!exists(holder.pid)) return 'dead'
  const { state, started } = processStatus(holder.pid)
  // A process that has been killed keeps its id until its parent takes notice.
  if (state === 'Z' || state === 'X') return 'dead'
  return started !== '' && holder.started !== '' && started !== holder.started ? 'dead' : 'alive'
}

/** The processes of this machine. */
export function systemProcesses(): Processes {
  const self = {
    host: hostname(),
    boot: tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    processSpace: tryTo(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: processStatus(process.pid).started,
  }
  return { self, liveness: (holder) => livenessOf(holder, self) }
}

/** Several workers as real processes on one file store, killed at random. CERTWARD_MONITOR_KILLS sets how many are killed. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openFileStore } from '../../src/adapters/file-storage/index.js'
import { extent } from '../support/extent.js'
import { bareRecord, DAY, put, start } from '../support/monitor.js'

const KILLS = extent('CERTWARD_MONITOR_KILLS', { all: 40, some: 12 })
const WORKERS = 3
const CERTIFICATES = 12
/** Longer than a worker's lease. */
const LEASE = 16 * 60_000

const work = mkdtempSync(join(tmpdir(), 'certward-monitors-'))
const [program, log, clockFile, directory] = ['worker.mjs', 'log', 'clock', 'store'].map((name) => join(work, name))
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(work, { recursive: true, force: true })
})
beforeAll(() => {
  buildSync({
    entryPoints: [fileURLToPath(new URL('monitor-worker.ts', import.meta.url))],
    outfile: program ?? '',
    ...{ bundle: true, format: 'esm', platform: 'node' },
    alias: { '#crypto': fileURLToPath(new URL('../../src/crypto/node.ts', import.meta.url)) },
  })
})

interface Line {
  readonly event: 'sent' | 'remembered'
  readonly key: string
  readonly worker: number
}

const lines = (): readonly Line[] =>
  existsSync(log ?? '')
    ? readFileSync(log ?? '', 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line)
    : []

let time = start
/** Set whole or not at all: workers read it at any moment. */
function setClock(to: number): void {
  time = to
  writeFileSync(join(work, 'next'), String(time))
  renameSync(join(work, 'next'), clockFile ?? '')
}

function startWorker(): { readonly child: ChildProcess; readonly ended: Promise<void> } {
  const child = spawn(process.execPath, [program ?? '', directory ?? '', log ?? '', clockFile ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return { child, ended: ended.then(() => void children.delete(child)) }
}

it(`MON-2 ${WORKERS} workers, of which ${KILLS} are killed, give every notice, and twice only what a kill fell upon`, async () => {
  setClock(start)
  const store = await openFileStore(directory ?? '', { keysUnencrypted: 'accept' })
  for (let i = 0; i < CERTIFICATES; i++) {
    await put(store.storage, bareRecord(20, { node: `node${i}`, sha256: String(i).padStart(64, '0') }))
  }
  await store.close()

  const killed = new Set<number>()
  const done = new AbortController()
  const isDone = (): boolean => done.signal.aborted
  const lanes = Array.from({ length: WORKERS }, async () => {
    while (!isDone()) {
      const { child, ended } = startWorker()
      await Promise.race([new Promise((resolve) => child.stdout?.once('data', resolve)), ended])
      const lifetime = 20 + Math.random() * 300
      for (let at = 0; at < lifetime && !isDone(); at += 20) await sleep(20)
      if (killed.size < KILLS && child.pid !== undefined) killed.add(child.pid)
      // At the end too: whoever is at work then loses nothing.
      child.kill('SIGKILL')
      await ended
    }
  })

  const due = (day: number): readonly string[] =>
    Array.from({ length: CERTIFICATES }, (_, i) => {
      const sha256 = String(i).padStart(64, '0')
      return JSON.stringify([sha256, `node${i}`, 'tomcat', start - 10 * DAY + (10 + day) * DAY])
    })
  const days: (readonly string[])[] = []
  for (let day = 0; killed.size < KILLS || day < 5; day++) {
    setClock(start + day * DAY)
    const expected = due(day)
    days.push(expected)
    // Whatever a killed worker held is free again once its lease has run out.
    for (let waits = 1; ; waits++) {
      const sent = new Set(lines().map(({ key }) => key))
      if (expected.every((key) => sent.has(key))) break
      await sleep(20)
      if (waits % 50 === 0) setClock(time + LEASE)
      if (time > start + (day + 0.9) * DAY) expect.fail(`day ${day}: some notices never came`)
    }
  }
  done.abort()
  await Promise.all(lanes)

  const all = lines()
  const sent = all.filter(({ event }) => event === 'sent')
  const byKey = groupByKey(sent)
  expect([...byKey.keys()].sort()).toStrictEqual(days.flat().sort())
  const remembered = new Set(
    all.filter(({ event }) => event === 'remembered').map(({ key, worker }) => `${worker} ${key}`),
  )
  for (const [key, times] of byKey) {
    for (const { worker } of times.slice(0, -1)) {
      // Sent before, by one that was killed before it could know that this is remembered.
      expect(remembered.has(`${worker} ${key}`), key).toBe(false)
    }
  }
}, 600_000)

function groupByKey(sent: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const groups = new Map<string, Line[]>()
  for (const line of sent) groups.set(line.key, [...(groups.get(line.key) ?? []), line])
  return groups
}

/** workerd, the runtime of Cloudflare's workers, serving the suite as a worker. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { GroupResult } from '../vector.js'
import { installed } from './command-line.js'
import type { Host, Material } from './host.js'

const executable = installed('@cloudflare/workerd-linux-64/bin/workerd')

const configuration = (program: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "suite", worker = (serviceWorkerScript = embed "${program}", compatibilityDate = "2026-07-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
`

async function run({ directory, groups, bundle }: Material): Promise<readonly GroupResult[]> {
  const program = await bundle('worker', 'worker')
  const file = join(directory, 'suite.capnp')
  writeFileSync(file, configuration(basename(program)))
  // It says on the fourth of its streams which port it was given.
  const server = spawn(executable, ['serve', file, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const ended = once(server, 'exit').then(([status]: unknown[]): never => {
    throw new Error(`workerd ended with ${String(status)}`)
  })
  try {
    const answered = async (): Promise<readonly GroupResult[]> => {
      const port = await portOf(server.stdio[3] as Readable)
      const results: GroupResult[] = []
      for (const body of groups) {
        // A connection of its own for each: workerd closes one five seconds after its last answer, even while a group is judged.
        const answer = await fetch(`http://127.0.0.1:${port}/`, {
          method: 'POST',
          body,
          headers: { connection: 'close' },
        })
        const text = await answer.text()
        if (!answer.ok) throw new Error(`workerd answered ${answer.status}: ${text}`)
        results.push(JSON.parse(text) as GroupResult)
      }
      return results
    }
    return await Promise.race([answered(), ended])
  } finally {
    ended.catch(() => undefined)
    server.kill()
  }
}

async function portOf(control: Readable): Promise<number> {
  let said = ''
  for await (const chunk of control) {
    said += String(chunk)
    const found = /"event":\s*"listen".*"port":\s*(\d+)/.exec(said)?.[1]
    if (found !== undefined) return Number(found)
  }
  throw new Error(`workerd did not say where it listens: ${said}`)
}

export const workerd: Host = {
  name: 'workerd',
  version: () => {
    if (!existsSync(executable)) return undefined
    return /\d{4}-\d{2}-\d{2}/.exec(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout)?.[0]
  },
  hasDisk: false,
  remedy: 'npm ci --prefix test/runtimes installs it on Linux with x64',
  run,
}

// Several workers on one schedule, by pg-boss: each notice is given once, by one of them, though the schedule fires twice.
//   npx tsx examples/workers/main.ts                          on PGlite, three workers in this process
//   npx tsx examples/workers/main.ts DATABASE_URL [WORKERS]   on a server, each a process of its own

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createCertificateManager, createMemoryKeyStore, unifiedCommunications } from 'certward'
import type { SqlStore } from 'certward/sql-storage'
import { createTestCa } from 'certward/testkit'
import { type Databases, openEmbedded, openServer } from './database.js'
import { makeQueues, PLAN, work } from './worker.js'

const DAY = 86_400_000
/** Of these, half end within the 30 days that people are told of. */
const CERTIFICATES = 24

const [url, count = '3'] = process.argv.slice(2)
const workers = Array.from({ length: Number(count) }, (_, at) => `worker ${at + 1}`)

/** Trusted authorities that end soon, and others that do not. */
async function fill({ storage, clock }: SqlStore): Promise<void> {
  const cluster = { publisher: 'cucm1', nodes: ['cucm1'] }
  const keys = createMemoryKeyStore()
  const manager = createCertificateManager({ storage, keys, clock, cluster, catalogue: unifiedCommunications })
  const now = clock.now().getTime()
  for (let at = 0; at < CERTIFICATES; at++) {
    const notAfter = new Date(now + (at % 2 === 0 ? 5 + at : 200 + at) * DAY)
    const name = `Authority ${at} until ${notAfter.toISOString().slice(0, 10)}`
    const { pem } = await createTestCa({ name, notBefore: new Date(now - 700 * DAY), notAfter })
    await manager.upload({ node: 'cucm1', purpose: 'tomcat-trust', file: pem })
  }
}

/** Has the workers say what they do, until nothing is left; returns the lines. */
async function runAll(databases: Databases): Promise<readonly string[]> {
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
    console.log(line)
  }
  const children = url === undefined ? [] : workers.map((name) => startProcess(url, name, say))
  if (url === undefined) for (const name of workers) await work(databases, name, ending.signal, say)
  // Twice, as after a retry: leases, not jobs, see to it that nobody is told twice.
  await databases.boss.send(PLAN, { sweeps: workers.length })
  await databases.boss.send(PLAN, { sweeps: workers.length })
  await untilQuiet(databases.store)
  await Promise.all(children.map((end) => end()))
  return lines
}

/** Returns what ends it. */
function startProcess(database: string, name: string, say: (line: string) => void): () => Promise<void> {
  const program = fileURLToPath(new URL('worker.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program, database, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', say)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

/** Until nothing waits and nobody holds anything; a queue that stands is given up after a minute. */
async function untilQuiet({ metrics }: SqlStore): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const [expiry] = (await metrics(['expiry'])).tasks
    if (expiry !== undefined && expiry.waiting + expiry.leased === 0) return
  }
  throw new Error('the sweeps did not come to an end within a minute')
}

const databases = await (url === undefined ? openEmbedded() : openServer(url))
const { store, boss, close } = databases
boss.on('error', (error) => console.error(error.message))
await boss.start()
await makeQueues(boss)
await fill(store)
const ending = new AbortController()
const lines = await runAll(databases)
const { isHealthy } = await store.health()
const { counters, tasks } = await store.metrics(['expiry'])
ending.abort()
await boss.stop({ graceful: true, wait: true })
await close()

const told = new Set(lines.map((line) => line.replace(/^worker \d+: /, '')))
console.log(`${lines.length} notices, ${lines.length - told.size} given twice`)
console.log(`healthy: ${isHealthy}, commits: ${counters.commits}, conflicts: ${counters.conflicts}`)
for (const { task, waiting, lag } of tasks) console.log(`${task}: ${waiting} waiting, the latest ${lag} ms late`)
process.exitCode = lines.length === CERTIFICATES / 2 && told.size === lines.length ? 0 : 1

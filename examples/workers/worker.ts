// One worker: takes sweeps off the queue, and does what is due of expiry notices and revocation checks.
//   npx tsx examples/workers/worker.ts DATABASE_URL [NAME]

import type PgBoss from 'pg-boss'
import { fileURLToPath } from 'node:url'
import { createCertificateMonitor, unifiedCommunications } from 'certward'
import { type Databases, openServer } from './database.js'

/** Spreads one firing of the schedule over all workers. */
export const PLAN = 'certificate-plan'
/** One worker's share. */
export const SWEEP = 'certificate-sweep'

export async function makeQueues(boss: PgBoss): Promise<void> {
  for (const name of [PLAN, SWEEP]) await boss.createQueue(name, { name, retryLimit: 3, expireInMinutes: 10 })
  // One schedule, however many workers set it: pg-boss keeps it by its name.
  await boss.schedule(PLAN, '*/15 * * * *', { sweeps: 4 })
}

/**
 * Works until `ending`, after which `boss` is stopped. A job that runs twice gives nothing twice: what is due is claimed
 * under a lease.
 */
export async function work(
  { store, boss }: Databases,
  name: string,
  ending: AbortSignal,
  say = console.log,
): Promise<void> {
  const monitor = createCertificateMonitor({
    catalogue: unifiedCommunications,
    storage: store.storage,
    clock: store.clock, // the database's: leases are fair between machines whose own clocks differ
    notifiers: [],
    // What one sweep takes: the rest is for the next, here or elsewhere.
    limits: { workPerTick: 5 },
  })
  const options = { pollingIntervalSeconds: 0.5 }
  await boss.work<{ sweeps: number }>(PLAN, options, async (jobs) => {
    const sweeps = Math.max(...jobs.map(({ data }) => data.sweeps))
    await boss.insert(Array.from({ length: sweeps }, () => ({ name: SWEEP })))
  })
  await boss.work(SWEEP, options, async () => {
    // Stopping waits for the jobs that have begun, not for one that is being fetched: that is for another worker.
    ending.throwIfAborted()
    const { notices, failures, next } = await monitor.tick()
    for (const { purpose, node, subject } of notices) say(`${name}: ${purpose} on ${node}: ${subject}`)
    for (const { notifier, message } of failures) say(`${name}: ${notifier} failed: ${message}`)
    // Not all of it: whoever is free first goes on.
    if (next.getTime() <= store.clock.now().getTime()) await boss.insert([{ name: SWEEP }])
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url, name = `worker ${process.pid}`] = process.argv.slice(2)
  if (url === undefined) {
    console.error('usage: npx tsx examples/workers/worker.ts DATABASE_URL [NAME]')
    process.exit(2)
  }
  const databases = await openServer(url)
  const { boss, close } = databases
  boss.on('error', (error) => console.error(name, error.message))
  await boss.start()
  await makeQueues(boss)
  const ending = new AbortController()
  await work(databases, name, ending.signal)
  process.once('SIGTERM', () => {
    ending.abort()
    // Gracefully: what has been taken is finished.
    void boss.stop({ graceful: true, wait: true }).then(close)
  })
}

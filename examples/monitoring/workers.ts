// Several workers on one store: each notice is given by one of them, whichever comes first.
//   npx tsx examples/monitoring/workers.ts DIRECTORY [WORKERS]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createCertificateMonitor, unifiedCommunications } from '../../src/index.js'
import { openSample } from './sample.js'

const [directory = 'certward-store', count = '3'] = process.argv.slice(2)
const name = process.env['CERTWARD_WORKER']

/** One worker: it would run until it is told to stop; here it stops after a second. */
async function work(worker: string): Promise<void> {
  const store = await openSample(directory)
  const monitor = createCertificateMonitor({ catalogue: unifiedCommunications, storage: store.storage, notifiers: [] })
  await monitor.run({
    signal: AbortSignal.timeout(1000),
    onReport: ({ notices }) => {
      for (const { purpose, node, subject } of notices) console.log(`${worker}: ${purpose} on ${node}: ${subject}`)
    },
    onError: (error) => console.error(worker, error),
  })
  await store.close()
}

/** Starts them, on a store that is there already. */
async function startAll(): Promise<void> {
  await (await openSample(directory)).close()
  const program = fileURLToPath(import.meta.url)
  const workers = Array.from({ length: Number(count) }, (_, at) =>
    spawn(process.execPath, [...process.execArgv, program, directory], {
      stdio: 'inherit',
      env: { ...process.env, CERTWARD_WORKER: `worker ${at + 1}` },
    }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
}

await (name === undefined ? startAll() : work(name))

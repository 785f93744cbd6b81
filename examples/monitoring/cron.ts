// A program for cron, a timer unit or a cloud scheduler: does what is due, and ends. Once an hour is often enough.
//   npx tsx examples/monitoring/cron.ts DIRECTORY

import { createCertificateMonitor, logNotifier, unifiedCommunications } from '../../src/index.js'
import { openSample } from './sample.js'

const [directory = 'certward-store'] = process.argv.slice(2)
const store = await openSample(directory)
const monitor = createCertificateMonitor({
  catalogue: unifiedCommunications,
  storage: store.storage,
  notifiers: [logNotifier({ write: (record) => console.log(JSON.stringify(record)) })],
})
let report
do {
  report = await monitor.tick()
  for (const effect of report.effects) console.log(JSON.stringify(effect))
} while (report.next.getTime() <= Date.now())
await store.close()
process.exitCode = report.failures.length === 0 ? 0 : 1

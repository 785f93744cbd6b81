/**
 * A process that monitors a file store beside others: `monitor-worker <store> <log> <clock>`. It ticks as long as it lives, by
 * a clock that is a file, and writes a line for each notice it sends and for each it knows to be remembered.
 */

import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openFileStore } from '../../src/adapters/file-storage/index.js'
import { createCertificateMonitor, defaultMonitorSettings, type Notifier } from '../../src/monitor/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'

const [directory = '', log = '', clockFile = ''] = process.argv.slice(2)
const store = await openFileStore(directory, { keysUnencrypted: 'accept', lockTimeout: 60_000 })

const note = (event: 'sent' | 'remembered', keys: readonly string[]): void => {
  const lines = keys.map((key) => `${JSON.stringify({ event, key, worker: process.pid })}\n`)
  // One write, which is appended whole.
  if (lines.length > 0) appendFileSync(log, lines.join(''))
}

const notifier: Notifier = {
  name: 'log',
  async send({ notices }) {
    note(
      'sent',
      notices.map(({ key }) => key),
    )
    // Time to be killed in.
    await sleep(Math.random() * 20)
  },
}

const monitor = createCertificateMonitor({
  catalogue: unifiedCommunications,
  storage: store.storage,
  notifiers: [notifier],
  settings: { ...defaultMonitorSettings, notificationFrequency: { every: 1, unit: 'days' } },
  clock: { now: () => new Date(Number(readFileSync(clockFile, 'utf8'))) },
})

writeSync(1, 'ready\n')
for (;;) {
  const { notices } = await monitor.tick()
  note(
    'remembered',
    notices.map(({ key }) => key),
  )
  await sleep(5)
}

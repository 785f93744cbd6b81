/** A monitor walked through a year by a clock that is set, and the notices it gave. */

import { type CertificateRecord, createMemoryStorage, scheduleOf } from '../../../src/inventory/index.js'
import { createCertificateMonitor, defaultMonitorSettings, type MonitorSettings } from '../../../src/monitor/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { expectEqual } from '../vector.js'

export interface NoticesCase {
  readonly id: string
  readonly settings: Pick<MonitorSettings, 'notificationStartDays' | 'notificationFrequency'>
  readonly certificates: readonly CertificateRecord[]
  /** Milliseconds; the monitor is started at the first and asked whenever it wants to be until the last. */
  readonly from: number
  readonly until: number
  /** `sha256 due` of every notice, in order. */
  readonly notices: readonly string[]
}

export async function judgeNotices(testCase: NoticesCase): Promise<void> {
  const { certificates, from, until, notices } = testCase
  const storage = createMemoryStorage()
  const { revisions } = await storage.read(certificates)
  const puts = certificates.flatMap((record) => [record, ...scheduleOf(record, from)])
  expectEqual('commit', await storage.commit({ relies: revisions, puts, deletes: [], appends: [] }), { ok: true })
  const given: string[] = []
  let now = from
  const monitor = createCertificateMonitor({
    catalogue: unifiedCommunications,
    storage,
    clock: { now: () => new Date(now) },
    settings: { ...defaultMonitorSettings, ...testCase.settings },
    notifiers: [
      {
        name: 'recorder',
        send: (digest) => {
          for (const notice of digest.notices)
            if (notice.type === 'expiry') given.push(`${notice.sha256} ${notice.due}`)
          return Promise.resolve()
        },
      },
    ],
  })
  while (now <= until) now = Math.max((await monitor.tick()).next.getTime(), now + 1)
  expectEqual('notices', given.sort(), notices)
}

// What tests of the monitor start from: a clock set by hand, notifiers that remember, records without a certificate behind.

import type { Clock } from '../../src/base/clock.js'
import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  type RecordKey,
  recordKey,
  scheduleKeysOf,
  scheduleOf,
  type Storage,
} from '../../src/inventory/index.js'
import {
  type CertificateMonitor,
  createCertificateMonitor,
  defaultMonitorSettings,
  type MonitorNotice,
  type MonitorOptions,
  type NoticeDigest,
  type Notifier,
} from '../../src/monitor/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const start = Date.UTC(2026, 0, 1)

/** A clock that is set by hand. */
export class ManualClock implements Clock {
  constructor(public time = start) {}
  now(): Date {
    return new Date(this.time)
  }
}

/** A notifier that keeps what it is given, and fails when told to. */
export class Recorder implements Notifier {
  readonly digests: NoticeDigest[] = []
  /** What to reject with. */
  failure: Error | undefined
  constructor(readonly name = 'recorder') {}

  get notices(): readonly MonitorNotice[] {
    return this.digests.flatMap(({ notices }) => notices)
  }

  send(digest: NoticeDigest): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    this.digests.push(digest)
    return Promise.resolve()
  }
}

/** A record that ends so many days after the start, with nothing behind it that could be parsed. */
export function bareRecord(days: number, changes: Partial<CertificateRecord> = {}): CertificateRecord {
  const notAfter = start + days * DAY
  return {
    ...{ node: 'pub', purpose: 'tomcat', kind: 'identity', id: 'current', origin: 'uploaded', type: 'ca-signed' },
    ...{ commonName: 'pub.example.com', subject: 'CN=pub.example.com', issuer: 'CN=Example CA', serialNumber: '01' },
    ...{ notBefore: notAfter - 365 * DAY, notAfter, keyType: 'EC P-256', der: new Uint8Array(0), description: '' },
    ...{ installedAt: start, sha1: '00', sha256: 'ab'.repeat(32), keyHandle: undefined, mark: undefined },
    ...changes,
  }
}

/** A storage whose writes of what is due reject, as those of a worker that was killed, while `isDead` says so. */
export const dying = (storage: Storage, isDead: () => boolean): Storage => ({
  ...storage,
  commit: (change) => (isDead() ? Promise.reject(new Error('killed')) : storage.commit(change)),
  finishDue: (...args) => (isDead() ? Promise.reject(new Error('killed')) : storage.finishDue(...args)),
})

/** Puts a record into the storage, in place of whatever stands there, with what is due for it. */
export async function put(storage: Storage, record: CertificateRecord, now = start): Promise<CertificateRecord> {
  await change(storage, record, [record, ...scheduleOf(record, now)], [])
  return record
}

/** Deletes a record, with what was due for it. */
export const remove = (storage: Storage, record: CertificateRecord): Promise<void> =>
  change(storage, record, [], [record, ...scheduleKeysOf(record)])

async function change(
  storage: Storage,
  { node, purpose }: CertificateRecord,
  puts: readonly InventoryRecord[],
  deletes: readonly RecordKey[],
): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { revisions } = await storage.read([{ node, purpose }])
    if ((await storage.commit({ relies: revisions, puts, deletes, appends: [] })).ok) return
  }
  throw new Error('the scope kept changing')
}

/** The due record of a certificate's task. */
export async function dueOf(
  storage: Storage,
  record: CertificateRecord,
  task: 'expiry' | 'revocation',
): Promise<DueRecord | undefined> {
  const { records } = await storage.read([record])
  const keys = scheduleKeysOf(record).map(recordKey)
  return records.find(
    (one): one is DueRecord => one.kind === 'due' && one.task === task && keys.includes(recordKey(one)),
  )
}

export function monitorOf(
  storage: Storage,
  clock: Clock,
  notifiers: readonly Notifier[],
  more: Partial<MonitorOptions> = {},
): CertificateMonitor {
  const settings = { ...defaultMonitorSettings, ...more.settings }
  return createCertificateMonitor({ catalogue: unifiedCommunications, storage, clock, notifiers, ...more, settings })
}

import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import {
  type CertificateRecord,
  createMemoryStorage,
  describeRecord,
  scheduleOf,
  type Storage,
} from '../../src/inventory/index.js'
import {
  createCertificateMonitor,
  defaultMonitorSettings,
  type ExpiryNotice,
  type NoticeDigest,
  type MonitorOptions,
  type Notifier,
} from '../../src/monitor/index.js'
import { createTestCa } from '../../src/testkit/index.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const start = Date.UTC(2026, 0, 1)

/** A clock that is set by hand. */
class ManualClock implements Clock {
  constructor(public time = start) {}
  now(): Date {
    return new Date(this.time)
  }
}

/** A notifier that keeps what it is given, and fails when told to. */
class Recorder implements Notifier {
  readonly notices: ExpiryNotice[] = []
  failing = false
  constructor(readonly name = 'recorder') {}
  send(digest: NoticeDigest): Promise<void> {
    const notices = digest.notices.filter((notice) => notice.type === 'expiry')
    if (this.failing) return Promise.reject(new Error('the mail server is down'))
    this.notices.push(...notices)
    return Promise.resolve()
  }
}

/** Installs a certificate that ends so many days after the start. */
async function install(
  storage: Storage,
  name: string,
  days: number,
  changes: Partial<CertificateRecord> = {},
): Promise<CertificateRecord> {
  const ca = await createTestCa({ name: 'CA', clock: { now: () => new Date(start) } })
  const { certificate } = await ca.issue({
    dns: [name],
    notBefore: new Date(start - 365 * DAY),
    notAfter: new Date(start + days * DAY),
  })
  const record: CertificateRecord = {
    node: 'pub',
    purpose: 'tomcat',
    ...(await describeRecord(certificate)),
    kind: 'identity',
    id: 'current',
    origin: 'uploaded',
    description: '',
    installedAt: start,
    keyHandle: undefined,
    mark: undefined,
    ...changes,
  }
  const { revisions } = await storage.read([record])
  const result = await storage.commit({
    relies: revisions,
    puts: [record, ...scheduleOf(record, start)],
    deletes: [],
    appends: [],
  })
  expect(result.ok).toBe(true)
  return record
}

function monitorOf(storage: Storage, clock: Clock, notifiers: readonly Notifier[], more: Partial<MonitorOptions> = {}) {
  const settings = { ...defaultMonitorSettings, ...more.settings }
  return createCertificateMonitor({ storage, clock, notifiers, ...more, settings })
}

describe('the monitor', () => {
  it('MON-2 MON-5 tells once for each due time, at the frequency, until the certificate goes', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(), new Recorder()]
    const record = await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [recorder])
    for (let hour = 0; hour < 60 * 24; hour += 5) {
      clock.time = start + hour * HOUR
      await monitor.tick()
    }
    const end = record.notAfter
    expect(recorder.notices.map(({ due }) => (end - due) / DAY)).toStrictEqual([30, 23, 16, 9, 2, -5, -12, -19])
    expect(new Set(recorder.notices.map(({ key }) => key)).size).toBe(8)
    expect(recorder.notices.map(({ level }) => level).slice(3, 6)).toStrictEqual([
      'under-30-days',
      'under-7-days',
      'expired',
    ])
  })

  it('MON-2 sends one notice after a leap of the clock, and none again when it goes back', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(), new Recorder()]
    await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [recorder])
    clock.time = start + 38 * DAY
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
    clock.time = start + 20 * DAY
    await monitor.tick()
    clock.time = start + 38 * DAY
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
  })

  it('MON-2 remembers across restarts, and shares the work with other workers', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(start + 15 * DAY), new Recorder()]
    for (let i = 0; i < 20; i++) await install(storage, `${i}.example`, 40, { node: `node${i}` })
    const workers = Array.from({ length: 4 }, (_, i) => monitorOf(storage, clock, [recorder], { worker: `w${i}` }))
    await Promise.all(workers.map((worker) => worker.tick()))
    await monitorOf(storage, clock, [recorder]).tick()
    expect(recorder.notices).toHaveLength(20)
    expect(new Set(recorder.notices.map(({ key }) => key)).size).toBe(20)
  })

  it('MON-4 sends again through the notifier that failed, with the same key, and through no other', async () => {
    const [storage, clock] = [createMemoryStorage(), new ManualClock(start + 15 * DAY)]
    const [mail, log] = [new Recorder('mail'), new Recorder('log')]
    await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [mail, log])
    mail.failing = true
    expect((await monitor.tick()).failures).toStrictEqual([{ notifier: 'mail', message: 'the mail server is down' }])
    mail.failing = false
    clock.time += HOUR
    expect((await monitor.tick()).failures).toStrictEqual([])
    expect(log.notices).toHaveLength(1)
    expect(mail.notices.map(({ key }) => key)).toStrictEqual(log.notices.map(({ key }) => key))
  })

  it('MON-2 begins anew for a renewed certificate, and ends with a deleted one', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(start + 15 * DAY), new Recorder()]
    await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [recorder])
    await monitor.tick()
    const renewed = await install(storage, 'a.example', 400)
    clock.time = start + 100 * DAY
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
    const { revisions } = await storage.read([renewed])
    await storage.commit({ relies: revisions, puts: [], deletes: [renewed], appends: [] })
    clock.time = start + 390 * DAY
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
    expect(
      (await storage.list('due')).records.filter((one) => one.kind === 'due' && one.task === 'expiry'),
    ).toHaveLength(0)
  })

  it('OCS-8 marks an expired certificate and asks for its revocation once', async () => {
    const [storage, clock] = [createMemoryStorage(), new ManualClock()]
    const record = await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [new Recorder()])
    const effects = []
    for (let day = 0; day < 60; day++) {
      clock.time = start + day * DAY
      effects.push(...(await monitor.tick()).effects)
    }
    expect(effects).toStrictEqual([
      { type: 'revoke', node: 'pub', purpose: 'tomcat', sha256: record.sha256, reason: 'expired' },
    ])
    const { records } = await storage.query({})
    expect(records.map(({ mark }) => mark)).toStrictEqual(['expired'])
  })

  it.each([
    ['disabled', 0],
    ['enabled', 1],
  ] as const)('MON-1 counts phones’ certificates where that is %s', async (lscMonitoring, count) => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(start + 15 * DAY), new Recorder()]
    await install(storage, 'phone.example', 40, { kind: 'endpoint', purpose: 'LSC', id: 'SEP001122334455' })
    const settings = { ...defaultMonitorSettings, lscMonitoring }
    await monitorOf(storage, clock, [recorder], { settings }).tick()
    expect(recorder.notices).toHaveLength(count)
  })

  it('MON-6 names the identities a trusted certificate takes down', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(start + 15 * DAY), new Recorder()]
    const record = await install(storage, 'root.example', 40, { kind: 'trust', purpose: 'tomcat-trust', id: 'root' })
    const identity = { ...record, purpose: 'tomcat', kind: 'identity' } as const
    const monitor = monitorOf(storage, clock, [recorder], { dependants: () => Promise.resolve([identity]) })
    await monitor.tick()
    expect(recorder.notices[0]?.takesDown).toStrictEqual([identity])
  })

  it('MON-7 takes another window or a mute from the policy of a certificate', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(start + 15 * DAY), new Recorder()]
    await install(storage, 'a.example', 40)
    const policyFor = (): { mutedUntil: number } => ({ mutedUntil: start + 20 * DAY })
    const monitor = monitorOf(storage, clock, [recorder], { policyFor })
    await monitor.tick()
    expect(recorder.notices).toHaveLength(0)
    clock.time = start + 20 * DAY
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
  })

  it('MON-3 comes back in a day, and hourly where a certificate has a day to live', async () => {
    const [storage, clock] = [createMemoryStorage(), new ManualClock()]
    await install(storage, 'a.example', 40)
    const monitor = monitorOf(storage, clock, [])
    expect((await monitor.tick()).next.getTime() - start).toBe(DAY)
    clock.time = start + 39 * DAY + HOUR
    expect((await monitor.tick()).next.getTime() - clock.time).toBe(HOUR)
  })

  it('looks at everything again when settings have changed', async () => {
    const [storage, clock, recorder] = [createMemoryStorage(), new ManualClock(), new Recorder()]
    await install(storage, 'a.example', 40)
    await monitorOf(storage, clock, [recorder]).tick()
    const settings = { ...defaultMonitorSettings, notificationStartDays: 60 }
    const monitor = monitorOf(storage, clock, [recorder], { settings })
    await monitor.tick()
    expect(recorder.notices).toHaveLength(0)
    expect(await monitor.reschedule()).toBe(1)
    await monitor.tick()
    expect(recorder.notices).toHaveLength(1)
  })
})

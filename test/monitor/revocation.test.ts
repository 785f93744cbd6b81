// OCS-7, OCS-8: the sweep. What responders say of installed certificates, what becomes of it, and what it costs them.

import { beforeEach, describe, expect, it } from 'vitest'
import { parseCertificateList } from '../../src/crl/index.js'
import { createMemoryStorage, type CertificateRecord, describeRecord, type Storage } from '../../src/inventory/index.js'
import {
  type CertificateMonitor,
  defaultMonitorSettings,
  type MonitorOptions,
  type MonitorSettings,
  type RevocationNotice,
  type RevokeEffect,
  writeMonitorSettings,
} from '../../src/monitor/index.js'
import { OcspTransportError } from '../../src/ocsp/index.js'
import type { RevocationPolicy } from '../../src/ocsp/index.js'
import type { CrlSource } from '../../src/revocation/index.js'
import {
  createTestCa,
  type IssuedCertificate,
  type OcspResponder,
  readOcspRequest,
  type TestCa,
} from '../../src/testkit/index.js'
import {
  bareRecord,
  DAY,
  dueOf,
  HOUR,
  ManualClock,
  monitorOf,
  put,
  Recorder,
  remove,
  start,
} from '../support/monitor.js'

const uri = 'http://ocsp.example.com/'
let storage: Storage
let clock: ManualClock
let recorder: Recorder
let ca: TestCa
let responder: OcspResponder
/** Requests by host, and what each host does instead of answering. */
let asked: string[]
let outages: Map<string, () => Promise<Uint8Array>>
let effects: RevokeEffect[]

beforeEach(async () => {
  storage = createMemoryStorage()
  clock = new ManualClock()
  recorder = new Recorder()
  ca = await createTestCa({ name: 'Example CA', clock, notBefore: new Date(start - 400 * DAY) })
  responder = await ca.ocspResponder()
  asked = []
  outages = new Map()
  effects = []
  await install(ca, { purpose: 'tomcat-trust', kind: 'trust', id: 'ca' })
})

const settingsOf = (policy: RevocationPolicy = 'common-criteria'): MonitorSettings => ({
  ...defaultMonitorSettings,
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: { every: 6, unit: 'hours' }, policy },
})

const sources = (): Pick<MonitorOptions, 'ocsp' | 'sleep'> => ({
  ocsp: {
    sleep: () => Promise.resolve(),
    transport: {
      send: (call) => {
        const { host } = new URL(call.uri)
        asked.push(host)
        return outages.get(host)?.() ?? responder.answer(call.request)
      },
    },
  },
  sleep: () => Promise.resolve(),
})

const monitorWith = (settings = settingsOf(), more: Partial<MonitorOptions> = {}): CertificateMonitor =>
  monitorOf(storage, clock, [recorder], { settings, ...sources(), ...more })

async function install(
  issued: Pick<IssuedCertificate, 'certificate'>,
  changes: Partial<CertificateRecord> = {},
): Promise<CertificateRecord> {
  return put(storage, bareRecord(0, { ...(await describeRecord(issued.certificate)), ...changes }), clock.time)
}

const issue = (host = 'ocsp.example.com', days = 300): Promise<IssuedCertificate> =>
  ca.issue({
    dns: ['pub.example.com'],
    authorityInfoAccess: { ocsp: [`http://${host}/`] },
    notBefore: new Date(start - DAY),
    notAfter: new Date(start + days * DAY),
  })

const recordOf = async ({ node, purpose, kind, id }: CertificateRecord): Promise<CertificateRecord> => {
  const { records } = await storage.read([{ node, purpose }])
  const found = records.find((one): one is CertificateRecord => one.kind === kind && one.id === id)
  return found ?? expect.fail('the record is gone')
}

const revocations = (): readonly RevocationNotice[] => recorder.notices.filter((one) => one.type === 'revocation')

/** Ticks as the reports ask for, for so long. */
async function live(monitor: CertificateMonitor, milliseconds: number): Promise<void> {
  const end = clock.time + milliseconds
  while (clock.time <= end) {
    const report = await monitor.tick()
    effects.push(...report.effects)
    clock.time = Math.max(clock.time + 1, Math.min(report.next.getTime(), end + 1))
  }
}

describe('the sweep', () => {
  it('OCS-5 OCS-7 checks every certificate at once and then at the interval, and writes down what it found', async () => {
    const record = await install(await issue())
    const monitor = monitorWith()
    const first = await monitor.tick()
    expect(first.checks).toStrictEqual({ good: 1, revoked: 0, unknown: 0, undetermined: 0, exempt: 1 })
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ data: { status: 'good', checkedAt: start } })
    expect((await monitor.metrics()).certificates.find(({ purpose }) => purpose === 'tomcat')).toMatchObject({
      lastRevocationCheck: { at: start, status: 'good' },
    })
    asked = []
    const times: number[] = []
    const end = start + 5 * DAY
    while (clock.time < end) {
      const report = await monitor.tick()
      if (report.checks.good > 0) times.push(clock.time)
      clock.time = Math.max(clock.time + 1, report.next.getTime())
    }
    // Each has its own place in the interval: the second check comes within one, each further one after exactly one.
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0))
    expect((times[0] ?? 0) - start).toBeLessThanOrEqual(6 * HOUR)
    expect(new Set(gaps)).toStrictEqual(new Set([6 * HOUR]))
    expect(asked.length).toBe(times.length)
  })

  it('OCS-5 checks nothing where it is not enabled, and begins once it is', async () => {
    const record = await install(await issue())
    for (const settings of [
      defaultMonitorSettings,
      { ...settingsOf(), ocsp: { state: 'disabled' } } as const,
      { ...settingsOf(), revocationCheck: { state: 'disabled' } } as const,
    ]) {
      const monitor = monitorWith(settings)
      const report = await monitor.tick()
      expect(report.next.getTime()).toBe(start + DAY)
      expect((await monitor.metrics()).overdueSince).toStrictEqual({})
    }
    expect(asked).toHaveLength(0)
    await monitorWith().tick()
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ data: { status: 'good' } })
  })

  it('forgets what is due for a certificate that is gone', async () => {
    const record = await install(await issue())
    const { revisions } = await storage.read([record])
    await storage.commit({ relies: revisions, puts: [], deletes: [record], appends: [] })
    const monitor = monitorWith()
    const { checks, notices } = await monitor.tick()
    expect([checks.good, notices]).toStrictEqual([0, []])
    expect(await dueOf(storage, record, 'revocation')).toBeUndefined()
    // Its end is looked at when it comes.
    expect(await dueOf(storage, record, 'expiry')).toBeDefined()
    clock.time = record.notAfter + 1
    expect((await monitor.tick()).notices.filter(({ sha256 }) => sha256 === record.sha256)).toStrictEqual([])
    expect(await dueOf(storage, record, 'expiry')).toBeUndefined()
  })

  it('forgets nothing of a certificate that is back by the time it would', async () => {
    const record = await install(await issue())
    let isGone = true
    const away: Storage = { ...storage, find: (keys) => (isGone ? Promise.resolve([]) : storage.find(keys)) }
    const monitor = monitorOf(away, clock, [recorder], { settings: settingsOf(), ...sources() })
    expect((await monitor.tick()).checks.good).toBe(0)
    for (const task of ['expiry', 'revocation'] as const) expect(await dueOf(storage, record, task)).toBeDefined()
    isGone = false
    clock.time += HOUR
    expect((await monitor.tick()).checks.good).toBe(1)
  })

  it('goes on at once where a tick has done as much as it may', async () => {
    for (const node of ['one', 'two', 'three']) await install(await issue(), { node })
    const monitor = monitorWith(settingsOf(), { limits: { workPerTick: 2 } })
    const first = await monitor.tick()
    expect(first.next.getTime()).toBe(clock.time)
    await monitor.tick()
    const { next } = await monitor.tick()
    expect(next.getTime()).toBeGreaterThan(clock.time)
    expect(asked).toHaveLength(3)
  })

  it('OCS-4 asks the responder of the settings, and another one once they name another', async () => {
    await install(await issue())
    const from = (host: string): MonitorSettings => ({
      ...settingsOf(),
      ocsp: { state: 'enabled', responder: { uri: `http://${host}/` } },
    })
    await writeMonitorSettings(storage, from('first.example.com'))
    const monitor = monitorOf(storage, clock, [recorder], {})
    expect((await monitor.tick()).checks.good).toBe(0)
    await monitorWith(from('first.example.com')).tick()
    clock.time += 7 * HOUR
    await monitorWith(from('second.example.com')).tick()
    expect(asked).toStrictEqual(['first.example.com', 'second.example.com'])
  })

  it('asks once for all copies of a certificate, whenever they came', async () => {
    const issued = await issue()
    const monitor = monitorWith()
    for (let node = 0; node < 12; node++) {
      await install(issued, { node: `node${node}` })
      await monitor.tick()
      clock.time += 60_000
    }
    asked = []
    await live(monitor, DAY)
    expect(asked).toHaveLength(4)
    expect(recorder.notices).toHaveLength(0)
  })

  it('leaves roots alone, and certificates that name nobody to ask', async () => {
    const quiet = await ca.issue({ dns: ['quiet.example.com'] })
    const record = await install(quiet)
    expect((await monitorWith().tick()).checks).toMatchObject({ exempt: 2, undetermined: 0 })
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ data: { status: 'exempt' } })
    expect(asked).toHaveLength(0)
  })

  it('leaves certificates alone that have ended', async () => {
    await install(await issue('ocsp.example.com', 10))
    const monitor = monitorWith()
    await live(monitor, 10 * DAY)
    asked = []
    clock.time = start + 10 * DAY + 1000
    await live(monitor, 5 * DAY)
    expect(asked).toHaveLength(0)
  })

  it('looks in CRLs too, or instead', async () => {
    const record = await install(await ca.issue({ dns: ['quiet.example.com'] }))
    const list = parseCertificateList((await ca.crl()).der)
    const settings = { ...settingsOf(), ocsp: { state: 'disabled' } } as const
    const crls = { crlsFor: () => Promise.resolve([list]) }
    expect((await monitorWith(settings, { crls }).tick()).checks.good).toBe(1)
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ data: { status: 'good' } })
  })

  it('OCS-1 believes designated responders of the trust store, from when they are there', async () => {
    const designated = await ca.ocspResponder({ mode: 'designated' })
    responder = designated
    await install(await issue())
    const monitor = monitorWith()
    expect((await monitor.tick()).checks.undetermined).toBe(1)
    await install(designated.certificate, { purpose: 'tomcat-trust', kind: 'trust', id: 'responder' })
    clock.time += HOUR
    expect((await monitor.tick()).checks.good).toBe(1)
  })
})

describe('a revoked certificate', () => {
  it('OCS-8 is marked, told of once, its effect emitted once, and never asked for again', async () => {
    const issued = await issue()
    const record = await install(issued)
    const monitor = monitorWith()
    await live(monitor, DAY)
    ca.revoke(issued, { at: new Date(clock.time - 1000), reason: 'keyCompromise' })
    await live(monitor, 7 * HOUR)
    expect(await recordOf(record)).toMatchObject({ mark: 'revoked' })
    asked = []
    await live(monitor, 5 * DAY)
    expect(asked).toHaveLength(0)
    expect(revocations()).toMatchObject([
      { status: 'revoked', reason: 'keyCompromise', node: 'pub', purpose: 'tomcat', sha256: record.sha256 },
    ])
    expect(effects).toMatchObject([{ type: 'revoke', reason: 'revoked', sha256: record.sha256 }])
    expect((await recordOf(record)).mark).toBe('revoked')
    // Nor does anybody look at it again.
    const { dueAt } = (await dueOf(storage, record, 'revocation')) ?? expect.fail('nothing is remembered')
    expect(dueAt).toBeGreaterThan(clock.time + 1000 * DAY)
  })

  it('OCS-8 is told of again where that failed, without asking the responder again', async () => {
    const issued = await issue()
    await install(issued)
    ca.revoke(issued, { at: new Date(start - 1000) })
    recorder.failure = new Error('down')
    const monitor = monitorWith()
    const { effects: emitted } = await monitor.tick()
    expect(emitted).toHaveLength(1)
    recorder.failure = undefined
    // Other things may be due before the notifier is tried again.
    clock.time += HOUR
    const second = await monitor.tick()
    expect(second.notices).toHaveLength(1)
    expect(second.effects).toHaveLength(0)
    expect(asked).toHaveLength(1)
    clock.time += 20 * DAY
    expect((await monitor.tick()).notices.filter(({ type }) => type === 'revocation')).toHaveLength(0)
  })

  it('OCS-8 is acted on again where that failed, without telling of it again', async () => {
    const issued = await issue()
    const record = await install(issued)
    const at = new Date(start - 1000)
    ca.revoke(issued, { at })
    let isFailing = true
    const monitor = monitorWith(settingsOf(), {
      act: () => (isFailing ? Promise.reject(new Error('busy')) : Promise.resolve()),
    })
    const first = await monitor.tick()
    expect([first.effects, first.failures]).toStrictEqual([[], [{ notifier: 'act', message: 'busy' }]])
    expect(revocations()).toMatchObject([{ status: 'revoked', revokedAt: at.getTime() }])
    isFailing = false
    // Other things may be due before it is tried again.
    const again = start + 10 * 60_000
    expect(first.next.getTime()).toBeLessThanOrEqual(again)
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ dueAt: again })
    clock.time = again
    const second = await monitor.tick()
    expect(second.effects).toMatchObject([{ reason: 'revoked', sha256: record.sha256 }])
    await live(monitor, DAY)
    expect(effects).toHaveLength(0)
    expect(revocations()).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('OCS-8 whose successor is installed while people are told leaves it no mark', async () => {
    const issued = await issue()
    const record = await install(issued)
    ca.revoke(issued, { at: new Date(start - 1000) })
    const successor = await issue()
    const slow = new Recorder('slow')
    const monitor = monitorOf(
      storage,
      clock,
      [
        {
          name: 'slow',
          send: async (digest) => {
            await slow.send(digest)
            if (slow.digests.length === 1) await install(successor)
          },
        },
      ],
      { ...sources(), settings: settingsOf() },
    )
    await monitor.tick()
    expect(slow.notices.map(({ type }) => type)).toContain('revocation')
    expect((await recordOf(record)).mark).toBeUndefined()
    expect((await monitor.tick()).checks.good).toBe(1)
  })

  it('OCS-8 that goes while people are told does not come back', async () => {
    const issued = await issue()
    const record = await install(issued)
    ca.revoke(issued, { at: new Date(start - 1000) })
    const monitor = monitorOf(storage, clock, [{ name: 'slow', send: () => remove(storage, record) }], {
      ...sources(),
      settings: settingsOf(),
    })
    expect((await monitor.tick()).failures).toStrictEqual([])
    await expect(recordOf(record)).rejects.toThrow('the record is gone')
    for (const task of ['expiry', 'revocation'] as const) expect(await dueOf(storage, record, task)).toBeUndefined()
  })

  it('OCS-2 on hold is marked until the hold ends, and told of again at the next one', async () => {
    const issued = await issue()
    const record = await install(issued)
    const monitor = monitorWith()
    for (const round of [1, 2]) {
      ca.revoke(issued, { at: new Date(clock.time - 1000), reason: 'certificateHold' })
      await live(monitor, 7 * HOUR)
      expect((await recordOf(record)).mark).toBe('revoked')
      // A responder that is silent, or has forgotten it, ends no hold.
      outages.set('ocsp.example.com', () => Promise.reject(new OcspTransportError('network', 'down')))
      await live(monitor, 30 * HOUR)
      outages.clear()
      expect((await recordOf(record)).mark).toBe('revoked')
      ca.revoke(issued, { at: new Date(clock.time - 1000), reason: 'removeFromCRL' })
      await live(monitor, 7 * HOUR)
      expect((await recordOf(record)).mark).toBeUndefined()
      expect(revocations()).toHaveLength(round)
      expect(effects).toHaveLength(round)
    }
  })

  it('OCS-2 loses the mark of a hold that has ended, also where a worker died with what it had put it on for', async () => {
    const issued = await issue()
    const record = await install(issued)
    const whole = storage
    ca.revoke(issued, { at: new Date(start - 1000), reason: 'certificateHold' })
    storage = {
      ...whole,
      finishDue: (due, worker) =>
        due.some(({ purpose, task }) => purpose === record.purpose && task === 'revocation')
          ? Promise.reject(new Error('killed'))
          : whole.finishDue(due, worker),
    }
    await monitorWith()
      .tick()
      .catch(() => undefined)
    storage = whole
    expect((await recordOf(record)).mark).toBe('revoked')
    ca.revoke(issued, { at: new Date(start), reason: 'removeFromCRL' })
    clock.time += HOUR
    await live(monitorWith(), 7 * HOUR)
    expect((await recordOf(record)).mark).toBeUndefined()
  })

  it('OCS-8 is marked in the end where others kept writing beside it', async () => {
    const issued = await issue()
    const record = await install(issued)
    ca.revoke(issued, { at: new Date(start - 1000) })
    const whole = storage
    let isBusy = true
    storage = {
      ...whole,
      commit: (change) =>
        isBusy && change.puts.some((put) => put.kind === 'identity')
          ? Promise.resolve({ ok: false, conflict: [record] } as const)
          : whole.commit(change),
    }
    const monitor = monitorWith()
    expect((await monitor.tick()).failures).toStrictEqual([])
    expect((await recordOf(record)).mark).toBeUndefined()
    isBusy = false
    await live(monitor, HOUR)
    expect((await recordOf(record)).mark).toBe('revoked')
  })

  it('OCS-8 that is renewed begins anew', async () => {
    const issued = await issue()
    const record = await install(issued)
    ca.revoke(issued, { at: new Date(start - 1000) })
    const monitor = monitorWith()
    await monitor.tick()
    await install(await issue())
    expect((await monitor.tick()).checks.good).toBe(1)
    expect((await recordOf(record)).mark).toBeUndefined()
  })
})

describe('what is not known', () => {
  it.each([
    ['common-criteria', 1],
    ['standard-soft-fail', 0],
    ['standard-hard-fail', 0],
  ] as const)('OCS-3 unknown is told of once under %s: %d times', async (policy, count) => {
    const record = await install(await issue())
    responder = await ca.ocspResponder({ status: () => 'unknown' })
    await live(monitorWith(settingsOf(policy)), 3 * DAY)
    expect(revocations().map(({ status }) => status)).toStrictEqual(Array(count).fill('unknown'))
    expect((await recordOf(record)).mark).toBeUndefined()
    expect(effects).toHaveLength(0)
  })

  it('OCS-3 silence is told of after a day, once, and again only after somebody has answered', async () => {
    await install(await issue())
    const monitor = monitorWith(settingsOf('standard-soft-fail'))
    const down = (): Promise<Uint8Array> => Promise.reject(new OcspTransportError('network', 'the line is dead'))
    for (const round of [1, 2]) {
      outages.set('ocsp.example.com', down)
      await live(monitor, 23 * HOUR)
      expect(revocations()).toHaveLength(round - 1)
      await live(monitor, 5 * DAY)
      expect(revocations()).toHaveLength(round)
      expect(revocations().at(-1)).toMatchObject({ status: 'undetermined' })
      expect(revocations().at(-1)).not.toHaveProperty('revokedAt')
      expect(revocations().at(-1)).not.toHaveProperty('reason')
      outages.clear()
      await live(monitor, DAY)
    }
    expect(new Set(revocations().map(({ key }) => key)).size).toBe(2)
  })

  it('OCS-7 an outage is tried again every hour, and the interval goes on after it', async () => {
    await install(await issue())
    const monitor = monitorWith()
    outages.set('ocsp.example.com', () => Promise.reject(new OcspTransportError('http-status', 'answers 500')))
    const reports = []
    for (let i = 0; i < 4; i++) {
      reports.push(await monitor.tick())
      clock.time += HOUR
    }
    expect(reports.map(({ checks }) => checks.undetermined)).toStrictEqual([1, 1, 1, 1])
    outages.clear()
    expect((await monitor.tick()).checks.good).toBe(1)
  })

  it('an issuer that is not installed is said so', async () => {
    const other = await createTestCa({ name: 'Example CA', clock })
    await install(await other.issue({ dns: ['a.example'], authorityInfoAccess: { ocsp: [uri] } }))
    await live(monitorWith(), 2 * DAY)
    expect(revocations()).toMatchObject([
      { status: 'undetermined', message: expect.stringContaining('is not installed') },
    ])
    expect(asked).toHaveLength(0)
  })

  it('a record that holds no certificate stops nobody', async () => {
    await put(storage, bareRecord(40, { purpose: 'TVS' }))
    await install(await issue())
    expect((await monitorWith().tick()).checks).toMatchObject({ good: 1, undetermined: 1 })
  })
})

describe('a source of the application’s own that hangs', () => {
  const never = (): Promise<never> => new Promise(() => undefined)
  const limits = { sourceTimeout: 30 }

  it.each<[string, Partial<MonitorOptions>]>([
    ['a transport', { ocsp: { transport: { send: never } } }],
    ['a source of CRLs', { crls: { crlsFor: never } }],
    ['one that throws at once', { crls: { crlsFor: () => expect.fail('out of order') } }],
  ])('is given up, and everybody is told of everything else: %s', async (_, broken) => {
    const record = await install(await issue())
    await put(storage, bareRecord(1, { node: 'sub1' }))
    const ocsp = broken.ocsp === undefined ? ({ state: 'disabled' } as const) : settingsOf().ocsp
    const report = await monitorWith({ ...settingsOf(), ocsp }, { ...broken, limits }).tick()
    // The other cannot be parsed.
    expect(report.checks.undetermined).toBe(2)
    expect(report.notices).toMatchObject([{ type: 'expiry', node: 'sub1' }])
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ data: { status: 'undetermined' } })
    // It is tried again at the full hour, as one that fails; other things may be due before.
    expect(await dueOf(storage, record, 'revocation')).toMatchObject({ dueAt: start + HOUR })
    expect(report.next.getTime()).toBeGreaterThan(start)
  })
})

describe('responders', () => {
  it('that are dead hold up no others', async () => {
    const never = (): Promise<Uint8Array> => new Promise(() => undefined)
    outages.set('dead.example.com', never)
    for (let i = 0; i < 30; i++) {
      await install(await issue('dead.example.com'), { node: `dead${i}` })
      await install(await issue(), { node: `good${i}` })
    }
    const ticking = monitorWith().tick()
    for (let i = 0; i < 200 && asked.filter((host) => host === 'ocsp.example.com').length < 30; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(asked.filter((host) => host === 'ocsp.example.com')).toHaveLength(30)
    // As many as it may be asked at a time, and not one more.
    expect(asked.filter((host) => host === 'dead.example.com')).toHaveLength(6)
    void ticking
  })

  it('whose CRLs do not come hold up no others', async () => {
    const list = parseCertificateList((await ca.crl()).der)
    const looked = { dead: 0, good: 0 }
    const crls: CrlSource = {
      crlsFor: (certificate) => {
        const isDead = certificate.extension('cRLDistributionPoints')?.value.length === 1
        looked[isDead ? 'dead' : 'good']++
        return isDead ? new Promise(() => undefined) : Promise.resolve([list])
      },
    }
    const issueFor = (hosts: readonly string[]): Promise<IssuedCertificate> =>
      ca.issue({
        // A responder that is named and not to be asked.
        authorityInfoAccess: { ocsp: [uri] },
        cRLDistributionPoints: hosts.map((host) => `http://${host}/list.crl`),
      })
    for (let i = 0; i < 30; i++) {
      await install(await issueFor(['dead.example.com']), { node: `dead${i}` })
      await install(await issueFor(['good.example.com', 'other.example.com']), { node: `good${i}` })
    }
    const ticking = monitorWith({ ...settingsOf(), ocsp: { state: 'disabled' } }, { crls }).tick()
    for (let i = 0; i < 200 && looked.good < 30; i++) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(looked).toStrictEqual({ dead: 6, good: 30 })
    void ticking
  })

  it('are asked so often and no oftener, and what there is no time for is checked at the next tick', async () => {
    for (let i = 0; i < 50; i++) await install(await issue(), { node: `node${i}` })
    // So seldom that none has its place in the interval within the seconds this takes.
    const seldom = { state: 'enabled', every: { every: 9999, unit: 'hours' }, policy: 'common-criteria' } as const
    const monitor = monitorWith(
      { ...settingsOf(), revocationCheck: seldom },
      {
        limits: { checksPerSecond: 10, checkTime: 2000 },
        sleep: (milliseconds) => {
          clock.time += milliseconds
          return Promise.resolve()
        },
      },
    )
    const first = await monitor.tick()
    expect(first.checks.good).toBeGreaterThanOrEqual(15)
    expect(first.checks.good).toBeLessThanOrEqual(20)
    expect(first.next.getTime()).toBeLessThanOrEqual(clock.time)
    let checked = first.checks.good
    for (let i = 0; i < 10 && checked < 50; i++) checked += (await monitor.tick()).checks.good
    expect(checked).toBe(50)
    expect(asked).toHaveLength(50)
    expect(clock.time - start).toBeGreaterThanOrEqual(4500)
  })

  it('are counted by host, failures too', async () => {
    await install(await issue())
    await install(await issue('bad.example.com'), { node: 'other' })
    outages.set('bad.example.com', () => Promise.reject(new OcspTransportError('network', 'down')))
    const monitor = monitorWith()
    await monitor.tick()
    const { responders } = await monitor.metrics()
    expect(responders).toContainEqual({ host: 'ocsp.example.com', requests: 1, failures: 0 })
    expect(responders).toContainEqual({ host: 'bad.example.com', requests: 3, failures: 3, lastFailureAt: start })
  })

  it('that lie are not believed: another key, another certificate, an old answer', async () => {
    const other = await createTestCa({ name: 'Example CA', clock })
    const issued = await issue()
    const record = await install(issued)
    const old = await ca.ocspResponder({ thisUpdate: new Date(start - 30 * DAY) })
    const stranger = await other.ocspResponder({ status: () => 'good' })
    const elsewhere = await issue()
    const liars: readonly ((request: Uint8Array) => Promise<Uint8Array>)[] = [
      (request) => old.answer(request),
      (request) => stranger.answer(request),
      async (request) => {
        const { certIds } = readOcspRequest(request)
        const [first = expect.fail()] = certIds
        const wrong = await ca.ocspResponder({
          answers: (right) =>
            right.map((one) => ({ ...one, certId: { ...first, serialNumber: elsewhere.serialNumber } })),
        })
        return wrong.answer(request)
      },
    ]
    for (const lie of liars) {
      const monitor = monitorWith(settingsOf(), {
        ocsp: { sleep: () => Promise.resolve(), transport: { send: ({ request }) => lie(request) } },
      })
      expect((await monitor.tick()).checks).toMatchObject({ good: 0, undetermined: 1 })
      clock.time += HOUR
    }
    expect((await recordOf(record)).mark).toBeUndefined()
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryStorage, type Storage } from '../../src/inventory/index.js'
import {
  createCertificateMonitor,
  defaultMonitorSettings,
  type MonitorOptions,
  readMonitorSettings,
  type RevokeEffect,
  writeMonitorSettings,
} from '../../src/monitor/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import {
  bareRecord,
  DAY,
  dueOf,
  dying,
  HOUR,
  ManualClock,
  monitorOf,
  put,
  Recorder,
  remove,
  start,
} from '../support/monitor.js'

let storage: Storage
let clock: ManualClock
let recorder: Recorder
beforeEach(() => {
  storage = createMemoryStorage()
  clock = new ManualClock()
  recorder = new Recorder()
})

/** Due times of the notices given, in days before the end of a certificate of 40 days. */
const daysBefore = (): readonly number[] =>
  recorder.notices.map((notice) => (notice.type === 'expiry' ? 40 - (notice.due - start) / DAY : NaN))

describe('notices', () => {
  it('MON-2 MON-5 go out once for each due time, at the frequency, until the certificate goes', async () => {
    const record = await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    for (let hour = 0; hour < 60 * 24; hour += 5) {
      clock.time = start + hour * HOUR
      await monitor.tick()
    }
    expect(daysBefore()).toStrictEqual([30, 23, 16, 9, 2, -5, -12, -19])
    expect(new Set(recorder.notices.map(({ key }) => key)).size).toBe(8)
    expect(recorder.notices.flatMap((one) => (one.type === 'expiry' ? one.level : [])).slice(3, 6)).toStrictEqual([
      'under-30-days',
      'under-7-days',
      'expired',
    ])
    await remove(storage, record)
    clock.time += 30 * DAY
    expect((await monitor.tick()).notices).toHaveLength(0)
  })

  it('MON-2 go out when they are due, to the millisecond, where the host comes when the last report asks it to', async () => {
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    const given: number[] = []
    while (clock.time < start + 60 * DAY) {
      const { notices, next } = await monitor.tick()
      given.push(...notices.map(() => (clock.time - start) / DAY))
      clock.time = next.getTime()
    }
    expect(given).toStrictEqual([10, 17, 24, 31, 38, 45, 52, 59])
  })

  it('MON-2 catch up with one after a leap of the clock, and none again when it goes back', async () => {
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    for (const day of [38, 20, 5, 38, 38.9]) {
      clock.time = start + day * DAY
      await monitor.tick()
    }
    expect(daysBefore()).toStrictEqual([2])
  })

  it('MON-2 a clock that ran ahead past the end and was set back silences nothing', async () => {
    const record = await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    clock.time = start + 3650 * DAY
    expect((await monitor.tick()).effects).toHaveLength(1)
    expect((await storage.query({})).records[0]?.mark).toBe('expired')
    clock.time = start + 20 * DAY
    await monitor.tick()
    expect((await storage.query({})).records[0]?.mark).toBeUndefined()
    expect(daysBefore().slice(1)).toStrictEqual([23])
    clock.time = record.notAfter + 1
    expect((await monitor.tick()).effects).toHaveLength(1)
  })

  it('MON-2 that were claimed by a clock that ran ahead, and whose worker died, wait for no time years away', async () => {
    await put(storage, bareRecord(40), start)
    const dead: Storage = { ...storage, finishDue: () => Promise.reject(new Error('killed')) }
    clock.time = start + 3650 * DAY
    await expect(monitorOf(dead, clock, []).tick()).rejects.toThrow('killed')
    clock.time = start + 20 * DAY
    await monitorOf(storage, clock, [recorder]).tick()
    expect(daysBefore()).toStrictEqual([23])
  })

  it('MON-2 are remembered across restarts, and shared among workers', async () => {
    clock.time = start + 15 * DAY
    for (let i = 0; i < 20; i++) await put(storage, bareRecord(40, { node: `node${i}` }))
    const workers = Array.from({ length: 4 }, (_, i) => monitorOf(storage, clock, [recorder], { worker: `w${i}` }))
    await Promise.all(workers.map((worker) => worker.tick()))
    await monitorOf(storage, clock, [recorder]).tick()
    expect(recorder.notices).toHaveLength(20)
    expect(new Set(recorder.notices.map(({ key }) => key)).size).toBe(20)
  })

  it('MON-2 of a worker that died in between go out again once its lease is over, with the same key', async () => {
    await put(storage, bareRecord(40))
    clock.time = start + 15 * DAY
    const dead = dying(storage, () => recorder.notices.length > 0)
    const { failures } = await monitorOf(dead, clock, [recorder]).tick()
    expect(failures).toStrictEqual([{ notifier: 'storage', message: 'killed' }])
    const other = monitorOf(storage, clock, [recorder])
    const { next } = await other.tick()
    expect(recorder.notices).toHaveLength(1)
    expect(next.getTime()).toBe(clock.time + 15 * 60_000)
    clock.time = next.getTime()
    await other.tick()
    await other.tick()
    expect(recorder.notices).toHaveLength(2)
    expect(new Set(recorder.notices.map(({ key }) => key)).size).toBe(1)
    expect(new Set(recorder.digests.map(({ key }) => key)).size).toBe(1)
  })

  it('MON-4 go again through the notifier that failed, with the same keys, and through no other', async () => {
    clock.time = start + 15 * DAY
    const mail = new Recorder('mail')
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [mail, recorder])
    mail.failure = new Error('the mail server is down')
    const report = await monitor.tick()
    expect(report.failures).toStrictEqual([{ notifier: 'mail', message: 'the mail server is down' }])
    expect(report.next.getTime()).toBe(clock.time + 600_000)
    mail.failure = undefined
    clock.time = report.next.getTime()
    expect((await monitor.tick()).failures).toStrictEqual([])
    expect(recorder.digests).toHaveLength(1)
    expect(mail.digests.map(({ key }) => key)).toStrictEqual(recorder.digests.map(({ key }) => key))
  })

  it('MON-4 wait for no notifier that hangs', async () => {
    clock.time = start + 15 * DAY
    await put(storage, bareRecord(40))
    const hanging = { name: 'hanging', send: () => new Promise<void>(() => undefined) }
    const monitor = monitorOf(storage, clock, [hanging, recorder], { limits: { notifierTimeout: 20 } })
    expect((await monitor.tick()).failures).toMatchObject([{ notifier: 'hanging' }])
    expect(recorder.notices).toHaveLength(1)
  })

  it('MON-4 without notifiers stand in the report, once', async () => {
    clock.time = start + 15 * DAY
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [])
    expect((await monitor.tick()).notices).toHaveLength(1)
    expect((await monitor.tick()).notices).toHaveLength(0)
  })

  it('MON-4 are one digest for each notifier and run, the gravest first', async () => {
    clock.time = start + 15 * DAY
    for (const [i, days] of [40, 20, 12, 33].entries()) await put(storage, bareRecord(days, { node: `node${i}` }))
    const { notices } = await monitorOf(storage, clock, [recorder]).tick()
    expect(recorder.digests).toHaveLength(1)
    for (const told of [recorder.notices, notices]) {
      expect(told.map(({ node }) => node)).toStrictEqual(['node2', 'node1', 'node3', 'node0'])
    }
  })

  it('MON-2 begin anew for a renewed certificate, also one that is renewed while the notice is on its way', async () => {
    const [first, second] = [bareRecord(40), bareRecord(41, { sha256: 'cd'.repeat(32) })]
    await put(storage, first)
    clock.time = start + 15 * DAY
    const renewing = {
      name: 'renewing',
      send: async () => {
        await put(storage, second, clock.time)
      },
    }
    const monitor = monitorOf(storage, clock, [renewing, recorder])
    await monitor.tick()
    renewing.send = () => Promise.resolve(undefined)
    await monitor.tick()
    expect(recorder.notices.map(({ sha256 }) => sha256)).toStrictEqual([first.sha256, second.sha256])
    const renewed = await put(storage, bareRecord(400, { sha256: 'ef'.repeat(32) }), clock.time)
    clock.time = start + 100 * DAY
    expect((await monitor.tick()).notices).toHaveLength(0)
    expect(await dueOf(storage, renewed, 'expiry')).toMatchObject({ dueAt: start + 370 * DAY })
  })

  it('MON-1 count phones’ certificates where that is enabled, and mark them all the same', async () => {
    await put(storage, bareRecord(40, { kind: 'endpoint', purpose: 'LSC', node: 'SEP001122334455' }))
    clock.time = start + 15 * DAY
    await monitorOf(storage, clock, [recorder]).tick()
    expect(recorder.notices).toHaveLength(0)
    const settings = { ...defaultMonitorSettings, lscMonitoring: 'enabled' } as const
    await monitorOf(storage, clock, [recorder], { settings }).tick()
    expect(recorder.notices).toHaveLength(1)
    clock.time = start + 41 * DAY
    await monitorOf(storage, clock, [recorder]).tick()
    expect(recorder.notices).toHaveLength(1)
    expect((await storage.query({})).records[0]?.mark).toBe('expired')
  })

  it('MON-7 follow the rules of their purpose and certificate', async () => {
    const sha256 = 'cd'.repeat(32)
    await put(storage, bareRecord(40))
    await put(storage, bareRecord(40, { purpose: 'CallManager', sha256 }))
    await put(storage, bareRecord(40, { purpose: 'TVS' }))
    const settings = {
      ...defaultMonitorSettings,
      overrides: [
        { purpose: 'CallManager', startDays: 10 },
        { purpose: 'TVS', frequencyHours: 24 },
        { sha256, mutedUntil: start + 35 * DAY },
      ],
    }
    const monitor = monitorOf(storage, clock, [recorder], { settings })
    const days = new Map<string, number[]>()
    for (let day = 0; day < 45; day++) {
      clock.time = start + day * DAY
      for (const { purpose } of (await monitor.tick()).notices) days.set(purpose, [...(days.get(purpose) ?? []), day])
    }
    expect(days.get('tomcat')).toStrictEqual([10, 17, 24, 31, 38])
    expect(days.get('CallManager')).toStrictEqual([35, 42])
    expect(days.get('TVS')).toHaveLength(35)
  })

  it('MON-7 leave a certificate of a day alone but for its last third', async () => {
    await put(storage, bareRecord(1, { notBefore: start }))
    const monitor = monitorOf(storage, clock, [recorder])
    for (let hour = 0; hour <= 30; hour++) {
      clock.time = start + hour * HOUR
      await monitor.tick()
    }
    expect(recorder.notices.map((one) => (one.type === 'expiry' ? (one.due - start) / HOUR : NaN))).toStrictEqual([16])
  })
})

describe('a notifier', () => {
  it('MON-5 is counted: what it has sent, how often it failed, and when and why it did last', async () => {
    await put(storage, bareRecord(1, { notBefore: start - 300 * DAY }))
    const monitor = monitorOf(storage, clock, [recorder])
    expect((await monitor.metrics()).notifiers).toStrictEqual([{ name: 'recorder', sent: 0, failures: 0 }])
    for (const reason of ['down', 'still down']) {
      recorder.failure = new Error(reason)
      clock.time = (await monitor.tick()).next.getTime()
    }
    const failed = { failures: 2, lastFailure: 'still down', lastFailureAt: expect.any(Number) as number }
    expect((await monitor.metrics()).notifiers).toStrictEqual([{ name: 'recorder', sent: 0, ...failed }])
    recorder.failure = undefined
    await monitor.tick()
    const [metrics] = (await monitor.metrics()).notifiers
    expect(metrics).toStrictEqual({ name: 'recorder', sent: 1, lastSentAt: clock.time, ...failed })
    expect(metrics?.lastFailureAt).toBeLessThan(clock.time)
  })
})

describe('a certificate that has ended', () => {
  it('OCS-8 is marked, and its revocation asked for once, by the moment it ends', async () => {
    const record = await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    const effects: RevokeEffect[] = []
    while (clock.time < start + 60 * DAY) {
      const report = await monitor.tick()
      effects.push(...report.effects)
      if (report.effects.length > 0) expect(clock.time).toBe(record.notAfter + 1)
      clock.time = report.next.getTime()
    }
    const { node, purpose, sha256 } = record
    expect(effects).toMatchObject([{ type: 'revoke', node, purpose, sha256, reason: 'expired' }])
    expect((await storage.query({})).records.map(({ mark }) => mark)).toStrictEqual(['expired'])
  })

  it('MON-1 OCS-8 is a device’s, of which nobody is told: it is marked and acted on all the same, and again after a clock ran ahead', async () => {
    await put(storage, bareRecord(40, { kind: 'endpoint', node: 'SEP001122334455', purpose: 'LSC' }))
    const monitor = monitorOf(storage, clock, [recorder])
    const markAfter = async (time: number): Promise<unknown> => {
      clock.time = time
      const { effects } = await monitor.tick()
      const [record] = (await storage.query({})).records
      return [record?.mark, effects.length]
    }
    expect(await markAfter(start)).toStrictEqual([undefined, 0])
    // A clock that runs ahead: what it has seen end has not ended.
    expect(await markAfter(start + 50 * DAY)).toStrictEqual(['expired', 1])
    expect(await markAfter(start + 51 * DAY)).toStrictEqual(['expired', 0])
    expect(await markAfter(start + DAY)).toStrictEqual([undefined, 0])
    expect(await markAfter(start + 40 * DAY)).toStrictEqual([undefined, 0])
    expect(await markAfter(start + 40 * DAY + 1)).toStrictEqual(['expired', 1])
    expect(recorder.notices).toStrictEqual([])
  })

  it('OCS-8 whose successor is installed while people are told leaves it no mark', async () => {
    await put(storage, bareRecord(1, { notBefore: start - 300 * DAY }))
    const successor = bareRecord(300, { sha256: 'cd'.repeat(32) })
    clock.time = start + 2 * DAY
    const monitor = monitorOf(storage, clock, [
      { name: 'slow', send: () => put(storage, successor, clock.time).then(() => undefined) },
    ])
    expect((await monitor.tick()).notices).toHaveLength(1)
    expect((await storage.query({})).records).toMatchObject([{ sha256: successor.sha256, mark: undefined }])
    clock.time = successor.notAfter + 1
    expect((await monitor.tick()).effects).toMatchObject([{ sha256: successor.sha256 }])
  })

  it('OCS-8 is acted on, all of it, where the application throws at once or returns no promise', async () => {
    for (const sha256 of ['aa', 'bb']) {
      await put(storage, bareRecord(1, { sha256: sha256.repeat(32), purpose: sha256, notBefore: start - 300 * DAY }))
    }
    clock.time = start + 2 * DAY
    const acted: string[] = []
    let isBusy = true
    // As JavaScript may have it, where nobody checks types.
    const act: unknown = ({ key }: RevokeEffect): void => {
      acted.push(key)
      if (isBusy) throw new Error('busy')
    }
    const monitor = monitorOf(storage, clock, [], { act: act as NonNullable<MonitorOptions['act']> })
    const first = await monitor.tick()
    const busy = { notifier: 'act', message: 'busy' }
    expect([first.effects, first.failures]).toEqual([[], [busy, busy]])
    isBusy = false
    clock.time += HOUR
    const second = await monitor.tick()
    expect([second.effects.map(({ key }) => key).sort(), second.failures]).toEqual([acted.slice(0, 2).sort(), []])
    clock.time += HOUR
    expect((await monitor.tick()).effects).toEqual([])
    expect(acted).toHaveLength(4)
  })

  it('OCS-8 is acted on at a later tick where there was no time left, and by nobody meanwhile', async () => {
    for (const sha256 of ['aa', 'bb']) {
      await put(storage, bareRecord(1, { sha256: sha256.repeat(32), purpose: sha256, notBefore: start - 300 * DAY }))
    }
    clock.time = start + 2 * DAY
    const acted: string[] = []
    let end: () => void = () => undefined
    const act = ({ key }: RevokeEffect): Promise<void> => {
      acted.push(key)
      return acted.length > 1 ? Promise.resolve() : new Promise((resolve) => (end = resolve))
    }
    const monitor = monitorOf(storage, clock, [], { act, limits: { notifierTimeout: 20 } })
    const { effects, failures } = await monitor.tick()
    const message = '2 effects were not done within 20 ms'
    expect([effects, failures]).toEqual([[], [{ notifier: 'act', message }]])
    end()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(acted).toHaveLength(1)
    clock.time += HOUR
    expect((await monitor.tick()).effects).toHaveLength(2)
    expect(new Set(acted).size).toBe(2)
  })

  it('OCS-8 is acted on again where that failed, with the same key, and not after it was done', async () => {
    await put(storage, bareRecord(1, { notBefore: start - 300 * DAY }))
    const acted: string[] = []
    let isFailing = true
    const act = ({ key }: RevokeEffect): Promise<void> => {
      acted.push(key)
      return isFailing ? Promise.reject(new Error('busy')) : Promise.resolve()
    }
    const monitor = monitorOf(storage, clock, [recorder], { act })
    clock.time = start + 2 * DAY
    const report = await monitor.tick()
    expect(report.effects).toHaveLength(0)
    expect(report.failures).toStrictEqual([{ notifier: 'act', message: 'busy' }])
    isFailing = false
    clock.time = report.next.getTime()
    expect((await monitor.tick()).effects).toHaveLength(1)
    clock.time += 10 * DAY
    expect((await monitor.tick()).effects).toHaveLength(0)
    expect(acted).toHaveLength(2)
    expect(new Set(acted).size).toBe(1)
    expect(recorder.notices).toHaveLength(2)
  })

  it('OCS-8 that was revoked before stays marked so, and is told of no more', async () => {
    await put(storage, bareRecord(1, { mark: 'revoked' }))
    clock.time = start + 2 * DAY
    expect((await monitorOf(storage, clock, [recorder]).tick()).effects).toHaveLength(0)
    expect((await storage.query({})).records[0]?.mark).toBe('revoked')
  })
})

describe('the rhythm', () => {
  it('MON-3 is a day, and an hour where a certificate has a day to live or has expired', async () => {
    await put(storage, bareRecord(400))
    const monitor = monitorOf(storage, clock, [])
    expect((await monitor.tick()).next.getTime() - start).toBe(DAY)
    clock.time = start + 399 * DAY - HOUR
    expect((await monitor.tick()).next.getTime() - clock.time).toBe(HOUR)
    clock.time = start + 399 * DAY
    expect((await monitor.tick()).next.getTime() - clock.time).toBe(HOUR)
    clock.time = start + 500 * DAY
    expect((await monitor.tick()).next.getTime() - clock.time).toBe(HOUR)
  })

  it('MON-3 is a day where there is nothing, and where phones that do not count have expired', async () => {
    expect((await monitorOf(storage, clock, []).tick()).next.getTime() - start).toBe(DAY)
    await put(storage, bareRecord(-3, { kind: 'endpoint', purpose: 'LSC' }))
    expect((await monitorOf(storage, clock, []).tick()).next.getTime() - start).toBe(DAY)
  })

  it('MON-2 a tick that reaches its bound asks to come again at once, and nothing is left out', async () => {
    clock.time = start + 15 * DAY
    for (let i = 0; i < 7; i++) await put(storage, bareRecord(40, { node: `node${i}` }))
    const monitor = monitorOf(storage, clock, [recorder], { limits: { workPerTick: 3 } })
    const rounds: number[] = []
    for (let next = clock.time; next === clock.time;) {
      const report = await monitor.tick()
      rounds.push(report.notices.length)
      next = report.next.getTime()
    }
    expect(rounds).toStrictEqual([3, 3, 1])
  })

  it('MON-5 ticks that overlap are one after the other', async () => {
    clock.time = start + 15 * DAY
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    const reports = await Promise.all([monitor.tick(), monitor.tick(), monitor.tick()])
    expect(reports.map(({ notices }) => notices.length)).toStrictEqual([1, 0, 0])
  })
})

/** How many certificates a tick looks at. */
async function lookedAtBy(more: Partial<MonitorOptions>): Promise<number> {
  let looked = 0
  const counting: Storage = {
    ...storage,
    claimDue: async (...args) => {
      const claims = await storage.claimDue(...args)
      looked += claims.length
      return claims
    },
  }
  await monitorOf(counting, clock, [recorder], more).tick()
  return looked
}

describe('settings', () => {
  const sixty = { ...defaultMonitorSettings, notificationStartDays: 60 }

  it('MON-1 that have changed count for every certificate, from the next tick on', async () => {
    await put(storage, bareRecord(50))
    expect((await monitorOf(storage, clock, [recorder]).tick()).notices).toHaveLength(0)
    expect((await monitorOf(storage, clock, [recorder], { settings: sixty }).tick()).notices).toHaveLength(1)
    expect((await monitorOf(storage, clock, [recorder], { settings: sixty }).tick()).notices).toHaveLength(0)
  })

  it('MON-1 of the storage are read at every tick, by every worker', async () => {
    await put(storage, bareRecord(50))
    const make = (): ReturnType<typeof createCertificateMonitor> =>
      createCertificateMonitor({ catalogue: unifiedCommunications, storage, clock, notifiers: [recorder] })
    const [first, second] = [make(), make()]
    await first.tick()
    await second.tick()
    expect(recorder.notices).toHaveLength(0)
    await writeMonitorSettings(storage, { ...sixty, email: 'enabled', emailAddresses: 'a@example.com; b@example.com' })
    await Promise.all([second.tick(), first.tick()])
    expect(recorder.notices).toHaveLength(1)
    expect(recorder.digests[0]?.addresses).toStrictEqual(['a@example.com', 'b@example.com'])
    const daily = { notificationFrequency: { every: 1, unit: 'days' }, emailAddresses: 'a@example.com' } as const
    await writeMonitorSettings(storage, { ...sixty, ...daily })
    await first.tick()
    expect(recorder.digests[1]?.addresses).toStrictEqual([])
  })

  it('MON-1 MON-2 that have changed, and a clock that was set back, have every certificate looked at once, by whoever ticks', async () => {
    for (let at = 0; at < 5; at++) await put(storage, bareRecord(400, { node: `node${at}` }))
    await lookedAtBy({})
    const settings = { ...defaultMonitorSettings, notificationFrequency: { every: 3, unit: 'days' } as const }
    expect([await lookedAtBy({ settings }), await lookedAtBy({ settings })]).toStrictEqual([5, 0])
    clock.time += 300 * DAY
    await lookedAtBy({ settings })
    clock.time -= 290 * DAY
    expect([await lookedAtBy({ settings }), await lookedAtBy({ settings })]).toStrictEqual([5, 0])
  })

  it('MON-2 a clock that goes back by a day has nothing looked at again, and by more has everything', async () => {
    await put(storage, bareRecord(400))
    const lookedAt = (time: number): Promise<number> => {
      clock.time = time
      return lookedAtBy({})
    }
    await lookedAt(start)
    expect([await lookedAt(start - DAY), await lookedAt(start - DAY - 1)]).toStrictEqual([0, 1])
    // The latest time is written down when an hour has gone by, and not before.
    await lookedAt(start + 10 * DAY)
    await lookedAt(start + 10 * DAY + HOUR)
    expect(await lookedAt(start + 9 * DAY)).toBe(0)
    await lookedAt(start + 10 * DAY + HOUR + 1)
    expect([await lookedAt(start + 9 * DAY + HOUR + 1), await lookedAt(start + 9 * DAY)]).toStrictEqual([0, 1])
  })

  it('MON-3 that cannot be looked for is looked for again in a minute', async () => {
    const failing: Storage = { ...storage, nextDue: () => Promise.reject(new Error('no answer')) }
    const { next, failures } = await monitorOf(failing, clock, [recorder]).tick()
    expect(next.getTime() - clock.time).toBe(60_000)
    expect(failures).toStrictEqual([{ notifier: 'storage', message: 'no answer' }])
  })

  it('MON-1 that differ among workers have every certificate looked at by each of them once, and not at every tick', async () => {
    for (let at = 0; at < 5; at++) await put(storage, bareRecord(400, { node: `node${at}` }))
    let listed = 0
    const counting: Storage = {
      ...storage,
      list: (kind, page) => {
        if (kind === 'identity') listed++
        return storage.list(kind, page)
      },
    }
    const settings = { ...defaultMonitorSettings, notificationFrequency: { every: 3, unit: 'days' } as const }
    const workers = [monitorOf(counting, clock, []), monitorOf(counting, clock, [], { settings })]
    for (let round = 0; round < 4; round++) for (const worker of workers) await worker.tick()
    expect(listed).toBe(1)
  })

  it('MON-2 that bound the work of a tick have the next one come at once, until all is done', async () => {
    for (let at = 0; at < 5; at++) await put(storage, bareRecord(40, { node: `node${at}` }))
    clock.time = start + 15 * DAY
    const monitor = monitorOf(storage, clock, [recorder], { limits: { workPerTick: 2 } })
    const counts: number[] = []
    for (let tick = 0; tick < 3; tick++) {
      const { notices, next } = await monitor.tick()
      counts.push(notices.length)
      if (tick < 2) expect(next.getTime()).toBe(clock.time)
      else expect(next.getTime()).toBeGreaterThan(clock.time)
    }
    expect(counts).toStrictEqual([2, 2, 1])
  })

  it('MON-1 are refused where they are wrong, whoever wrote them, and nothing is done by them', async () => {
    const wrong = { ...defaultMonitorSettings, notificationStartDays: 0 }
    expect(() => monitorOf(storage, clock, [], { settings: wrong })).toThrow('notificationStartDays')
    await expect(writeMonitorSettings(storage, wrong)).rejects.toThrow('notificationStartDays')
    expect(await readMonitorSettings(storage)).toBe(defaultMonitorSettings)
    const scope = { node: '', purpose: 'monitor' }
    const { revisions } = await storage.read([scope])
    const damaged = { ...scope, kind: 'setting', id: 'settings', value: { email: 'maybe' } } as const
    await storage.commit({ relies: revisions, puts: [damaged], deletes: [], appends: [] })
    await expect(readMonitorSettings(storage)).rejects.toThrow(/stored settings.*notificationStartDays.*email/)
    const monitor = createCertificateMonitor({ catalogue: unifiedCommunications, storage, clock, notifiers: [] })
    await expect(monitor.tick()).rejects.toThrow('stored settings')
    expect(monitor.health()).toMatchObject({ state: 'failing', failedRuns: 1 })
  })

  it('MON-2 that change while another worker sends have nothing sent twice', async () => {
    await put(storage, bareRecord(40))
    clock.time = start + 15 * DAY
    const other = monitorOf(storage, clock, [recorder], { settings: sixty })
    const slow = {
      name: 'recorder',
      send: async (digest: Parameters<Recorder['send']>[0]) => {
        await other.tick()
        await recorder.send(digest)
      },
    }
    await monitorOf(storage, clock, [slow]).tick()
    expect(recorder.notices).toHaveLength(1)
  })

  it.each([
    [{ lease: 1 }, 'limits.lease'],
    // A minute of checks, the last of them for a quarter of an hour, and the notifiers' five minutes.
    [
      { sourceTimeout: 7.5 * 60_000, lease: 21 * 60_000 },
      'more than checkTime, 2 sourceTimeout and notifierTimeout (1260000)',
    ],
    [{ notifierTimeout: 2 ** 31, lease: 2 ** 32 }, 'limits.notifierTimeout'],
    [{ workPerTick: 0 }, 'limits.workPerTick'],
    [{ checksPerHost: 1.5 }, 'limits.checksPerHost'],
  ])('MON-2 refuse limits that make no sense: %j', (limits, name) => {
    expect(() => monitorOf(storage, clock, [], { limits })).toThrow(name)
  })

  it('MON-4 refuse two notifiers of one name', () => {
    expect(() => monitorOf(storage, clock, [new Recorder(), new Recorder()])).toThrow('two "recorder"')
  })
})

describe('records', () => {
  it('that came by other means than a manager are looked at once somebody asks for it', async () => {
    const record = bareRecord(40)
    await storage.commit({
      relies: (await storage.read([record])).revisions,
      ...{ puts: [record], deletes: [], appends: [] },
    })
    clock.time = start + 15 * DAY
    const monitor = monitorOf(storage, clock, [recorder])
    expect((await monitor.tick()).notices).toHaveLength(0)
    expect(await monitor.reschedule()).toBe(1)
    expect((await monitor.tick()).notices).toHaveLength(1)
  })

  it('MON-2 of a certificate that has gone by itself go too', async () => {
    const record = await put(storage, bareRecord(40))
    const { revisions } = await storage.read([record])
    await storage.commit({ relies: revisions, puts: [], deletes: [record], appends: [] })
    clock.time = start + 15 * DAY
    expect((await monitorOf(storage, clock, [recorder]).tick()).notices).toHaveLength(0)
    expect(await dueOf(storage, record, 'expiry')).toBeUndefined()
  })
})

describe('health and numbers', () => {
  it('MON-4 say when it ran, when it runs next and what failed', async () => {
    clock.time = start + 15 * DAY
    await put(storage, bareRecord(40))
    const monitor = monitorOf(storage, clock, [recorder])
    expect(monitor.health()).toStrictEqual({
      ...{ monitor: 'CertificateExpiryMonitor', state: 'not-run-yet', failedRuns: 0, failures: [] },
    })
    recorder.failure = new Error('no route')
    const ticking = monitor.tick()
    await Promise.resolve()
    expect(monitor.health().state).toBe('running')
    const { next } = await ticking
    expect(monitor.health()).toMatchObject({
      ...{ state: 'failing', failures: ['recorder: no route'], lastRunAt: clock.time, nextRunAt: next.getTime() },
    })
    recorder.failure = undefined
    clock.time = next.getTime()
    await monitor.tick()
    expect(monitor.health()).toMatchObject({ state: 'waiting', failures: [] })
    clock.time += 3 * DAY
    expect(monitor.health().state).toBe('late')
  })

  it('MON-4 count certificates, notices, failures and how late the work is', async () => {
    for (let i = 0; i < 3; i++) await put(storage, bareRecord(40 + i, { node: `node${i}` }))
    const monitor = monitorOf(storage, clock, [recorder])
    clock.time = start + DAY
    expect(await monitor.metrics()).toMatchObject({
      ...{ at: clock.time, ticks: 0, isComplete: true, overdueSince: { expiry: start }, connections: 0 },
    })
    clock.time = start + 11 * DAY
    await monitor.tick()
    const metrics = await monitor.metrics({ mostCertificates: 2 })
    expect(metrics.certificates.map(({ node }) => node)).toStrictEqual(['node0', 'node1'])
    expect(metrics).toMatchObject({
      ...{ isComplete: false, ticks: 1, lastTickAt: clock.time, overdueSince: {} },
      notifiers: [{ name: 'recorder', sent: 2, failures: 0, lastSentAt: clock.time }],
    })
    await expect(monitor.metrics({ mostCertificates: NaN })).rejects.toThrow('mostCertificates')
  })
})

describe('the loop', () => {
  const run = async (options: Partial<MonitorOptions>, until: number) => {
    const controller = new AbortController()
    const errors: unknown[] = []
    const naps: number[] = []
    const monitor = monitorOf(storage, clock, [recorder], {
      sleep: (milliseconds) => {
        naps.push(milliseconds)
        clock.time += milliseconds
        if (clock.time >= until) controller.abort()
        return Promise.resolve()
      },
      ...options,
    })
    await monitor.run({ signal: controller.signal, onError: (error) => errors.push(error) })
    return { naps, errors }
  }

  it('MON-2 MON-5 ticks whenever something is due, by short naps', async () => {
    await put(storage, bareRecord(40))
    const { naps } = await run({}, start + 41 * DAY)
    expect(daysBefore()).toStrictEqual([30, 23, 16, 9, 2])
    expect(Math.max(...naps)).toBe(60_000)
  })

  it('MON-2 outlives a storage that fails, and asks less and less often', async () => {
    await put(storage, bareRecord(40))
    const failing: Storage = {
      ...storage,
      claimDue: (...args) =>
        clock.time < start + HOUR ? Promise.reject(new Error('disk')) : storage.claimDue(...args),
    }
    const { errors } = await run({ storage: failing }, start + 11 * DAY)
    expect(errors.length).toBeGreaterThan(5)
    expect(errors.length).toBeLessThan(20)
    expect(recorder.notices).toHaveLength(1)
  })

  it('ends at once where the signal has aborted, or aborts while it sleeps', async () => {
    const monitor = monitorOf(storage, clock, [recorder])
    await monitor.run({ signal: AbortSignal.abort() })
    const controller = new AbortController()
    await monitor.run({ signal: controller.signal, onReport: () => setTimeout(() => controller.abort(), 5) })
    expect(monitor.health().state).toBe('waiting')
  })
})

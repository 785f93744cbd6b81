// Laws of the monitor: over any certificates, settings, walks of the clock, restarts and workers, the notices given are those
// of a reference that looks at everything at every tick, and keeps no schedule. None twice, none missing.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CertificateRecord, createMemoryStorage, type Storage } from '../../src/inventory/index.js'
import {
  type CertificateMonitor,
  defaultMonitorSettings,
  type MonitorSettings,
  type NoticeDigest,
  type Notifier,
} from '../../src/monitor/index.js'
import {
  bareRecord,
  DAY,
  dying,
  HOUR,
  ManualClock,
  monitorOf,
  put,
  Recorder,
  remove,
  start,
} from '../support/monitor.js'

const MINUTE = 60_000

/** What the rules say, in the plainest words: every grid point counted out, everything looked at every time. */
class Reference {
  private readonly told = new Map<string, number[]>()
  private latest: number | undefined
  private settings: MonitorSettings | undefined

  /** Keys of the notices that are to be given at a time. */
  tick(records: Iterable<CertificateRecord>, settings: MonitorSettings, now: number): readonly string[] {
    const isLookedAtAnew = this.settings !== settings || (this.latest !== undefined && now < this.latest - DAY)
    if (isLookedAtAnew || this.latest === undefined || now > this.latest + HOUR) this.latest = now
    this.settings = settings
    const keys: string[] = []
    for (const record of records) {
      const { node, purpose, sha256, notAfter } = record
      const name = JSON.stringify([node, purpose, sha256])
      let told = this.told.get(name) ?? []
      // The true end is still to come: what a clock that ran ahead has said after it does not count.
      if (isLookedAtAnew && now <= notAfter) told = told.filter((one) => one <= notAfter)
      const due = lastDue(record, settings, now)
      this.told.set(name, told)
      if (due === undefined || due <= Math.max(...told)) continue
      told.push(due)
      keys.push(JSON.stringify([sha256, node, purpose, due]))
    }
    return keys.sort()
  }

  /** A certificate that is gone is forgotten. */
  forget({ node, purpose, sha256 }: CertificateRecord): void {
    this.told.delete(JSON.stringify([node, purpose, sha256]))
  }
}

function lastDue(record: CertificateRecord, settings: MonitorSettings, now: number): number | undefined {
  if (record.kind === 'endpoint' && settings.lscMonitoring === 'disabled') return undefined
  const { every, unit } = settings.notificationFrequency
  let days = settings.notificationStartDays
  let step = every * (unit === 'days' ? DAY : HOUR)
  let mutedUntil = -Infinity
  for (const { purpose, startDays, frequencyHours, mutedUntil: until } of settings.overrides ?? []) {
    if (purpose !== undefined && purpose !== record.purpose) continue
    days = startDays ?? days
    step = frequencyHours === undefined ? step : frequencyHours * HOUR
    mutedUntil = until ?? mutedUntil
  }
  const lifetime = record.notAfter - record.notBefore
  const window = lifetime < 3 * days * DAY ? Math.round(lifetime / 3) : days * DAY
  let due: number | undefined
  for (let at = Math.max(record.notAfter - window, mutedUntil); at <= now; at += step) due = at
  return due
}

const settingsOf = fc.record(
  {
    notificationStartDays: fc.integer({ min: 1, max: 90 }),
    notificationFrequency: fc.oneof(
      fc.record({ every: fc.integer({ min: 1, max: 20 }), unit: fc.constant('days' as const) }),
      fc.record({ every: fc.integer({ min: 6, max: 60 }), unit: fc.constant('hours' as const) }),
    ),
    lscMonitoring: fc.constantFrom('enabled' as const, 'disabled' as const),
    overrides: fc.array(
      fc.record(
        {
          purpose: fc.constantFrom('tomcat', 'TVS'),
          startDays: fc.integer({ min: 1, max: 60 }),
          frequencyHours: fc.integer({ min: 6, max: 400 }),
          mutedUntil: fc.integer({ min: 0, max: 120 }).map((days) => start + days * DAY),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['notificationStartDays', 'notificationFrequency', 'lscMonitoring'] },
)

const places = [
  { purpose: 'tomcat' },
  { purpose: 'tomcat', node: 'sub1' },
  { purpose: 'TVS' },
  { purpose: 'LSC', node: 'SEP001122334455', kind: 'endpoint' },
] as const

const placeAt = fc.integer({ min: 0, max: places.length - 1 })
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('pass' as const), minutes: fc.integer({ min: 0, max: 40 * 1440 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('pass' as const), minutes: fc.integer({ min: 0, max: 2000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('pass' as const), minutes: fc.integer({ min: -90 * 1440, max: 0 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('install' as const),
      place: placeAt,
      // Of hours, of months, of years; over already, or to come.
      hours: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 20_000 })),
      left: fc.integer({ min: -20, max: 120 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), place: placeAt }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change' as const), settings: settingsOf }) },
)

/** The system under test: some workers on one storage. */
class System {
  readonly clock = new ManualClock()
  readonly installed = new Map<number, CertificateRecord>()
  workers: readonly CertificateMonitor[] = []
  private count = 0

  constructor(
    readonly storage: Storage,
    readonly notifiers: readonly Notifier[],
    public settings: MonitorSettings,
    private readonly workerCount: number,
  ) {
    this.restart()
  }

  restart(): void {
    const { storage, clock, notifiers, settings } = this
    this.workers = Array.from({ length: this.workerCount }, () => monitorOf(storage, clock, notifiers, { settings }))
  }

  async install(place: number, hours: number, left: number): Promise<CertificateRecord> {
    const notAfter = this.clock.time + left * DAY
    const sha256 = String(++this.count).padStart(64, '0')
    const record = bareRecord(0, { ...places[place], sha256, notAfter, notBefore: notAfter - hours * HOUR })
    this.installed.set(place, record)
    return put(this.storage, record, this.clock.time)
  }

  async remove(place: number): Promise<void> {
    const record = this.installed.get(place)
    if (record !== undefined) await remove(this.storage, record)
    this.installed.delete(place)
  }
}

describe('MON-2', () => {
  it('the notices given are those of the reference, at every tick, by whatever worker', async () => {
    await fc.assert(
      fc.asyncProperty(
        settingsOf,
        fc.integer({ min: 1, max: 3 }),
        fc.array(operation, { minLength: 1, maxLength: 60 }),
        async (changes, workerCount, operations) => {
          const recorder = new Recorder()
          const settings: MonitorSettings = { ...defaultMonitorSettings, ...changes }
          const system = new System(createMemoryStorage(), [recorder], settings, workerCount)
          const reference = new Reference()
          for (const one of operations) {
            if (one.type === 'pass') system.clock.time += one.minutes * MINUTE
            if (one.type === 'restart') system.restart()
            if (one.type === 'delete' || one.type === 'install') {
              const known = system.installed.get(one.place)
              if (known !== undefined) reference.forget(known)
            }
            if (one.type === 'delete') await system.remove(one.place)
            if (one.type === 'install') await system.install(one.place, one.hours, one.left)
            if (one.type === 'change') {
              system.settings = { ...defaultMonitorSettings, ...one.settings }
              system.restart()
            }
            const expected = reference.tick(system.installed.values(), system.settings, system.clock.time)
            const reports = await Promise.all(system.workers.map((worker) => worker.tick()))
            const given = reports.flatMap(({ notices }) => notices.map(({ key }) => key))
            expect(given.sort()).toStrictEqual(expected)
            for (const { next } of reports) expect(next.getTime()).toBeGreaterThan(system.clock.time)
          }
          const inTime = recorder.notices.filter((one) => one.type === 'expiry' && one.due <= one.notAfter)
          expect(inTime).toHaveLength(new Set(inTime.map(({ key }) => key)).size)
        },
      ),
      { numRuns: 1000 },
    )
  }, 120_000)

  it('through notifiers that fail and workers that die, none is missing, and none twice but for a death in between', async () => {
    const trouble = fc.record({
      minutes: fc.integer({ min: 16, max: 5 * 1440 }),
      failing: fc.subarray(['a', 'b']),
      /** Commits of this tick that come to nothing, from the first notice on: the worker has died. */
      isDying: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { minLength: 1, maxLength: 40 }), async (troubles) => {
        const memory = createMemoryStorage()
        const worker = { isDead: false }
        const storage = dying(memory, () => worker.isDead)
        const failing = new Set<string>()
        let isDying = false
        const sent: { readonly name: string; readonly key: string; readonly isLost: boolean }[] = []
        const notifier = (name: string): Notifier => ({
          name,
          send: ({ notices }: NoticeDigest) => {
            if (failing.has(name)) return Promise.reject(new Error('down'))
            worker.isDead = isDying
            sent.push(...notices.map(({ key }) => ({ name, key, isLost: isDying })))
            return Promise.resolve()
          },
        })
        const system = new System(storage, [notifier('a'), notifier('b')], defaultMonitorSettings, 1)
        const record = await system.install(0, 365 * 24, 60)
        for (const { minutes, failing: names, isDying: dies } of [...troubles, { ...recovered }]) {
          system.clock.time += minutes * MINUTE
          failing.clear()
          for (const name of names) failing.add(name)
          isDying = dies
          await system.workers[0]?.tick().catch(() => undefined)
          if (worker.isDead) system.restart()
          worker.isDead = false
        }
        const last = lastDue(record, defaultMonitorSettings, system.clock.time)
        const { node, purpose, sha256 } = record
        for (const name of ['a', 'b']) {
          const remembered = sent.filter((one) => one.name === name && !one.isLost).map(({ key }) => key)
          expect(remembered).toHaveLength(new Set(remembered).size)
          if (last !== undefined) expect(remembered).toContain(JSON.stringify([sha256, node, purpose, last]))
        }
      }),
      { numRuns: 1000 },
    )
  }, 120_000)
})

const recovered = { minutes: 20, failing: [] as string[], isDying: false }

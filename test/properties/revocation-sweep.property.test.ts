// Laws of the revocation sweep: whatever authorities revoke and release, responders, notifiers and workers fail, in the end
// certificates are marked as they are, and everybody has been told of what is revoked.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CertificateRecord, createMemoryStorage, describeRecord, type Storage } from '../../src/inventory/index.js'
import {
  type CertificateMonitor,
  defaultMonitorSettings,
  type MonitorSettings,
  type Notifier,
} from '../../src/monitor/index.js'
import { type OcspTransport, OcspTransportError } from '../../src/ocsp/index.js'
import {
  createTestCa,
  type OcspResponder,
  type TestCa,
  type TestCertificate,
  testKey,
} from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { bareRecord, DAY, HOUR, ManualClock, monitorOf, put, start } from '../support/monitor.js'

const MINUTE = 60_000
const settings: MonitorSettings = {
  ...defaultMonitorSettings,
  ocsp: { state: 'enabled', responder: 'from-certificate' },
  revocationCheck: { state: 'enabled', every: { every: 6, unit: 'hours' }, policy: 'common-criteria' },
}

const validity = { notBefore: new Date(start - 400 * DAY), notAfter: new Date(start + 900 * DAY) }
const notifierNames = ['a', 'b']

/** Where certificates stand, and which of two each is. */
const places = [
  { which: 0, node: 'pub', purpose: 'tomcat' },
  { which: 0, node: 'sub1', purpose: 'tomcat' },
  { which: 1, node: 'pub', purpose: 'TVS' },
] as const

const deed = fc.record({
  minutes: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 30, max: 800 })),
  change: fc.option(fc.record({ which: fc.nat({ max: 1 }), to: fc.constantFrom('hold', 'release', 'final') }), {
    nil: undefined,
    freq: 2,
  }),
  isSilent: fc.constantFrom(false, false, false, true),
  failing: fc.subarray(notifierNames),
  worker: fc.nat({ max: 1 }),
  /** Writes after which the worker is killed. */
  dies: fc.option(fc.nat({ max: 8 }), { nil: undefined, freq: 2 }),
})

/** A storage that rejects every call once so many writes were made. */
function mortal(storage: Storage, life: { left: number }): Storage {
  const live = <T>(cost: number, call: () => Promise<T>): Promise<T> => {
    if (life.left <= 0) return Promise.reject(new Error('killed'))
    life.left -= cost
    return call()
  }
  return {
    ...storage,
    read: (...args) => live(0, () => storage.read(...args)),
    find: (...args) => live(0, () => storage.find(...args)),
    commit: (...args) => live(1, () => storage.commit(...args)),
    claimDue: (...args) => live(1, () => storage.claimDue(...args)),
    finishDue: (...args) => live(1, () => storage.finishDue(...args)),
  }
}

type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

/** An authority and its responder, certificates it has issued, two workers that check them, and what came of that. */
class World {
  readonly storage = createMemoryStorage()
  readonly told: string[] = []
  readonly effects: string[] = []
  deaths = 0
  /** What has become of each of the certificates, and when. */
  readonly truths = [0, 1].map(() => ({ state: 'good', since: 0 }))
  readonly records: CertificateRecord[] = []
  private readonly leaves: TestCertificate[] = []
  private workers: readonly CertificateMonitor[] = []
  private readonly life = { left: Infinity }
  private isSilent = false
  private failing: readonly string[] = []

  private constructor(
    private readonly clock: ManualClock,
    private readonly ca: TestCa,
    private readonly responder: OcspResponder,
  ) {}

  static async make(): Promise<World> {
    const key = await testKey('p256', 'sweep')
    const clock = new ManualClock()
    const ca = await createTestCa({ name: 'Example CA', clock, key, ...validity })
    const world = new World(clock, ca, await ca.ocspResponder())
    for (const node of ['pub', 'sub1']) {
      for (const purpose of ['tomcat-trust', 'TVS-trust'])
        await world.install(ca, { node, purpose, kind: 'trust', id: 'ca' })
    }
    for (const _ of world.truths) {
      world.leaves.push(await ca.issue({ authorityInfoAccess: { ocsp: ['http://ocsp.example.com/'] }, ...validity }))
    }
    for (const { which, ...place } of places) {
      const leaf = world.leaves[which]
      if (leaf !== undefined) world.records.push(await world.install(leaf, place))
    }
    world.workers = [world.worker(), world.worker()]
    return world
  }

  async live({ minutes, change, isSilent, failing, worker, dies = Infinity }: Deed): Promise<void> {
    this.clock.time += minutes * MINUTE
    if (change !== undefined) this.change(change.which, change.to)
    this.isSilent = isSilent
    this.failing = failing
    this.life.left = dies
    await this.tick(worker)
    if (this.life.left <= 0) {
      this.deaths++
      this.workers = [this.worker(), this.worker()]
    }
  }

  /** All is well for longer than certificates wait for a check, and somebody ticks as the reports ask for. */
  async settle(): Promise<void> {
    this.isSilent = false
    this.failing = []
    this.life.left = Infinity
    for (const end = this.clock.time + 15 * HOUR; this.clock.time < end;) {
      const next = await this.tick(0)
      this.clock.time = Math.max(this.clock.time + 1000, next.getTime())
    }
  }

  private async tick(number: number): Promise<Date> {
    const report = await this.workers[number]?.tick().catch(() => undefined)
    const revoked = (report?.effects ?? []).filter(({ reason }) => reason === 'revoked')
    this.effects.push(...revoked.map((effect) => effect.key))
    return report?.next ?? new Date(this.clock.time + MINUTE)
  }

  private change(which: number, to: 'hold' | 'release' | 'final'): void {
    const [truth, leaf] = [this.truths[which], this.leaves[which]]
    if (truth === undefined || leaf === undefined) return
    const isPossible = { hold: truth.state === 'good', release: truth.state === 'hold', final: truth.state !== 'final' }
    if (!isPossible[to]) return
    const since = Math.floor(this.clock.time / 1000 - 1) * 1000
    const reason = { hold: 'certificateHold', release: 'removeFromCRL', final: 'keyCompromise' } as const
    this.ca.revoke(leaf, { at: new Date(since), reason: reason[to] })
    this.truths[which] = { state: to === 'release' ? 'good' : to, since }
  }

  private async install(
    { certificate }: Pick<TestCertificate, 'certificate'>,
    changes: Partial<CertificateRecord>,
  ): Promise<CertificateRecord> {
    return put(this.storage, bareRecord(0, { ...(await describeRecord(certificate)), ...changes }))
  }

  private worker(): CertificateMonitor {
    const { responder, clock } = this
    const transport: OcspTransport = {
      send: ({ request }) =>
        this.isSilent ? Promise.reject(new OcspTransportError('network', 'down')) : responder.answer(request),
    }
    const sleep = (): Promise<void> => Promise.resolve()
    const notifiers = notifierNames.map((name) => this.notifier(name))
    return monitorOf(mortal(this.storage, this.life), clock, notifiers, { settings, ocsp: { sleep, transport }, sleep })
  }

  private notifier(name: string): Notifier {
    return {
      name,
      send: ({ notices }) => {
        if (this.failing.includes(name)) return Promise.reject(new Error('down'))
        for (const one of notices) {
          if (one.type === 'revocation' && one.status === 'revoked') this.told.push(`${name} ${one.key}`)
        }
        return Promise.resolve()
      },
    }
  }
}

it('OCS-7, OCS-8: in the end every certificate is marked as it is, and everybody knows what is revoked', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 12 }), async (deeds) => {
      const world = await World.make()
      for (const one of deeds) await world.live(one)
      await world.settle()
      const { truths, records, told, effects, deaths } = world
      const marks = (await world.storage.find(records)).map((one) => ('mark' in one ? one.mark : 'gone'))
      expect(marks).toEqual(places.map(({ which }) => (truths[which]?.state === 'good' ? undefined : 'revoked')))
      for (const [i, { which, node, purpose }] of places.entries()) {
        const { state = '', since } = truths[which] ?? {}
        seen.add(state)
        if (state === 'good') continue
        const is = [records[i]?.sha256, node, purpose, 'revoked', since]
        for (const name of notifierNames) expect(told).toContain(`${name} ${JSON.stringify(is)}`)
        expect(effects).toContain(JSON.stringify(['revoke', ...is]))
      }
      // Once, but for a death in between.
      for (const all of [told, effects]) {
        for (const one of new Set(all)) {
          expect(all.filter((other) => other === one).length).toBeLessThanOrEqual(1 + deaths)
        }
      }
    }),
    { numRuns: runsOf(200) },
  )
  expect([...seen].sort()).toEqual(['final', 'good', 'hold'])
})

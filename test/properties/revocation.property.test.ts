// Laws of the status by CRLs, on lists drawn at random: complete and delta, of any scope, current or not.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { allReasons } from '../../src/crl/index.js'
import type { BuiltPath } from '../../src/path/index.js'
import {
  type CrlOptions,
  type RevocationReason,
  type TestCa,
  type TestCertificate,
  type TestCrl,
  testKey,
} from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { after, DAY } from '../support/ocsp.js'
import { at, rootOf } from '../support/paths.js'
import { line, pathOf, statusByCrl } from '../support/revocation.js'

const [here, there, elsewhere] = ['http://crl.example/1.crl', 'http://crl.example/2.crl', 'http://crl.example/3.crl']
const scopes: readonly CrlOptions['issuingDistributionPoint'][] = [
  undefined,
  { distributionPoint: here },
  { distributionPoint: there, onlySomeReasons: ['keyCompromise', 'certificateHold'] },
  { onlySomeReasons: ['superseded', 'certificateHold'] },
  { onlySomeReasons: ['keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'] },
  { onlySomeReasons: ['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'] },
  { onlyContainsUserCerts: true },
  // Others' alone.
  { onlyContainsCACerts: true },
  { distributionPoint: elsewhere },
]
const reasons = ['keyCompromise', 'superseded', 'certificateHold', 'removeFromCRL'] as const

let authority: TestCa
let namesake: TestCa
let leaf: TestCertificate
let path: BuiltPath
beforeAll(async () => {
  const root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority' })
  namesake = await (await rootOf()).issueIntermediate({ name: 'Authority' })
  leaf = await authority.issue({ cRLDistributionPoints: [here, there] })
  path = await pathOf(leaf, root)
})

/** One list: when it is from and until when it holds, in days; of what scope; what it says of the leaf, maybe twice. */
const stated = fc.record({
  from: fc.integer({ min: -60, max: -1 }).map((tenths) => tenths / 10),
  days: fc.constantFrom(1, 3, 8),
  scope: fc.nat({ max: scopes.length - 1 }),
  says: fc.oneof(fc.constant<(typeof reasons)[number][]>([]), fc.subarray([...reasons], { maxLength: 2 })),
  number: fc.nat({ max: 6 }),
  isForged: fc.constantFrom(false, false, false, true),
  base: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 2 }),
})
type Stated = typeof stated extends fc.Arbitrary<infer T> ? T : never

/** An authority issues no two at once, and numbers them in order. */
const history = fc
  .uniqueArray(stated, { selector: ({ from }) => from, maxLength: 6 })
  .map((lists) => lists.sort((a, b) => a.from - b.from).map((one, number) => ({ ...one, number })))
/** Or in any. */
const anyHistory = fc.uniqueArray(stated, { selector: ({ from, number }) => `${from} ${number}`, maxLength: 6 })

const issued = ({ from, days, scope, says, number, isForged, base }: Stated, by: TestCa, more: CrlOptions = {}) => {
  const issuingDistributionPoint = scopes[scope]
  return by.crl({
    ...{ number, thisUpdate: after(from * DAY), nextUpdate: after((from + days) * DAY) },
    entries: says.map((reason) => ({ serialNumber: leaf.serialNumber, revocationDate: after(from * DAY), reason })),
    ...(issuingDistributionPoint && { issuingDistributionPoint }),
    ...(base !== undefined && { delta: { base } }),
    ...(isForged && { signature: 'broken' }),
    ...more,
  })
}

const issueAll = (lists: readonly Stated[], by = authority, more: CrlOptions = {}): Promise<readonly TestCrl[]> =>
  Promise.all(lists.map((one) => issued(one, by, more)))

/** The status without the reasons why it is no other. */
const statusOf = async (crls: readonly TestCrl[]): Promise<string> => {
  const status = line(await statusByCrl(path, crls))
  return status.startsWith('undetermined') ? 'undetermined' : status
}

describe('the status by CRLs', () => {
  it('does not depend on their order, nor on how often each is there', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(anyHistory, fc.infiniteStream(fc.nat()), async (lists, numbers) => {
        const crls = await issueAll(lists)
        const status = await statusOf(crls)
        seen.add(status)
        const shuffled = [...crls, ...crls.slice(1)]
          .map((crl) => ({ crl, place: numbers.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ crl }) => crl)
        expect(await statusOf(shuffled)).toBe(status)
        // Nor do the reasons why it is no other.
        expect(line(await statusByCrl(path, [...crls].reverse()))).toBe(line(await statusByCrl(path, crls)))
      }),
      { numRuns: runsOf(600) },
    )
    expect(seen.size).toBeGreaterThan(3)
  })

  it('is not changed by lists that somebody else has signed', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, anyHistory, async (lists, forgeries) => {
        const crls = await issueAll(lists)
        const forged = [
          ...(await issueAll(forgeries, authority, { signature: 'broken' })),
          ...(await issueAll(forgeries, namesake)),
        ]
        expect(await statusOf([...forged, ...crls])).toBe(await statusOf(crls))
      }),
      { numRuns: runsOf(400) },
    )
  })

  it('is what a list of now says that covers everything, and stays undetermined by lists about others', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom(undefined, ...reasons), async (lists, reason) => {
        const crls = await issueAll(lists)
        const says = reason === undefined ? [] : [reason]
        const now = await issued(
          { from: 0, days: 1, scope: 0, says, number: 9, isForged: false, base: undefined },
          authority,
        )
        const isRevoked = reason !== undefined && reason !== 'removeFromCRL'
        expect(await statusOf([...crls, now])).toBe(isRevoked ? `revoked (${reason})` : 'good')
        const others = await issueAll(lists.map((one) => ({ ...one, scope: scopes.length - 2 + (one.scope % 2) })))
        expect(await statusOf(others)).toBe('undetermined')
      }),
      { numRuns: runsOf(400) },
    )
  })
})

const HOUR = DAY / 24
/** Reasons each of the scopes above covers for the leaf. */
const covered: readonly (readonly string[])[] = scopes.map((scope, i) =>
  i >= scopes.length - 2 ? [] : (scope?.onlySomeReasons ?? allReasons),
)

/** What an authority does, so many hours after what it did before. */
const deed = fc.record({
  hours: fc.integer({ min: 1, max: 20 }),
  act: fc.oneof(
    fc.constantFrom('hold', 'release', 'keyCompromise', 'superseded'),
    fc.record({
      scope: fc.nat({ max: scopes.length - 1 }),
      days: fc.constantFrom(1, 3, 8),
      /** Which of its complete lists of the scope a delta goes by; a complete list for undefined, and where there is none. */
      base: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 2 }),
      isDelivered: fc.constantFrom(true, true, true, false),
    }),
  ),
})

/** A list somebody was given: when it is from and until when it holds, in milliseconds. */
interface Delivered {
  readonly crl: TestCrl
  readonly scope: number
  readonly time: number
  readonly end: number
  readonly base: bigint | undefined
}

/** What has become of the leaf by and by. */
class Truth {
  private readonly states: { readonly time: number; readonly state: string }[] = []

  at(time: number): string {
    return this.states.filter((one) => one.time <= time).at(-1)?.state ?? 'good'
  }

  /** Whether that may happen now: nothing happens after what is final. */
  change(time: number, act: 'hold' | 'release' | 'keyCompromise' | 'superseded'): string | undefined {
    const now = this.at(time)
    const isFinal = now !== 'good' && now !== 'certificateHold'
    if (isFinal || (act === 'hold' && now !== 'good') || (act === 'release' && now !== 'certificateHold'))
      return undefined
    const state = act === 'hold' ? 'certificateHold' : act === 'release' ? 'good' : act
    this.states.push({ time, state })
    return state
  }
}

describe('an honest authority', () => {
  it('is believed: what it has revoked for good is, what it has not is not, as far as its lists tell', async () => {
    const seen = new Set<string>()
    const root = await rootOf()
    const key = await testKey('p256', 'honest')
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 14 }), async (deeds) => {
        let time = at.getTime() - deeds.reduce((sum, { hours }) => sum + hours, 0) * HOUR
        const authority = await root.issueIntermediate({ name: 'Authority', key })
        const leaf = await authority.issue({ cRLDistributionPoints: [here, there] })
        const truth = new Truth()
        const lists: Delivered[] = []
        const complete: { readonly scope: number; readonly number: bigint }[] = []
        for (const { hours, act } of deeds) {
          if (typeof act === 'string') {
            const state = truth.change(time, act)
            const reason = state === 'good' ? 'removeFromCRL' : (state as RevocationReason | undefined)
            if (reason !== undefined) authority.revoke(leaf, { at: new Date(time), reason })
          } else {
            const { scope, days } = act
            const end = time + days * DAY
            const bases = complete.filter((one) => one.scope === scope)
            const base = act.base === undefined ? undefined : bases.at(act.base % Math.max(bases.length, 1))?.number
            const issuingDistributionPoint = scopes[scope]
            const crl = await authority.crl({
              ...{ thisUpdate: new Date(time), nextUpdate: new Date(end) },
              ...(issuingDistributionPoint && { issuingDistributionPoint }),
              ...(base !== undefined && { delta: { base } }),
            })
            if (base === undefined) complete.push({ scope, number: crl.number })
            if (act.isDelivered) lists.push({ crl, scope, time, end, base })
          }
          time += hours * HOUR
        }
        const path = await pathOf(leaf, root)
        const status = line(
          await statusByCrl(
            path,
            lists.map(({ crl }) => crl),
          ),
        )
        const kind = status.replace(/:.*/, '')

        // What is delivered says how things were at some time: a complete list, or a delta with a complete list it updates.
        const told = lists.filter(
          ({ base, scope, crl }) =>
            base === undefined ||
            lists.some(
              (one) =>
                one.base === undefined && one.scope === scope && one.crl.number >= base && one.crl.number < crl.number,
            ),
        )
        const current = told.filter(({ end }) => end >= at.getTime())
        const newest = allReasons.map((reason) =>
          Math.max(...current.filter(({ scope }) => covered[scope]?.includes(reason)).map((one) => one.time)),
        )
        const since = Math.min(...newest)
        const now = truth.at(at.getTime())
        const isFinal = now !== 'good' && now !== 'certificateHold'
        const final = told.find((one) => covered[one.scope]?.includes(now) === true && truth.at(one.time) === now)
        // Of some reasons a delta tells without one what has become final for another (RFC 5280 §5.2.4 (c)).
        const named = status.replace('unspecified', isFinal ? now : '')
        seen.add(named.replace(/:.*/, ''))
        if (isFinal && final !== undefined) expect(named).toBe(`revoked (${now})`)
        if (kind === 'undetermined') expect(since).toBe(-Infinity)
        else if (kind === 'good') {
          expect(since).toBeGreaterThan(-Infinity)
          for (const [i, reason] of allReasons.entries()) expect(truth.at(newest[i] ?? NaN)).not.toBe(reason)
        } else if (kind === 'revoked (certificateHold)') {
          expect(current.some((one) => one.time >= since && truth.at(one.time) === 'certificateHold')).toBe(true)
        } else expect(named).toBe(`revoked (${now})`)
        const isSteady = current.every((one) => one.time < since || truth.at(one.time) === now)
        if (since > -Infinity && truth.at(since) === now && isSteady) {
          expect(named).toBe(now === 'good' ? 'good' : `revoked (${now})`)
        }
      }),
      { numRuns: runsOf(600) },
    )
    expect([...seen].sort()).toEqual([
      'good',
      'revoked (certificateHold)',
      'revoked (keyCompromise)',
      'revoked (superseded)',
      'undetermined',
    ])
  })
})

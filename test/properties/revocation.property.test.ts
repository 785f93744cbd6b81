// Laws of the status by CRLs, on lists drawn at random: complete and delta, of any scope, current or not.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BuiltPath } from '../../src/path/index.js'
import type { CrlOptions, TestCa, TestCertificate, TestCrl } from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { after, DAY } from '../support/ocsp.js'
import { rootOf } from '../support/paths.js'
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

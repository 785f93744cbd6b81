// What holds of the status of a certificate whatever CRLs there are: complete and delta, of any scope, current or not.

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
  { onlyContainsUserCerts: true },
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

/** One list: when it is from and until when it holds, in days; of what scope; what it says of the leaf. */
const stated = fc.record({
  from: fc.integer({ min: -60, max: -1 }).map((tenths) => tenths / 10),
  days: fc.constantFrom(1, 3, 8),
  scope: fc.nat({ max: scopes.length - 1 }),
  reason: fc.option(fc.constantFrom(...reasons), { nil: undefined }),
  base: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 2 }),
})
type Stated = typeof stated extends fc.Arbitrary<infer T> ? T : never

/** An authority numbers its lists as it issues them, and issues no two at once. */
const history = fc
  .uniqueArray(stated, { selector: ({ from }) => from, maxLength: 6 })
  .map((lists) => lists.sort((a, b) => a.from - b.from))

const issued = ({ from, days, scope, reason, base }: Stated, number: number, by: TestCa, more: CrlOptions = {}) => {
  const issuingDistributionPoint = scopes[scope]
  return by.crl({
    ...{ number, thisUpdate: after(from * DAY), nextUpdate: after((from + days) * DAY) },
    entries:
      reason === undefined ? [] : [{ serialNumber: leaf.serialNumber, revocationDate: after(from * DAY), reason }],
    ...(issuingDistributionPoint && { issuingDistributionPoint }),
    ...(base !== undefined && { delta: { base } }),
    ...more,
  })
}

const issueAll = (lists: readonly Stated[], by = authority, more: CrlOptions = {}): Promise<readonly TestCrl[]> =>
  Promise.all(lists.map((one, number) => issued(one, number, by, more)))

/** The status without the reasons why it is no other. */
const statusOf = async (crls: readonly TestCrl[]): Promise<string> => {
  const status = line(await statusByCrl(path, crls))
  return status.startsWith('undetermined') ? 'undetermined' : status
}

describe('the status by CRLs', () => {
  it('does not depend on their order, nor on how often each is there', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (lists, numbers) => {
        const crls = await issueAll(lists)
        const status = await statusOf(crls)
        seen.add(status)
        const shuffled = [...crls, ...crls.slice(1)]
          .map((crl) => ({ crl, place: numbers.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ crl }) => crl)
        expect(await statusOf(shuffled)).toBe(status)
      }),
      { numRuns: runsOf(400) },
    )
    expect(seen.size).toBeGreaterThan(3)
  })

  it('is not changed by lists that somebody else has signed', async () => {
    await fc.assert(
      fc.asyncProperty(history, history, async (lists, forgeries) => {
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
        const now = await issued({ from: 0, days: 1, scope: 0, reason, base: undefined }, 9, authority)
        const isRevoked = reason !== undefined && reason !== 'removeFromCRL'
        expect(await statusOf([...crls, now])).toBe(isRevoked ? `revoked (${reason})` : 'good')
        const others = await issueAll(lists.map((one) => ({ ...one, scope: 5 + (one.scope % 2) })))
        expect(await statusOf(others)).toBe('undetermined')
      }),
      { numRuns: runsOf(400) },
    )
  })
})

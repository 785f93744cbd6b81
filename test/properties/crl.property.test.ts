// Laws of CRLs: hostile bytes end in a list or a ParseError, and lookups agree with a walk.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { equalBytes } from '../../src/base/bytes.js'
import { ParseError } from '../../src/base/errors.js'
import { parseCertificateList } from '../../src/crl/index.js'
import { integer } from '../../src/der/writer.js'
import type { BuiltPath } from '../../src/path/index.js'
import type { TestCa, TestCertificate } from '../../src/testkit/index.js'
import { after, DAY } from '../support/ocsp.js'
import { crlEntry, makeCrl } from '../support/make-crl.js'
import { mutationsOf } from '../support/mutation.js'
import { rootOf } from '../support/paths.js'
import { line, pathOf, statusByCrl } from '../support/revocation.js'

let root: TestCa
let authority: TestCa
let leaf: TestCertificate
let path: BuiltPath
beforeAll(async () => {
  root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority' })
  leaf = await authority.issue()
  path = await pathOf(leaf, root)
})

/** Runs `read`; anything thrown but a ParseError fails the property. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return undefined
    throw error
  }
}

const entriesOf = (...reasons: readonly ('keyCompromise' | 'certificateHold' | 'removeFromCRL')[]) =>
  reasons.map((reason) => ({ serialNumber: leaf.serialNumber, revocationDate: after(-DAY), reason }))

describe('hostile bytes', () => {
  it('end in a list or a ParseError, and a list in a status', async () => {
    const scope = { distributionPoint: 'http://a/', onlyContainsUserCerts: true, indirectCRL: true }
    const entries = [
      { serialNumber: 1n, revocationDate: after(0), certificateIssuer: 'Other' },
      ...entriesOf('keyCompromise'),
    ]
    const seeds = await Promise.all([
      authority.crl(),
      authority.crl({ entries: entriesOf('certificateHold') }),
      authority.crl({ entries, issuingDistributionPoint: scope }),
      authority.crl({ delta: { base: 1 }, entries: entriesOf('removeFromCRL') }),
    ])
    const { serialNumberBytes } = leaf.certificate
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(mutationsOf(seeds.map(({ der }) => der)), fc.uint8Array({ maxLength: 100 })),
        async (der) => {
          const list = attempt(() => parseCertificateList(der))
          if (list === undefined) return
          attempt(() => list.revocationsOf(serialNumberBytes))
          attempt(() => [...list.entries()])
          attempt(() => list.signatureAlgorithm)
          attempt(() => [list.crlNumber, list.baseCRLNumber])
          attempt(() => list.issuingDistributionPoint)
          attempt(() => [list.authorityKeyIdentifier, list.freshestCRL])
          const [seed] = seeds
          // What was changed is no longer signed, and takes nothing from what is.
          const lists = [{ ...seed, der: list.der }, seed]
          expect(line(await statusByCrl(path, lists))).toMatch(/^(good|revoked)/)
          const alone = await statusByCrl(path, lists.slice(0, 1))
          if (alone.status === 'good') expect(seeds.some((one) => equalBytes(one.der, list.der))).toBe(true)
        },
      ),
      { numRuns: 1500 },
    )
  })
})

describe('lookups', () => {
  it('agree with a walk through the list', () => {
    const serial = fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt({ min: 0n, max: 2n ** 160n }))
    fc.assert(
      fc.property(fc.array(serial, { maxLength: 60 }), fc.array(serial, { maxLength: 10 }), (listed, asked) => {
        const list = parseCertificateList(makeCrl({ entries: listed.map((one) => crlEntry(integer(one))) }))
        const walked = [...list.entries()]
        expect(walked.map(({ serialNumberBytes }) => serialNumberBytes)).toEqual(
          listed.map((one) => integer(one).subarray(2)),
        )
        for (const one of [...listed, ...asked]) {
          const bytes = integer(one).subarray(2)
          expect(list.revocationsOf(bytes)).toEqual(
            walked.filter(({ serialNumberBytes }) => equalBytes(serialNumberBytes, bytes)),
          )
        }
      }),
      { numRuns: 500 },
    )
  })
})

// The builder against all the paths there are: whatever authorities have signed each other, it finds one exactly where
// one of them is valid, and the one it finds is among them.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { runtimeCrypto } from '../../src/crypto/index.js'
import { factsOf } from '../../src/path/certificate-facts.js'
import { checkPath } from '../../src/path/check-path.js'
import { createTrustAnchors, rfc5280, type TrustAnchors, validatePath } from '../../src/path/index.js'
import { Budget, defaultPathLimits } from '../../src/path/limits.js'
import { Search } from '../../src/path/search.js'
import { type AuthorityOptions, type TestCa, testKey } from '../../src/testkit/index.js'
import type { Certificate } from '../../src/x509/index.js'
import { runsOf } from '../support/extent.js'
import { at, rootOf } from '../support/paths.js'

/** Authorities by name and key: three names, two of them with two keys, and one key under two names. */
const identities = [
  { name: 'A', key: 'one' },
  { name: 'A', key: 'two' },
  { name: 'B', key: 'three' },
  { name: 'B', key: 'four' },
  { name: 'C', key: 'five' },
  { name: 'C', key: 'one' },
]

const day = 86_400_000
/** What may be wrong with a certificate, or narrow what stands below it. */
const flaws: Readonly<Record<string, AuthorityOptions>> = {
  none: {},
  expired: { notAfter: new Date(at.getTime() - day) },
  'no authority': { basicConstraints: {} },
  'length 0': { pathLenConstraint: 0 },
  'length 1': { pathLenConstraint: 1 },
  'other purpose': { extendedKeyUsage: ['clientAuth'] },
  'other names': { nameConstraints: { permitted: { dns: ['other.example'] } } },
  'no signing': { keyUsage: ['cRLSign'] },
  broken: { signature: 'broken' },
  'no identifiers': { without: ['authorityKeyIdentifier', 'subjectKeyIdentifier'] },
}

const member = fc.nat({ max: identities.length - 1 })
const flaw = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('none', 'none', 'no identifiers') },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(flaws)) },
)
const signed = fc.record({ by: member, whom: member, flaw })
const question = { profile: rfc5280, purpose: ['serverAuth'] as const, peerName: { dns: 'www.example' } }

let authorities: readonly TestCa[]
beforeAll(async () => {
  authorities = await Promise.all(
    identities.map(async ({ name, key }) => rootOf({ name, key: await testKey('p256', `every path ${key}`) })),
  )
})
const authority = (index: number): TestCa => authorities[index] as TestCa

/** Whether the path, target first, is valid below an anchor of the set. */
async function isValid(path: readonly Certificate[], anchors: TrustAnchors): Promise<boolean> {
  const [target, top] = [path[0], path.at(-1)]
  if (target === undefined || top === undefined) return false
  for (const anchor of anchors.anchorsNamed(top.issuer)) {
    const asked = {
      ...{ ...question, at: at.getTime(), keyUsage: [], policies: {}, maxChainDepth: Infinity },
      ...{ publicSuffixes: undefined, crypto: runtimeCrypto },
    }
    const search = new Search(asked, new Budget({ ...defaultPathLimits, signatureChecks: 10_000 }), target)
    if ((await checkPath(search, path.map(factsOf), anchor)).findings.length === 0) return true
  }
  return false
}

/** A certificate, whose it is and who has signed it. */
interface Made {
  readonly certificate: Certificate
  readonly whom: number
  readonly by: number
}

/** Whether the signature can be the other's, as far as names and keys go: all that are left out here are invalid. */
const isAbove = (upper: Made, lower: Made): boolean =>
  identities[upper.whom]?.name === identities[lower.by]?.name &&
  identities[upper.whom]?.key === identities[lower.by]?.key

/** Every valid path that goes on from this one, each certificate at most once. */
async function validPaths(
  path: readonly Made[],
  pool: readonly Made[],
  anchors: TrustAnchors,
): Promise<readonly (readonly Certificate[])[]> {
  const certificates = path.map(({ certificate }) => certificate)
  const found = (await isValid(certificates, anchors)) ? [certificates] : []
  const above = pool.filter((one) => !path.includes(one) && path.slice(-1).every((lower) => isAbove(one, lower)))
  const further = await Promise.all(above.map((one) => validPaths([...path, one], pool, anchors)))
  return [...found, ...further.flat()]
}

describe('a path is found', () => {
  it('exactly where there is one, among all that can be built (RFC 4158 §2.4.2)', async () => {
    const counts = { valid: 0, refused: 0, long: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(signed, { minLength: 4, maxLength: 10, size: 'max' }),
        // Whom the target is from, who is trusted.
        fc.uniqueArray(member, { minLength: 2, maxLength: 3 }),
        async (all, [issuer = 0, ...trusted]) => {
          const pool: Made[] = []
          for (const { by, whom, flaw: wrong } of all) {
            const { certificate } = await authority(by).crossSign(authority(whom), flaws[wrong])
            pool.push({ certificate, by, whom })
          }
          const { certificate } = await authority(issuer).issue({ dns: ['www.example'] })
          const anchors = createTrustAnchors(trusted.map((index) => authority(index).certificate))
          const paths = await validPaths([{ certificate, by: issuer, whom: -1 }], pool, anchors)
          const intermediates = pool.map((one) => one.certificate)
          const verdict = await validatePath({ certificate, intermediates, anchors, at, ...question })
          expect(verdict.ok).toBe(paths.length > 0)
          if (verdict.ok) expect(paths).toContainEqual(verdict.path)
          else expect(verdict.findings.length).toBeGreaterThan(0)
          counts[verdict.ok ? 'valid' : 'refused']++
          if (verdict.ok && verdict.path.length > 2) counts.long++
        },
      ),
      { numRuns: runsOf(1000) },
    )
    expect(Math.min(counts.valid, counts.refused, counts.long)).toBeGreaterThan(0)
  })
})

// Path building (RFC 4158): from unordered, repeated, cross-signed and cyclic certificates to a path, or to why there is none.

import { describe, expect, it } from 'vitest'
import { type CryptoProvider, runtimeCrypto } from '../../src/crypto/index.js'
import {
  createCertificatePool,
  createTrustAnchors,
  type IssuerSource,
  type PathRequest,
  type PathVerdict,
  rfc5280Section6,
  validatePath,
} from '../../src/path/index.js'
import {
  generateTestKey,
  type IssuedCertificate,
  type TestCa,
  type TestCertificate,
  testKey,
} from '../../src/testkit/index.js'
import { at, authorities, codesOf, rootOf } from '../support/paths.js'

interface Given extends Omit<PathRequest, 'certificate' | 'intermediates' | 'anchors' | 'at'> {
  readonly target: IssuedCertificate
  readonly pool?: readonly IssuedCertificate[]
  readonly anchors: readonly IssuedCertificate[]
}

const build = ({ target, pool = [], anchors, ...question }: Given): Promise<PathVerdict> =>
  validatePath({
    certificate: target.certificate,
    intermediates: pool.map(({ certificate }) => certificate),
    anchors: createTrustAnchors(anchors.map(({ certificate }) => certificate)),
    at,
    ...question,
  })

const lastOf = <T>(list: readonly [T, ...T[]]): T => list.at(-1) ?? list[0]

describe('the builder', () => {
  it('takes intermediates in any order, repeated, among strangers, or as a pool made once', async () => {
    const chain = await authorities({}, {}, {})
    const target = await lastOf(chain).issue()
    const strangers = await authorities({ name: 'Strange' }, { name: 'Stranger' })
    const [root, ...rest] = chain
    for (const pool of [
      rest,
      [...rest].reverse(),
      [...rest, ...rest, ...rest],
      [...strangers, ...rest, root, target],
    ]) {
      expect(codesOf(await build({ target, pool, anchors: [root] }))).toEqual(['valid'])
      const certificates = createCertificatePool(pool.map(({ certificate }) => certificate))
      const request = { certificate: target.certificate, anchors: [root.certificate], at }
      expect(codesOf(await validatePath({ ...request, intermediates: certificates }))).toEqual(['valid'])
    }
  })

  it('says which issuer is missing', async () => {
    const [root, upper = root, lower = root] = await authorities({}, {}, {})
    const target = await lower.issue()
    const verdict = await build({ target, pool: [lower], anchors: [root] })
    expect(verdict.ok ? [] : verdict.findings).toMatchObject([
      { code: 'issuer-not-found', certificate: lower.certificate },
    ])
    const identifier = Buffer.from(upper.certificate.subjectKeyIdentifier ?? []).toString('hex')
    expect(verdict.ok ? '' : verdict.findings[0]?.message).toBe(
      `no certificate or anchor of its issuer CN=Intermediate 1 with the key identifier ${identifier} is at hand`,
    )
  })

  it('says which root is not trusted, and trusts none because it is in the pool', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const other = await rootOf({ name: 'Other' })
    const target = await intermediate.issue()
    const verdict = await build({ target, pool: [intermediate, root], anchors: [other] })
    expect(verdict.ok ? [] : verdict.findings).toMatchObject([
      { code: 'untrusted-root', certificate: root.certificate },
    ])
    expect(codesOf(await build({ target: root, anchors: [other] }))).toEqual(['untrusted-root'])
    expect(codesOf(await build({ target: root, pool: [root], anchors: [] }))).toEqual(['untrusted-root'])
  })

  it('comes back from an issuer of the same name with another key', async () => {
    const root = await rootOf()
    const [right, wrong] = [await root.issueIntermediate({ name: 'CA' }), await root.issueIntermediate({ name: 'CA' })]
    for (const without of [[], ['authorityKeyIdentifier']] as const) {
      const target = await right.issue({ without })
      for (const pool of [
        [right, wrong],
        [wrong, right],
      ]) {
        const verdict = await build({ target, pool, anchors: [root], profile: rfc5280Section6 })
        expect(verdict.ok && verdict.path[1]).toBe(right.certificate)
      }
    }
  })

  it('does not go by key identifiers that lie', async () => {
    const root = await rootOf()
    const [right, wrong] = [await root.issueIntermediate({ name: 'CA' }), await root.issueIntermediate({ name: 'CA' })]
    const target = await right.issue({
      authorityKeyIdentifier: wrong.certificate.subjectKeyIdentifier ?? new Uint8Array(),
    })
    expect(codesOf(await build({ target, pool: [wrong, right], anchors: [root] }))).toEqual(['valid'])
    const odd = await right.issue({ authorityKeyIdentifier: Uint8Array.of(1) })
    expect(codesOf(await build({ target: odd, pool: [wrong, right], anchors: [root] }))).toEqual(['valid'])
  })

  it('tries the likeliest first: without faults, with the key identifier, and what is valid longest', async () => {
    /** How many signatures it takes to find a path; the answer does not depend on it. */
    const checksOf = async (given: Given): Promise<number> => {
      let checks = 0
      const crypto: CryptoProvider = {
        ...runtimeCrypto,
        verify: (...asked) => {
          checks++
          return runtimeCrypto.verify(...asked)
        },
      }
      expect(codesOf(await build({ ...given, crypto }))).toEqual(['valid'])
      return checks
    }
    const [first, second, third] = await Promise.all([rootOf(), rootOf(), rootOf()])
    const target = await second.issue()
    for (const anchors of [
      [first, second, third],
      [third, first, second],
      [second, third, first],
    ]) {
      expect(await checksOf({ target, anchors })).toBe(1)
    }
    const name = 'Authority'
    const right = await first.issueIntermediate({ name })
    const wrong = await Promise.all([1, 2].map(() => first.issueIntermediate({ name })))
    const below = await right.issue()
    expect(await checksOf({ target: below, pool: [...wrong, right], anchors: [first] })).toBe(2)
    // Copies of one are one candidate, and leave the limit to the others.
    const copies = Array.from({ length: 20 }, () => wrong).flat()
    const limited = { target: below, pool: [...copies, right], anchors: [first], limits: { candidates: 3 } }
    expect(await checksOf(limited)).toBe(2)
    // Both certify the key: which of them stands on the path costs the same, and is told by it.
    const longer = await first.crossSign(right, { notAfter: new Date('2046-01-01T00:00:00Z') })
    const expired = await first.crossSign(right, { notAfter: new Date('2026-05-01T00:00:00Z') })
    for (const pool of [
      [expired, right, longer],
      [longer, right, expired],
    ]) {
      const verdict = await build({ target: below, pool, anchors: [first] })
      expect(verdict.ok && verdict.path[1]?.equals(longer.certificate)).toBe(true)
    }
    // One with a fault lasts as long as it likes.
    const faulty = await first.crossSign(right, { notAfter: new Date('2047-01-01T00:00:00Z'), serialNumber: 0n })
    const stepsOf = async (pool: readonly IssuedCertificate[]): Promise<number> => {
      for (let buildSteps = 1; ; buildSteps++) {
        if ((await build({ target: below, pool, anchors: [first], limits: { buildSteps } })).ok) return buildSteps
      }
    }
    expect(await stepsOf([faulty, right])).toBe(await stepsOf([right]))
  })

  it('tries every certificate of an authority until one leads to an anchor', async () => {
    const [trusted, untrusted] = [await rootOf({ name: 'Trusted' }), await rootOf({ name: 'Untrusted' })]
    const authority = await untrusted.issueIntermediate({ name: 'CA' })
    const crosses = [
      await trusted.crossSign(authority, { notAfter: new Date('2026-05-01T00:00:00Z') }),
      await trusted.crossSign(authority, { basicConstraints: {} }),
      await trusted.crossSign(authority, { nameConstraints: { permitted: { dns: ['other.test'] } } }),
      await trusted.crossSign(authority, { extendedKeyUsage: ['clientAuth'] }),
      await trusted.crossSign(authority, { keyUsage: ['cRLSign'] }),
      await trusted.crossSign(authority, { signature: 'broken' }),
      await trusted.crossSign(authority, { extensions: [{ oid: '1.2.3', critical: true, value: new Uint8Array() }] }),
    ]
    const target = await authority.issue()
    const pool = [authority, ...crosses]
    const question = { target, anchors: [trusted], purpose: ['serverAuth'] }
    const verdict = await build({ ...question, pool })
    expect(verdict.ok).toBe(false)
    const codes = verdict.ok ? [] : verdict.attempts.flatMap(({ findings }) => findings.map(({ code }) => code))
    expect([...new Set(codes)].sort()).toEqual([
      'certificate-signing-refused',
      'certificate-signing-without-authority',
      'critical-extension-unknown',
      'expired',
      'extended-key-usage-nesting',
      'name-constraint-violated',
      'not-an-authority',
      'signature-invalid',
    ])
    expect(codes.length).toBeGreaterThanOrEqual(crosses.length)
    const good = await trusted.crossSign(authority)
    for (const all of [
      [...pool, good],
      [good, ...pool],
    ]) {
      const built = await build({ ...question, pool: all })
      expect(built.ok && built.path[1]).toBe(good.certificate)
    }
  })

  it('lists what it refused in the order it tried: the anchor’s signature, a whole path, a link', async () => {
    const [root, namesake] = [await rootOf({ nameConstraints: { permitted: { dns: ['other.test'] } } }), await rootOf()]
    const authority = await root.issueIntermediate({ name: 'CA' })
    const wrong = await root.issueIntermediate({ name: 'CA' })
    const target = await authority.issue({ subjectAltName: { dns: ['www.example.test'] } })
    const given = { target, pool: [wrong, authority], anchors: [namesake, root] }
    const verdict = await build(given)
    const attempts = verdict.ok ? [] : verdict.attempts
    expect(
      attempts.map(({ path, anchor, findings }) => [
        path.map((one) => (one === authority.certificate ? 'CA' : one === wrong.certificate ? 'wrong' : 'target')),
        anchor?.certificate === root.certificate ? 'root' : anchor && 'namesake',
        findings.map(({ code }) => code),
      ]),
    ).toEqual([
      [['target', 'CA'], 'root', ['name-constraint-violated']],
      [['target', 'CA'], 'namesake', ['signature-invalid']],
      [['target', 'wrong'], undefined, ['signature-invalid']],
    ])
    const short = await build({ ...given, limits: { attempts: 1 } })
    expect(short.ok ? {} : short).toMatchObject({ attemptsDropped: 2, attempts: [{ findings: [{}] }] })
  })

  it('goes through cycles of authorities that have signed each other, and ends where they lead nowhere', async () => {
    const root = await rootOf()
    const cas: TestCa[] = []
    for (const name of ['A', 'B', 'C']) cas.push(await rootOf({ name }))
    const crosses: TestCertificate[] = []
    for (const issuer of cas)
      for (const subject of cas) if (issuer !== subject) crosses.push(await issuer.crossSign(subject))
    const [a, , c] = cas
    if (a === undefined || c === undefined) throw new TypeError('three authorities')
    const target = await a.issue()
    const nowhere = await build({ target, pool: crosses, anchors: [root] })
    expect(codesOf(nowhere)).toEqual(['issuer-not-found'])
    const bridge = await root.crossSign(c)
    const built = await build({ target, pool: [...crosses, bridge], anchors: [root] })
    expect(built.ok && built.path.at(-1)).toBe(bridge.certificate)
  })

  it('never lets the same subject, key and names stand on a path twice (RFC 4158 §5.2)', async () => {
    const key = await testKey('p256', 'circle')
    const self = await rootOf({ name: 'Circle', key })
    const again = await self.issueIntermediate({ name: 'Circle', key })
    const named = await self.issueIntermediate({ name: 'Circle', key, dns: ['circle.example'] })
    const target = await self.issue()
    const longest = async (...pool: readonly IssuedCertificate[]): Promise<number> => {
      const verdict = await build({ target, pool, anchors: [await rootOf()] })
      if (verdict.ok) return 0
      return Math.max(...verdict.attempts.map(({ path }) => path.length), verdict.best.path.length)
    }
    expect(await longest(self, again, self, again)).toBe(2)
    expect(await longest(self, named, self, named)).toBe(3)
  })

  it('finds authorities of one key under several names, and of one name under several keys', async () => {
    const key = await generateTestKey()
    const root = await rootOf({ key })
    const same = await root.issueIntermediate({ name: 'Same Key', key })
    const target = await same.issue()
    expect(codesOf(await build({ target, pool: [same], anchors: [root] }))).toEqual(['valid'])
    const renewed = await root.issueIntermediate({ name: 'Root' })
    const below = await renewed.issue()
    expect(codesOf(await build({ target: below, pool: [renewed], anchors: [root] }))).toEqual(['valid'])
  })

  it('tries an anchor of the name of an intermediate, and the intermediate all the same', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const impostor = await rootOf({ name: 'Intermediate 1' })
    const target = await intermediate.issue()
    const verdict = await build({ target, pool: [intermediate], anchors: [impostor, root] })
    expect(verdict.ok && verdict.anchor.certificate).toBe(root.certificate)
  })

  it('does not take an anchor’s name for its signature', async () => {
    const [trusted, impostor] = [await rootOf(), await rootOf()]
    const target = await impostor.issue()
    for (const pool of [[], [impostor], [trusted, impostor]]) {
      expect((await build({ target, pool, anchors: [trusted] })).ok).toBe(false)
    }
  })

  it('shows the path its anchor signed before one that only has its name', async () => {
    const [old, current] = [await rootOf(), await rootOf({ notAfter: new Date('2026-05-31T00:00:00Z') })]
    const target = await current.issue({ notAfter: new Date('2027-01-01T00:00:00Z') })
    const verdict = await build({ target, anchors: [old, current] })
    expect(codesOf(verdict)).toEqual(['expired'])
    expect(verdict.ok ? undefined : verdict.best.anchor?.certificate).toBe(current.certificate)
  })

  it('shows what is wrong on the way to an anchor before a way that leads nowhere', async () => {
    const [trusted, untrusted] = [await rootOf({ name: 'Trusted' }), await rootOf({ name: 'Untrusted' })]
    const authority = await untrusted.issueIntermediate({ name: 'CA' })
    const late = { notAfter: new Date('2026-05-31T00:00:00Z') }
    const [expired, target] = [await trusted.crossSign(authority, late), await authority.issue()]
    for (const pool of [
      [authority, expired],
      [untrusted, expired, authority],
    ]) {
      const verdict = await build({ target, pool, anchors: [trusted] })
      expect(codesOf(verdict)).toEqual(['expired'])
      expect(verdict.ok ? undefined : verdict.best.anchor?.certificate).toBe(trusted.certificate)
    }
  })

  it('shows what is wrong where there is one way only', async () => {
    const [root, intermediate = root] = await authorities({}, { notAfter: new Date('2026-05-31T00:00:00Z') })
    const target = await intermediate.issue({ notAfter: new Date('2027-01-01T00:00:00Z') })
    const verdict = await build({ target, pool: [intermediate], anchors: [root] })
    expect(codesOf(verdict)).toEqual(['expired'])
    expect(verdict.ok ? [] : verdict.best.path).toEqual([target.certificate, intermediate.certificate])
  })
})

describe('a source of issuers', () => {
  const sourceOf = (all: readonly IssuedCertificate[]): IssuerSource & { readonly asked: string[] } => {
    const asked: string[] = []
    return {
      asked,
      issuersOf: async (certificate) => {
        asked.push(certificate.subject.toString())
        return all.map((one) => one.certificate)
      },
    }
  }

  it('is asked where nothing at hand leads on, once for each certificate', async () => {
    const chain = await authorities({}, {}, {})
    const [root, upper = root, lower = root] = chain
    const target = await lower.issue()
    const issuers = sourceOf([lower, upper])
    expect(codesOf(await build({ target, anchors: [root], issuers }))).toEqual(['valid'])
    expect(issuers.asked).toEqual(['CN=leaf.example', 'CN=Intermediate 2'])
    const unasked = sourceOf([])
    expect(codesOf(await build({ target, pool: [lower, upper], anchors: [root], issuers: unasked }))).toEqual(['valid'])
    expect(unasked.asked).toEqual([])
  })

  it('is not trusted: what it gives is checked, and what has another name is left out', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const [other] = await authorities({ name: 'Other' })
    const impostor = await other.issueIntermediate({ name: 'Intermediate 1' })
    const target = await intermediate.issue()
    const issuers = sourceOf([other, impostor, target, root])
    expect((await build({ target, anchors: [root], issuers })).ok).toBe(false)
    expect(
      codesOf(await build({ target, anchors: [root], issuers: sourceOf([impostor, other, intermediate]) })),
    ).toEqual(['valid'])
  })

  it('cannot slip in an authority of another name that has the issuer’s key (RFC 5280 §6.1.3 (a) (4))', async () => {
    const key = await testKey('p256', 'two names')
    const root = await rootOf()
    const [named, other] = [await rootOf({ name: 'A', key }), await root.issueIntermediate({ name: 'B', key })]
    const target = await named.issue()
    expect(codesOf(await build({ target, anchors: [root], issuers: sourceOf([other]) }))).toEqual(['issuer-not-found'])
    const request = { certificate: target.certificate, anchors: [root.certificate], at }
    const verdict = await validatePath({ ...request, intermediates: { named: () => [other.certificate] } })
    expect(codesOf(verdict)).toEqual(['issuer-not-found'])
  })

  it('that fails is a finding', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const failing: readonly IssuerSource[] = [
      { issuersOf: () => Promise.reject(new Error('unreachable')) },
      {
        issuersOf: () => {
          throw new Error('unreachable')
        },
      },
    ]
    for (const issuers of failing) {
      const verdict = await build({ target: await intermediate.issue(), anchors: [root], issuers })
      expect(codesOf(verdict)).toEqual(['issuer-not-found', 'issuer-source-failed'])
    }
  })

  it('is asked no more often than the limit allows, and is not missed where it is not needed', async () => {
    const [root, upper = root, lower = root] = await authorities({}, {}, {})
    const target = await lower.issue()
    const issuers = sourceOf([lower, upper])
    const limited = await build({ target, anchors: [root], issuers, limits: { issuerFetches: 1 } })
    expect(codesOf(limited)).toContain('budget-exceeded')
    expect(issuers.asked).toHaveLength(1)
    // A dead end asks first; the way through the pool is found none the less.
    const stray = await (await rootOf({ name: 'Elsewhere' })).crossSign(lower)
    const pool = [stray, lower, upper]
    const found = await build({ target, pool, anchors: [root], issuers: sourceOf([]), limits: { issuerFetches: 0 } })
    expect(codesOf(found)).toEqual(['valid'])
  })
})

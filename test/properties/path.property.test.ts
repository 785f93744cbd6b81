// Laws of path validation, on infrastructures drawn at random: the builder against an exhaustive search, flipped bits,
// order and repetition, strangers; and openssl verify on the same certificates.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { runtimeCrypto } from '../../src/crypto/index.js'
import { type CertificateFacts, factsOf } from '../../src/path/certificate-facts.js'
import { checkPath } from '../../src/path/check-path.js'
import {
  appliance,
  createTrustAnchors,
  explain,
  type PathProfile,
  type PathVerdict,
  rfc5280,
  rfc5280Section6,
  validatePath,
  webpki,
} from '../../src/path/index.js'
import { Budget, defaultPathLimits } from '../../src/path/limits.js'
import { ANY_POLICY } from '../../src/path/policy-graph.js'
import { Search } from '../../src/path/search.js'
import { type IssuedCertificate } from '../../src/testkit/index.js'
import { type Certificate, parseCertificate } from '../../src/x509/index.js'
import { runsOf, within } from '../support/extent.js'
import { temporaryDirectory } from '../support/openssl.js'
import { at, authorities, rootOf } from '../support/paths.js'
import { chainPlan, issueChain } from '../support/random-chain.js'
import { issuePki, type PkiPlan, pkiPlan, type RandomPki } from '../support/random-pki.js'
import { tool } from '../support/tools.js'

interface Question {
  readonly profile: PathProfile
  readonly policies: { readonly explicitPolicy: 'required' | 'optional'; readonly initialPolicySet: readonly string[] }
  readonly maxChainDepth: number
}

const question: fc.Arbitrary<Question> = fc.record({
  profile: fc.constantFrom(rfc5280, rfc5280Section6),
  policies: fc.record({
    explicitPolicy: fc.constantFrom('required', 'optional', 'optional'),
    initialPolicySet: fc.constantFrom(['2.5.29.32.0'], ['2.5.29.32.0'], ['1.2.120']),
  }),
  maxChainDepth: fc.constantFrom(1, 2, Infinity),
})

/** The exhaustive search stays small with it. */
const limits = { ...defaultPathLimits, pathLength: 6 }
const purpose = ['serverAuth']

const certificates = (list: readonly IssuedCertificate[]): readonly Certificate[] =>
  list.map(({ certificate }) => certificate)

const validate = ({ anchor, pool, target }: RandomPki, asked: Partial<Question>): Promise<PathVerdict> =>
  validatePath({
    certificate: target.certificate,
    intermediates: certificates(pool),
    anchors: [anchor.certificate],
    at,
    purpose,
    limits,
    ...asked,
  })

/** Whether any path of distinct authorities checks out, each looked at whole. */
async function isAnyPathValid({ anchor, pool, target }: RandomPki, asked: Question): Promise<boolean> {
  const [only] = createTrustAnchors([anchor.certificate]).all
  const candidates = certificates(pool).map(factsOf)
  const search = new Search(
    {
      at: at.getTime(),
      purpose,
      keyUsage: [],
      peerName: undefined,
      publicSuffixes: undefined,
      crypto: runtimeCrypto,
      ...asked,
    },
    new Budget({ ...limits, signatureChecks: 1e9, buildSteps: 1e9 }),
    target.certificate,
  )
  const climb = async (path: readonly CertificateFacts[]): Promise<boolean> => {
    const top = path.at(-1)
    if (top === undefined || only === undefined) return false
    if (only.name.equals(top.certificate.issuer)) {
      const { policies } = await checkPath(search, path, only)
      if (policies !== undefined) return true
    }
    if (path.length >= limits.pathLength) return false
    for (const candidate of candidates) {
      const isNext = candidate.certificate.subject.equals(top.certificate.issuer)
      if (
        isNext &&
        path.every(({ entityKey }) => entityKey !== candidate.entityKey) &&
        (await climb([...path, candidate]))
      ) {
        return true
      }
    }
    return false
  }
  return climb([factsOf(target.certificate)])
}

describe('validatePath on random infrastructures', () => {
  it('finds a path exactly where an exhaustive search finds one (RFC 4158)', async () => {
    let valid = 0
    const runs = runsOf(400)
    await fc.assert(
      fc.asyncProperty(pkiPlan, question, async (plan, asked) => {
        const pki = await issuePki(plan)
        const verdict = await validate(pki, asked)
        if (verdict.ok) valid++
        expect(verdict.ok, verdict.ok ? '' : explain(verdict)).toBe(await isAnyPathValid(pki, asked))
        if (!verdict.ok) expect(verdict.findings.length).toBeGreaterThan(0)
      }),
      { numRuns: runs },
    )
    // The law says little where it is always the same side that holds.
    expect(valid).toBeGreaterThan(runs / 20)
    expect(valid).toBeLessThan(runs)
  })

  it('judges alike in whatever order and however often the certificates come', async () => {
    await fc.assert(
      fc.asyncProperty(pkiPlan, question, fc.infiniteStream(fc.nat()), async (plan, asked, random) => {
        const pki = await issuePki(plan)
        const { ok } = await validate(pki, asked)
        const shuffled = [...pki.pool, ...pki.pool, pki.anchor, pki.target]
          .map((certificate) => ({ certificate, rank: random.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
        expect((await validate({ ...pki, pool: shuffled.map(({ certificate }) => certificate) }, asked)).ok).toBe(ok)
      }),
      { numRuns: runsOf(150) },
    )
  })

  it('never lets a certificate that has nothing to do with it turn a valid path invalid', async () => {
    await fc.assert(
      fc.asyncProperty(pkiPlan, pkiPlan, question, async (plan, other, asked) => {
        const [pki, strangers] = [await issuePki(plan), await issuePki(other)]
        const { ok } = await validate(pki, asked)
        if (!ok) return
        const pool = [...strangers.pool, strangers.anchor, strangers.target, ...pki.pool]
        expect((await validate({ ...pki, pool }, asked)).ok).toBe(true)
      }),
      { numRuns: runsOf(150) },
    )
  })
})

describe('a flipped bit', () => {
  it('in any certificate of a path, the anchor apart, never stays valid (RFC 5280 §6.1.3 (a) (1))', async () => {
    const chains: (readonly IssuedCertificate[])[] = []
    for (const keyType of ['p256', 'rsa-2048', 'ed25519'] as const) {
      const cas = await authorities({ keyType }, {})
      chains.push([...cas, await (cas[1] ?? cas[0]).issue({ dns: ['a.test'] })])
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...chains),
        fc.constantFrom(1, 2),
        fc.nat(),
        fc.nat(7),
        async (chain, which, place, bit) => {
          const ders = chain.map(({ der }) => der)
          const flipped = Uint8Array.from(ders[which] ?? [])
          const index = place % flipped.length
          flipped[index] = (flipped[index] ?? 0) ^ (1 << bit)
          const [anchor, intermediate, target] = chain.map(({ certificate }) => certificate)
          if (anchor === undefined || intermediate === undefined || target === undefined)
            throw new TypeError('a chain of three')
          let changed: Certificate
          try {
            changed = parseCertificate(flipped)
          } catch (error) {
            expect(error).toBeInstanceOf(ParseError)
            return
          }
          const request = { anchors: [anchor], at, profile: rfc5280Section6 }
          const verdict =
            which === 1
              ? await validatePath({ ...request, certificate: target, intermediates: [changed] })
              : await validatePath({ ...request, certificate: changed, intermediates: [intermediate] })
          expect(verdict.ok, `byte ${index}, bit ${bit}`).toBe(false)
        },
      ),
      { numRuns: runsOf(1_000) },
    )
  })
})

describe('whatever the bytes', () => {
  const extensionNames = [
    'basicConstraints',
    'keyUsage',
    'extendedKeyUsage',
    'subjectAltName',
    'nameConstraints',
    'certificatePolicies',
    'policyMappings',
    'policyConstraints',
    'inhibitAnyPolicy',
    'authorityKeyIdentifier',
    'subjectKeyIdentifier',
    'authorityInfoAccess',
  ] as const
  const anyText = fc.string({ unit: 'binary-ascii', maxLength: 30 })
  const anyName = fc.oneof(anyText, fc.domain(), fc.emailAddress(), fc.webUrl(), fc.ipV4(), fc.ipV6())
  const anyOptions = fc.record(
    {
      name: anyText,
      dns: fc.array(anyName, { maxLength: 3 }),
      email: fc.array(anyName, { maxLength: 3 }),
      uri: fc.array(anyName, { maxLength: 3 }),
      publicKey: fc.constantFrom(Uint8Array.of(0x30, 5, 0x30, 1, 5, 3, 0), Uint8Array.of(0x30, 0)),
      replace: fc.dictionary(fc.constantFrom(...extensionNames), fc.uint8Array({ maxLength: 12 }), { maxKeys: 2 }),
      nameConstraints: fc.record({
        permitted: fc.record({ dns: fc.array(anyName, { maxLength: 2 }), email: fc.array(anyName, { maxLength: 2 }) }),
        excluded: fc.record({ uri: fc.array(anyName, { maxLength: 2 }), dns: fc.array(anyName, { maxLength: 2 }) }),
      }),
    },
    { requiredKeys: [] },
  )

  it('validatePath comes to a verdict, and explain to lines of its own, on target, authority and anchor', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyOptions,
        fc.constantFrom('anchor', 'authority', 'target'),
        fc.constantFrom(rfc5280, rfc5280Section6, webpki, appliance),
        anyName,
        async (options, on, profile, peer) => {
          const of = (role: string): object => (role === on ? options : {})
          const root = await rootOf(of('anchor'))
          const intermediate = await root.issueIntermediate(of('authority'))
          const leaf = await intermediate.issue(of('target'))
          let chain: readonly Certificate[]
          try {
            chain = certificates([root, intermediate, leaf])
          } catch (error) {
            expect(error).toBeInstanceOf(ParseError)
            return
          }
          const [anchor, between, certificate] = chain
          if (anchor === undefined || between === undefined || certificate === undefined) return
          for (const peerName of [{ dns: peer }, { ip: peer }, { email: peer }, { uri: peer }]) {
            const verdict = await validatePath({
              certificate,
              intermediates: [between],
              anchors: [anchor],
              at,
              profile,
              peerName,
            })
            expect(explain(verdict)).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/)
          }
        },
      ),
      { numRuns: runsOf(300) },
    )
  })
})

const openssl = tool('openssl', 'path validation compared with openssl verify')

describe.skipIf(openssl === undefined)('openssl verify', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeAll(() => {
    directory = temporaryDirectory()
  })
  afterAll(() => directory.remove())

  let files = 0
  /** What openssl says of the target, given these certificates to stand between. */
  async function judge(
    { anchor, target }: RandomPki,
    pool: readonly { readonly pem: string }[],
    policies: Question['policies'],
  ): Promise<string> {
    const file = (content: string): string => {
      const path = join(directory.path, `${files++}.pem`)
      writeFileSync(path, content)
      return path
    }
    const args = ['verify', '-x509_strict', '-attime', String(at.getTime() / 1000), '-purpose', 'sslserver']
    const wanted = policies.initialPolicySet.flatMap((oid) => ['-policy', oid])
    const explicit = policies.explicitPolicy === 'required' ? ['-explicit_policy'] : []
    args.push(
      '-policy_check',
      ...explicit,
      ...wanted,
      '-no-CAfile',
      '-no-CApath',
      '-no-CAstore',
      '-trusted',
      file(anchor.pem),
    )
    if (pool.length > 0) args.push('-untrusted', file(pool.map(({ pem }) => pem).join('')))
    args.push(file(target.pem))
    return new Promise((resolve) => {
      execFile(
        openssl ?? '',
        args,
        { env: { ...process.env, OPENSSL_CONF: '/dev/null' } },
        (error, _stdout, stderr) => {
          resolve(error === null ? 'valid' : (/error \d+ at \d+ depth lookup: .*/.exec(stderr)?.[0] ?? stderr))
        },
      )
    })
  }

  it(
    'accepts the path we found, and none where we find none',
    async () => {
      const profile: PathProfile = { ...rfc5280, anyExtendedKeyUsage: 'refuse' }
      const outcomes = { both: 0, neither: 0 }
      const runs = runsOf(120)
      await fc.assert(
        fc.asyncProperty(pkiPlan, question, async (plan: PkiPlan, { policies }) => {
          const pki = await issuePki(plan)
          const verdict = await validate(pki, { profile, policies })
          if (verdict.ok) {
            // openssl takes the first issuer that fits and never comes back from it: it is given our path alone.
            const path = pki.pool.filter(({ certificate }) => verdict.path.includes(certificate))
            expect(await judge(pki, path, policies), explain(verdict)).toBe('valid')
            outcomes.both++
            return
          }
          const theirs = await judge(pki, pki.pool, policies)
          if (theirs === 'valid') expect(isWildcardExcluded(verdict), explain(verdict)).toBe(true)
          else outcomes.neither++
        }),
        { numRuns: runs },
      )
      expect(outcomes.both).toBeGreaterThan(runs / 24)
      expect(outcomes.neither).toBeGreaterThan(runs / 24)
    },
    within(60_000),
  )

  it(
    'judges as we do chains with names of every form (RFC 5280 §4.2.1.10)',
    async () => {
      let valid = 0
      const runs = runsOf(400)
      await fc.assert(
        fc.asyncProperty(chainPlan, async (plan) => {
          const pki = await issueChain(plan)
          const verdict = await validate(pki, {})
          if (verdict.ok) valid++
          const theirs = await judge(pki, pki.pool, { explicitPolicy: 'optional', initialPolicySet: [ANY_POLICY] })
          expect(theirs === 'valid', `${theirs}\n${explain(verdict)}`).toBe(verdict.ok)
        }),
        { numRuns: runs },
      )
      expect(Math.min(valid, runs - valid)).toBeGreaterThan(runs / 20)
    },
    within(60_000),
  )

  /** Why openssl may accept what we refuse: it compares the text of a wildcard, and not the names it stands for. */
  const isWildcardExcluded = (verdict: PathVerdict): boolean =>
    !verdict.ok &&
    verdict.findings.some(({ message }) => message.startsWith('dNSName "*.a.test" lies in an excluded subtree'))
})

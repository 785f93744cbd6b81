// The budgets of one validation: each one reached, and inputs made to cost. A test that hangs is what fails here.

import { describe, expect, it } from 'vitest'
import { defaultPathLimits, rfc5280Section6, validatePath } from '../../src/path/index.js'
import {
  type AuthorityOptions,
  type CertificateOptions,
  type IssuedCertificate,
  type TestCa,
  testKey,
  type TestGeneralNames,
} from '../../src/testkit/index.js'
import { at, authorities, codesOf, judgeChain, rootOf, validateChain } from '../support/paths.js'

const profile = rfc5280Section6
/** What makes a certificate an authority's, without a key of its own to be made. */
const authority = { basicConstraints: { cA: true }, keyUsage: ['keyCertSign'] } as const
const times = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** One authority under another, `count` of them below the root, all with one key. */
async function longChain(count: number): Promise<readonly [TestCa, ...TestCa[]]> {
  const key = await testKey('p256', 'long chain')
  return authorities({ key }, ...times(count, (i) => ({ key, name: `CA ${i}` })))
}

const certificates = (list: readonly IssuedCertificate[]): readonly IssuedCertificate['certificate'][] =>
  list.map(({ certificate }) => certificate)

describe('each limit', () => {
  it('of signatures ends the search with a finding', async () => {
    const chain = await longChain(5)
    const all = [...chain, await (chain.at(-1) ?? chain[0]).issue()]
    expect(await judgeChain(all, { profile, limits: { signatureChecks: 6 } })).toEqual(['valid'])
    expect(await judgeChain(all, { profile, limits: { signatureChecks: 3 } })).toContain('budget-exceeded')
  })

  it('of build steps ends the search with a finding', async () => {
    const chain = await longChain(5)
    const all = [...chain, await (chain.at(-1) ?? chain[0]).issue()]
    expect(await judgeChain(all, { profile, limits: { buildSteps: 11 } })).toEqual(['valid'])
    expect(await judgeChain(all, { profile, limits: { buildSteps: 10 } })).toContain('budget-exceeded')
  })

  it('of comparisons with name constraints ends the search with a finding, not with a violation', async () => {
    const root = await rootOf()
    const ip = times(20, (i) => `10.0.${i}.0/24`)
    const constrained = await root.issueIntermediate({ nameConstraints: { permitted: { ip } } })
    const chain = [root, constrained, await constrained.issue({ ip: ['10.0.19.1'] })]
    expect(await judgeChain(chain, { profile, limits: { nameConstraintComparisons: 20 } })).toEqual(['valid'])
    expect(await judgeChain(chain, { profile, limits: { nameConstraintComparisons: 19 } })).toEqual(['budget-exceeded'])
  })

  it('of comparisons counts the names a host name lies under', async () => {
    const root = await rootOf()
    const constrained = await root.issueIntermediate({ nameConstraints: { excluded: { dns: ['x.example'] } } })
    const chain = [root, constrained, await constrained.issue({ dns: ['a.b.c.d.example'] })]
    expect(await judgeChain(chain, { profile, limits: { nameConstraintComparisons: 5 } })).toEqual(['valid'])
    expect(await judgeChain(chain, { profile, limits: { nameConstraintComparisons: 4 } })).toEqual(['budget-exceeded'])
  })

  it.each<[string, Required<AuthorityOptions>['nameConstraints'], CertificateOptions, number]>([
    ['a mailbox, excluded', { excluded: { email: ['.x.example'] } }, { email: ['a@a.b.c.d.example'] }, 4],
    ['a mailbox, permitted', { permitted: { email: ['.example'] } }, { email: ['a@a.b.c.d.example'] }, 4],
    ['a URI, excluded', { excluded: { uri: ['.x.example'] } }, { uri: ['https://a.b.example/'] }, 2],
    ['a URI, permitted', { permitted: { uri: ['.example'] } }, { uri: ['https://a.b.example/'] }, 2],
    ['a host name, permitted', { permitted: { dns: ['example'] } }, { dns: ['a.b.example'] }, 3],
    ['an address, excluded', { excluded: { ip: ['10.0.0.0/24', '10.0.1.0/24'] } }, { ip: ['10.0.2.1'] }, 2],
    ['a name, excluded', { excluded: { directory: ['O=A', 'O=B', 'O=C'] } }, { name: 'O=D' }, 3],
    ['a name, permitted', { permitted: { directory: ['O=A', 'O=B', 'O=C'] } }, { name: 'O=C' }, 3],
  ])(
    'of comparisons is spent on %s, one for each subtree it is held against',
    async (_, nameConstraints, leaf, count) => {
      const root = await rootOf()
      const constrained = await root.issueIntermediate({ nameConstraints })
      const chain = [root, constrained, await constrained.issue(leaf)]
      const judge = (nameConstraintComparisons: number): Promise<readonly string[]> =>
        judgeChain(chain, { profile, limits: { nameConstraintComparisons } })
      expect(await judge(count)).toEqual(['valid'])
      expect(await judge(count - 1)).toEqual(['budget-exceeded'])
    },
  )

  it('of path length keeps a longer path from being found', async () => {
    const chain = await longChain(5)
    const all = [...chain, await (chain.at(-1) ?? chain[0]).issue()]
    expect(await judgeChain(all, { profile, limits: { pathLength: 6 } })).toEqual(['valid'])
    expect(await judgeChain(all, { profile, limits: { pathLength: 5 } })).toContain('budget-exceeded')
  })

  it('of candidates keeps those beyond from being looked at', async () => {
    const root = await rootOf()
    const right = await root.issueIntermediate({ name: 'CA' })
    const target = await right.issue()
    const wrong = await Promise.all(times(5, () => root.issueIntermediate({ name: 'CA' })))
    const request = { certificate: target.certificate, anchors: [root.certificate], at, profile }
    const judge = async (pool: readonly IssuedCertificate[]): Promise<readonly string[]> =>
      codesOf(await validatePath({ ...request, intermediates: certificates(pool), limits: { candidates: 5 } }))
    expect(await judge([...wrong, right])).toContain('budget-exceeded')
    // A valid path is one, whatever was not looked at.
    expect(await judge([right, ...wrong])).toEqual(['valid'])
  })

  it('of attempts keeps the list of refused paths short, and counts the rest', async () => {
    const root = await rootOf()
    const target = await (await root.issueIntermediate({ name: 'CA' })).issue()
    const wrong = await Promise.all(times(9, () => root.issueIntermediate({ name: 'CA' })))
    const request = { certificate: target.certificate, anchors: [root.certificate], at, profile }
    const verdict = await validatePath({ ...request, intermediates: certificates(wrong), limits: { attempts: 4 } })
    expect(verdict.ok ? {} : verdict).toMatchObject({ attemptsDropped: 5 })
    expect(verdict.ok ? [] : verdict.attempts).toHaveLength(4)
  })

  it('names itself in the finding, once', async () => {
    const chain = await longChain(3)
    const all = [...chain, await (chain.at(-1) ?? chain[0]).issue()]
    const verdict = await validateChain(all, { profile, limits: { buildSteps: 1 } })
    const exceeded = verdict.ok ? [] : verdict.findings.filter(({ code }) => code === 'budget-exceeded')
    expect(exceeded).toMatchObject([
      {
        message: 'the search ended before it was complete: limits.buildSteps (1) is reached',
        rule: 'limits.buildSteps',
      },
    ])
  })
})

describe('inputs made to cost end within the budget', () => {
  it('10,000 intermediates of one name', async () => {
    const root = await rootOf()
    const key = await testKey('p256', 'crowd')
    const crowd: IssuedCertificate[] = []
    for (let i = 0; i < 10_000; i++) {
      crowd.push(await root.issue({ name: 'CA', key, ...authority, without: ['subjectKeyIdentifier'] }))
    }
    const real = await root.issueIntermediate({ name: 'CA' })
    const target = await real.issue({ without: ['authorityKeyIdentifier'] })
    const request = { certificate: target.certificate, anchors: [root.certificate], at, profile }
    const judge = async (pool: readonly IssuedCertificate[]): Promise<readonly string[]> =>
      codesOf(await validatePath({ ...request, intermediates: certificates(pool) }))
    expect(await judge([...crowd, real])).toContain('budget-exceeded')
    expect(await judge(times(10_000, () => real))).toEqual(['valid'])
    // With an identifier to go by, the crowd is no hindrance.
    const named = (await real.issue()).certificate
    const intermediates = certificates([...crowd.slice(0, 900), real])
    expect(codesOf(await validatePath({ ...request, certificate: named, intermediates }))).toEqual(['valid'])
  }, 60_000)

  it('2,000 name constraints and 2,000 names, of every form', async () => {
    const root = await rootOf()
    const count = 2_000
    const address = (i: number): string => `10.${i >> 8}.${i & 255}.1`
    const forms: readonly (readonly [TestGeneralNames, TestGeneralNames, string])[] = [
      [{ dns: times(count, (i) => `a${i}.test`) }, { dns: times(count, (i) => `www.a${i}.test`) }, 'valid'],
      [{ email: times(count, (i) => `.a${i}.test`) }, { email: times(count, (i) => `a@www.a${i}.test`) }, 'valid'],
      [{ uri: times(count, (i) => `a${i}.test`) }, { uri: times(count, (i) => `http://a${i}.test/`) }, 'valid'],
      [{ ip: times(count, (i) => `${address(i)}/32`) }, { ip: times(count, address) }, 'budget-exceeded'],
      [{ directory: times(count, (i) => `a${i}`) }, { directory: times(count, (i) => `a${i}`) }, 'budget-exceeded'],
    ]
    for (const [constraints, names, outcome] of forms) {
      const form = Object.keys(names).join()
      const lists = form === 'directory' ? ['permitted'] : ['permitted', 'excluded']
      for (const list of lists) {
        const constrained = await root.issueIntermediate({ nameConstraints: { [list]: constraints } })
        const leaf = await constrained.issue({ name: '', subjectAltName: names })
        const expected = list === 'permitted' ? outcome : 'name-constraint-violated'
        expect(await judgeChain([root, constrained, leaf], { profile }), `${form} ${list}`).toEqual([expected])
      }
    }
  })

  it('policies mapped in every direction on every level', async () => {
    const names = times(40, (i) => `1.2.${i}`)
    const mapping = names.flatMap((issuerDomainPolicy) =>
      names.map((subjectDomainPolicy) => ({ issuerDomainPolicy, subjectDomainPolicy })),
    )
    const level = { certificatePolicies: names, policyMappings: mapping }
    const chain = await authorities({}, ...times(12, () => level))
    const leaf = await (chain.at(-1) ?? chain[0]).issue({ certificatePolicies: names })
    const policies = { explicitPolicy: 'required' } as const
    const verdict = await validateChain([...chain, leaf], { policies })
    expect(verdict.ok && verdict.policies.userConstrained).toHaveLength(40)
    const none = { ...policies, initialPolicySet: ['1.3'] }
    expect(await judgeChain([...chain, leaf], { policies: none })).toEqual(['policy-required'])
  })

  it('a circle of 1,000 authorities, each signed by the next', async () => {
    const key = await testKey('p256', 'circle of many')
    const ring: IssuedCertificate[] = []
    const root = await rootOf({ key })
    for (let i = 0; i < 1_000; i++) {
      ring.push(await root.issue({ key, name: `CA ${i}`, issuerName: `CA ${(i + 1) % 1_000}`, ...authority }))
    }
    const target = await root.issue({ issuerName: 'CA 0' })
    const request = { certificate: target.certificate, anchors: [root.certificate], at, profile }
    const verdict = await validatePath({ ...request, intermediates: certificates(ring) })
    expect(codesOf(verdict)).toContain('budget-exceeded')
  })

  it('150 certificates of one subject and key that all signed each other', async () => {
    // Each signature is verified once, so that only the steps bound the ways through.
    const key = await testKey('p256', 'clique')
    const root = await rootOf({ key, name: 'Clique' })
    const clique = await Promise.all(
      times(150, (i) => root.issueIntermediate({ key, name: 'Clique', dns: [`a${i}.test`] })),
    )
    const target = await root.issue()
    const request = { certificate: target.certificate, at, profile, intermediates: certificates(clique) }
    const anchors = [await rootOf({ name: 'Clique' }), await rootOf({ name: 'Elsewhere' })].map((ca) => ca.certificate)
    expect(codesOf(await validatePath({ ...request, anchors }))).toContain('budget-exceeded')
    expect(codesOf(await validatePath({ ...request, anchors: [root.certificate] }))).toEqual(['valid'])
    // Paths their anchor signed, and a policy none of them has.
    const policies = { explicitPolicy: 'required' } as const
    const refused = await validatePath({ ...request, anchors: [root.certificate], policies })
    expect(codesOf(refused)).toContain('budget-exceeded')
  })

  it('a chain of 1,000, and one of the most that is allowed', async () => {
    const long = await longChain(1_000)
    const target = await (long.at(-1) ?? long[0]).issue()
    expect(await judgeChain([...long, target], { profile })).toContain('budget-exceeded')
    const most = long.slice(0, defaultPathLimits.pathLength)
    const last = await (most.at(-1) ?? long[0]).issue()
    expect(await judgeChain([...most, last], { profile })).toEqual(['valid'])
    const limits = { pathLength: 1_100, signatureChecks: 2_000 }
    expect(await judgeChain([...long, target], { profile, limits })).toEqual(['valid'])
  }, 60_000)
})

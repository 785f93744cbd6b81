// Certificate policies: RFC 5280 §6.1 with the graph of RFC 9618. NIST PKITS is in test/conformance; here are the RFC's own
// examples, the corners of the text, and the growth it was written against.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PolicyInputs, rfc5280, rfc5280Section6 } from '../../src/path/index.js'
import {
  type AuthorityOptions,
  type CertificateOptions,
  type IssuedCertificate,
  testKey,
} from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { authorities, validateChain } from '../support/paths.js'
import { type PolicyQuestion, type PolicyStatement, policyTreeOutcome } from '../support/policy-tree.js'

const any = '2.5.29.32.0'
/** Short names for policies: `a` is 1.2.97. */
const oid = (name: string): string => (name === 'any' ? any : `1.2.${name.charCodeAt(0)}`)
const shortName = (identifier: string): string =>
  identifier === any ? 'any' : String.fromCharCode(Number(identifier.split('.').at(-1)))

/** What a certificate says of policies: `a any` are its policies, `a>b` its mappings. */
function policies(text: string, mappings = ''): CertificateOptions {
  const identifiers = text === '' ? [] : text.split(' ').map(oid)
  const pairs = mappings === '' ? [] : mappings.split(' ').map((pair) => pair.split('>').map(oid))
  return {
    ...(identifiers.length === 0 ? {} : { certificatePolicies: identifiers }),
    ...(pairs.length === 0
      ? {}
      : {
          policyMappings: pairs.map(([issuerDomainPolicy = '', subjectDomainPolicy = '']) => ({
            issuerDomainPolicy,
            subjectDomainPolicy,
          })),
        }),
  }
}

/** The policies of a chain, `authority | user`, or the code it is refused with. */
async function outcome(
  intermediates: readonly AuthorityOptions[],
  leaf: CertificateOptions,
  inputs: PolicyInputs = {},
): Promise<string> {
  const chain = await authorities({}, ...intermediates)
  const target: IssuedCertificate = await (chain.at(-1) ?? chain[0]).issue(leaf)
  const verdict = await validateChain([...chain, target], { policies: inputs })
  if (!verdict.ok) return verdict.findings.map(({ code }) => code).join(' ')
  const { authorityConstrained, userConstrained } = verdict.policies
  const text = (list: readonly string[]): string => list.map(shortName).sort().join(' ')
  return `${text(authorityConstrained)} | ${text(userConstrained)}`
}

const required: PolicyInputs = { explicitPolicy: 'required' }
const wanting = (...names: string[]): PolicyInputs => ({ ...required, initialPolicySet: names.map(oid) })

describe('certificate policies', () => {
  it('of a path are those every certificate asserts (RFC 5280 §6.1.3 (d))', async () => {
    expect(await outcome([policies('a b')], policies('a'))).toBe('a | a')
    expect(await outcome([policies('a b')], policies('b c'))).toBe('b | b')
    expect(await outcome([policies('a')], policies('b'))).toBe(' | ')
    expect(await outcome([policies('')], policies('a'))).toBe(' | ')
    expect(await outcome([policies('a')], policies(''))).toBe(' | ')
  })

  it('must be there where an explicit policy is required (RFC 5280 §6.1.3 (f), §6.1.5 (g))', async () => {
    expect(await outcome([policies('a')], policies('b'), required)).toBe('policy-required')
    expect(await outcome([policies('')], policies('a'), required)).toBe('policy-required')
    expect(await outcome([policies('a')], policies('a'), required)).toBe('a | a')
    expect(await outcome([policies('a')], policies('a'), wanting('b'))).toBe('policy-required')
    expect(await outcome([policies('a')], policies('a'), wanting('a', 'b'))).toBe('a | a')
    // RFC 9618 §5.5: refused only where the user's set is empty as well.
    expect(await outcome([policies('a')], policies('a'), { initialPolicySet: [oid('b')] })).toBe('a | ')
  })

  it('of anyPolicy stand for all, until inhibited (RFC 5280 §6.1.3 (d) (2))', async () => {
    expect(await outcome([policies('any')], policies('a'))).toBe('a | a')
    expect(await outcome([policies('a')], policies('any'))).toBe('a | a')
    expect(await outcome([policies('any')], policies('any'))).toBe('any | any')
    expect(await outcome([policies('any')], policies('any'), wanting('a'))).toBe('any | a')
    expect(await outcome([policies('any a')], policies('any'), wanting('b'))).toBe('a any | b')
    const inhibited = { ...required, anyPolicy: 'inhibited' } as const
    expect(await outcome([policies('any')], policies('a'), inhibited)).toBe('policy-required')
    expect(await outcome([policies('any a')], policies('a'), inhibited)).toBe('a | a')
    expect(await outcome([{ ...policies('any'), inhibitAnyPolicy: 0 }], policies('any'), required)).toBe(
      'policy-required',
    )
    expect(await outcome([{ ...policies('any'), inhibitAnyPolicy: 0 }], policies('a'), required)).toBe('a | a')
    const later = [{ ...policies('any'), inhibitAnyPolicy: 1 }, policies('any')]
    expect(await outcome(later, policies('a'), required)).toBe('a | a')
    expect(await outcome(later, policies('any'), required)).toBe('policy-required')
  })

  it('of anyPolicy count in self-issued intermediates even where inhibited (RFC 5280 §6.1.3 (d) (2))', async () => {
    const inhibiting = { name: 'CA', ...policies('any'), inhibitAnyPolicy: 0 }
    const selfIssued = { name: 'CA', ...policies('any') }
    expect(await outcome([inhibiting, selfIssued], policies('a'), required)).toBe('a | a')
    expect(await outcome([inhibiting, { ...selfIssued, name: 'CB' }], policies('a'), required)).toBe('policy-required')
    // "i<n": not in a target, whoever has issued it.
    expect(await outcome([inhibiting], { ...policies('any'), name: 'CA' }, required)).toBe('policy-required')
    expect(await outcome([inhibiting], { ...policies('a'), name: 'CA' }, required)).toBe('a | a')
  })

  it('are mapped from issuer to subject domain (RFC 5280 §6.1.4 (b))', async () => {
    expect(await outcome([policies('a', 'a>b')], policies('b'))).toBe('a | a')
    expect(await outcome([policies('a', 'a>b')], policies('a'))).toBe(' | ')
    expect(await outcome([policies('a', 'a>b a>c')], policies('c'))).toBe('a | a')
    expect(await outcome([policies('a b', 'a>c b>c')], policies('c'))).toBe('a b | a b')
    expect(await outcome([policies('a', 'a>b'), policies('b', 'b>c')], policies('c'), wanting('a'))).toBe('a | a')
    expect(await outcome([policies('a', 'a>b'), policies('b', 'b>c')], policies('c'), wanting('c'))).toBe(
      'policy-required',
    )
    // Under anyPolicy a mapping makes the policy it maps.
    expect(await outcome([policies('any', 'a>b')], policies('b'), wanting('a'))).toBe('a | a')
    expect(await outcome([policies('any', 'a>b')], policies('c'), wanting('c'))).toBe('c | c')
    // Of a policy nobody asserts, nothing comes.
    expect(await outcome([policies('a', 'x>y')], policies('y'))).toBe(' | ')
  })

  it('are never mapped from or to anyPolicy (RFC 5280 §6.1.4 (a))', async () => {
    expect(await outcome([policies('a', 'a>any')], policies('a'))).toBe('any-policy-mapped')
    expect(await outcome([policies('a any', 'any>a')], policies('a'))).toBe('any-policy-mapped')
  })

  it('are dropped where mapping is inhibited (RFC 5280 §6.1.4 (b) (2))', async () => {
    const inhibited = { ...required, policyMapping: 'inhibited' } as const
    expect(await outcome([policies('a', 'a>b')], policies('b'), inhibited)).toBe('policy-required')
    expect(await outcome([policies('a c', 'a>b')], policies('c'), inhibited)).toBe('c | c')
    // What led to the dropped policy alone goes with it.
    expect(await outcome([policies('a c'), policies('a c', 'a>b')], policies('c'), inhibited)).toBe('c | c')
    const constraints = { policyConstraints: { inhibitPolicyMapping: 0 } }
    const below = [{ ...policies('a'), ...constraints }, policies('a', 'a>b')]
    expect(await outcome(below, policies('b'), required)).toBe('policy-required')
    const later = [
      { ...policies('a'), policyConstraints: { inhibitPolicyMapping: 1 } },
      policies('a', 'a>b'),
      policies('b', 'b>c'),
    ]
    expect(await outcome(later.slice(0, 2), policies('b'), required)).toBe('a | a')
    expect(await outcome(later, policies('c'), required)).toBe('policy-required')
  })

  it('are asked for strictly where a caller without types writes what is no choice', async () => {
    const inputs = (wrong: object): PolicyInputs => ({ ...required, ...wrong })
    expect(await outcome([policies('')], policies('a'), inputs({ explicitPolicy: true }))).toBe('policy-required')
    expect(await outcome([policies('a', 'a>b')], policies('b'), inputs({ policyMapping: false }))).toBe(
      'policy-required',
    )
    expect(await outcome([policies('any')], policies('a'), inputs({ anyPolicy: 'inhibit' }))).toBe('policy-required')
  })

  it('are required by requireExplicitPolicy some certificates later (RFC 5280 §6.1.4 (i), §6.1.5 (b))', async () => {
    const requiring = (requireExplicitPolicy: number): AuthorityOptions => ({
      ...policies('a'),
      policyConstraints: { requireExplicitPolicy },
    })
    expect(await outcome([requiring(0)], policies(''))).toBe('policy-required')
    expect(await outcome([requiring(0)], policies('a'))).toBe('a | a')
    expect(await outcome([requiring(1)], policies(''))).toBe('policy-required')
    expect(await outcome([requiring(2)], policies(''))).toBe(' | ')
    expect(await outcome([requiring(2), policies('')], policies(''))).toBe('policy-required')
    // Self-issued certificates do not count down.
    const selfIssued = [
      { ...requiring(2), name: 'CA' },
      { ...policies('a'), name: 'CA' },
    ]
    expect(await outcome(selfIssued, policies(''))).toBe(' | ')
    // In the target zero binds, and nothing else.
    const target = (requireExplicitPolicy: number): CertificateOptions => ({
      policyConstraints: { requireExplicitPolicy },
    })
    expect(await outcome([policies('a')], target(0))).toBe('policy-required')
    expect(await outcome([policies('a')], target(1))).toBe(' | ')
  })

  it('of an anchor bind the path where the profile counts them (RFC 5937 §3.2)', async () => {
    const [root] = await authorities({
      certificatePolicies: [oid('a')],
      policyConstraints: { requireExplicitPolicy: 0 },
    })
    const judge = async (text: string, profile = rfc5280): Promise<boolean> =>
      (await validateChain([root, await root.issue(policies(text))], { profile })).ok
    expect(await judge('a')).toBe(true)
    expect(await judge('b')).toBe(false)
    expect(await judge('')).toBe(false)
    for (const text of ['a', 'b', '']) {
      expect(await judge(text, { ...rfc5280, anchorConstraints: 'ignore' })).toBe(true)
      expect(await judge(text, rfc5280Section6)).toBe(true)
    }
  })

  it('grow with the certificates and not with the ways through them (RFC 9618 §3.1)', async () => {
    // Each of two policies maps to both: a tree would have 2^20 leaves.
    const doubling = policies('a b', 'a>a a>b b>a b>b')
    const deep = Array.from({ length: 20 }, () => doubling)
    expect(await outcome(deep, policies('a b'), required)).toBe('a b | a b')
    expect(await outcome(deep, policies('c'), required)).toBe('policy-required')
  })

  it('name the certificate at which nothing is left', async () => {
    const chain = await authorities({}, { name: 'Upper', ...policies('a') }, { name: 'Lower', ...policies('b') })
    const target = await (chain[2] ?? chain[0]).issue(policies('b'))
    const verdict = await validateChain([...chain, target], { policies: required })
    expect(verdict.ok ? '' : verdict.findings.map(({ subject, code }) => `${code} ${subject.toString()}`)).toEqual([
      'policy-required CN=Lower',
    ])
  })

  it('say what else is wrong with the path, and of what the text asks', async () => {
    const [root, upper = root] = await authorities({}, { name: 'Upper', ...policies('a', 'a>any') })
    const late = { at: new Date('2090-01-01T00:00:00Z') }
    const judge = async (authority: IssuedCertificate, leaf: IssuedCertificate): Promise<unknown> => {
      const verdict = await validateChain([root, authority, leaf], { ...late, policies: required })
      return verdict.ok || verdict.findings.map(({ code, rule }) => `${code} (${rule})`)
    }
    const expired = 'expired (RFC 5280 §6.1.3 (a) (2))'
    expect(await judge(upper, await upper.issue(policies('a')))).toEqual(
      expect.arrayContaining([expired, 'any-policy-mapped (RFC 5280 §6.1.4 (a))']),
    )
    const plain = await root.issueIntermediate(policies('a'))
    expect(await judge(plain, await plain.issue(policies('b')))).toEqual(
      expect.arrayContaining([expired, 'policy-required (RFC 5280 §6.1.3 (f), §6.1.5 (g))']),
    )
  })
})

const names = ['anyPolicy', 'a', 'b', 'c', 'd']
const identifier = (name: string): string => (name === 'anyPolicy' ? any : oid(name))
const aName = fc.constantFrom(...names.slice(1))
const count = fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 2 })

const statement: fc.Arbitrary<PolicyStatement> = fc.record({
  policies: fc.option(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), {
    nil: undefined,
    freq: 12,
  }),
  mappings: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(fc.tuple(aName, aName), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant([['a', 'anyPolicy'] as const]) },
  ),
  requireExplicitPolicy: count,
  inhibitPolicyMapping: count,
  inhibitAnyPolicy: count,
  isSelfIssued: fc.boolean(),
})

const question: fc.Arbitrary<PolicyQuestion> = fc.record({
  userInitialPolicySet: fc.oneof(
    fc.constant(['anyPolicy']),
    fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
  ),
  initialExplicitPolicy: fc.boolean(),
  initialPolicyMappingInhibit: fc.boolean(),
  initialAnyPolicyInhibit: fc.boolean(),
})

/** A certificate that says so, but for its name. */
function optionsOf({
  policies: stated,
  mappings,
  inhibitAnyPolicy,
  ...constraints
}: PolicyStatement): CertificateOptions {
  const { requireExplicitPolicy, inhibitPolicyMapping } = constraints
  const policyConstraints = {
    ...(requireExplicitPolicy !== undefined && { requireExplicitPolicy }),
    ...(inhibitPolicyMapping !== undefined && { inhibitPolicyMapping }),
  }
  return {
    ...(stated && { certificatePolicies: stated.map(identifier) }),
    ...(mappings.length > 0 && {
      policyMappings: mappings.map(([from, to]) => ({
        issuerDomainPolicy: identifier(from),
        subjectDomainPolicy: identifier(to),
      })),
    }),
    ...(Object.keys(policyConstraints).length > 0 && { policyConstraints }),
    ...(inhibitAnyPolicy !== undefined && { inhibitAnyPolicy }),
  }
}

describe('the graph of RFC 9618', () => {
  it('comes to what the tree of RFC 5280 §6.1 comes to, for any path and question', async () => {
    const outcomes = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 6 }), question, async (stated, asked) => {
        const [target, ...above] = stated.map((one) => ({ ...one, mappings: [...one.mappings] })).reverse()
        if (target === undefined) return
        // Of a target neither counts.
        const path: PolicyStatement[] = [...above.reverse(), { ...target, mappings: [], isSelfIssued: false }]
        let name = 'Root'
        const options: AuthorityOptions[] = []
        for (const [i, one] of path.slice(0, -1).entries()) {
          if (!one.isSelfIssued) name = `Intermediate ${i}`
          options.push({ ...optionsOf(one), name, key: await testKey('p256', `policies ${i}`) })
        }
        const chain = await authorities({ key: await testKey('p256', 'policies') }, ...options)
        const leaf = await (chain.at(-1) ?? chain[0]).issue(optionsOf(path.at(-1) ?? target))
        const inputs: PolicyInputs = {
          initialPolicySet: asked.userInitialPolicySet.map(identifier),
          explicitPolicy: asked.initialExplicitPolicy ? 'required' : 'optional',
          policyMapping: asked.initialPolicyMappingInhibit ? 'inhibited' : 'allowed',
          anyPolicy: asked.initialAnyPolicyInhibit ? 'inhibited' : 'allowed',
        }
        const verdict = await validateChain([...chain, leaf], { policies: inputs, profile: rfc5280Section6 })
        const expected = policyTreeOutcome(path, asked)
        if (!verdict.ok)
          for (const { code } of verdict.findings) expect(code).toMatch(/^(policy-required|any-policy-mapped)$/)
        expect(verdict.ok ? new Set(verdict.policies.userConstrained) : undefined).toEqual(
          expected && new Set([...expected].map(identifier)),
        )
        const outcome = expected === undefined ? 'refused' : expected.size === 0 ? 'none' : 'some'
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: runsOf(1000) },
    )
    expect(Math.min(...['refused', 'none', 'some'].map((outcome) => outcomes.get(outcome) ?? 0))).toBeGreaterThan(0)
  })
})

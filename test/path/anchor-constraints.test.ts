/** Constraints given with an anchor (RFC 5914 §2.2, RFC 5937): they bind the path whatever the certificates say. */

import { describe, expect, it } from 'vitest'
import {
  type AnchorConstraints,
  createTrustAnchors,
  explain,
  type PathVerdict,
  type PolicyInputs,
  rfc5280Section6,
  trustAnchorFrom,
  validatePath,
} from '../../src/path/index.js'
import { createTestCa } from '../../src/testkit/index.js'

const clock = { now: () => new Date('2026-06-01T00:00:00Z') }

async function chain() {
  const root = await createTestCa({ name: 'Root', clock })
  const intermediate = await root.issueIntermediate({ name: 'Intermediate', certificatePolicies: ['1.2.3.4'] })
  const leaf = await intermediate.issue({ dns: ['www.example.com'], certificatePolicies: ['1.2.3.4'] })
  return { root, intermediate, leaf }
}

async function validate(
  constraints: AnchorConstraints,
  kind: 'certificate' | 'key' = 'certificate',
): Promise<PathVerdict> {
  const { root, intermediate, leaf } = await chain()
  const anchor = trustAnchorFrom(root.certificate, constraints)
  return validatePath({
    certificate: leaf.certificate,
    intermediates: [intermediate.certificate],
    anchors: createTrustAnchors([kind === 'certificate' ? anchor : { ...anchor, certificate: undefined }]),
    at: clock.now(),
    profile: rfc5280Section6,
    purpose: ['serverAuth'],
  })
}

const codesOf = (verdict: PathVerdict): readonly string[] =>
  verdict.ok ? [] : verdict.findings.map(({ code }) => code)
const subtree = (value: string) => [{ base: { type: 'dNSName', value } as const, minimum: 0, maximum: undefined }]

describe.each(['certificate', 'key'] as const)('constraints of an anchor that is a %s', (kind) => {
  it('RFC 5937 let a path pass that keeps them', async () => {
    const verdict = await validate(
      {
        nameConstraints: { permittedSubtrees: subtree('example.com'), excludedSubtrees: undefined },
        pathLenConstraint: 1,
        extendedKeyUsage: ['serverAuth', 'clientAuth'],
        policySet: ['1.2.3.4'],
      },
      kind,
    )
    expect(verdict.ok, explain(verdict)).toBe(true)
  })

  it.each<[string, AnchorConstraints]>([
    ['path-length-exceeded', { pathLenConstraint: 0 }],
    ['extended-key-usage-nesting', { extendedKeyUsage: ['emailProtection'] }],
    [
      'name-constraint-violated',
      { nameConstraints: { permittedSubtrees: undefined, excludedSubtrees: subtree('example.com') } },
    ],
    [
      'name-constraint-malformed',
      { nameConstraints: { permittedSubtrees: subtree('.example.com'), excludedSubtrees: undefined } },
    ],
    ['policy-required', { policySet: ['1.2.3.5'], explicitPolicy: 'required' }],
  ])('RFC 5937 refuse a path that breaks them: %s', async (code, constraints) => {
    expect(codesOf(await validate(constraints, kind))).toContain(code)
  })
})

describe('policies of an anchor', () => {
  const anyPolicy = '2.5.29.32.0'
  const [a, b] = ['1.2.3.4', '1.2.3.5']

  /** What the path of an authority that maps a to b, or asserts any policy, comes to for a target with b. */
  async function judge(
    authority: 'maps' | 'any',
    constraints: AnchorConstraints,
    policies: PolicyInputs = {},
  ): Promise<readonly string[]> {
    const root = await createTestCa({ name: 'Root', clock })
    const mapping = [{ issuerDomainPolicy: a, subjectDomainPolicy: b }]
    const intermediate = await root.issueIntermediate(
      authority === 'any'
        ? { certificatePolicies: [anyPolicy] }
        : { certificatePolicies: [a], policyMappings: mapping },
    )
    const leaf = await intermediate.issue({ certificatePolicies: [b] })
    return codesOf(
      await validatePath({
        certificate: leaf.certificate,
        intermediates: [intermediate.certificate],
        anchors: [trustAnchorFrom(root.certificate, constraints)],
        at: clock.now(),
        profile: rfc5280Section6,
        policies,
      }),
    )
  }

  it('RFC 5937 §3.2 inhibit mapping and anyPolicy where the anchor does, whatever the caller allows', async () => {
    const required = { explicitPolicy: 'required' } as const
    expect(await judge('maps', required)).toEqual([])
    expect(await judge('any', required)).toEqual([])
    const noMapping = { ...required, policyMapping: 'inhibited' } as const
    expect(await judge('maps', noMapping)).toEqual(['policy-required'])
    expect(await judge('maps', noMapping, { policyMapping: 'allowed' })).toEqual(['policy-required'])
    expect(await judge('any', noMapping)).toEqual([])
    const noAny = { ...required, anyPolicy: 'inhibited' } as const
    expect(await judge('any', noAny)).toEqual(['policy-required'])
    expect(await judge('any', noAny, { anyPolicy: 'allowed' })).toEqual(['policy-required'])
    expect(await judge('maps', noAny)).toEqual([])
  })

  it('RFC 5937 §3.2 loosen nothing the caller has bound', async () => {
    const loose = { explicitPolicy: 'optional', policyMapping: 'allowed', anyPolicy: 'allowed' } as const
    const explicitPolicy = 'required'
    expect(await judge('maps', loose, { explicitPolicy, policyMapping: 'inhibited' })).toEqual(['policy-required'])
    expect(await judge('any', loose, { explicitPolicy, anyPolicy: 'inhibited' })).toEqual(['policy-required'])
    expect(await judge('maps', loose, { explicitPolicy, initialPolicySet: [b] })).toEqual(['policy-required'])
  })

  it('RFC 5937 §3.2 bind the policies the caller accepts, but for anyPolicy, which binds nothing', async () => {
    const policies = { explicitPolicy: 'required', initialPolicySet: [a] } as const
    expect(await judge('maps', { policySet: [a] }, policies)).toEqual([])
    expect(await judge('maps', { policySet: [b, a] }, policies)).toEqual([])
    expect(await judge('maps', { policySet: [b] }, policies)).toEqual(['policy-required'])
    expect(await judge('maps', { policySet: [b, anyPolicy] }, policies)).toEqual([])
    expect(await judge('maps', { policySet: [b] }, { explicitPolicy: 'required' })).toEqual(['policy-required'])
    expect(await judge('maps', { policySet: [a] }, { explicitPolicy: 'required' })).toEqual([])
    // Those of both alone, however many either accepts.
    const wantsOther = { explicitPolicy: 'required', initialPolicySet: [b] } as const
    expect(await judge('maps', { policySet: [a] }, wantsOther)).toEqual(['policy-required'])
    expect(await judge('maps', { policySet: [a, b] }, wantsOther)).toEqual(['policy-required'])
    const any = { explicitPolicy: 'required', initialPolicySet: [anyPolicy] } as const
    expect(await judge('maps', { policySet: [b] }, any)).toEqual(['policy-required'])
  })
})

/** Constraints given with an anchor (RFC 5914 §2.2, RFC 5937): they bind the path whatever the certificates say. */

import { describe, expect, it } from 'vitest'
import {
  type AnchorConstraints,
  createTrustAnchors,
  explain,
  type PathVerdict,
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

// What somebody who trusts a key binds it to (RFC 5914 §2.2, RFC 5937), given with the anchor and not by a certificate.

import type { CertificateFacts } from './certificate-facts.js'
import type { PathFinding, PathFindingCode } from './finding.js'
import { compileNameConstraints, type NameBounds } from './name-constraints.js'
import { ANY_POLICY, type PolicyInputs } from './policy-graph.js'
import type { Search } from './search.js'
import { countIntermediates } from './steps.js'
import type { AnchorConstraints, TrustAnchor } from './trust-anchor.js'

const compiled = new WeakMap<AnchorConstraints, NameBounds>()

/** The anchor's name constraints made ready, once for each set of constraints. */
function nameBounds({ name }: TrustAnchor, constraints: AnchorConstraints): NameBounds {
  let bounds = compiled.get(constraints)
  if (bounds === undefined) {
    const { nameConstraints } = constraints
    bounds = {
      nameConstraints: nameConstraints && compileNameConstraints(nameConstraints),
      certificate: { subject: name },
    }
    compiled.set(constraints, bounds)
  }
  return bounds
}

/** What of a path breaks the constraints given with its anchor. */
export function anchorConstraintFindings(
  search: Search,
  anchor: TrustAnchor,
  path: readonly CertificateFacts[],
): readonly PathFinding[] {
  const { constraints } = anchor
  if (constraints === undefined) return []
  const { pathLenConstraint = Infinity, extendedKeyUsage } = constraints
  const findings: PathFinding[] = []
  const count = countIntermediates(path)
  if (count > pathLenConstraint) {
    const message = `the anchor allows ${pathLenConstraint} intermediates below it, and there are ${count}`
    findings.push(anchorFinding(anchor, 'path-length-exceeded', message, 'RFC 5937 §3.2'))
  }
  const missing = search.question.purpose.filter((wanted) => extendedKeyUsage?.includes(wanted) === false)
  if (missing.length > 0) {
    const message = `the anchor is not trusted for ${missing.join(', ')}`
    findings.push(anchorFinding(anchor, 'extended-key-usage-nesting', message, 'RFC 5914 §2.2'))
  }
  const bounds = nameBounds(anchor, constraints)
  for (const fault of bounds.nameConstraints?.faults ?? []) {
    const message = `the anchor's nameConstraints are malformed: ${fault}`
    findings.push(anchorFinding(anchor, 'name-constraint-malformed', message, 'RFC 5280 §4.2.1.10'))
  }
  for (const lower of path) {
    const finding = search.nameConstraintFinding(bounds, lower)
    if (finding !== undefined) findings.push(finding)
  }
  return findings
}

function anchorFinding(
  { name: subject, certificate }: TrustAnchor,
  code: PathFindingCode,
  message: string,
  rule: string,
): PathFinding {
  return { code, message, remedy: 'change what the anchor is trusted for', rule, subject, certificate }
}

/** The caller's policy inputs, bound by those of the anchor. */
export function boundByAnchor(inputs: PolicyInputs, constraints: AnchorConstraints | undefined): PolicyInputs {
  if (constraints === undefined) return inputs
  const { policySet, explicitPolicy, policyMapping, anyPolicy } = constraints
  return {
    ...boundPolicies(inputs, policySet),
    ...(explicitPolicy === 'required' ? { explicitPolicy } : {}),
    ...(policyMapping === 'inhibited' ? { policyMapping } : {}),
    ...(anyPolicy === 'inhibited' ? { anyPolicy } : {}),
  }
}

/** RFC 5937 §3.2: the policies an anchor is trusted for bound those the caller accepts. */
export function boundPolicies(inputs: PolicyInputs, asserted: readonly string[] | undefined): PolicyInputs {
  if (asserted === undefined || asserted.includes(ANY_POLICY)) return inputs
  const wanted = inputs.initialPolicySet ?? [ANY_POLICY]
  const initialPolicySet = wanted.includes(ANY_POLICY) ? asserted : wanted.filter((one) => asserted.includes(one))
  return { ...inputs, initialPolicySet }
}

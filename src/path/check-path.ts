// Certification path validation (RFC 5280 §6.1) of one whole path: every finding, or the policies it is valid for.

import { type Certificate, SubjectPublicKeyInfo } from '../x509/index.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { bitString, sequence } from '../der/writer.js'
import { anchorConstraintFindings, boundByAnchor, boundPolicies } from './anchor-constraints.js'
import { factsOf, type CertificateFacts } from './certificate-facts.js'
import type { PathFinding } from './finding.js'
import { publicKeyFault } from './key-strength.js'
import { type PathPolicies, type PolicyFault, PolicyState } from './policy-graph.js'
import type { PathProfile } from './profile.js'
import { found, malformedFindings, profileRule, REISSUE, type Search } from './search.js'
import {
  authorityFinding,
  certificateSigningFinding,
  countIntermediates,
  issuerFindings,
  nestedUsageFinding,
  pathLengthFinding,
  targetFindings,
} from './steps.js'
import type { AnchorConstraints, TrustAnchor } from './trust-anchor.js'

/** What checking a path comes to. Policies are there exactly where there are no findings. */
export interface CheckedPath {
  readonly findings: readonly PathFinding[]
  readonly policies: PathPolicies | undefined
}

/** The facts of an anchor's certificate as far as the profile counts them. */
function anchorFacts({ question: { profile } }: Search, { certificate }: TrustAnchor): CertificateFacts | undefined {
  return certificate === undefined || (profile.anchors === 'name-and-key' && profile.anchorConstraints === 'ignore')
    ? undefined
    : factsOf(certificate)
}

/**
 * Checks a path, target first, whose names chain up to the anchor; without an anchor everything but the signature of its
 * last certificate.
 */
export async function checkPath(
  search: Search,
  path: readonly CertificateFacts[],
  anchor: TrustAnchor | undefined,
): Promise<CheckedPath> {
  const findings: PathFinding[] = []
  for (const [i, facts] of path.entries()) {
    findings.push(...(i === 0 ? targetFindings(search, facts) : issuerFindings(search, facts, path.slice(0, i))))
  }
  const topFacts = anchor && anchorFacts(search, anchor)
  if (anchor !== undefined) findings.push(...anchorFindings(search, anchor, topFacts, path))
  const depth = depthFinding(search, path)
  if (depth !== undefined) findings.push(depth)
  findings.push(...(await signatureFindings(search, path, anchor)))
  const policies = processPolicies(search, path, topFacts, anchor?.constraints)
  if ('fault' in policies) return { findings: [...findings, policies.fault], policies: undefined }
  return { findings, policies: findings.length === 0 ? policies : undefined }
}

/** What the profile holds against the anchor itself (RFC 5280 §6.1.1 (d), RFC 5937). */
function anchorFindings(
  search: Search,
  anchor: TrustAnchor,
  facts: CertificateFacts | undefined,
  path: readonly CertificateFacts[],
): readonly PathFinding[] {
  const { profile } = search.question
  const findings: (PathFinding | undefined)[] = []
  if (facts !== undefined && profile.anchors === 'as-certificate') {
    findings.push(...search.findingsOfAnchor(facts), authorityFinding(facts), certificateSigningFinding(facts))
  } else {
    findings.push(anchorKeyFinding(anchor, profile))
    // Constraints nobody can read would bind nothing.
    if (facts !== undefined) findings.push(...malformedFindings(facts, profile))
  }
  if (facts !== undefined && profile.anchorConstraints === 'apply') {
    findings.push(pathLengthFinding(facts, path), nestedUsageFinding(search, facts))
    for (const lower of path) findings.push(search.nameConstraintFinding(facts, lower))
  }
  findings.push(...anchorConstraintFindings(search, anchor, path))
  return findings.filter((finding) => finding !== undefined)
}

function anchorKeyFinding(anchor: TrustAnchor, profile: PathProfile): PathFinding | undefined {
  const fault = publicKeyFault(anchor.publicKey, profile)
  if (fault === undefined) return undefined
  const { name: subject, certificate } = anchor
  const rule = profileRule(profile)
  return { code: 'public-key-refused', message: fault, remedy: 'trust another key', rule, subject, certificate }
}

/** The caller's own bound on intermediates. */
export function depthFinding(
  { question: { maxChainDepth } }: Search,
  path: readonly CertificateFacts[],
): PathFinding | undefined {
  const count = countIntermediates(path)
  const top = path.at(-1)
  if (count <= maxChainDepth || top === undefined) return undefined
  const message = `the path has ${count} intermediates, and at most ${maxChainDepth} are asked for`
  return found(top, 'chain-depth-exceeded', message, 'raise maxChainDepth, or ask for a shorter chain', 'maxChainDepth')
}

/** §6.1.3 (a) (1) for each certificate, with the key §6.1.4 (d) to (f) hand down. */
async function signatureFindings(
  search: Search,
  path: readonly CertificateFacts[],
  anchor: TrustAnchor | undefined,
): Promise<readonly PathFinding[]> {
  const findings: PathFinding[] = []
  let workingKey = anchor?.publicKey
  for (let i = path.length - 1; i >= 0; i--) {
    const facts = path[i]
    if (facts === undefined) break
    if (workingKey !== undefined) {
      const answer = search.verifySignature(facts, workingKey)
      const verdict = answer instanceof Promise ? await answer : answer
      const finding = signatureFinding(facts, verdict)
      if (finding !== undefined) findings.push(finding)
      // The budget is spent: so it is for those below.
      if (verdict === undefined) break
    }
    workingKey = withInheritedParameters(facts.certificate.publicKey, facts, workingKey)
  }
  return findings
}

/** The finding a signature's verdict comes to. */
export function signatureFinding(
  facts: CertificateFacts,
  verdict: 'valid' | 'invalid' | 'unsupported' | undefined,
): PathFinding | undefined {
  const rule = 'RFC 5280 §6.1.3 (a) (1)'
  if (verdict === 'valid') return undefined
  if (verdict === undefined) {
    const message = 'its signature was not verified: limits.signatureChecks is spent'
    return found(facts, 'budget-exceeded', message, 'raise the limit if the certificates are trusted to be few', rule)
  }
  if (verdict === 'invalid') {
    const message = 'its signature does not verify with the key of its issuer'
    return found(facts, 'signature-invalid', message, 'install the certificate of the issuer that signed it', rule)
  }
  const { name, oid } = facts.signatureAlgorithm ?? { name: undefined, oid: 'malformed' }
  const message = `its signature (${name ?? oid}) cannot be verified by this crypto provider with the key of its issuer`
  return found(facts, 'signature-unsupported', message, 'pass a CryptoProvider that knows the algorithm', rule)
}

/** Whether the key takes its parameters from its issuer's, so that it verifies nothing on its own (RFC 3279 §2.3.2). */
export const inheritsParameters = ({ key }: CertificateFacts): boolean =>
  key?.type === 'dsa' && key.parameters === undefined

/** §6.1.4 (e): a DSA key without parameters has those of the key above, where that is a DSA key too. */
function withInheritedParameters(
  key: SubjectPublicKeyInfo,
  facts: CertificateFacts,
  above: SubjectPublicKeyInfo | undefined,
): SubjectPublicKeyInfo {
  if (!inheritsParameters(facts) || above?.algorithm.oid !== key.algorithm.oid) return key
  const reader = new DerReader(above.der, 'subjectPublicKeyInfo')
  reader.enter(tags.SEQUENCE)
  const start = reader.position
  reader.skip(tags.SEQUENCE)
  const spki = sequence(above.der.subarray(start, reader.position), bitString(key.keyBytes))
  return new SubjectPublicKeyInfo(spki, 0, spki.length, 0)
}

/** The key certificate `i` of a path, target first, verifies signatures with: its own, inherited parameters included. */
export function workingKey(path: readonly Certificate[], i: number, anchor: TrustAnchor): SubjectPublicKeyInfo {
  const certificate = path[i]
  if (certificate === undefined) return anchor.publicKey
  const facts = factsOf(certificate)
  if (!inheritsParameters(facts)) return certificate.publicKey
  return withInheritedParameters(certificate.publicKey, facts, workingKey(path, i + 1, anchor))
}

/** The policies an anchor's certificate asserts. */
const assertedPolicies = (anchor: CertificateFacts | undefined): readonly string[] | undefined =>
  anchor?.value('certificatePolicies')?.map(({ policyIdentifier }) => policyIdentifier)

/** The policy steps of §6.1.3 to §6.1.5, from the anchor down. */
export function processPolicies(
  { question: { policies, profile } }: Search,
  path: readonly CertificateFacts[],
  anchor: CertificateFacts | undefined,
  constraints: AnchorConstraints | undefined,
): PathPolicies | { readonly fault: PathFinding } {
  const bound = profile.anchorConstraints === 'apply' ? anchor : undefined
  const state = new PolicyState(
    boundPolicies(boundByAnchor(policies, constraints), assertedPolicies(bound)),
    path.length,
  )
  if (bound !== undefined) state.applyConstraints(bound)
  for (let i = path.length - 1; i >= 0; i--) {
    const facts = path[i]
    if (facts === undefined) break
    const fault = state.processCertificate(facts, path.length - i)
    if (fault !== undefined) return { fault: policyFinding(facts, fault) }
    if (i === 0) return state.wrapUp(facts) ?? { fault: policyFinding(facts, 'policy-required') }
    const mappingFault = state.prepareNext(facts)
    if (mappingFault !== undefined) return { fault: policyFinding(facts, mappingFault) }
  }
  return { authorityConstrained: [], userConstrained: [] }
}

function policyFinding(facts: CertificateFacts, code: PolicyFault): PathFinding {
  return code === 'any-policy-mapped'
    ? found(facts, code, 'its policyMappings map anyPolicy', REISSUE, 'RFC 5280 §6.1.4 (a)')
    : found(
        facts,
        code,
        'the path must be valid for a certificate policy, and from here on it is for none',
        'ask for a certificate with a policy the path and the caller accept',
        'RFC 5280 §6.1.3 (f), §6.1.5 (g)',
      )
}

// The steps of RFC 5280 §6.1 that look at one certificate and those below it, one function a step. The builder asks them
// before it climbs on, and check-path.ts asks them again for the whole path: what one refuses, the other never accepts.
//
// A path stands target first. "Below" a certificate are the ones before it.

import type { CertificateFacts } from './certificate-facts.js'
import { inconsistency } from './consistent-usage.js'
import type { PathFinding } from './finding.js'
import { formatPeerName, matchPeerName, wildcardBelowPublicSuffix } from './peer-name.js'
import { found, profileRule, REISSUE, type Search } from './search.js'

/** Everything against `upper` as the issuer of the path `below`, its signature apart. */
export function issuerFindings(
  search: Search,
  upper: CertificateFacts,
  below: readonly CertificateFacts[],
): readonly PathFinding[] {
  const findings = [...search.findingsOf(upper)]
  const add = (finding: PathFinding | undefined): void => {
    if (finding !== undefined) findings.push(finding)
  }
  add(authorityFinding(upper))
  add(certificateSigningFinding(upper))
  add(pathLengthFinding(upper, below))
  add(nestedUsageFinding(search, upper))
  for (const lower of below) add(search.nameConstraintFinding(upper, lower))
  return findings
}

/** §6.1.4 (k): "If certificate i is a version 3 certificate, verify … cA is set to TRUE"; others have no such field. */
export function authorityFinding(facts: CertificateFacts): PathFinding | undefined {
  if (facts.isAuthority) return undefined
  const message = 'it issued a certificate, and its basicConstraints do not say that it is an authority'
  return found(facts, 'not-an-authority', message, 'install the certificate of the real issuer', 'RFC 5280 §6.1.4 (k)')
}

/** §6.1.4 (n). */
export function certificateSigningFinding(facts: CertificateFacts): PathFinding | undefined {
  if (facts.keyUsage === undefined || facts.keyUsage.includes('keyCertSign')) return undefined
  const message = 'it issued a certificate, and its keyUsage lacks keyCertSign'
  return found(facts, 'certificate-signing-refused', message, REISSUE, 'RFC 5280 §6.1.4 (n)')
}

/** How many of the certificates that issue on this path are not self-issued (§4.2.1.9: the last is no intermediate). */
export function countIntermediates(path: readonly CertificateFacts[]): number {
  let count = 0
  for (let i = 1; i < path.length; i++) if (path[i]?.isSelfIssued === false) count++
  return count
}

/** §6.1.4 (l) and (m), and (m) of an anchor: max_path_length never falls below zero. */
export function pathLengthFinding(
  upper: CertificateFacts,
  below: readonly CertificateFacts[],
): PathFinding | undefined {
  const limit = upper.basicConstraints?.pathLenConstraint
  if (limit === undefined) return undefined
  const count = countIntermediates(below)
  if (count <= limit) return undefined
  const message = `its pathLenConstraint allows ${limit} intermediates below it, and there are ${count}`
  return found(upper, 'path-length-exceeded', message, REISSUE, 'RFC 5280 §6.1.4 (l), (m)')
}

/** Whether an authority that names purposes may issue for those asked for. Not RFC 5280's, but every browser's rule. */
export function nestedUsageFinding(
  { question: { profile, purpose } }: Search,
  facts: CertificateFacts,
): PathFinding | undefined {
  const usage = facts.extendedKeyUsage
  if (profile.nestedExtendedKeyUsage === 'ignore' || usage === undefined || usage.includes('anyExtendedKeyUsage')) {
    return undefined
  }
  const missing = purpose.filter((wanted) => !usage.includes(wanted))
  if (missing.length === 0) return undefined
  const message = `its extendedKeyUsage (${usage.join(', ')}) leaves out ${missing.join(', ')}, so it may not issue for it`
  const rule = `${profileRule(profile)}, CA/Browser Forum BR 7.1.2.10.6`
  return found(facts, 'extended-key-usage-nesting', message, REISSUE, rule)
}

/** Everything against the target itself: what holds for any certificate, and what the caller asked of this one. */
export function targetFindings(search: Search, facts: CertificateFacts): readonly PathFinding[] {
  return (search.targetFindings ??= [
    ...search.findingsOf(facts),
    ...extendedKeyUsageFindings(search, facts),
    ...keyUsageFindings(search, facts),
    ...peerNameFindings(search, facts),
  ])
}

/** RFC 5280 §4.2.1.12: "the certificate MUST only be used for one of the purposes indicated". */
function extendedKeyUsageFindings({ question }: Search, facts: CertificateFacts): readonly PathFinding[] {
  const usage = facts.extendedKeyUsage
  const { profile, purpose } = question
  if (usage === undefined) return []
  if (profile.anyExtendedKeyUsage === 'accept' && usage.includes('anyExtendedKeyUsage')) return []
  return purpose
    .filter((wanted) => !usage.includes(wanted))
    .map((wanted) => {
      const message = `its extendedKeyUsage (${usage.join(', ')}) lacks ${wanted}`
      return found(facts, 'extended-key-usage-missing', message, REISSUE, 'RFC 5280 §4.2.1.12')
    })
}

/**
 * RFC 5280 §4.2.1.3: keyUsage, where present, restricts. §4.2.1.12: with both extensions "the certificate MUST only be used
 * for a purpose consistent with both".
 */
function keyUsageFindings({ question }: Search, facts: CertificateFacts): readonly PathFinding[] {
  const { keyUsage } = facts
  if (keyUsage === undefined) return []
  const findings: PathFinding[] = []
  const add = (message: string): void => {
    findings.push(found(facts, 'key-usage-missing', message, REISSUE, 'RFC 5280 §4.2.1.3, §4.2.1.12'))
  }
  for (const wanted of question.keyUsage) if (!keyUsage.includes(wanted)) add(`its keyUsage lacks ${wanted}`)
  if (facts.extendedKeyUsage === undefined) return findings
  for (const purpose of question.purpose) {
    const message = inconsistency(keyUsage, purpose)
    if (message !== undefined) add(message)
  }
  return findings
}

function peerNameFindings({ question }: Search, facts: CertificateFacts): readonly PathFinding[] {
  const { peerName, publicSuffixes } = question
  const findings: PathFinding[] = []
  const wildcard = publicSuffixes && wildcardBelowPublicSuffix(facts.subjectAltName, publicSuffixes)
  if (wildcard !== undefined) {
    const message = `its name ${wildcard} covers the domains of other people`
    findings.push(found(facts, 'wildcard-public-suffix', message, REISSUE, 'CA/Browser Forum BR 3.2.2.6'))
  }
  if (peerName === undefined) return findings
  const outcome = matchPeerName(facts.subjectAltName, peerName)
  if (outcome === 'match') return findings
  const expected = formatPeerName(peerName)
  if (outcome === 'malformed') {
    const message = `the expected name "${expected}" is no name of its form`
    return [...findings, found(facts, 'peer-name-malformed', message, 'correct the expected name', 'RFC 9525 §6.1')]
  }
  const message = `its subjectAltName does not name "${expected}"`
  const remedy = 'check that the right peer is meant, or ask for a certificate with that name'
  return [...findings, found(facts, 'peer-name-mismatch', message, remedy, 'RFC 9525 §6')]
}

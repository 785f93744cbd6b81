// One validation: what was asked, what is already known about the certificates met, and what is left to spend.

import { equalBytes } from '../base/bytes.js'
import { ensure } from '../base/ensure.js'
import type { CryptoProvider, SignatureVerdict } from '../crypto/index.js'
import {
  type Certificate,
  type ExtendedKeyUsagePurpose,
  type KeyUsageBit,
  type SubjectPublicKeyInfo,
} from '../x509/index.js'
import { escapeUnsafe } from '../x509/name-text.js'
import type { CertificateFacts } from './certificate-facts.js'
import { certificateRules, type CertificateRole, type CertificateRuleName } from './certificate-rules.js'
import type { PathFinding, PathFindingCode } from './finding.js'
import { algorithmFault, keyFault } from './key-strength.js'
import { type Budget } from './limits.js'
import { constrainedNames, type NameBounds, nameConstraintFault } from './name-constraints.js'
import type { PeerName, PublicSuffixes } from './peer-name.js'
import type { PolicyInputs } from './policy-graph.js'
import type { PathProfile } from './profile.js'

/** What a path is searched for. */
export interface PathQuestion {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly profile: PathProfile
  readonly purpose: readonly ExtendedKeyUsagePurpose[]
  readonly keyUsage: readonly KeyUsageBit[]
  readonly peerName: PeerName | undefined
  readonly policies: PolicyInputs
  /** Intermediates of a path that are not self-issued. */
  readonly maxChainDepth: number
  readonly publicSuffixes: PublicSuffixes | undefined
  readonly crypto: CryptoProvider
}

const RFC = 'RFC 5280'

/** Findings and verdicts about single certificates and pairs of them, each made once. */
export class Search {
  private readonly certificateFindings = new Map<CertificateFacts, readonly PathFinding[]>()
  private readonly anchorFindings = new Map<CertificateFacts, readonly PathFinding[]>()
  private readonly signatures = new Map<CertificateFacts, { key: SubjectPublicKeyInfo; verdict: SignatureVerdict }[]>()
  private readonly nameFindings = new Map<NameBounds, Map<CertificateFacts, PathFinding | 'none'>>()

  /** What `targetFindings` of steps.ts found: the target is the same on every path. */
  targetFindings: readonly PathFinding[] | undefined

  constructor(
    readonly question: PathQuestion,
    readonly budget: Budget,
    private readonly target: Certificate,
  ) {}

  /** What is wrong with a certificate wherever it stands: its dates, keys, algorithms, extensions and the profile's rules. */
  findingsOf(facts: CertificateFacts): readonly PathFinding[] {
    return ensure(this.certificateFindings, facts, () =>
      this.judge(facts, facts.certificate === this.target ? 'target' : 'authority'),
    )
  }

  /** The same for the certificate of an anchor. */
  findingsOfAnchor(facts: CertificateFacts): readonly PathFinding[] {
    return ensure(this.anchorFindings, facts, () => this.judge(facts, 'anchor'))
  }

  private judge(facts: CertificateFacts, role: CertificateRole): readonly PathFinding[] {
    const lasting = this.lastingFindings(facts, role)
    const validity = this.validityFinding(facts)
    return validity === undefined ? lasting : [...lasting, validity]
  }

  /** What is wrong at any time: found once, since authorities are met again and again. */
  private lastingFindings(facts: CertificateFacts, role: CertificateRole): readonly PathFinding[] {
    const rules = rulesFor(this.question.profile, role)
    if (facts.lasting?.rules !== rules) facts.lasting = { rules, findings: this.judgeAnyTime(facts, role, rules) }
    return facts.lasting.findings as readonly PathFinding[]
  }

  private judgeAnyTime(facts: CertificateFacts, role: CertificateRole, rules: readonly NamedRule[]): PathFinding[] {
    const { profile } = this.question
    const findings: PathFinding[] = []
    const remedy = role === 'anchor' ? 'trust another root, or lift the rule off anchors in the profile' : REISSUE
    for (const { name, check, cites } of rules) {
      const fault = check(facts, role)
      if (fault !== undefined) findings.push(found(facts, name, fault, remedy, cites))
    }
    findings.push(...malformedFindings(facts, profile))
    for (const { oid, name } of facts.unknownCritical) {
      const part = name === 'certificatePolicies' ? 'a qualifier of ' : name === 'keyUsage' ? 'a bit of ' : ''
      const message = `${part}its critical extension ${name ?? oid} is not understood`
      findings.push(found(facts, 'critical-extension-unknown', message, REISSUE, `${RFC} §4.2, §6.1.5 (f)`))
    }
    const weakKey = facts.key && keyFault(facts.key, profile)
    if (weakKey !== undefined) findings.push(found(facts, 'public-key-refused', weakKey, REISSUE, profileRule(profile)))
    // Nobody verifies an anchor's own signature.
    const algorithm = role === 'anchor' ? undefined : facts.signatureAlgorithm
    const weakAlgorithm = algorithm && algorithmFault(algorithm, profile)
    if (weakAlgorithm !== undefined) {
      findings.push(found(facts, 'signature-algorithm-refused', weakAlgorithm, REISSUE, profileRule(profile)))
    }
    return findings
  }

  /** §6.1.3 (a) (2). Both ends belong to the validity. */
  private validityFinding(facts: CertificateFacts): PathFinding | undefined {
    const { at } = this.question
    const rule = `${RFC} §6.1.3 (a) (2)`
    if (at < facts.notBefore) {
      const message = `it is valid from ${isoTime(facts.notBefore)} on, which is ${span(facts.notBefore - at)} after ${isoTime(at)}`
      return found(facts, 'not-yet-valid', message, 'check the clock, or wait', rule)
    }
    if (at > facts.notAfter) {
      const message = `it expired at ${isoTime(facts.notAfter)}, ${span(at - facts.notAfter)} before ${isoTime(at)}`
      return found(facts, 'expired', message, 'renew it, or install a certificate that has been renewed', rule)
    }
    return undefined
  }

  /** §6.1.3 (b), (c) for one constraining certificate and one below it. */
  nameConstraintFinding(upper: NameBounds, lower: CertificateFacts): PathFinding | undefined {
    const constraints = upper.nameConstraints
    // "… self-issued, and not the final certificate": such a one renews its authority's key, and names no subject.
    if (constraints === undefined || (lower.isSelfIssued && lower.certificate !== this.target)) return undefined
    const byLower = ensure(this.nameFindings, upper, () => new Map<CertificateFacts, PathFinding | 'none'>())
    let finding = byLower.get(lower)
    if (finding === undefined) {
      const names = constrainedNames(lower.certificate, lower.subjectAltName)
      const fault = lower.hasMalformedNames ? UNREADABLE_NAMES : nameConstraintFault(constraints, names, this.budget)
      finding =
        fault === undefined
          ? 'none'
          : found(
              lower,
              fault.code,
              `${fault.message} of the constraints of ${upper.certificate.subject.toString()}`,
              fault.code === 'budget-exceeded' ? 'raise the limit' : 'ask an authority that may issue for this name',
              `${RFC} §6.1.3 (b), (c)`,
            )
      byLower.set(lower, finding)
    }
    return finding === 'none' ? undefined : finding
  }

  /**
   * Whether `key` signed the certificate. Each pair is verified once, however many paths it stands on; undefined where
   * the budget is spent.
   */
  verifySignature(
    facts: CertificateFacts,
    key: SubjectPublicKeyInfo,
  ): SignatureVerdict | undefined | Promise<SignatureVerdict | undefined> {
    const known = this.signatures.get(facts)?.find((one) => one.key === key || equalBytes(one.key.der, key.der))
    if (known !== undefined) return known.verdict
    const { certificate, signatureAlgorithm } = facts
    // Malformed, and found so.
    if (signatureAlgorithm === undefined) return 'unsupported'
    if (!this.budget.spend('signatureChecks')) return undefined
    const { crypto } = this.question
    const verdict = crypto.verify(signatureAlgorithm, key, certificate.signatureValue, certificate.tbsCertificate)
    if (typeof verdict === 'string') return this.keep(facts, key, verdict)
    // A provider without types may answer anything, which is no yes.
    return Promise.resolve(verdict).then((later) => this.keep(facts, key, later))
  }

  private keep(facts: CertificateFacts, key: SubjectPublicKeyInfo, verdict: SignatureVerdict): SignatureVerdict {
    ensure(this.signatures, facts, () => []).push({ key, verdict })
    return verdict
  }
}

/** Names nobody can read may lie anywhere. */
const UNREADABLE_NAMES = {
  code: 'name-constraint-unsupported',
  message: 'its subjectAltName is malformed, and cannot be held against the subtrees',
} as const

/** What to do about a certificate that is made wrong. */
export const REISSUE = 'ask its issuer for a certificate that keeps the rule'

/** One finding about a certificate. What the message quotes may come from it, so that unsafe characters are escaped. */
export function found(
  { certificate }: { readonly certificate: Certificate },
  code: PathFindingCode,
  message: string,
  remedy: string,
  rule: string,
): PathFinding {
  return { code, message: escapeUnsafe(message), remedy, rule, subject: certificate.subject, certificate }
}

/** What of a certificate cannot be read. */
export function malformedFindings(
  facts: CertificateFacts,
  { malformedExtensions }: PathProfile,
): readonly PathFinding[] {
  const { malformed, malformedUnprocessed } = facts
  const errors = malformedExtensions === 'ignore-unprocessed' ? malformed : [...malformed, ...malformedUnprocessed]
  const findings = errors.map(({ message }) => found(facts, 'malformed', message, REISSUE, `${RFC} §4`))
  for (const fault of facts.nameConstraints?.faults ?? []) {
    const message = `its nameConstraints are malformed: ${fault}`
    findings.push(found(facts, 'name-constraint-malformed', message, REISSUE, `${RFC} §4.2.1.10`))
  }
  return findings
}

export const profileRule = ({ name }: PathProfile): string => `profile ${name}`
const isoTime = (time: number): string => new Date(time).toISOString().replace('.000', '')

/** A length of time as people say it. */
function span(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['second', 1]
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

type NamedRule = (typeof certificateRules)[CertificateRuleName] & { readonly name: CertificateRuleName }
type RulesByRole = Readonly<Record<CertificateRole, readonly NamedRule[]>>
const rulesByProfile = new WeakMap<PathProfile, RulesByRole>()

/** The rules a profile enforces on certificates of a role. */
function rulesFor(profile: PathProfile, role: CertificateRole): readonly NamedRule[] {
  let rules = rulesByProfile.get(profile)
  if (rules === undefined) {
    const names = Object.keys(certificateRules) as CertificateRuleName[]
    const of = (wanted: CertificateRole): readonly NamedRule[] =>
      names.filter((name) => profile.rules[name].includes(wanted)).map((name) => ({ name, ...certificateRules[name] }))
    rules = { anchor: of('anchor'), authority: of('authority'), target: of('target') }
    rulesByProfile.set(profile, rules)
  }
  return rules[role]
}

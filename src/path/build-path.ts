// Certification path building (RFC 4158): depth first from the target up, the likeliest issuer first, and back again
// from every dead end, until a path checks out or the budget is spent.

import { equalBytes, toHex } from '../base/bytes.js'
import type { Certificate } from '../x509/index.js'
import { type CertificateFacts, factsOf } from './certificate-facts.js'
import { checkPath, depthFinding, inheritsParameters, signatureFinding } from './check-path.js'
import type { PathFinding } from './finding.js'
import type { CertificatePool, IssuerSource } from './issuers.js'
import type { PathPolicies } from './policy-graph.js'
import { found, type Search } from './search.js'
import { issuerFindings, targetFindings } from './steps.js'
import type { TrustAnchor, TrustAnchorSource } from './trust-anchor.js'

/** A path that was looked at and refused. */
export interface PathAttempt {
  /** Target first. */
  readonly path: readonly Certificate[]
  /** Undefined where the path did not reach one. */
  readonly anchor: TrustAnchor | undefined
  readonly findings: readonly PathFinding[]
}

export interface BuiltPath {
  /** Target first. */
  readonly path: readonly Certificate[]
  readonly anchor: TrustAnchor
  readonly policies: PathPolicies
}

export interface PathSources {
  readonly anchors: TrustAnchorSource
  readonly pool: CertificatePool
  readonly issuers: IssuerSource | undefined
  readonly furtherCheck: FurtherCheck | undefined
}

/** What else a path must pass, revocation for example. Findings refuse the path, and the search goes on for another. */
export type FurtherCheck = (path: BuiltPath) => Promise<readonly PathFinding[]>

/** Climbs from a target to an anchor. Use one for one search. */
export class PathBuilder {
  readonly attempts: PathAttempt[] = []
  /** Attempts beyond `limits.attempts`. */
  attemptsDropped = 0
  private readonly fetched = new Map<Certificate, readonly Certificate[]>()
  private readonly sourceFailures: PathFinding[] = []

  constructor(
    private readonly search: Search,
    private readonly sources: PathSources,
  ) {}

  /** The first path that checks out; undefined where there is none within the budget. */
  async build(target: CertificateFacts): Promise<BuiltPath | undefined> {
    // Nothing above it mends what is wrong with the target.
    if (targetFindings(this.search, target).length > 0) return undefined
    return this.climb([target])
  }

  private async climb(path: CertificateFacts[]): Promise<BuiltPath | undefined> {
    const top = path.at(-1)
    if (top === undefined) return undefined
    const anchors = await this.anchorsFor(top)
    for (const anchor of anchors) {
      if (!this.search.budget.spend('buildSteps')) return undefined
      const { findings, policies } = await checkPath(this.search, path, anchor)
      if (policies !== undefined) {
        const built = { path: path.map(({ certificate }) => certificate), anchor, policies }
        const further = (await this.sources.furtherCheck?.(built)) ?? []
        if (further.length === 0) return built
        this.note(path, anchor, further)
      } else this.note(path, anchor, findings)
    }
    if (path.length >= this.search.budget.limits.pathLength) {
      this.note(path, undefined, [lengthFinding(top, this.search.budget.limits.pathLength)])
      return undefined
    }
    const found = await this.climbThrough(path, this.candidatesFor(top, path))
    if (found !== undefined || this.sources.issuers === undefined) return found
    return this.climbThrough(path, ranked(top, this.unrepeated(await this.fetchIssuers(top), path), this.search))
  }

  private async climbThrough(
    path: CertificateFacts[],
    candidates: readonly CertificateFacts[],
  ): Promise<BuiltPath | undefined> {
    const { search } = this
    for (const candidate of candidates) {
      if (!search.budget.spend('buildSteps')) return undefined
      const findings = await this.linkFindings(path, candidate)
      path.push(candidate)
      let built: BuiltPath | undefined
      if (findings.length === 0) built = await this.climb(path)
      else this.note(path, undefined, findings)
      path.pop()
      if (built !== undefined) return built
      if (search.budget.exceeded !== undefined) return undefined
    }
    return undefined
  }

  /** Everything that keeps `candidate` from standing on top of `path`, whatever stands above it. The signature comes last. */
  private async linkFindings(
    path: readonly CertificateFacts[],
    candidate: CertificateFacts,
  ): Promise<readonly PathFinding[]> {
    const { search } = this
    const findings = issuerFindings(search, candidate, path)
    if (findings.length > 0) return findings
    const depth = depthFinding(search, [...path, candidate])
    if (depth !== undefined) return [depth]
    const top = path.at(-1)
    // A key without its parameters verifies nothing before its issuer is known.
    if (top === undefined || inheritsParameters(candidate)) return []
    const verdict = search.verifySignature(top, candidate.certificate.publicKey)
    const finding = signatureFinding(top, typeof verdict === 'object' ? await verdict : verdict)
    return finding === undefined ? [] : [finding]
  }

  /** The certificates with the issuer's name, the likeliest first, those left out that the path holds already. */
  private candidatesFor(top: CertificateFacts, path: readonly CertificateFacts[]): readonly CertificateFacts[] {
    return ranked(top, this.unrepeated(this.sources.pool.named(top.certificate.issuer), path), this.search)
  }

  private unrepeated(
    certificates: readonly Certificate[],
    path: readonly CertificateFacts[],
  ): readonly CertificateFacts[] {
    const { candidates } = this.search.budget.limits
    const facts: CertificateFacts[] = []
    for (const certificate of certificates) {
      if (facts.length >= candidates) {
        this.search.budget.exceeded ??= 'candidates'
        break
      }
      const candidate = factsOf(certificate)
      const isRepeated = path.some((one) => isSameEntity(one, candidate))
      // The same certificate twice in a pool is one candidate.
      const isDuplicate = facts.some((one) => one === candidate || one.certificate.equals(certificate))
      if (!isRepeated && !isDuplicate) facts.push(candidate)
    }
    return facts
  }

  private async anchorsFor(top: CertificateFacts): Promise<readonly TrustAnchor[]> {
    try {
      const anchors = this.sources.anchors.anchorsNamed(top.certificate.issuer)
      const list = 'then' in anchors ? await anchors : anchors
      return list.length < 2 ? list : [...list].sort((a, b) => anchorRank(top, b) - anchorRank(top, a))
    } catch (error) {
      this.noteFailure(top, 'anchors', error)
      return []
    }
  }

  private async fetchIssuers(top: CertificateFacts): Promise<readonly Certificate[]> {
    const { certificate } = top
    const known = this.fetched.get(certificate)
    if (known !== undefined || this.sources.issuers === undefined) return known ?? []
    if (!this.search.budget.spend('issuerFetches')) return []
    let certificates: readonly Certificate[] = []
    try {
      certificates = await this.sources.issuers.issuersOf(certificate)
    } catch (error) {
      this.noteFailure(top, 'issuers', error)
    }
    const named = certificates.filter(({ subject }) => subject.equals(certificate.issuer))
    this.fetched.set(certificate, named)
    return named
  }

  private noteFailure(top: CertificateFacts, source: 'anchors' | 'issuers', error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `the source of ${source} failed for its issuer: ${reason}`
    this.sourceFailures.push(found(top, 'issuer-source-failed', message, 'try again, or mend the source', 'certward'))
  }

  private note(
    path: readonly CertificateFacts[],
    anchor: TrustAnchor | undefined,
    findings: readonly PathFinding[],
  ): void {
    if (this.attempts.length >= this.search.budget.limits.attempts) this.attemptsDropped++
    else this.attempts.push({ path: path.map(({ certificate }) => certificate), anchor, findings })
  }

  /**
   * After a search without success: the path to show to people, with everything against it. The refused path to an
   * anchor with the fewest findings, or where none got so far the one the likeliest issuers make.
   */
  async explain(target: CertificateFacts): Promise<PathAttempt> {
    const complete = this.attempts
      .filter(({ anchor }) => anchor !== undefined)
      .sort((a, b) => a.findings.length - b.findings.length)
    const [best] = complete
    const likeliest = await this.likeliestPath(target)
    const attempt = best === undefined || isBetter(likeliest, best) ? likeliest : best
    const exceeded = this.exceededFinding(target)
    return { ...attempt, findings: [...attempt.findings, ...this.sourceFailures, ...exceeded] }
  }

  private async likeliestPath(target: CertificateFacts): Promise<PathAttempt> {
    const path = [target]
    let anchor: TrustAnchor | undefined
    for (;;) {
      const top = path.at(-1) ?? target
      const anchors = await this.anchorsFor(top)
      const signing = await this.firstSigning(top, anchors)
      const candidates = this.candidatesFor(top, path)
      const next = await this.firstSigning(
        top,
        candidates.map((facts) => ({ facts, publicKey: facts.certificate.publicKey })),
      )
      anchor = signing ?? (next === undefined ? anchors[0] : undefined)
      if (anchor !== undefined) break
      const upper = next?.facts ?? candidates[0]
      if (upper === undefined || path.length >= this.search.budget.limits.pathLength) break
      path.push(upper)
    }
    const { findings } = await checkPath(this.search, path, anchor)
    const dead = anchor === undefined ? [deadEnd(path.at(-1) ?? target)] : []
    return { path: path.map(({ certificate }) => certificate), anchor, findings: [...dead, ...findings] }
  }

  /** The first whose key signed the certificate. */
  private async firstSigning<T extends { readonly publicKey: Certificate['publicKey'] }>(
    top: CertificateFacts,
    candidates: readonly T[],
  ): Promise<T | undefined> {
    for (const candidate of candidates) {
      if ((await this.search.verifySignature(top, candidate.publicKey)) === 'valid') return candidate
    }
    return undefined
  }

  private exceededFinding(target: CertificateFacts): readonly PathFinding[] {
    const { exceeded, limits } = this.search.budget
    if (exceeded === undefined) return []
    const message = `the search ended before it was complete: limits.${exceeded} (${limits[exceeded]}) is reached`
    const remedy = 'raise the limit if the certificates come from a source you trust'
    return [found(target, 'budget-exceeded', message, remedy, `limits.${exceeded}`)]
  }
}

/** More helpful to people: it reaches an anchor, with fewer findings. */
const isBetter = (a: PathAttempt, b: PathAttempt): boolean =>
  a.anchor !== undefined && a.findings.length > 0 && a.findings.length < b.findings.length

/** RFC 4158 §5.2: the same subject, key and alternative names again would be a loop. */
function isSameEntity(a: CertificateFacts, b: CertificateFacts): boolean {
  if (a === b) return true
  if (a.subjectKey !== b.subjectKey) return false
  if (!equalBytes(a.certificate.publicKey.der, b.certificate.publicKey.der)) return false
  const [first, second] = [a, b].map(({ certificate }) => certificate.extension('subjectAltName')?.bytes)
  return first === undefined || second === undefined ? first === second : equalBytes(first, second)
}

/** RFC 4158 §3.5: the likelier issuer has the larger rank. Key identifiers order candidates and exclude none. */
function identifierRank(top: CertificateFacts, identifier: Uint8Array | undefined): number {
  const wanted = top.value('authorityKeyIdentifier')?.keyIdentifier
  if (wanted === undefined || identifier === undefined) return 1
  return equalBytes(wanted, identifier) ? 2 : 0
}

const anchorRank = (top: CertificateFacts, { keyIdentifier }: TrustAnchor): number => identifierRank(top, keyIdentifier)

function ranked(
  top: CertificateFacts,
  candidates: readonly CertificateFacts[],
  search: Search,
): readonly CertificateFacts[] {
  if (candidates.length < 2) return candidates
  const rankOf = (facts: CertificateFacts): number =>
    4 * (search.findingsOf(facts).length === 0 ? 1 : 0) + identifierRank(top, facts.value('subjectKeyIdentifier'))
  const ranks = new Map(candidates.map((facts) => [facts, rankOf(facts)]))
  // Of equals the one that lasts longest: likely the newest of its authority's.
  return [...candidates].sort((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0) || b.notAfter - a.notAfter)
}

function lengthFinding(top: CertificateFacts, limit: number): PathFinding {
  const message = `the path to it has ${limit} certificates, and goes on`
  return found(top, 'budget-exceeded', message, 'raise limits.pathLength if such chains are real', 'limits.pathLength')
}

function deadEnd(top: CertificateFacts): PathFinding {
  const { certificate } = top
  if (top.isSelfIssued) {
    const message = 'the path ends with it, it is self-issued, and it is no trust anchor'
    return found(top, 'untrusted-root', message, 'trust it, if it is to be trusted', 'RFC 5280 §6.1.1 (d)')
  }
  const identifier = top.value('authorityKeyIdentifier')?.keyIdentifier
  const key = identifier === undefined ? '' : ` with the key identifier ${toHex(identifier)}`
  const message = `no certificate or anchor of its issuer ${certificate.issuer.toString()}${key} is at hand`
  return found(top, 'issuer-not-found', message, 'install the issuer’s certificate', 'RFC 5280 §6.1.3 (a) (4)')
}

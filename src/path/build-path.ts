// Certification path building (RFC 4158): depth first from the target up, the likeliest issuer first, and back again
// from every dead end, until a path checks out or the budget is spent.

import type { Certificate } from '../x509/index.js'
import type { CertificateFacts } from './certificate-facts.js'
import { checkPath, depthFinding, inheritsParameters, signatureFinding } from './check-path.js'
import type { PathFinding } from './finding.js'
import { IssuerCandidates, type PathSources } from './issuer-candidates.js'
import { LikeliestPath } from './likeliest-path.js'
import { type PathAttempt, saysMore } from './path-attempt.js'
import type { PathPolicies } from './policy-graph.js'
import { found, type Search } from './search.js'
import { issuerFindings, targetFindings } from './steps.js'
import type { TrustAnchor } from './trust-anchor.js'

/** A path from the certificate to a trust anchor, as the search found it. */
export interface BuiltPath {
  /** Target first. */
  readonly path: readonly Certificate[]
  readonly anchor: TrustAnchor
  readonly policies: PathPolicies
}

/** What else a path must pass, revocation for example. Findings refuse the path, and the search goes on for another. */
export type FurtherCheck = (path: BuiltPath) => Promise<readonly PathFinding[]>

/** Climbs from a target to an anchor. Use one for one search. */
export class PathBuilder {
  readonly attempts: PathAttempt[] = []
  /** Attempts beyond `limits.attempts`. */
  attemptsDropped = 0
  /** The refused path to an anchor with the least against it. */
  private bestComplete: PathAttempt | undefined
  private readonly candidates: IssuerCandidates

  constructor(
    private readonly search: Search,
    sources: PathSources,
    private readonly target: CertificateFacts,
    private readonly furtherCheck: FurtherCheck | undefined,
  ) {
    this.candidates = new IssuerCandidates(search, sources, target.certificate)
  }

  /** The first path that checks out; undefined where there is none within the budget. */
  async build(): Promise<BuiltPath | undefined> {
    // Nothing above it mends what is wrong with the target.
    if (targetFindings(this.search, this.target).length > 0) return undefined
    return this.climb([this.target])
  }

  private async climb(path: CertificateFacts[]): Promise<BuiltPath | undefined> {
    const { budget } = this.search
    const top = path.at(-1)
    if (top === undefined) return undefined
    for (const anchor of await this.candidates.anchorsOf(top)) {
      const built = await this.tryAnchor(path, top, anchor)
      if (built !== undefined || budget.isSpent) return built
    }
    const candidates = this.candidates.atHand(top)
    if (path.length >= budget.limits.pathLength) {
      if (candidates.length > 0) budget.reached('pathLength')
      return undefined
    }
    const found = await this.climbThrough(path, candidates)
    return found ?? (budget.isSpent ? undefined : this.climbThrough(path, await this.candidates.fetch(top)))
  }

  private async tryAnchor(
    path: readonly CertificateFacts[],
    top: CertificateFacts,
    anchor: TrustAnchor,
  ): Promise<BuiltPath | undefined> {
    // A check looks at every certificate of the path. Whoever has no signature of the anchor's cannot ask for many.
    if (!this.search.budget.spend('buildSteps', path.length)) return undefined
    const verdict = this.search.verifySignature(top, anchor.publicKey)
    const finding = signatureFinding(top, typeof verdict === 'object' ? await verdict : verdict)
    if (finding !== undefined) {
      this.note(path, anchor, [finding])
      return undefined
    }
    const { findings, policies } = await checkPath(this.search, path, anchor)
    if (policies === undefined) {
      this.note(path, anchor, findings)
      return undefined
    }
    const built = { path: path.map(({ certificate }) => certificate), anchor, policies }
    const further = (await this.furtherCheck?.(built)) ?? []
    if (further.length === 0) return built
    this.note(path, anchor, further)
    return undefined
  }

  private async climbThrough(
    path: CertificateFacts[],
    candidates: readonly CertificateFacts[],
  ): Promise<BuiltPath | undefined> {
    const { budget } = this.search
    for (const candidate of candidates) {
      // RFC 4158 §5.2: the same subject, key and alternative names again would be a loop.
      if (path.some((one) => one.subjectKey === candidate.subjectKey && one.entityKey === candidate.entityKey)) continue
      if (!budget.spend('buildSteps')) return undefined
      const findings = await this.linkFindings(path, candidate)
      path.push(candidate)
      let built: BuiltPath | undefined
      if (findings.length === 0) built = await this.climb(path)
      else this.note(path, undefined, findings)
      path.pop()
      if (built !== undefined) return built
      if (budget.isSpent) return undefined
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

  private note(
    path: readonly CertificateFacts[],
    anchor: TrustAnchor | undefined,
    findings: readonly PathFinding[],
  ): void {
    const attempt = { path: path.map(({ certificate }) => certificate), anchor, findings }
    if (anchor !== undefined && saysMore(attempt, this.bestComplete)) this.bestComplete = attempt
    if (this.attempts.length >= this.search.budget.limits.attempts) this.attemptsDropped++
    else this.attempts.push(attempt)
  }

  /**
   * After a search without success: the path to show to people, with everything against it. The path to an anchor with
   * the fewest findings, or where none gets so far the likeliest one.
   */
  async explain(): Promise<PathAttempt> {
    // What the search came to, before showing why spends some more.
    const exceeded = this.exceededFinding()
    const likeliest = await new LikeliestPath(this.search, this.candidates).from(this.target)
    const best = this.bestComplete
    const attempt = best === undefined || saysMore(likeliest, best) ? likeliest : best
    return { ...attempt, findings: [...attempt.findings, ...this.candidates.failures, ...exceeded] }
  }

  private exceededFinding(): readonly PathFinding[] {
    const { exceeded, limits } = this.search.budget
    if (exceeded === undefined) return []
    const message = `the search ended before it was complete: limits.${exceeded} (${limits[exceeded]}) is reached`
    const remedy = 'raise the limit if the certificates come from a source you trust'
    return [found(this.target, 'budget-exceeded', message, remedy, `limits.${exceeded}`)]
  }
}

// Who may have issued a certificate: anchors, then certificates at hand, then fetched ones, the likelier first
// (RFC 4158 §3.5). Each answer is worked out once a search.

import { equalBytes, latin1 } from '../base/bytes.js'
import { ensure } from '../base/ensure.js'
import { reasonOf } from '../base/reason.js'
import type { Certificate } from '../x509/index.js'
import { type CertificateFacts, factsOf } from './certificate-facts.js'
import type { PathFinding } from './finding.js'
import type { CertificatePool, IssuerSource } from './issuers.js'
import { found, type Search } from './search.js'
import type { TrustAnchor, TrustAnchorSource } from './trust-anchor.js'

export interface PathSources {
  readonly anchors: TrustAnchorSource
  readonly pool: CertificatePool
  readonly issuers: IssuerSource | undefined
}

/** The issuers of one search. */
export class IssuerCandidates {
  private readonly anchors = new Map<string, Promise<readonly TrustAnchor[]>>()
  private readonly pooled = new Map<string, readonly CertificateFacts[]>()
  private readonly ranked = new Map<CertificateFacts, readonly CertificateFacts[]>()
  private readonly fetched = new Map<CertificateFacts, Promise<readonly CertificateFacts[]>>()
  /** Sources that gave no answer. */
  readonly failures: PathFinding[] = []

  constructor(
    private readonly search: Search,
    private readonly sources: PathSources,
    private readonly target: Certificate,
  ) {}

  /** The anchors with the issuer's name, those left out that are the target itself. */
  async anchorsOf(top: CertificateFacts): Promise<readonly TrustAnchor[]> {
    const anchors = await ensure(this.anchors, top.issuerKey, () => this.askForAnchors(top))
    if (anchors.length < 2) return anchors
    const rankOf = ({ keyIdentifier }: TrustAnchor): number => identifierRank(top, keyIdentifier)
    return [...anchors].sort((a, b) => rankOf(b) - rankOf(a))
  }

  private async askForAnchors(top: CertificateFacts): Promise<readonly TrustAnchor[]> {
    try {
      const named = await this.sources.anchors.anchorsNamed(top.certificate.issuer)
      // The name is the source's to look up and step (a) (4)'s to compare.
      return named.filter(
        ({ name, certificate }) => name.canonicalKey === top.issuerKey && certificate?.equals(this.target) !== true,
      )
    } catch (error) {
      this.noteFailure(top, 'anchors', error)
      return []
    }
  }

  /** The certificates at hand with the issuer's name. */
  atHand(top: CertificateFacts): readonly CertificateFacts[] {
    return ensure(this.ranked, top, () => this.rank(top, this.pooledIssuers(top)))
  }

  private pooledIssuers(top: CertificateFacts): readonly CertificateFacts[] {
    return ensure(this.pooled, top.issuerKey, () => this.distinct(this.sources.pool.named(top.certificate.issuer), top))
  }

  /** Those the source of issuers knows beyond those at hand; none without a source. */
  fetch(top: CertificateFacts): Promise<readonly CertificateFacts[]> {
    return ensure(this.fetched, top, () => this.fetchIssuers(top))
  }

  private async fetchIssuers(top: CertificateFacts): Promise<readonly CertificateFacts[]> {
    const { issuers } = this.sources
    if (issuers === undefined || !this.search.budget.spend('issuerFetches')) return []
    try {
      const known = this.pooledIssuers(top).map(({ certificate }) => certificate)
      const fetched = this.distinct(await issuers.issuersOf(top.certificate), top, known)
      return this.rank(top, fetched)
    } catch (error) {
      this.noteFailure(top, 'issuers', error)
      return []
    }
  }

  /** The certificates with the issuer's name, each once, as many as the limit allows; none of those `known`. */
  private distinct(
    certificates: readonly Certificate[],
    top: CertificateFacts,
    known: readonly Certificate[] = [],
  ): readonly CertificateFacts[] {
    const { budget } = this.search
    const seen = new Set(known.map(bytesKey))
    const distinct: CertificateFacts[] = []
    for (const certificate of certificates) {
      // A single one, as usual, repeats nothing; its bytes as text would cost as much as its signature's hash.
      const key = certificates.length + known.length > 1 ? bytesKey(certificate) : ''
      if (seen.has(key) || certificate.subject.canonicalKey !== top.issuerKey) continue
      if (distinct.length >= budget.limits.candidates) {
        budget.reached('candidates')
        break
      }
      seen.add(key)
      distinct.push(factsOf(certificate))
    }
    return distinct
  }

  private rank(top: CertificateFacts, candidates: readonly CertificateFacts[]): readonly CertificateFacts[] {
    if (candidates.length < 2) return candidates
    const rankOf = (facts: CertificateFacts): number =>
      4 * (this.search.findingsOf(facts).length === 0 ? 1 : 0) +
      identifierRank(top, facts.value('subjectKeyIdentifier'))
    const ranks = new Map(candidates.map((facts) => [facts, rankOf(facts)]))
    // Of equals the one that lasts longest: likely the newest of its authority's.
    return [...candidates].sort((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0) || b.notAfter - a.notAfter)
  }

  private noteFailure(top: CertificateFacts, source: 'anchors' | 'issuers', error: unknown): void {
    const reason = reasonOf(error)
    const message = `the source of ${source} failed for its issuer: ${reason}`
    this.failures.push(found(top, 'issuer-source-failed', message, 'try again, or mend the source', 'certward'))
  }
}

const bytesKey = ({ der }: Certificate): string => latin1(der, 0, der.length)

/** The likelier issuer has the larger rank. Key identifiers order candidates and exclude none. */
function identifierRank(top: CertificateFacts, identifier: Uint8Array | undefined): number {
  const wanted = top.value('authorityKeyIdentifier')?.keyIdentifier
  if (wanted === undefined || identifier === undefined) return 1
  return equalBytes(wanted, identifier) ? 2 : 0
}

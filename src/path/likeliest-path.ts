// The path to show to people where none is valid. It goes by signatures and minds nothing else, so that what is wrong on the
// way to an anchor is found there, and not only that another way leads nowhere.

import { toHex } from '../base/bytes.js'
import type { CertificateFacts } from './certificate-facts.js'
import { checkPath, inheritsParameters } from './check-path.js'
import type { PathFinding } from './finding.js'
import type { IssuerCandidates } from './issuer-candidates.js'
import type { PathAttempt } from './path-attempt.js'
import { found, type Search } from './search.js'
import { issuerFindings } from './steps.js'
import type { TrustAnchor } from './trust-anchor.js'

/** Certificates looked at: every way of the largest bridges there are. Signatures are spent from the search's own budget. */
const STEPS = 500

export class LikeliestPath {
  private steps = STEPS

  constructor(
    private readonly search: Search,
    private readonly candidates: IssuerCandidates,
  ) {}

  /** The first path of signatures to an anchor; where there is none the one that goes straight up, and where it ends. */
  async from(target: CertificateFacts): Promise<PathAttempt> {
    return (await this.climb([target])) ?? (await this.straightUp(target))
  }

  private async climb(path: CertificateFacts[]): Promise<PathAttempt | undefined> {
    const top = path.at(-1)
    if (top === undefined) return undefined
    for (const anchor of await this.candidates.anchorsOf(top)) {
      if ((await this.search.verifySignature(top, anchor.publicKey)) === 'valid') return this.attempt(path, anchor, [])
    }
    if (path.length >= this.search.budget.limits.pathLength) return undefined
    for (const candidate of this.unrepeated(top, path)) {
      if (this.steps-- <= 0) return undefined
      if (!inheritsParameters(candidate) && (await this.signs(candidate, top)) !== 'valid') continue
      path.push(candidate)
      const attempt = await this.climb(path)
      path.pop()
      if (attempt !== undefined) return attempt
    }
    return undefined
  }

  private async straightUp(target: CertificateFacts): Promise<PathAttempt> {
    const path = [target]
    for (let top = target; path.length <= this.search.budget.limits.pathLength;) {
      const next = await this.likeliestIssuer(top, path)
      const [anchor] = next === undefined ? await this.candidates.anchorsOf(top) : []
      if (anchor !== undefined) return this.attempt(path, anchor, [])
      const upper = next ?? this.unrepeated(top, path)[0]
      if (upper === undefined) return this.attempt(path, undefined, [deadEnd(top)])
      path.push((top = upper))
    }
    return this.attempt(path, undefined, [])
  }

  /** Of the issuers that signed the certificate, or may have where no more may be verified, the one with least against it. */
  private async likeliestIssuer(
    top: CertificateFacts,
    path: readonly CertificateFacts[],
  ): Promise<CertificateFacts | undefined> {
    let best: CertificateFacts | undefined
    let least = Infinity
    for (const candidate of this.unrepeated(top, path)) {
      const verdict = await this.signs(candidate, top)
      if (verdict === undefined) return best ?? candidate
      if (verdict !== 'valid') continue
      const { length } = issuerFindings(this.search, candidate, path)
      if (length === 0) return candidate
      if (length < least) [best, least] = [candidate, length]
    }
    return best
  }

  private signs(candidate: CertificateFacts, top: CertificateFacts): ReturnType<Search['verifySignature']> {
    return this.search.verifySignature(top, candidate.certificate.publicKey)
  }

  private unrepeated(top: CertificateFacts, path: readonly CertificateFacts[]): readonly CertificateFacts[] {
    return this.candidates.atHand(top).filter(({ entityKey }) => path.every((one) => one.entityKey !== entityKey))
  }

  private async attempt(
    path: readonly CertificateFacts[],
    anchor: TrustAnchor | undefined,
    ends: readonly PathFinding[],
  ): Promise<PathAttempt> {
    const { findings } = await checkPath(this.search, path, anchor)
    return { path: path.map(({ certificate }) => certificate), anchor, findings: [...ends, ...findings] }
  }
}

/** Where a path ends that reaches no anchor. */
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

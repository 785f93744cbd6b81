// validatePath: the question in, the verdict out.

import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { Certificate, ExtendedKeyUsagePurpose, KeyUsageBit } from '../x509/index.js'
import { anchorConstraintFindings } from './anchor-constraints.js'
import { type FurtherCheck, PathBuilder } from './build-path.js'
import { factsOf } from './certificate-facts.js'
import { processPolicies } from './check-path.js'
import type { PathFinding } from './finding.js'
import { type CertificatePool, createCertificatePool, type IssuerSource } from './issuers.js'
import { Budget, type PathLimits, resolvePathLimits } from './limits.js'
import type { PathAttempt } from './path-attempt.js'
import type { PeerName, PublicSuffixes } from './peer-name.js'
import type { PathPolicies, PolicyInputs } from './policy-graph.js'
import { type PathProfile, rfc5280 } from './profile.js'
import { found, type PathQuestion, Search } from './search.js'
import { targetFindings } from './steps.js'
import { createTrustAnchors, type TrustAnchor, type TrustAnchorSource } from './trust-anchor.js'

/** The certificate to judge, what may stand between it and an anchor, and by which rules. */
export interface PathRequest {
  /** The target: the certificate to be validated. */
  readonly certificate: Certificate
  /** Untrusted certificates that may stand between, in any order; a pool for large sets. */
  readonly intermediates?: readonly Certificate[] | CertificatePool
  /** What is trusted. An index (`createTrustAnchors`) is made once; a list is indexed at every call. */
  readonly anchors: readonly (Certificate | TrustAnchor)[] | TrustAnchorSource
  readonly at: Date
  /** Default `rfc5280`. */
  readonly profile?: PathProfile
  /**
   * Purposes the target must be good for, all of them; where it has both extensions, by its keyUsage too. Without any,
   * extendedKeyUsage is not checked.
   */
  readonly purpose?: readonly ExtendedKeyUsagePurpose[]
  /** Bits the target's keyUsage must have, where it has the extension. */
  readonly keyUsage?: readonly KeyUsageBit[]
  /** Whom the target must name. Without one, names are not checked. */
  readonly peerName?: PeerName
  /** Refuses wildcards of the target right below a public suffix. */
  readonly publicSuffixes?: PublicSuffixes
  readonly policies?: PolicyInputs
  /** The most intermediates that are not self-issued; no bound of its own by default. */
  readonly maxChainDepth?: number
  readonly limits?: Partial<PathLimits>
  /** Fetches issuers that are not at hand. None by default. */
  readonly issuers?: IssuerSource
  /** What else a path must pass. Asked of each path that is valid, until one passes. */
  readonly furtherCheck?: FurtherCheck
  /** Verifies signatures. Default: the runtime's own. */
  readonly crypto?: CryptoProvider
}

/** What a valid verdict does not say. */
export type Unchecked = 'revocation' | 'peer-name' | 'extended-key-usage'

/**
 * A valid path, or why there is none. `ok` covers what was asked for and nothing else: `notChecked` names what nobody has
 * looked at, revocation among it.
 */
export type PathVerdict =
  | {
      readonly ok: true
      /** Target first, up to the certificate the anchor signed; the anchor is not among them. */
      readonly path: readonly Certificate[]
      readonly anchor: TrustAnchor
      readonly policies: PathPolicies
      /** What was not looked at, and stays the caller's duty. */
      readonly notChecked: readonly Unchecked[]
    }
  | {
      readonly ok: false
      /** Everything against the likeliest path; the reasons a person should read first. */
      readonly findings: readonly PathFinding[]
      /** That path. */
      readonly best: PathAttempt
      /** Every path that was tried and refused, each with what refused it, in the order they were tried. */
      readonly attempts: readonly PathAttempt[]
      /** Attempts beyond `limits.attempts`, which are not listed. */
      readonly attemptsDropped: number
    }

const isList = <T>(value: readonly T[] | object): value is readonly T[] => Array.isArray(value)

function questionOf(request: PathRequest): PathQuestion {
  const { at, maxChainDepth = Infinity } = request
  const time = at.getTime()
  if (Number.isNaN(time)) throw new TypeError('at: expected a time, found an invalid Date')
  if (Number.isNaN(maxChainDepth) || maxChainDepth < 0) {
    throw new TypeError(`maxChainDepth: expected a number from 0, found ${maxChainDepth}`)
  }
  return {
    at: time,
    profile: request.profile ?? rfc5280,
    purpose: request.purpose ?? [],
    keyUsage: request.keyUsage ?? [],
    peerName: request.peerName,
    policies: request.policies ?? {},
    maxChainDepth,
    publicSuffixes: request.publicSuffixes,
    crypto: request.crypto ?? runtimeCrypto,
  }
}

/**
 * Finds a path from the certificate to a trust anchor and validates it (RFC 5280 §6.1 with RFC 9618, RFC 4158), by the
 * rules of a profile. A valid verdict means that the anchor's owner, through the authorities of the path, vouches for
 * the certificate at that time, for the purpose and name asked for. It does not mean that nothing has been revoked:
 * `notChecked` lists what is left to the caller. Work is bounded by `limits`; what they leave unfound is refused.
 *
 * @throws TypeError for a request that makes no sense (an invalid date, a negative limit); never for what certificates hold
 * @example
 * const verdict = await validatePath({ certificate, intermediates, anchors, at: new Date(), purpose: ['serverAuth'],
 *   peerName: { dns: 'www.example.com' } })
 * if (!verdict.ok) console.error(explain(verdict))
 */
export async function validatePath(request: PathRequest): Promise<PathVerdict> {
  const { certificate, intermediates = [], anchors } = request
  const question = questionOf(request)
  const search = new Search(question, new Budget(resolvePathLimits(request.limits)), certificate)
  const sources = {
    anchors: isList<Certificate | TrustAnchor>(anchors) ? createTrustAnchors(anchors) : anchors,
    pool: isList<Certificate>(intermediates) ? createCertificatePool(intermediates) : intermediates,
    issuers: request.issuers,
  }
  const builder = new PathBuilder(search, sources, factsOf(certificate), request.furtherCheck)
  const self = await anchorOfTarget(sources.anchors, certificate)
  if (self !== undefined && question.profile.targetAsAnchor === 'accept') return judgeAnchor(search, self, certificate)
  const built = await builder.build()
  if (built !== undefined) return { ok: true, ...built, notChecked: unchecked(question) }
  if (self !== undefined) return judgeAnchor(search, self, certificate)
  const best = await builder.explain()
  const { attempts, attemptsDropped } = builder
  return { ok: false, findings: best.findings, best, attempts, attemptsDropped }
}

const unchecked = ({ peerName, purpose }: PathQuestion): readonly Unchecked[] => [
  'revocation',
  ...(peerName === undefined ? (['peer-name'] as const) : []),
  ...(purpose.length === 0 ? (['extended-key-usage'] as const) : []),
]

/** The anchor that is the target itself, byte for byte. */
async function anchorOfTarget(anchors: TrustAnchorSource, certificate: Certificate): Promise<TrustAnchor | undefined> {
  try {
    const named = anchors.anchorsNamed(certificate.subject)
    const list = 'then' in named ? await named : named
    return list.find((anchor) => anchor.certificate?.equals(certificate) === true)
  } catch {
    // The builder asks again, and reports.
    return undefined
  }
}

/** A target that is trusted itself needs no path, where the profile allows it; all else of §6.1 is held against it. */
function judgeAnchor(search: Search, anchor: TrustAnchor, certificate: Certificate): PathVerdict {
  const { question } = search
  const facts = factsOf(certificate)
  const findings = [...targetFindings(search, facts), ...anchorConstraintFindings(search, anchor, [facts])]
  if (question.profile.targetAsAnchor !== 'accept') {
    const message = 'it is itself a trust anchor, and the profile asks for a path to one'
    const remedy = 'set targetAsAnchor to accept in the profile where certificates are pinned'
    findings.push(found(facts, 'target-is-anchor', message, remedy, 'RFC 5280 §6.1.1 (d)'))
  }
  const policies = processPolicies(search, [facts], undefined, anchor.constraints)
  if ('fault' in policies) findings.push(policies.fault)
  const path = [certificate]
  if ('fault' in policies || findings.length > 0) {
    const best = { path, anchor, findings }
    return { ok: false, findings, best, attempts: [best], attemptsDropped: 0 }
  }
  return { ok: true, path, anchor, policies, notChecked: unchecked(question) }
}

// checkRevocation: the status of every certificate of a validated path, from OCSP and CRLs, and one decision.

import { checkTime } from '../base/arguments.js'
import { ensure } from '../base/ensure.js'
import { reasonOf } from '../base/reason.js'
import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { CertificateList } from '../crl/index.js'
import { howRevoked } from '../ocsp/decide.js'
import type { ProvenVerdict } from '../ocsp/evaluate.js'
import {
  evaluateOcspResponse,
  isAccepted,
  type OcspClient,
  type OcspResponse,
  type OcspVerdict,
  type ResponderCheck,
  type RevocationPolicy,
  type TrustedResponder,
} from '../ocsp/index.js'
import {
  type BuiltPath,
  type CertificatePool,
  createCertificatePool,
  type PathProfile,
  rfc5280,
} from '../path/index.js'
import type { Certificate } from '../x509/index.js'
import { issuerOf, type PathIssuer } from './crl-signers.js'
import { CrlChecker } from './crl-status.js'
import { exemptionOf } from './exemption.js'
import { graver, parsedOrBytes } from './responses-at-hand.js'
import type { CertificateRevocation, RevocationNote, RevocationStatus } from './status.js'

/**
 * Where statuses come from. Several may be given; each is asked until one determines the status. Those of a path's
 * certificates are asked for at the same time.
 */
export interface RevocationSources {
  /** Asks responders over the network. */
  readonly ocsp?: OcspClient
  /** Responses at hand, stapled ones for example, DER. Each is tried for each certificate; of several the gravest counts. */
  readonly ocspResponses?: readonly Uint8Array[]
  readonly crls?: readonly CertificateList[] | CrlSource
}

/** Finds the CRLs for a certificate, complete and delta ones. It may fetch, from the distribution points for example. */
export interface CrlSource {
  /** Candidates, untrusted. A rejection leaves the status undetermined. */
  crlsFor(certificate: Certificate): Promise<readonly CertificateList[]>
}

/** Where statuses come from, when, and what passes besides good ones. */
export interface RevocationCheck {
  readonly sources: RevocationSources
  readonly at: Date
  /** Default `common-criteria`, under which only what is proven good passes. */
  readonly policy?: RevocationPolicy
  /** Which source is asked first. Default `ocsp-first`. */
  readonly order?: 'ocsp-first' | 'crl-first'
  /** Which certificates are checked. Default `path`: all but the anchor. */
  readonly scope?: 'path' | 'target'
  /** Where certificates of CRL issuers that are not on the path may be found. */
  readonly certificates?: readonly Certificate[] | CertificatePool
  readonly trustedResponders?: readonly TrustedResponder[]
  /** Default `rfc5280`. */
  readonly profile?: PathProfile
  readonly crypto?: CryptoProvider
}

/** One decision about a path, and the status of each of its certificates, target first. */
export interface RevocationVerdict {
  readonly ok: boolean
  readonly certificates: readonly CertificateRevocation[]
  /** What refused the path, by certificate. */
  readonly findings: readonly RevocationFinding[]
}

/** Why a certificate does not pass: which one, by which rule. */
export interface RevocationFinding {
  readonly code: 'revoked' | 'revocation-unknown' | 'revocation-undetermined'
  readonly message: string
  readonly rule: string
  readonly certificate: Certificate
}

/**
 * Finds the status of each certificate of a path that {@link validatePath} has found valid, and decides by policy. A path
 * that was not validated proves nothing here: whose word counts follows from who issued what. Never throws for what
 * sources say. An {@link OcspClient} goes by its own clock, designated responders and profile.
 *
 * @throws TypeError for an invalid time
 */
export async function checkRevocation(path: BuiltPath, check: RevocationCheck): Promise<RevocationVerdict> {
  const { policy = 'common-criteria', scope = 'path' } = check
  checkTime('at', check.at)
  const checker = new PathChecker(path, check)
  const checked = scope === 'target' ? path.path.slice(0, 1) : path.path
  // At once, since most of the time passes waiting for an answer.
  const certificates = await Promise.all(
    checked.map(async (certificate, i) => ({ certificate, revocation: await checker.statusOf(certificate, i) })),
  )
  const findings = certificates.flatMap(
    ({ certificate, revocation }) => findingOf(certificate, revocation, policy) ?? [],
  )
  return { ok: findings.length === 0, certificates, findings }
}

function findingOf(
  certificate: Certificate,
  revocation: RevocationStatus,
  policy: RevocationPolicy,
): RevocationFinding | undefined {
  if (revocation.status === 'exempt' || isAccepted(revocation.status, policy)) return undefined
  const rule = `RFC 5280 §6.1.3 (a) (3), OCS-3 ${policy}`
  if (revocation.status === 'revoked') {
    const message = `it ${howRevoked(revocation)}, says ${revocation.source}`
    return { code: 'revoked', message, rule, certificate }
  }
  if (revocation.status === 'unknown') {
    return { code: 'revocation-unknown', message: `${revocation.source} does not know it`, rule, certificate }
  }
  const reasons = revocation.notes.map(({ source, message }) => `${source}: ${message}`).join('; ')
  const message = `whether it is revoked could not be determined${reasons && ` (${reasons})`}`
  return { code: 'revocation-undetermined', message, rule, certificate }
}

/** Asks the sources of one check, for the certificates of one path. */
class PathChecker {
  private readonly responses: readonly (OcspResponse | Uint8Array)[]
  private readonly crlCheckers = new Map<readonly CertificateList[], CrlChecker>()
  /** Settled when lists may be gone through again: whose status is being found decides who may speak of it. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly built: BuiltPath,
    private readonly check: RevocationCheck,
  ) {
    this.responses = (check.sources.ocspResponses ?? []).map(parsedOrBytes)
  }

  async statusOf(certificate: Certificate, i: number): Promise<RevocationStatus> {
    const exemption = exemptionOf(certificate)
    if (exemption !== undefined) return { status: 'exempt', reason: exemption }
    const issuer = issuerOf(this.built, i)
    const byOcsp = (): Promise<RevocationStatus> => this.byOcsp(certificate, issuer)
    const byCrl = (): Promise<RevocationStatus> => this.byCrl(certificate, issuer)
    const order = this.check.order === 'crl-first' ? [byCrl, byOcsp] : [byOcsp, byCrl]
    const notes: RevocationNote[] = []
    let unknown: RevocationStatus | undefined
    for (const ask of order) {
      const status = await ask()
      if (status.status === 'unknown') unknown = status
      else if (status.status !== 'undetermined') return status
      notes.push(...status.notes)
    }
    return unknown ?? { status: 'undetermined', notes }
  }

  private async byOcsp(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const { ocsp } = this.check.sources
    const notes: RevocationNote[] = []
    const atHand = await this.byResponsesAtHand(certificate, issuer, notes)
    if (atHand !== undefined && atHand.status !== 'unknown') return atHand
    const source = 'OCSP responder'
    const verdict = ocsp && (await unlessFailing(source, notes, () => ocsp.check(certificate, issuer)))
    const asked = verdict && statusFrom(verdict, source, notes)
    return asked ?? atHand ?? { status: 'undetermined', notes }
  }

  private async byResponsesAtHand(
    certificate: Certificate,
    issuer: PathIssuer,
    notes: RevocationNote[],
  ): Promise<RevocationStatus | undefined> {
    // A delegated responder without ocspNoCheck is itself looked up, in CRLs: asking OCSP would ask the responder.
    const checkResponder: ResponderCheck = async (responder) => (await this.byCrl(responder, issuer)).status
    const source = 'OCSP response at hand'
    let gravest: ProvenVerdict | undefined
    for (const response of this.responses) {
      const verdict = await evaluateOcspResponse({ response, ...this.check, certificate, issuer, checkResponder })
      if (verdict.ok) gravest = gravest === undefined ? verdict : graver(gravest, verdict)
      else statusFrom(verdict, source, notes)
    }
    return gravest && statusFrom(gravest, source, notes)
  }

  private async byCrl(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const { crls } = this.check.sources
    const notes: RevocationNote[] = []
    const lists = crls && 'crlsFor' in crls ? await unlessFailing('CRLs', notes, () => crls.crlsFor(certificate)) : crls
    if (!lists) return { status: 'undetermined', notes }
    const status = this.turn.then(() => this.crlChecker(lists).statusOf(certificate, issuer))
    this.turn = status.catch(() => undefined)
    return status
  }

  /** One for the same lists, which are verified once. */
  private crlChecker(lists: readonly CertificateList[]): CrlChecker {
    return ensure(this.crlCheckers, lists, () => {
      const { at, profile = rfc5280, crypto = runtimeCrypto, certificates = [] } = this.check
      const { path, anchor } = this.built
      const pool = 'named' in certificates ? certificates : createCertificatePool([...path, ...certificates])
      return new CrlChecker({ lists, pool, anchor, at, profile, crypto })
    })
  }
}

/** What the application's own source says; undefined, and its failure noted, where it fails. */
async function unlessFailing<Answer>(
  source: string,
  notes: RevocationNote[],
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    notes.push({ source, message: `the source failed: ${reasonOf(error)}` })
    return undefined
  }
}

/** The verdict as a status; undefined, and its reasons noted, where it determines none. */
function statusFrom(verdict: OcspVerdict, source: string, notes: RevocationNote[]): RevocationStatus | undefined {
  if (!verdict.ok) {
    notes.push(...verdict.findings.map(({ message }) => ({ source, message })))
    return undefined
  }
  if (verdict.status !== 'revoked') return { status: verdict.status, source, notes }
  const { status, revokedAt, reason } = verdict
  return { status, source, revokedAt, reason, notes }
}

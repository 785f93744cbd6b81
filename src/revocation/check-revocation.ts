// checkRevocation: the status of every certificate of a validated path, from OCSP and CRLs, and one decision.

import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { CertificateList } from '../crl/index.js'
import {
  evaluateOcspResponse,
  isAccepted,
  type OcspClient,
  type OcspVerdict,
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
import { CrlChecker, issuerOf, type PathIssuer } from './crl-status.js'
import type { CertificateRevocation, RevocationNote, RevocationStatus } from './status.js'

/** Where statuses come from. Several may be given; each is asked until one determines the status. */
export interface RevocationSources {
  /** Asks responders over the network. */
  readonly ocsp?: OcspClient
  /** Responses at hand, stapled ones for example, DER. Each is tried for each certificate. */
  readonly ocspResponses?: readonly Uint8Array[]
  readonly crls?: readonly CertificateList[] | CrlSource
}

/** Finds the CRLs for a certificate, complete and delta ones. It may fetch, from the distribution points for example. */
export interface CrlSource {
  /** Candidates, untrusted. A rejection leaves the status undetermined. */
  crlsFor(certificate: Certificate): Promise<readonly CertificateList[]>
}

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

export interface RevocationFinding {
  readonly code: 'revoked' | 'revocation-unknown' | 'revocation-undetermined'
  readonly message: string
  readonly rule: string
  readonly certificate: Certificate
}

/**
 * Finds the status of each certificate of a path that {@link validatePath} has found valid, and decides by policy. A path
 * that was not validated proves nothing here: whose word counts follows from who issued what. Never throws for what
 * sources say.
 */
export async function checkRevocation(path: BuiltPath, check: RevocationCheck): Promise<RevocationVerdict> {
  const { policy = 'common-criteria', scope = 'path' } = check
  const checker = new PathChecker(path, check)
  const checked = scope === 'target' ? path.path.slice(0, 1) : path.path
  const certificates: CertificateRevocation[] = []
  for (const [i, certificate] of checked.entries()) {
    certificates.push({ certificate, revocation: await checker.statusOf(certificate, i) })
  }
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
    const { revokedAt, reason, source } = revocation
    const how = reason === 'certificateHold' ? 'on hold since' : 'revoked at'
    const message = `it is ${how} ${revokedAt.toISOString()} (${reason}), says ${source}`
    return { code: 'revoked', message, rule, certificate }
  }
  if (revocation.status === 'unknown') {
    return { code: 'revocation-unknown', message: `${revocation.source} does not know it`, rule, certificate }
  }
  const reasons = 'notes' in revocation ? revocation.notes.map(({ source, message }) => `${source}: ${message}`) : []
  const message = `whether it is revoked could not be determined${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}`
  return { code: 'revocation-undetermined', message, rule, certificate }
}

/** Asks the sources of one check, for the certificates of one path. */
class PathChecker {
  constructor(
    private readonly built: BuiltPath,
    private readonly check: RevocationCheck,
  ) {}

  async statusOf(certificate: Certificate, i: number): Promise<RevocationStatus> {
    // RFC 9608 §4: "the relying party … MUST NOT … obtain revocation information" about such a certificate.
    if (certificate.extension('noRevAvail') !== undefined) return { status: 'exempt', reason: 'noRevAvail' }
    const issuer = issuerOf(this.built.path, i, this.built.anchor)
    const byOcsp = (): Promise<RevocationStatus> => this.byOcsp(certificate, issuer)
    const byCrl = (): Promise<RevocationStatus> => this.byCrl(certificate, issuer)
    const order = this.check.order === 'crl-first' ? [byCrl, byOcsp] : [byOcsp, byCrl]
    const notes: RevocationNote[] = []
    let unknown: RevocationStatus | undefined
    for (const ask of order) {
      const status = await ask()
      if (status.status === 'unknown') unknown = status
      else if (status.status !== 'undetermined') return status
      notes.push(...('notes' in status ? status.notes : []))
    }
    return unknown ?? { status: 'undetermined', notes }
  }

  private async byOcsp(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const { ocsp, ocspResponses = [] } = this.check.sources
    const { at, profile, crypto, trustedResponders } = this.check
    const notes: RevocationNote[] = []
    let unknown: RevocationStatus | undefined
    const options = {
      ...(profile && { profile }),
      ...(crypto && { crypto }),
      ...(trustedResponders && { trustedResponders }),
      // A delegated responder without ocspNoCheck is itself looked up, in CRLs: asking OCSP would ask the responder.
      checkResponder: async (responder: Certificate) => (await this.byCrl(responder, issuer)).status,
    }
    const consider = (verdict: OcspVerdict, source: string): RevocationStatus | undefined => {
      const status = statusFrom(verdict, source, notes)
      if (status?.status !== 'unknown') return status
      unknown = status
      return undefined
    }
    for (const response of ocspResponses) {
      const verdict = await evaluateOcspResponse({ certificate, issuer, response, at, ...options })
      const status = consider(verdict, 'OCSP response at hand')
      if (status !== undefined) return status
    }
    if (ocsp !== undefined) {
      const status = consider(await ocsp.check(certificate, issuer), 'OCSP responder')
      if (status !== undefined) return status
    }
    return unknown ?? { status: 'undetermined', notes }
  }

  private async byCrl(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const { sources, at, profile = rfc5280, crypto = runtimeCrypto, certificates = [] } = this.check
    const { crls } = sources
    if (crls === undefined) return { status: 'undetermined', notes: [] }
    let lists: readonly CertificateList[]
    try {
      lists = 'crlsFor' in crls ? await crls.crlsFor(certificate) : crls
    } catch (error) {
      const message = `the source failed: ${error instanceof Error ? error.message : String(error)}`
      return { status: 'undetermined', notes: [{ source: 'CRLs', message }] }
    }
    const { path, anchor } = this.built
    const pool = 'named' in certificates ? certificates : createCertificatePool([...path, ...certificates])
    return new CrlChecker({ lists, pool, anchor, at, profile, crypto }).statusOf(certificate, issuer)
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

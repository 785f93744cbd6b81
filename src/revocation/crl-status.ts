// The status of a certificate by CRLs: RFC 5280 §6.3.3, step by step.

import { equalBytes } from '../base/bytes.js'
import { ParseError } from '../base/errors.js'
import {
  allReasons,
  type CertificateList,
  coverageOf,
  type CrlLocation,
  type RevokedCertificate,
} from '../crl/index.js'
import type { CryptoProvider } from '../crypto/index.js'
import { type CertificatePool, type PathProfile, type TrustAnchor, validatePath } from '../path/index.js'
import { workingKey } from '../path/check-path.js'
import { algorithmFault } from '../path/key-strength.js'
import type { Certificate, Name, SubjectPublicKeyInfo } from '../x509/index.js'
import type { RevocationNote, RevocationStatus } from './status.js'

/** Who issued a certificate: the one above it on a validated path, or the anchor. */
export interface PathIssuer {
  readonly name: Name
  readonly publicKey: SubjectPublicKeyInfo
  /** Undefined for an anchor that is no certificate. */
  readonly certificate: Certificate | undefined
}

/** What the status of every certificate of one path is found with. */
export interface CrlInputs {
  readonly lists: readonly CertificateList[]
  /** Where certificates of CRL issuers are found. */
  readonly pool: CertificatePool
  /** §6.3.3 (f): "the trust anchor … MUST be the same". */
  readonly anchor: TrustAnchor
  readonly at: Date
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
}

/**
 * Paths to CRL issuers that are looked for in one check. A path of five certificates, each with a CRL of an issuer of its
 * own, needs five and those of the issuers; hostile lists would ask for any number.
 */
const MAX_SIGNER_PATHS = 64

/** §6.3.3's state for one certificate. */
class Processing {
  readonly reasons = new Set<string>()
  readonly notes: RevocationNote[] = []
  source: string | undefined
  revoked: RevokedCertificate | undefined

  get isOver(): boolean {
    return this.revoked !== undefined || allReasons.every((reason) => this.reasons.has(reason))
  }
}

/** Finds statuses by CRLs. One for one path; what it has verified it remembers. */
export class CrlChecker {
  private readonly keys = new Map<CertificateList, SubjectPublicKeyInfo>()
  /** CRL issuers whose status is being found. */
  private readonly inProgress = new Set<string>()
  private signerPaths = 0

  constructor(private readonly inputs: CrlInputs) {}

  async statusOf(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const processing = new Processing()
    const locations: readonly CrlLocation[] = certificate.extension('cRLDistributionPoints')?.value ?? []
    for (const location of [...locations, locationOfIssuer(certificate)]) {
      for (const list of this.inputs.lists) {
        if (processing.isOver) break
        const fault = await this.processOrRefuse(processing, list, certificate, issuer, location)
        if (fault !== undefined) processing.notes.push({ source: nameOf(list), message: fault })
      }
    }
    const { revoked, notes, source = '' } = processing
    if (revoked !== undefined) {
      return { status: 'revoked', source, revokedAt: revoked.revocationDate, reason: revoked.reason, notes }
    }
    if (processing.isOver) return { status: 'good', source, notes }
    const missing = allReasons.filter((reason) => !processing.reasons.has(reason))
    const what = missing.length === allReasons.length ? 'no CRL' : `no CRL for the reasons ${missing.join(', ')}`
    return { status: 'undetermined', notes: [...notes, { source: 'CRLs', message: `${what} could be used` }] }
  }

  /** An entry whose extensions are malformed makes the whole list one that cannot be read. */
  private async processOrRefuse(...args: Parameters<CrlChecker['processList']>): Promise<string | undefined> {
    try {
      return await this.processList(...args)
    } catch (error) {
      if (error instanceof ParseError) return error.message
      throw error
    }
  }

  /** Steps (a) to (l) for one list; says why it was not used. */
  private async processList(
    processing: Processing,
    list: CertificateList,
    certificate: Certificate,
    issuer: PathIssuer,
    location: CrlLocation,
  ): Promise<string | undefined> {
    const unusable = unusableList(list, this.inputs)
    if (unusable !== undefined) return unusable
    if (list.baseCRLNumber !== undefined) return undefined
    const coverage = coverageOf(list, certificate, location)
    if ('outside' in coverage) return coverage.outside
    // (e)
    if ([...coverage].every((reason) => processing.reasons.has(reason))) return undefined
    // (f), (g)
    const key = await this.keyOf(list, issuer)
    if (typeof key === 'string') return key
    // (c), (h) to (k)
    const delta = await this.deltaOf(list, key)
    const entry = entryOf(delta, certificate) ?? entryOf(list, certificate)
    processing.source ??= nameOf(list)
    if (entry !== undefined && entry.reason !== 'removeFromCRL') {
      processing.revoked = entry
      processing.source = nameOf(list)
    }
    // (l)
    for (const reason of coverage) processing.reasons.add(reason)
    return undefined
  }

  /** The validated key that signed the list, or why there is none. */
  private async keyOf(list: CertificateList, issuer: PathIssuer): Promise<SubjectPublicKeyInfo | string> {
    return this.keys.get(list) ?? this.findKey(list, issuer)
  }

  private async findKey(list: CertificateList, issuer: PathIssuer): Promise<SubjectPublicKeyInfo | string> {
    let reason = 'no certificate of its issuer is at hand'
    for (const candidate of this.signersOf(list, issuer)) {
      const { certificate, publicKey } = candidate
      if (certificate?.keyUsage?.includes('cRLSign') === false) {
        reason = 'its issuer’s keyUsage lacks cRLSign'
        continue
      }
      const verdict = await this.inputs.crypto.verify(
        list.signatureAlgorithm,
        publicKey,
        list.signatureValue,
        list.tbsCertList,
      )
      if (verdict !== 'valid') {
        reason = verdict === 'invalid' ? 'its signature does not verify' : 'its signature cannot be verified here'
        continue
      }
      // The issuer of the certificate is on the path, and the path is valid.
      const isTrusted = candidate === issuer || candidate === this.inputs.anchor || certificate === undefined
      // An authority may name a CRL issuer for that issuer's own certificate too (PKITS 4.14.30). Such a list can revoke
      // its issuer, and beyond that its word about itself is worth the certificate it has.
      if (!isTrusted && this.inProgress.has(identityOf(certificate))) return publicKey
      const fault = isTrusted ? undefined : await this.faultOfSigner(certificate)
      if (fault === undefined) {
        this.keys.set(list, publicKey)
        return publicKey
      }
      reason = fault
    }
    return reason
  }

  /** Keys that may have signed the list: the certificate's issuer, the anchor, and any certificate with the name. */
  private signersOf(list: CertificateList, issuer: PathIssuer): readonly PathIssuer[] {
    const { anchor, pool } = this.inputs
    const named = pool.named(list.issuer).map((certificate) => ({
      name: certificate.subject,
      publicKey: certificate.publicKey,
      certificate,
    }))
    return [issuer, anchor, ...named].filter(({ name }) => name.equals(list.issuer))
  }

  /** Step (f) for a CRL issuer that is not on the path: its own path, to the same anchor, and its own status. */
  private async faultOfSigner(certificate: Certificate): Promise<string | undefined> {
    if (++this.signerPaths > MAX_SIGNER_PATHS)
      return `more than ${MAX_SIGNER_PATHS} paths to CRL issuers were looked for`
    const { anchor, pool, at, profile, crypto } = this.inputs
    const identity = identityOf(certificate)
    const verdict = await validatePath({ certificate, intermediates: pool, anchors: [anchor], at, profile, crypto })
    if (!verdict.ok) return `its issuer has no valid path to the anchor: ${verdict.findings[0]?.message ?? ''}`
    this.inProgress.add(identity)
    try {
      for (const [i, one] of verdict.path.entries()) {
        const { status } = await this.statusOf(one, issuerOf(verdict.path, i, anchor))
        if (status !== 'good') return `the status of its issuer’s path is ${status}`
      }
      return undefined
    } finally {
      this.inProgress.delete(identity)
    }
  }

  /** Steps (a) (2), (c) and (h), and §5.2.4: the newest delta that can be used with the complete list. */
  private async deltaOf(complete: CertificateList, key: SubjectPublicKeyInfo): Promise<CertificateList | undefined> {
    const { lists, crypto } = this.inputs
    let newest: CertificateList | undefined
    for (const delta of lists) {
      if (unusableList(delta, this.inputs) !== undefined || !updates(delta, complete)) continue
      if (newest?.crlNumber !== undefined && (delta.crlNumber ?? 0n) <= newest.crlNumber) continue
      const { signatureAlgorithm, signatureValue, tbsCertList } = delta
      if ((await crypto.verify(signatureAlgorithm, key, signatureValue, tbsCertList)) === 'valid') newest = delta
    }
    return newest
  }
}

/** "Assume a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the issuer". */
function locationOfIssuer(certificate: Certificate): CrlLocation {
  const alternatives = certificate.extension('issuerAltName')
  const names = alternatives?.error === undefined ? (alternatives?.value ?? []) : []
  const fullName = [{ type: 'directoryName', value: certificate.issuer } as const, ...names]
  return { distributionPoint: { type: 'fullName', names: fullName }, reasons: undefined, cRLIssuer: undefined }
}

const identityOf = ({ issuer, serialNumber }: Certificate): string => `${issuer.canonicalKey} ${serialNumber}`

/** The one above certificate `i` of a path, target first. */
export function issuerOf(path: readonly Certificate[], i: number, anchor: TrustAnchor): PathIssuer {
  const certificate = path[i + 1]
  if (certificate === undefined) return anchor
  return { name: certificate.subject, publicKey: workingKey(path, i + 1, anchor), certificate }
}

/** Why the list says nothing at this time, whatever it is about. */
function unusableList(list: CertificateList, { at, profile }: CrlInputs): string | undefined {
  if (list.unusable !== undefined) return list.unusable
  if (list.thisUpdate > at) return `it is from ${list.thisUpdate.toISOString()}, which is to come`
  // RFC 5280 §5.1.2.5: "Conforming CRL issuers MUST include the nextUpdate field".
  if (list.nextUpdate === undefined) return 'it does not say until when it holds'
  if (list.nextUpdate < at) return `it held until ${list.nextUpdate.toISOString()}`
  if (profile.crlNumber === 'require' && list.crlNumber === undefined) return 'it has no cRLNumber (RFC 5280 §5.2.3)'
  const weak = algorithmFault(list.signatureAlgorithm, profile)
  return weak && `of the list, ${weak}`
}

/** §5.2.4 (a) to (d), and §6.3.3 (c). */
function updates(delta: CertificateList, complete: CertificateList): boolean {
  const { baseCRLNumber, crlNumber } = delta
  if (baseCRLNumber === undefined || crlNumber === undefined || complete.crlNumber === undefined) return false
  return (
    delta.issuer.equals(complete.issuer) &&
    isSameExtension(delta, complete, '2.5.29.28') &&
    isSameExtension(delta, complete, 'authorityKeyIdentifier') &&
    complete.crlNumber >= baseCRLNumber &&
    complete.crlNumber < crlNumber
  )
}

function isSameExtension(a: CertificateList, b: CertificateList, name: string): boolean {
  const [first, second] = [a, b].map(({ extensions }) =>
    extensions.find((extension) => extension.oid === name || extension.name === name),
  )
  return first === undefined || second === undefined ? first === second : equalBytes(first.bytes, second.bytes)
}

/** The entry for the certificate: of several the one that revokes it. */
function entryOf(list: CertificateList | undefined, certificate: Certificate): RevokedCertificate | undefined {
  if (list === undefined) return undefined
  const issuer = certificate.issuer
  const entries = list
    .revocationsOf(certificate.serialNumberBytes)
    .filter(({ certificateIssuer }) =>
      certificateIssuer === undefined
        ? list.issuer.equals(issuer)
        : certificateIssuer.some((name) => name.type === 'directoryName' && name.value.equals(issuer)),
    )
  return entries.find(({ reason }) => reason !== 'removeFromCRL') ?? entries[0]
}

const nameOf = (list: CertificateList): string => {
  const kind = list.baseCRLNumber === undefined ? 'CRL' : 'delta CRL'
  return `${kind} of ${list.issuer.toString()}, ${list.thisUpdate.toISOString()}`
}

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
import { algorithmFault } from '../path/key-strength.js'
import type { Certificate, SubjectPublicKeyInfo } from '../x509/index.js'
import { type CrlInputs, CrlSigners, type PathIssuer, type SelfVouching } from './crl-signers.js'
import type { RevocationNote, RevocationStatus } from './status.js'

/** A certificate whose status is being found, and where it may be found. */
interface Subject {
  readonly certificate: Certificate
  readonly issuer: PathIssuer
  readonly locations: readonly CrlLocation[]
}

/** §6.3.3's state for one certificate. */
class Processing {
  readonly reasons = new Set<string>()
  readonly notes: RevocationNote[] = []
  source: string | undefined
  revoked: RevokedCertificate | undefined

  get isOver(): boolean {
    return this.revoked !== undefined || allReasons.every((reason) => this.reasons.has(reason))
  }

  revoke(entry: RevokedCertificate, list: CertificateList): void {
    this.revoked = entry
    this.source = nameOf(list)
  }

  /** A list is held against several locations, and may be refused at each for the same reason. */
  note(list: CertificateList, message: string): void {
    const source = nameOf(list)
    if (this.notes.some((note) => note.source === source && note.message === message)) return
    this.notes.push({ source, message })
  }
}

/** Finds statuses by CRLs. One for one path; what it has verified it remembers. */
export class CrlChecker {
  /** The newest first, since the first that covers a reason decides. */
  private readonly lists: readonly CertificateList[]
  private readonly signers: CrlSigners

  constructor(private readonly inputs: CrlInputs) {
    this.lists = [...inputs.lists].sort(newestFirst)
    this.signers = new CrlSigners(inputs, (certificate, issuer) => this.statusOf(certificate, issuer))
  }

  async statusOf(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const subject = { certificate, issuer, locations: locationsOf(certificate) }
    const processing = new Processing()
    await this.processAll(processing, subject, 'refuse')
    if (!processing.isOver && this.signers.isBusy) await this.processAll(processing, subject, 'accept')
    if (!processing.isOver) await this.findFinalRevocation(processing, subject)
    const { revoked, notes, source = '' } = processing
    if (revoked !== undefined) {
      return { status: 'revoked', source, revokedAt: revoked.revocationDate, reason: revoked.reason, notes }
    }
    if (processing.isOver) return { status: 'good', source, notes }
    const missing = allReasons.filter((reason) => !processing.reasons.has(reason))
    const what = missing.length === allReasons.length ? 'no CRL' : `no CRL for the reasons ${missing.join(', ')}`
    return { status: 'undetermined', notes: [...notes, { source: 'CRLs', message: `${what} could be used` }] }
  }

  private async processAll(processing: Processing, subject: Subject, selfVouching: SelfVouching): Promise<void> {
    for (const location of subject.locations) {
      for (const list of this.lists) {
        if (processing.isOver) return
        const fault = await orParseError(() => this.processList(processing, list, subject, location, selfVouching))
        if (fault !== undefined) processing.note(list, fault)
      }
    }
  }

  /** Steps (a) to (l) for one list; says why it was not used. */
  private async processList(
    processing: Processing,
    list: CertificateList,
    { certificate, issuer }: Subject,
    location: CrlLocation,
    selfVouching: SelfVouching,
  ): Promise<string | undefined> {
    const coverage = usableCoverage(list, certificate, location, this.inputs)
    if (typeof coverage === 'string') return coverage
    // (e)
    if ([...coverage].every((reason) => processing.reasons.has(reason))) return undefined
    // (a): a delta brings up to date what has run out.
    const runOut = runOutFault(list, this.inputs)
    const deltas = this.deltasOf(list)
    if (runOut !== undefined && deltas.length === 0) return runOut
    // (f), (g)
    const key = await this.signers.keyOf(list, issuer, selfVouching)
    if (typeof key === 'string') return key
    // (h)
    const delta = await this.newestSigned(deltas, key)
    if (runOut !== undefined && delta === undefined) return runOut
    // (i) to (k)
    const changed = delta && entryOf(delta, certificate)
    const entry = changed ?? entryOf(list, certificate)
    // §5.2.4: both together are of the delta's time.
    processing.source ??= nameOf(delta ?? list)
    if (entry !== undefined && entry.reason !== 'removeFromCRL') {
      processing.revoke(entry, changed === undefined || delta === undefined ? list : delta)
    }
    // (l)
    for (const reason of coverage) processing.reasons.add(reason)
    return undefined
  }

  /**
   * Where no current list says anything, one that has run out still proves a revocation that is final. Beyond RFC 5280,
   * for policies that let pass what is undetermined.
   */
  private async findFinalRevocation(processing: Processing, subject: Subject): Promise<void> {
    const { certificate, issuer, locations } = subject
    for (const list of this.lists) {
      if (runOutFault(list, this.inputs) === undefined) continue
      await orParseError(async () => {
        const covers = locations.some(
          (location) => typeof usableCoverage(list, certificate, location, this.inputs) !== 'string',
        )
        const entry = covers ? entryOf(list, certificate) : undefined
        if (entry === undefined || !isFinal(entry)) return undefined
        if (typeof (await this.signers.keyOf(list, issuer, 'refuse')) !== 'string') processing.revoke(entry, list)
        return undefined
      })
      if (processing.isOver) return
    }
  }

  /** Step (c), and §5.2.4: current deltas that update the complete list, the newest first. */
  private deltasOf(complete: CertificateList): readonly CertificateList[] {
    return this.lists.filter(
      (delta) =>
        (runOutFault(delta, this.inputs) ?? unusableFault(delta, this.inputs)) === undefined &&
        updates(delta, complete),
    )
  }

  /** The first that the key has signed. */
  private async newestSigned(
    deltas: readonly CertificateList[],
    key: SubjectPublicKeyInfo,
  ): Promise<CertificateList | undefined> {
    for (const delta of deltas) {
      const { signatureAlgorithm, signatureValue, tbsCertList } = delta
      const verdict = await this.inputs.crypto.verify(signatureAlgorithm, key, signatureValue, tbsCertList)
      if (verdict === 'valid') return delta
    }
    return undefined
  }
}

/** An entry, a scope or a signer's certificate that is malformed makes a list one that cannot be used. */
async function orParseError(process: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await process()
  } catch (error) {
    if (error instanceof ParseError) return error.message
    throw error
  }
}

function newestFirst(a: CertificateList, b: CertificateList): number {
  const byTime = b.thisUpdate.getTime() - a.thisUpdate.getTime()
  return byTime === 0 ? Number(numberOf(b) - numberOf(a)) : byTime
}

/** A number that is malformed makes a list unusable, and is not to be asked for. */
const numberOf = (list: CertificateList): bigint => (list.unusable === undefined ? (list.crlNumber ?? -1n) : -1n)

const isFinal = ({ reason }: RevokedCertificate): boolean => reason !== 'certificateHold' && reason !== 'removeFromCRL'

/** Where the certificate says, as far as that can be read, and where the RFC says besides. */
function locationsOf(certificate: Certificate): readonly CrlLocation[] {
  const points = certificate.extension('cRLDistributionPoints')
  const named: readonly CrlLocation[] = points?.error === undefined ? (points?.value ?? []) : []
  return [...named, locationOfIssuer(certificate)]
}

/** "Assume a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the issuer". */
function locationOfIssuer(certificate: Certificate): CrlLocation {
  const alternatives = certificate.extension('issuerAltName')
  const names = alternatives?.error === undefined ? (alternatives?.value ?? []) : []
  const fullName = [{ type: 'directoryName', value: certificate.issuer } as const, ...names]
  return { distributionPoint: { type: 'fullName', names: fullName }, reasons: undefined, cRLIssuer: undefined }
}

/** Why the list has nothing to say now, though it may have had. */
function runOutFault({ nextUpdate }: CertificateList, { at }: CrlInputs): string | undefined {
  return nextUpdate !== undefined && nextUpdate < at ? `it held until ${nextUpdate.toISOString()}` : undefined
}

/** Why the list says nothing, now or ever, whatever it is about. */
function unusableFault(list: CertificateList, { at, profile }: CrlInputs): string | undefined {
  if (list.unusable !== undefined) return list.unusable
  if (list.thisUpdate > at) return `it is from ${list.thisUpdate.toISOString()}, which is to come`
  // RFC 5280 §5.1.2.5: "Conforming CRL issuers MUST include the nextUpdate field".
  if (list.nextUpdate === undefined) return 'it does not say until when it holds'
  if (profile.crlNumber === 'require' && list.crlNumber === undefined) return 'it has no cRLNumber (RFC 5280 §5.2.3)'
  const weak = algorithmFault(list.signatureAlgorithm, profile)
  return weak && `of the list, ${weak}`
}

/** The reasons a complete list covers for the certificate, or why it cannot be used for it. */
function usableCoverage(
  list: CertificateList,
  certificate: Certificate,
  location: CrlLocation,
  inputs: CrlInputs,
): ReadonlySet<string> | string {
  const fault = unusableFault(list, inputs)
  if (fault !== undefined) return fault
  if (list.isDelta) return 'it is a delta, which counts together with its base alone'
  const coverage = coverageOf(list, certificate, location)
  return 'outside' in coverage ? coverage.outside : coverage
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
function entryOf(list: CertificateList, certificate: Certificate): RevokedCertificate | undefined {
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
  const kind = list.isDelta ? 'delta CRL' : 'CRL'
  return `${kind} of ${list.issuer.toString()}, ${list.thisUpdate.toISOString()}`
}

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
  /** When the oldest of the lists used is from, in milliseconds since 1970: what is known of all reasons is no newer. */
  knownAt = Infinity

  get isOver(): boolean {
    return this.revoked !== undefined || allReasons.every((reason) => this.reasons.has(reason))
  }

  /** Notes that a current list says something. */
  use(list: CertificateList): void {
    this.source ??= nameOf(list)
    this.knownAt = Math.min(this.knownAt, list.thisUpdate.getTime())
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

/** A complete list, and what may bring it up to date. */
interface Candidate {
  readonly list: CertificateList
  /** Current deltas that update it, the newest first. Whether its issuer has signed them is still to be seen. */
  readonly deltas: readonly CertificateList[]
}

/** Finds statuses by CRLs. One for one path; what it has verified it remembers. */
export class CrlChecker {
  /** The newest first. */
  private readonly lists: readonly CertificateList[]
  /** The newest first. */
  private readonly candidates: readonly Candidate[]
  private readonly signers: CrlSigners
  /** Deltas, and whether keys have signed them. */
  private readonly verified = new Map<CertificateList, Map<SubjectPublicKeyInfo, boolean>>()

  constructor(private readonly inputs: CrlInputs) {
    this.lists = [...inputs.lists].sort(newestFirst)
    const current = this.lists.filter((list) => list.isDelta && deltaFault(list, inputs) === undefined)
    this.candidates = this.lists
      .filter(({ isDelta }) => !isDelta)
      .map((list) => ({ list, deltas: current.filter((delta) => updates(delta, list)) }))
      .sort(latestFirst)
    this.signers = new CrlSigners(inputs, (certificate, issuer) => this.statusOf(certificate, issuer))
  }

  async statusOf(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const subject = { certificate, issuer, locations: locationsOf(certificate) }
    const processing = new Processing()
    await this.processAll(processing, subject, 'refuse')
    if (!processing.isOver && this.signers.isBusy) await this.processAll(processing, subject, 'accept')
    if (processing.revoked === undefined) await this.findFinalRevocation(processing, subject)
    this.noteDeltas(processing)
    const { revoked, notes, source = '' } = processing
    if (revoked !== undefined) {
      return { status: 'revoked', source, revokedAt: revoked.revocationDate, reason: revoked.reason, notes }
    }
    if (processing.isOver) return { status: 'good', source, notes }
    const missing = allReasons.filter((reason) => !processing.reasons.has(reason))
    const what = missing.length === allReasons.length ? 'no CRL' : `no CRL for the reasons ${missing.join(', ')}`
    return { status: 'undetermined', notes: [...notes, { source: 'CRLs', message: `${what} could be used` }] }
  }

  /** The newest first, deltas taken into account, since the first list that covers a reason decides. */
  private async processAll(processing: Processing, subject: Subject, selfVouching: SelfVouching): Promise<void> {
    const waiting = [...this.candidates]
    for (let next = waiting.shift(); next !== undefined && !processing.isOver; next = waiting.shift()) {
      const candidate = next
      const later = await orParseError(() => this.processList(processing, candidate, subject, selfVouching))
      if (later instanceof ParseError) processing.note(candidate.list, later.message)
      else if (later !== undefined) {
        waiting.push(later)
        waiting.sort(latestFirst)
      }
    }
  }

  /**
   * Steps (a) to (l) for one list, wherever the certificate has it from. Where its newest delta is not its issuer's it is
   * older than it seemed: then what is to be processed in its place, in its turn.
   */
  private async processList(
    processing: Processing,
    { list, deltas }: Candidate,
    { certificate, issuer, locations }: Subject,
    selfVouching: SelfVouching,
  ): Promise<Candidate | undefined> {
    const coverages = locations.map((location) => usableCoverage(list, certificate, location, this.inputs))
    const covered = coverages.filter((coverage) => typeof coverage !== 'string')
    if (covered.length === 0) {
      for (const fault of coverages) if (typeof fault === 'string') processing.note(list, fault)
      return undefined
    }
    // (e)
    const reasons = new Set(covered.flatMap((coverage) => [...coverage]))
    if ([...reasons].every((reason) => processing.reasons.has(reason))) return undefined
    // (a): together with a delta it holds as long as the delta.
    const runOut = deltas.length === 0 ? runOutFault(list, this.inputs) : undefined
    // (f), (g)
    const key = runOut ?? (await this.signers.keyOf(list, issuer, selfVouching))
    if (typeof key === 'string') {
      processing.note(list, key)
      return undefined
    }
    // (h)
    const signed = await this.signedBy(key, deltas)
    if (signed.length < deltas.length) return { list, deltas: signed }
    // (i) to (k)
    const [delta] = deltas
    const changed = delta && entryOf(delta, certificate)
    const entry = changed ?? entryOf(list, certificate)
    // §5.2.4: both together are of the delta's time.
    processing.use(delta ?? list)
    if (entry !== undefined && entry.reason !== 'removeFromCRL') {
      processing.revoke(entry, changed === undefined || delta === undefined ? list : delta)
    }
    // (l)
    for (const reason of reasons) processing.reasons.add(reason)
    return undefined
  }

  /** Those of the deltas, from the first on, that the key has signed. */
  private async signedBy(
    key: SubjectPublicKeyInfo,
    deltas: readonly CertificateList[],
  ): Promise<readonly CertificateList[]> {
    for (const [i, delta] of deltas.entries()) {
      const known = this.verified.get(delta) ?? new Map<SubjectPublicKeyInfo, boolean>()
      this.verified.set(delta, known)
      const { signatureAlgorithm, signatureValue, tbsCertList } = delta
      const isSigned =
        known.get(key) ??
        (await this.inputs.crypto.verify(signatureAlgorithm, key, signatureValue, tbsCertList)) === 'valid'
      known.set(key, isSigned)
      if (isSigned) return deltas.slice(i)
    }
    return []
  }

  /** Why deltas were not used, where nothing came of them. */
  private noteDeltas(processing: Processing): void {
    for (const delta of this.lists.filter(({ isDelta }) => isDelta)) {
      const isUsable = this.candidates.some(({ deltas }) => deltas.includes(delta))
      const fault = deltaFault(delta, this.inputs) ?? (isUsable ? undefined : WITHOUT_BASE)
      if (fault !== undefined) processing.note(delta, fault)
    }
  }

  /**
   * A list that has run out still proves a revocation that is final, where no newer one says anything. Beyond RFC 5280:
   * policies that let pass what is undetermined would forget it, and so would a complete list that outlives its deltas.
   */
  private async findFinalRevocation(processing: Processing, subject: Subject): Promise<void> {
    for (const list of this.lists) {
      if (processing.isOver && list.thisUpdate.getTime() <= processing.knownAt) return
      if (runOutFault(list, this.inputs) === undefined || unusableFault(list, this.inputs) !== undefined) continue
      const bases = list.isDelta ? this.lists.filter((one) => !one.isDelta && updates(list, one)) : [list]
      for (const base of bases) {
        const entry = await orParseError(() => this.finalEntry(list, base, subject))
        if (entry === undefined || entry instanceof ParseError) continue
        processing.revoke(entry, list)
        return
      }
    }
  }

  /** What a list proves, if its scope is its base's and its base's issuer has signed it. A complete list is its own base. */
  private async finalEntry(
    list: CertificateList,
    base: CertificateList,
    { certificate, issuer, locations }: Subject,
  ): Promise<RevokedCertificate | undefined> {
    const isCovered = locations.some(
      (location) => typeof usableCoverage(base, certificate, location, this.inputs) !== 'string',
    )
    const entry = isCovered ? entryOf(list, certificate) : undefined
    if (entry === undefined || !isFinal(entry)) return undefined
    const key = await this.signers.keyOf(base, issuer, 'refuse')
    if (typeof key === 'string') return undefined
    return list === base || (await this.signedBy(key, [list])).length > 0 ? entry : undefined
  }
}

/** An entry, a scope or a signer's certificate that is malformed makes a list one that cannot be used. */
async function orParseError<T>(process: () => Promise<T>): Promise<T | ParseError> {
  try {
    return await process()
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}

function newestFirst(a: CertificateList, b: CertificateList): number {
  const byTime = b.thisUpdate.getTime() - a.thisUpdate.getTime()
  return byTime === 0 ? Number(numberOf(b) - numberOf(a)) : byTime
}

/** A list, or the newest delta that updates it. Never an older one: whoever forges it would have others go first. */
const newestOf = ({ list, deltas: [delta] }: Candidate): CertificateList =>
  delta !== undefined && newestFirst(delta, list) < 0 ? delta : list

const latestFirst = (a: Candidate, b: Candidate): number => newestFirst(newestOf(a), newestOf(b))

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

const WITHOUT_BASE = 'it is a delta, which counts together with its base alone'

/** Why a delta says nothing now, whatever its base. */
const deltaFault = (delta: CertificateList, inputs: CrlInputs): string | undefined =>
  unusableFault(delta, inputs) ?? runOutFault(delta, inputs)

/** The reasons a complete list covers for the certificate, or why it cannot be used for it. */
function usableCoverage(
  list: CertificateList,
  certificate: Certificate,
  location: CrlLocation,
  inputs: CrlInputs,
): ReadonlySet<string> | string {
  const fault = unusableFault(list, inputs)
  if (fault !== undefined) return fault
  try {
    const coverage = coverageOf(list, certificate, location)
    return 'outside' in coverage ? coverage.outside : coverage
  } catch (error) {
    // One location that cannot be read takes nothing from the others.
    if (error instanceof ParseError) return error.message
    throw error
  }
}

/** §5.2.4 (a) to (d), and §6.3.3 (c). */
function updates(delta: CertificateList, complete: CertificateList): boolean {
  if (complete.unusable !== undefined) return false
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

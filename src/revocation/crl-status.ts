// The status of a certificate by CRLs: RFC 5280 §6.3.3, step by step.

import { ensure } from '../base/ensure.js'
import { isParseError, type ParseError, readOr } from '../base/errors.js'
import {
  allReasons,
  type CertificateList,
  coverageOf,
  type CrlLocation,
  type RevokedCertificate,
} from '../crl/index.js'
import { holdsName } from '../crl/scope.js'
import { algorithmFault } from '../path/key-strength.js'
import type { Certificate, SubjectPublicKeyInfo } from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'
import { type CrlInputs, CrlSigners, type PathIssuer, type SelfVouching } from './crl-signers.js'
import { DeltaLists } from './delta-lists.js'
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

/** A complete list on its way to be processed. */
interface Candidate {
  readonly list: CertificateList
  /** The list, or the delta that makes it as new as it is. */
  readonly latest: CertificateList
  /** Whether the issuer is known to have signed that delta, so that the list has found its turn. */
  readonly isSettled: boolean
}

/** Finds statuses by CRLs. One for one path; what it has verified it remembers. */
export class CrlChecker {
  private readonly deltas: readonly CertificateList[]
  /** Complete lists, the newest first. */
  private readonly complete: readonly CertificateList[]
  /** The newest first. */
  private readonly candidates: readonly Candidate[]
  private readonly currentDeltas: DeltaLists
  private readonly pastDeltas: DeltaLists
  private readonly signers: CrlSigners
  /** Deltas, and whether keys have signed them. */
  private readonly verified = new Map<CertificateList, Map<SubjectPublicKeyInfo, Promise<boolean>>>()

  constructor(private readonly inputs: CrlInputs) {
    const lists = [...inputs.lists].sort(newestFirst)
    this.deltas = lists.filter(({ isDelta }) => isDelta)
    this.complete = lists.filter(({ isDelta }) => !isDelta)
    const usable = this.deltas.filter((list) => unusableFault(list, inputs) === undefined)
    const isPast = (list: CertificateList): boolean => runOutFault(list, inputs) !== undefined
    this.currentDeltas = new DeltaLists(usable.filter((list) => !isPast(list)))
    this.pastDeltas = new DeltaLists(usable.filter(isPast))
    this.candidates = this.complete
      .map((list) => ({ list, latest: newerOf(list, this.currentDeltas.newestBeside(list)), isSettled: false }))
      .sort(latestFirst)
    this.signers = new CrlSigners(inputs, (certificate, issuer) => this.statusOf(certificate, issuer))
  }

  async statusOf(certificate: Certificate, issuer: PathIssuer): Promise<RevocationStatus> {
    const subject = { certificate, issuer, locations: locationsOf(certificate) }
    const processing = new Processing()
    await this.processAll(processing, subject, 'refuse')
    if (this.signers.isBusy) await this.processAll(processing, subject, 'accept')
    if (!isFinal(processing.revoked)) await this.findFinalRevocation(processing, subject)
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
      if (isParseError(later)) processing.note(candidate.list, later.message)
      else if (later !== undefined) {
        waiting.push(later)
        waiting.sort(latestFirst)
      }
    }
  }

  /**
   * Steps (a) to (l) for one list, wherever the certificate has it from. Where it turns out to be older than it seemed,
   * it is to be processed later, in its turn.
   */
  private async processList(
    processing: Processing,
    { list, latest, isSettled }: Candidate,
    { certificate, issuer, locations }: Subject,
    selfVouching: SelfVouching,
  ): Promise<Candidate | undefined> {
    const reasons = usableCoverage(list, certificate, locations, this.inputs)
    if ('outside' in reasons) {
      for (const fault of reasons.outside) processing.note(list, fault)
      return undefined
    }
    // (e)
    if ([...reasons].every((reason) => processing.reasons.has(reason))) return undefined
    // (a), (c): together with a delta it holds as long as the delta. Without any, its issuer need not be looked for.
    const runOut = runOutFault(list, this.inputs)
    const deltas = this.currentDeltas.updating(list)
    // (f), (g)
    const key =
      deltas.length === 0 && runOut !== undefined ? runOut : await this.signers.keyOf(list, issuer, selfVouching)
    if (typeof key === 'string') {
      processing.note(list, key)
      return undefined
    }
    // (h)
    const delta = await this.firstSigned(deltas, key)
    const actual = newerOf(list, delta)
    if (actual !== latest && !isSettled) return { list, latest: actual, isSettled: true }
    if (runOut !== undefined && delta === undefined) {
      processing.note(list, runOut)
      return undefined
    }
    // (i) to (k)
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

  /** The first of the lists that the key has signed. */
  private async firstSigned(
    lists: readonly CertificateList[],
    key: SubjectPublicKeyInfo,
  ): Promise<CertificateList | undefined> {
    for (const list of lists) if (await this.isSigned(list, key)) return list
    return undefined
  }

  private isSigned(list: CertificateList, key: SubjectPublicKeyInfo): Promise<boolean> {
    const known = ensure(this.verified, list, () => new Map<SubjectPublicKeyInfo, Promise<boolean>>())
    return ensure(known, key, async () => {
      const { signatureAlgorithm, signatureValue, tbsCertList } = list
      return (await this.inputs.crypto.verify(signatureAlgorithm, key, signatureValue, tbsCertList)) === 'valid'
    })
  }

  /** Why deltas were not used, where nothing came of them. */
  private noteDeltas(processing: Processing): void {
    const updating = new Set<CertificateList>()
    for (const list of this.complete) {
      if (list.unusable === undefined) for (const delta of this.currentDeltas.updating(list)) updating.add(delta)
    }
    for (const delta of this.deltas) {
      const fault = unusableFault(delta, this.inputs) ?? runOutFault(delta, this.inputs)
      if (fault !== undefined || !updating.has(delta)) processing.note(delta, fault ?? WITHOUT_BASE)
    }
  }

  /**
   * A list that has run out still proves a revocation that is final, where no newer one says anything, and also of what an
   * older one has on hold; so does one that lacks what tells whether it has, as OpenSSL's are without a number by default.
   * Beyond RFC 5280: policies that let pass what is undetermined would forget it, and so would a complete list that outlives
   * its deltas.
   */
  private async findFinalRevocation(
    processing: Processing,
    { certificate, issuer, locations }: Subject,
  ): Promise<void> {
    const { inputs } = this
    for (const base of this.complete.filter((list) => unusableFault(list, inputs) === undefined)) {
      const past = [...this.pastDeltas.updating(base), ...(runOutFault(base, inputs) === undefined ? [] : [base])]
      const newer = past.filter((list) => !processing.isOver || list.thisUpdate.getTime() > processing.knownAt)
      if (newer.length === 0 || 'outside' in usableCoverage(base, certificate, locations, inputs)) continue
      const key = await orParseError(() => this.signers.keyOf(base, issuer, 'refuse'))
      if (typeof key === 'string' || isParseError(key)) continue
      for (const list of newer) {
        // The signature first: entries may be many, with names that take long to compare.
        if (list !== base && !(await this.isSigned(list, key))) continue
        const entry = readOr(
          () => entryOf(list, certificate),
          () => undefined,
        )
        if (!isFinal(entry)) continue
        processing.revoke(entry, list)
        return
      }
    }
  }
}

/** An entry, a scope or a signer's certificate that is malformed makes a list one that cannot be used. */
async function orParseError<T>(process: () => Promise<T>): Promise<T | ParseError> {
  try {
    return await process()
  } catch (error) {
    if (isParseError(error)) return error
    throw error
  }
}

function newestFirst(a: CertificateList, b: CertificateList): number {
  const byTime = b.thisUpdate.getTime() - a.thisUpdate.getTime()
  return byTime === 0 ? Number(numberOf(b) - numberOf(a)) : byTime
}

/** With a delta a list is as new as that; never older, or whoever forges one would have other lists go first. */
const newerOf = (list: CertificateList, delta: CertificateList | undefined): CertificateList =>
  delta !== undefined && newestFirst(delta, list) < 0 ? delta : list

const latestFirst = (a: Candidate, b: Candidate): number => newestFirst(a.latest, b.latest)

/** A number that is malformed makes a list unusable, and is not to be asked for. */
const numberOf = (list: CertificateList): bigint => (list.unusable === undefined ? (list.crlNumber ?? -1n) : -1n)

/** Where the certificate says, as far as that can be read, and where the RFC says besides. */
function locationsOf(certificate: Certificate): readonly CrlLocation[] {
  const named: readonly CrlLocation[] = valueOf(certificate.extension('cRLDistributionPoints')) ?? []
  return [...named, locationOfIssuer(certificate)]
}

/** "Assume a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the issuer". */
function locationOfIssuer(certificate: Certificate): CrlLocation {
  const names = valueOf(certificate.extension('issuerAltName')) ?? []
  const fullName = [{ type: 'directoryName', value: certificate.issuer } as const, ...names]
  return { distributionPoint: { type: 'fullName', names: fullName }, reasons: undefined, cRLIssuer: undefined }
}

/** Why the list has nothing to say now but what is final: it has run out, or nobody can tell whether it is the latest. */
function runOutFault({ nextUpdate, crlNumber }: CertificateList, { at, profile }: CrlInputs): string | undefined {
  // RFC 5280 §5.1.2.5: "Conforming CRL issuers MUST include the nextUpdate field".
  if (nextUpdate === undefined) return 'it does not say until when it holds'
  if (profile.crlNumber === 'require' && crlNumber === undefined) return 'it has no cRLNumber (RFC 5280 §5.2.3)'
  return nextUpdate < at ? `it held until ${nextUpdate.toISOString()}` : undefined
}

/** Why the list says nothing, now or ever, whatever it is about. */
function unusableFault(list: CertificateList, { at, profile }: CrlInputs): string | undefined {
  if (list.unusable !== undefined) return list.unusable
  if (list.thisUpdate > at) return `it is from ${list.thisUpdate.toISOString()}, which is to come`
  const weak = algorithmFault(list.signatureAlgorithm, profile)
  return weak && `of the list, ${weak}`
}

const WITHOUT_BASE = 'it is a delta, which counts together with its base alone'

/** The reasons a complete list covers for the certificate, or why it cannot be used for it. */
function usableCoverage(
  list: CertificateList,
  certificate: Certificate,
  locations: readonly CrlLocation[],
  inputs: CrlInputs,
): ReturnType<typeof coverageOf> {
  const fault = unusableFault(list, inputs)
  if (fault !== undefined) return { outside: [fault] }
  return readOr(
    () => coverageOf(list, certificate, locations),
    // The certificate does not say readably of which kind it is.
    ({ message }) => ({ outside: [message] }),
  )
}

/** The entry for the certificate: of several the first that revokes it. */
function entryOf(list: CertificateList, certificate: Certificate): RevokedCertificate | undefined {
  const { issuer } = certificate
  // Entries share the names of one before them, of which there may be as many: they are gone through once.
  const answers = new Map<RevokedCertificate['certificateIssuer'], boolean>()
  const isOf = (names: RevokedCertificate['certificateIssuer']): boolean =>
    ensure(answers, names, () => (names === undefined ? list.issuer.equals(issuer) : holdsName(names, issuer)))
  let first: RevokedCertificate | undefined
  for (const entry of list.eachRevocationOf(certificate.serialNumberBytes)) {
    if (!isOf(entry.certificateIssuer)) continue
    if (entry.reason !== 'removeFromCRL') return entry
    first ??= entry
  }
  return first
}

/** Whether it is an entry that nothing takes back. */
const isFinal = (entry: RevokedCertificate | undefined): entry is RevokedCertificate =>
  entry !== undefined && entry.reason !== 'certificateHold' && entry.reason !== 'removeFromCRL'

const nameOf = (list: CertificateList): string => {
  const kind = list.isDelta ? 'delta CRL' : 'CRL'
  return `${kind} of ${list.issuer.toString()}, ${list.thisUpdate.toISOString()}`
}

// evaluateOcspResponse: signature and authority first; what the response says is looked at only after they hold.

import { checkNumber, checkTime } from '../base/arguments.js'
import { equalBytes } from '../base/bytes.js'
import { readOr } from '../base/errors.js'
import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { RevocationReason } from '../crl/index.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { type PathProfile, rfc5280 } from '../path/index.js'
import type { Certificate, Extension } from '../x509/index.js'
import {
  authorizeResponder,
  type ModelRefusal,
  type ResponderCheck,
  type ResponderModel,
  type TrustedResponder,
} from './authorize-responder.js'
import { certIdOf, issuerFrom, isSameCertId, type OcspIssuer } from './cert-id.js'
import type { OcspFinding, OcspFindingCode } from './finding.js'
import { isFinal, isGraver } from './gravity.js'
import {
  type BasicOcspResponse,
  nonceOf,
  ocspIdentifiers,
  type OcspLimits,
  type OcspResponse,
  parseOcspResponse,
  type SingleResponse,
} from './ocsp-response.js'

/** Milliseconds of a second, an hour, a day. */
const SECOND = 1000
const DAY = 24 * 3600 * SECOND

/** A response, the certificate it should be about, and by which rules it is judged. */
export interface OcspEvaluation {
  readonly certificate: Certificate
  /** The certificate's issuer, as a validated path has it. The verdict is worth what that path is. */
  readonly issuer: Certificate | OcspIssuer
  /** DER, or parsed already. */
  readonly response: Uint8Array | OcspResponse
  readonly at: Date
  /** Designated responders, for the trusted-responder model. */
  readonly trustedResponders?: readonly TrustedResponder[]
  /** The nonce that was sent; the response must echo it. */
  readonly nonce?: Uint8Array
  /** Whether a response without the nonce that was sent may count: RFC 6960 §4.4.1 leaves it to the client. Default `refuse`. */
  readonly missingNonce?: 'refuse' | 'accept'
  /** Seconds the responder's clock may be ahead of, or behind, ours. Default 300. */
  readonly clockSkew?: number
  /** Seconds after thisUpdate a response without nextUpdate counts. Default a day. */
  readonly maximumAge?: number
  /** Finds whether a delegated responder without ocspNoCheck has been revoked. */
  readonly checkResponder?: ResponderCheck
  /** What to think of such a responder without that check. Default `refuse`. */
  readonly responderWithoutNoCheck?: 'refuse' | 'accept'
  /** Algorithms and keys that count. Default `rfc5280`. */
  readonly profile?: PathProfile
  readonly limits?: Partial<OcspLimits>
  readonly crypto?: CryptoProvider
}

/** What a proven response says, and how it was proven. */
export interface ProvenStatus {
  readonly model: ResponderModel
  /** The responder's certificate; undefined where the issuer answered itself. */
  readonly responder: Certificate | undefined
  /** Why the models before this one did not hold. */
  readonly refusedModels: readonly ModelRefusal[]
  readonly producedAt: Date
  readonly thisUpdate: Date
  /** Undefined where newer information is available all the time. */
  readonly nextUpdate: Date | undefined
  /** How far back the responder keeps statuses of expired certificates (RFC 6960 §4.4.4); undefined where it does not say. */
  readonly archiveCutoff: Date | undefined
}

/**
 * `ok` means that the status is proven and current, be it good or not. `ok: false` is undetermined: never to be taken for
 * good, and for {@link decideRevocation} to judge.
 */
export type OcspVerdict =
  | ({ readonly ok: true; readonly status: 'good' | 'unknown' } & ProvenStatus)
  | ({
      readonly ok: true
      readonly status: 'revoked'
      readonly revokedAt: Date
      /** `certificateHold` may end; every other reason is final. */
      readonly reason: RevocationReason
    } & ProvenStatus)
  | {
      readonly ok: false
      readonly findings: readonly OcspFinding[]
      /** Why each model did not hold, where none did. */
      readonly refusedModels: readonly ModelRefusal[]
    }

/** A verdict that determines the status. */
export type ProvenVerdict = OcspVerdict & { readonly ok: true }

export const undetermined = (
  findings: readonly OcspFinding[],
  refusedModels: readonly ModelRefusal[] = [],
): OcspVerdict & { readonly ok: false } => ({ ok: false, findings, refusedModels })

export const finding = (code: OcspFindingCode, message: string, rule: string): OcspFinding => ({ code, message, rule })

/**
 * Judges one OCSP response for one certificate: who signed it and may speak for the issuer (RFC 6960 §4.2.2.2), whether
 * it is about the certificate, current, and an answer to this request (§3.2, §4.2.2.1). Never throws for what a response
 * holds.
 *
 * @throws TypeError for an invalid time, or a skew, an age or a limit that is none
 */
export async function evaluateOcspResponse(evaluation: OcspEvaluation): Promise<OcspVerdict> {
  const { response, at, clockSkew = 0, maximumAge = 0 } = evaluation
  checkTime('at', at)
  checkNumber('clockSkew', clockSkew, Number.MAX_SAFE_INTEGER)
  checkNumber('maximumAge', maximumAge, Infinity)
  const read = 'basic' in response ? response : readResponse(response, evaluation.limits)
  if ('code' in read) return undetermined([read])
  if (read.basic === undefined) {
    const code = read.status === 'tryLater' || read.status === 'internalError' ? 'try-later' : 'responder-error'
    return undetermined([finding(code, `the responder answers ${read.status}`, 'RFC 6960 §2.3')])
  }
  const { basic } = read
  const issuer = issuerFrom(evaluation.issuer)
  const crypto = evaluation.crypto ?? runtimeCrypto
  const { model, responder, refused } = await authorizeResponder(basic, {
    issuer,
    trustedResponders: evaluation.trustedResponders ?? [],
    at,
    profile: evaluation.profile ?? rfc5280,
    crypto,
    checkResponder: evaluation.checkResponder,
    responderWithoutNoCheck: evaluation.responderWithoutNoCheck ?? 'refuse',
  })
  if (model === undefined) {
    const reasons = refused.map(({ model: name, reason }) => `${name}: ${reason}`).join('; ')
    const message = `nobody who may speak for the issuer signed the response (${reasons})`
    return undetermined([finding('responder-not-authorized', message, 'RFC 6960 §4.2.2.2, OCS-1')], refused)
  }
  const faults = responseFindings(basic, evaluation)
  const matching = await matchingResponses(basic, evaluation.certificate, issuer, crypto)
  const chosen = chooseResponse(matching, basic, evaluation)
  if (faults.length > 0 || 'findings' in chosen) {
    return undetermined([...faults, ...('findings' in chosen ? chosen.findings : [])], refused)
  }
  return { ok: true, ...statusOf(chosen), ...provenBy(basic, chosen), model, responder, refusedModels: refused }
}

const readResponse = (der: Uint8Array, limits: Partial<OcspLimits> | undefined): OcspResponse | OcspFinding =>
  readOr(
    () => parseOcspResponse(der, limits),
    ({ message }) => finding('malformed', message, 'RFC 6960 §4.2.1'),
  )

/** Extensions a client that does not process them may not ignore (RFC 6960 §4.4 with RFC 5280 §4.2). */
const unknownCritical = (extensions: readonly Extension[], known: readonly string[]): Extension | undefined =>
  extensions.find(({ critical, oid }) => critical && !known.includes(oid))

/** What is wrong with the response as a whole. */
function responseFindings(basic: BasicOcspResponse, evaluation: OcspEvaluation): readonly OcspFinding[] {
  const findings: OcspFinding[] = []
  const unknown = unknownCritical(basic.extensions, [ocspIdentifiers.nonce, ocspIdentifiers.extendedRevoke])
  if (unknown !== undefined) {
    const message = `the response has the critical extension ${unknown.oid}, which is not understood`
    findings.push(finding('critical-extension-unknown', message, 'RFC 6960 §4.4'))
  }
  const { at } = evaluation
  if (basic.producedAt.getTime() > at.getTime() + skewOf(evaluation)) {
    const message = `the response was produced at ${iso(basic.producedAt)}, after ${iso(at)}`
    findings.push(finding('produced-in-future', message, 'RFC 6960 §2.4'))
  }
  const nonce = nonceFinding(basic, evaluation)
  return nonce === undefined ? findings : [...findings, nonce]
}

function nonceFinding(
  basic: BasicOcspResponse,
  { nonce, missingNonce = 'refuse' }: OcspEvaluation,
): OcspFinding | undefined {
  if (nonce === undefined) return undefined
  const echoed = nonceOf(basic)
  if (echoed === undefined) {
    const message = 'the response lacks the nonce of the request: it may be an old one, replayed'
    return missingNonce === 'accept' ? undefined : finding('nonce-missing', message, 'RFC 6960 §4.4.1')
  }
  return equalBytes(echoed, nonce)
    ? undefined
    : finding('nonce-mismatch', 'the response answers another request: its nonce is another', 'RFC 6960 §4.4.1')
}

/** All single responses about the certificate, by whichever hash they name it. */
async function matchingResponses(
  basic: BasicOcspResponse,
  certificate: Certificate,
  issuer: OcspIssuer,
  crypto: CryptoProvider,
): Promise<readonly SingleResponse[]> {
  // The serial number first: hashes are worth computing for those that have it.
  const candidates = basic.responses.filter(({ certId }) =>
    equalBytes(certId.serialNumberBytes, certificate.serialNumberBytes),
  )
  const hashes = new Set(candidates.flatMap(({ certId }) => certId.hash ?? []))
  const own = await Promise.all([...hashes].map((hash) => certIdOf(certificate, issuer, hash, crypto)))
  return candidates.filter(({ certId }) => own.some((id) => isSameCertId(id, certId)))
}

/** Of several the gravest: a responder that contradicts itself is not to be trusted with `good`. */
function chooseResponse(
  matching: readonly SingleResponse[],
  basic: BasicOcspResponse,
  evaluation: OcspEvaluation,
): SingleResponse | { readonly findings: readonly OcspFinding[] } {
  if (matching.length === 0) {
    const message = 'the response is not about the certificate: no CertID has its issuer’s name, key and serial number'
    return { findings: [finding('certificate-not-covered', message, 'RFC 6960 §3.2 (1)')] }
  }
  const findings: OcspFinding[] = []
  let chosen: SingleResponse | undefined
  for (const single of matching) {
    const fault = singleFinding(single, basic, evaluation)
    if (fault !== undefined) findings.push(fault)
    const counts = fault === undefined || (isFinal(single.certStatus) && fault.code === 'stale')
    if (counts && (chosen === undefined || isGraver(saidBy(single), saidBy(chosen)))) chosen = single
  }
  return chosen ?? { findings }
}

const saidBy = ({ certStatus, thisUpdate, nextUpdate }: SingleResponse) => ({ thisUpdate, nextUpdate, ...certStatus })

/** What is wrong with one single response. */
function singleFinding(
  single: SingleResponse,
  { producedAt }: BasicOcspResponse,
  evaluation: OcspEvaluation,
): OcspFinding | undefined {
  const unknown = unknownCritical(single.extensions, [ocspIdentifiers.archiveCutoff])
  if (unknown !== undefined) {
    const message = `the answer has the critical extension ${unknown.oid}, which is not understood`
    return finding('critical-extension-unknown', message, 'RFC 6960 §4.4')
  }
  const { at, maximumAge = DAY / SECOND } = evaluation
  const skew = skewOf(evaluation)
  const { thisUpdate, nextUpdate } = single
  if (thisUpdate.getTime() > at.getTime() + skew) {
    return finding(
      'not-yet-valid',
      `the answer holds from ${iso(thisUpdate)} on, after ${iso(at)}`,
      'RFC 6960 §3.2 (5)',
    )
  }
  if (thisUpdate.getTime() > producedAt.getTime() + skew) {
    const message = `the response was produced at ${iso(producedAt)}, before what it tells was known (${iso(thisUpdate)})`
    return finding('produced-before-update', message, 'RFC 6960 §2.4')
  }
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) {
    const message = `the answer holds until ${iso(nextUpdate)}, before it does from ${iso(thisUpdate)} on`
    return finding('times-contradictory', message, 'RFC 6960 §4.2.2.1')
  }
  const until = nextUpdate?.getTime() ?? thisUpdate.getTime() + maximumAge * SECOND
  if (until + skew < at.getTime()) {
    const kind = nextUpdate === undefined ? 'counts, without a nextUpdate,' : 'held'
    return finding('stale', `the answer ${kind} until ${iso(new Date(until))}, before ${iso(at)}`, 'RFC 6960 §3.2 (6)')
  }
  return undefined
}

const skewOf = ({ clockSkew = 300 }: OcspEvaluation): number => clockSkew * SECOND
const iso = (date: Date): string => date.toISOString().replace('.000', '')

function statusOf({
  certStatus,
}: SingleResponse): { status: 'good' | 'unknown' } | { status: 'revoked'; revokedAt: Date; reason: RevocationReason } {
  return certStatus
}

function provenBy({ producedAt }: BasicOcspResponse, { thisUpdate, nextUpdate, extensions }: SingleResponse) {
  return { producedAt, thisUpdate, nextUpdate, archiveCutoff: archiveCutoffOf(extensions) }
}

function archiveCutoffOf(extensions: readonly Extension[]): Date | undefined {
  const extension = extensions.find(({ oid }) => oid === ocspIdentifiers.archiveCutoff)
  if (extension === undefined) return undefined
  const reader = new DerReader(extension.bytes, 'archiveCutoff')
  const readTime = (): Date => {
    const time = reader.readTime(tags.GENERALIZED_TIME)
    reader.finish()
    return new Date(time)
  }
  return readOr(readTime, () => undefined)
}

// OCSP responses (RFC 6960 §4.2.1), read strictly. What they say is believed only after evaluate.ts has judged them.

import { resolveIntegers } from '../base/arguments.js'
import { plainBytes } from '../base/bytes.js'
import { failLimit, readOr } from '../base/errors.js'
import { defaultReadLimits } from '../base/limits.js'
import { readReasonCode, type RevocationReason } from '../crl/crl-extensions.js'
import { DerReader } from '../der/reader.js'
import { context, contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { Certificate } from '../x509/certificate.js'
import { type Extension, readOptionalExtensions } from '../x509/extension.js'
import { Name, skipName } from '../x509/name.js'
import { readIdentifier } from '../x509/object-identifiers.js'
import { readSignatureAlgorithm, type SignatureAlgorithm } from '../x509/signature-algorithm.js'
import { type CertId, readCertId } from './cert-id.js'

/** OIDs below id-pkix-ocsp (RFC 6960 §4.2.1, §4.4). */
export const ocspIdentifiers = {
  basic: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  archiveCutoff: '1.3.6.1.5.5.7.48.1.6',
  extendedRevoke: '1.3.6.1.5.5.7.48.1.9',
} as const

const responseStatuses = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const

/** OCSPResponseStatus. All but `successful` are unsigned: anyone on the way can say so. */
export type OcspResponseStatus = Exclude<(typeof responseStatuses)[number], undefined>

/** How a response names its responder: by name, or by the hash of its key (RFC 6960 §4.2.1). */
export type ResponderId =
  | { readonly type: 'byName'; readonly name: Name }
  /** SHA-1 of the responder's key bits. */
  | { readonly type: 'byKey'; readonly keyHash: Uint8Array }

/** What a responder says of a certificate (RFC 6960 §4.2.1). `good` is that it was not revoked; it need not have been issued. */
export type OcspCertStatus =
  | { readonly status: 'good' }
  | {
      readonly status: 'revoked'
      readonly revokedAt: Date
      /** `unspecified` where the response gives none. */
      readonly reason: RevocationReason
    }
  | { readonly status: 'unknown' }

/** What the responder says of one certificate. */
export interface SingleResponse {
  readonly certId: CertId
  readonly certStatus: OcspCertStatus
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  readonly extensions: readonly Extension[]
}

/** BasicOCSPResponse. */
export interface BasicOcspResponse {
  /** DER of ResponseData: the bytes the signature covers. */
  readonly tbsResponseData: Uint8Array
  readonly responderId: ResponderId
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  readonly extensions: readonly Extension[]
  readonly signatureAlgorithm: SignatureAlgorithm
  readonly signatureValue: Uint8Array
  /** Certificates sent along: untrusted. */
  readonly certificates: readonly Certificate[]
}

/** A response as read: an answer, or a status without one (RFC 6960 §4.2.1). Nothing in it has been verified. */
export type OcspResponse =
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly status: Exclude<OcspResponseStatus, 'successful'>; readonly basic: undefined }

/** Bounds on what a response may hold. */
export interface OcspLimits {
  /** Bytes of one response. */
  readonly responseSize: number
  readonly singleResponses: number
  readonly certificates: number
}

/** The limits where none are set. */
export const defaultOcspLimits: OcspLimits = {
  // Responses are 0.5 to 4 kB; ones with ML-DSA signatures and a chain stay below 64 kB. Room for lists of singles.
  responseSize: 1024 * 1024,
  // RFC 5019 §2.2.1 answers one; pre-produced lists are of hundreds at the most.
  singleResponses: 1000,
  // The responder's, and its chain.
  certificates: 16,
}

/**
 * Reads an OCSPResponse of DER. Nothing in it has been verified.
 * @throws ParseError where it is malformed, of another type than id-pkix-ocsp-basic, or beyond a limit
 * @throws TypeError where a limit is not an integer from 0 on
 */
export function parseOcspResponse(der: Uint8Array, limits?: Partial<OcspLimits>): OcspResponse {
  const bounds = resolveIntegers('limits', defaultOcspLimits, limits)
  const bytes = plainBytes(der)
  if (bytes.length > bounds.responseSize) {
    failLimit('OCSPResponse', 0, bounds.responseSize, 'bytes', 'responseSize')
  }
  const reader = new DerReader(bytes, 'OCSPResponse', 0, bytes.length, 0, defaultReadLimits.derDepth)
  const outerEnd = reader.enter(tags.SEQUENCE)
  const code = reader.readUnsigned(responseStatuses.length - 1, tags.ENUMERATED)
  const status = responseStatuses[code]
  if (status === undefined) {
    return reader.fail('integer-out-of-range', reader.contentStart, 'a status of RFC 6960 §4.2.1', `${code}`)
  }
  if (status !== 'successful') {
    // "… If the value of responseStatus is one of the error conditions, the responseBytes field is not set."
    reader.leave(outerEnd)
    reader.finish()
    return { status, basic: undefined }
  }
  const basic = readResponseBytes(reader, bounds)
  reader.leave(outerEnd)
  reader.finish()
  return { status, basic }
}

function readResponseBytes(reader: DerReader, limits: OcspLimits): BasicOcspResponse {
  const explicitEnd = reader.enter(contextConstructed(0))
  const outerEnd = reader.enter(tags.SEQUENCE)
  const start = reader.position
  const { oid: type } = readIdentifier(reader)
  if (type !== ocspIdentifiers.basic) {
    reader.fail('unsupported-content-type', start, `id-pkix-ocsp-basic (${ocspIdentifiers.basic})`, type)
  }
  reader.skip(tags.OCTET_STRING)
  const basic = readBasicResponse(reader.part(reader.contentStart, reader.position, 'BasicOCSPResponse'), limits)
  reader.leave(outerEnd)
  reader.leave(explicitEnd)
  return basic
}

function readBasicResponse(reader: DerReader, limits: OcspLimits): BasicOcspResponse {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const start = reader.position
  const { responderId, producedAt, responses, extensions } = readResponseData(reader, limits)
  const tbsResponseData = reader.bytes.subarray(start, reader.position)
  reader.where = 'BasicOCSPResponse.signatureAlgorithm'
  const signatureAlgorithm = readSignatureAlgorithm(reader)
  reader.where = 'BasicOCSPResponse.signature'
  reader.skipWholeBitString('signature')
  const signatureValue = reader.bytes.subarray(reader.contentStart, reader.position)
  reader.where = 'BasicOCSPResponse.certs'
  const certificates = readCertificates(reader, limits)
  reader.leave(outerEnd)
  reader.finish()
  return {
    tbsResponseData,
    responderId,
    producedAt,
    responses,
    extensions,
    signatureAlgorithm,
    signatureValue,
    certificates,
  }
}

function readCertificates(reader: DerReader, limits: OcspLimits): readonly Certificate[] {
  if (reader.peek() !== contextConstructed(0)) return []
  const certificates: Certificate[] = []
  const explicitEnd = reader.enter(contextConstructed(0))
  const outerEnd = reader.enter(tags.SEQUENCE)
  while (!reader.atEnd()) {
    if (certificates.length >= limits.certificates) {
      failLimit(reader.where, reader.position, limits.certificates, 'certificates', 'certificates')
    }
    const start = reader.position
    reader.skip(tags.SEQUENCE)
    certificates.push(new Certificate(reader.bytes, start, reader.position, defaultReadLimits))
  }
  reader.leave(outerEnd)
  reader.leave(explicitEnd)
  return certificates
}

type ResponseData = Pick<BasicOcspResponse, 'responderId' | 'producedAt' | 'responses' | 'extensions'>

function readResponseData(reader: DerReader, limits: OcspLimits): ResponseData {
  reader.where = 'ResponseData'
  const outerEnd = reader.enter(tags.SEQUENCE)
  if (reader.peek() === contextConstructed(0)) {
    // v1 is the default, which DER leaves out, and the only version.
    reader.fail('invalid-version', reader.position, 'version 1, left out', 'a version')
  }
  const responderId = readResponderId(reader)
  const producedAt = readDate(reader)
  const responses: SingleResponse[] = []
  reader.where = 'ResponseData.responses'
  const listEnd = reader.enter(tags.SEQUENCE)
  while (!reader.atEnd()) {
    if (responses.length >= limits.singleResponses) {
      failLimit(reader.where, reader.position, limits.singleResponses, 'responses', 'singleResponses')
    }
    responses.push(readSingleResponse(reader))
  }
  reader.leave(listEnd)
  reader.where = 'ResponseData.responseExtensions'
  const extensions = readOptionalExtensions(reader, contextConstructed(1), defaultReadLimits.extensionCount)
  reader.leave(outerEnd)
  return { responderId, producedAt, responses, extensions }
}

function readResponderId(reader: DerReader): ResponderId {
  const tag = reader.peek()
  if (tag !== contextConstructed(1) && tag !== contextConstructed(2)) {
    reader.failTag('a ResponderID, [1] or [2]')
  }
  const outerEnd = reader.enter(tag)
  let id: ResponderId
  if (tag === contextConstructed(1)) {
    const start = reader.position
    skipName(reader)
    id = { type: 'byName', name: new Name(reader.bytes, start, reader.position) }
  } else {
    const keyHash = reader.readContent(tags.OCTET_STRING)
    if (keyHash.length !== 20) {
      reader.fail('invalid-extension', reader.contentStart, 'a SHA-1 hash of 20 bytes', `${keyHash.length} bytes`)
    }
    id = { type: 'byKey', keyHash }
  }
  reader.leave(outerEnd)
  return id
}

const readDate = (reader: DerReader): Date => new Date(reader.readTime(tags.GENERALIZED_TIME))

function readSingleResponse(reader: DerReader): SingleResponse {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const certId = readCertId(reader)
  const certStatus = readCertStatus(reader)
  const thisUpdate = readDate(reader)
  let nextUpdate: Date | undefined
  if (reader.peek() === contextConstructed(0)) {
    const explicitEnd = reader.enter(contextConstructed(0))
    nextUpdate = readDate(reader)
    reader.leave(explicitEnd)
  }
  const extensions = readOptionalExtensions(reader, contextConstructed(1), defaultReadLimits.extensionCount)
  reader.leave(outerEnd)
  return { certId, certStatus, thisUpdate, nextUpdate, extensions }
}

function readCertStatus(reader: DerReader): OcspCertStatus {
  switch (reader.peek()) {
    case context(0):
      readImplicitNull(reader, context(0))
      return { status: 'good' }
    case contextConstructed(1): {
      const outerEnd = reader.enter(contextConstructed(1))
      const revokedAt = readDate(reader)
      let reason: RevocationReason = 'unspecified'
      if (reader.peek() === contextConstructed(0)) {
        const explicitEnd = reader.enter(contextConstructed(0))
        reason = readReasonCode(reader)
        reader.leave(explicitEnd)
      }
      reader.leave(outerEnd)
      return { status: 'revoked', revokedAt, reason }
    }
    case context(2):
      readImplicitNull(reader, context(2))
      return { status: 'unknown' }
    default:
      return reader.failTag('a CertStatus, [0], [1] or [2]')
  }
}

function readImplicitNull(reader: DerReader, tag: number): void {
  const length = reader.readContent(tag).length
  if (length > 0) reader.fail('invalid-null', reader.contentStart, 'a NULL without content', `${length} bytes`)
}

/** The nonce of a response: the content of its OCTET STRING; the bytes as they stand where it is none (RFC 2560 responders). */
export function nonceOf({ extensions }: BasicOcspResponse): Uint8Array | undefined {
  const extension = extensions.find(({ oid }) => oid === ocspIdentifiers.nonce)
  if (extension === undefined) return undefined
  const reader = new DerReader(extension.bytes, 'nonce')
  const readNonce = (): Uint8Array => {
    const nonce = reader.readContent(tags.OCTET_STRING)
    reader.finish()
    return nonce
  }
  return readOr(readNonce, () => extension.bytes)
}

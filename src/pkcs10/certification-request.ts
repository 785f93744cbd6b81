// CertificationRequest (PKCS#10, RFC 2986): a view on its own bytes, checked in full when parsed, decoded when asked.

import type { Der } from '../base/brands.js'
import { plainBytes } from '../base/bytes.js'
import { checkSize, type ReadLimits, resolveReadLimits } from '../base/limits.js'
import { DerReader } from '../der/reader.js'
import { checkSetOrder } from '../der/set-order.js'
import { contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { skipAlgorithmIdentifier } from '../x509/algorithm-identifier.js'
import { type Extension, findExtension, readExtensions, skipExtensions } from '../x509/extension.js'
import type { ExtensionName, ExtensionValues } from '../x509/extension-table.js'
import { type DirectoryAttribute, readDirectoryAttribute } from '../x509/extensions/other.js'
import { Name, skipName } from '../x509/name.js'
import { identifierName } from '../x509/object-identifiers.js'
import { inspectable, orError, type Plain, toPlain } from '../x509/plain.js'
import { skipSubjectPublicKeyInfo, SubjectPublicKeyInfo } from '../x509/public-key.js'
import { readSignatureAlgorithm, type SignatureAlgorithm } from '../x509/signature-algorithm.js'
import { readText } from '../x509/string-types.js'

/** One attribute of a request: its OID and values, DER each. */
export type RequestAttribute = DirectoryAttribute

const WHERE = 'CertificationRequest'

/**
 * A certificate signing request whose structure has been checked in full. Its signature, the proof that the requester
 * holds the key, has NOT been verified. Make one with {@link parseCertificationRequest}.
 */
export class CertificationRequest {
  /** The request's DER. A view: not copied. */
  readonly der: Der<'CertificationRequest'>
  /** DER of certificationRequestInfo: the bytes the signature covers. */
  readonly certificationRequestInfo: Der<'CertificationRequestInfo'>
  readonly subject: Name
  readonly publicKey: SubjectPublicKeyInfo
  /** Every attribute in encoded order. */
  readonly attributes: readonly RequestAttribute[]
  /**
   * The extensions asked for, from the extensionRequest attribute or Microsoft's form of it; empty where there is
   * none. A certification authority may grant, change or ignore them.
   */
  readonly extensions: readonly Extension[]
  /** The challengePassword attribute's text (RFC 2985 §5.4.1), or undefined. A secret: do not show or log it. */
  readonly challengePassword: string | undefined
  /** Content of the signature's BIT STRING. Not verified. */
  readonly signatureValue: Uint8Array

  private readonly signatureAlgorithmStart: number
  private cachedSignatureAlgorithm: SignatureAlgorithm | undefined

  /** @internal Use {@link parseCertificationRequest}. */
  constructor(bytes: Uint8Array, start: number, end: number, limits: ReadLimits) {
    checkSize(end - start, WHERE, limits)
    const reader = new DerReader(bytes, WHERE, start, end, start, limits.derDepth, end)
    const fileEnd = reader.enter(tags.SEQUENCE)
    const infoStart = reader.position
    const infoEnd = reader.enter(tags.SEQUENCE)
    // RFC 2986 §4.1: version "shall be 0 for this version of the standard".
    reader.where = `${WHERE}.version`
    const version = reader.readUnsigned()
    if (version !== 0) reader.fail('invalid-version', reader.contentStart, 'v1 (0)', String(version))
    reader.where = `${WHERE}.subject`
    const subjectStart = reader.position
    skipName(reader)
    this.subject = new Name(bytes, subjectStart, reader.position)
    reader.where = `${WHERE}.subjectPublicKeyInfo`
    const keyStart = reader.position
    skipSubjectPublicKeyInfo(reader)
    this.publicKey = new SubjectPublicKeyInfo(bytes, keyStart, reader.position, start)
    reader.where = `${WHERE}.attributes`
    this.attributes = readAttributes(reader)
    reader.leave(infoEnd)
    this.certificationRequestInfo = bytes.subarray(infoStart, reader.position) as Der<'CertificationRequestInfo'>
    reader.where = `${WHERE}.signature`
    this.signatureAlgorithmStart = reader.position - start
    skipAlgorithmIdentifier(reader)
    reader.skipWholeBitString('signature')
    this.signatureValue = bytes.subarray(reader.contentStart, reader.position)
    reader.leave(fileEnd)
    reader.finish()
    this.der = bytes.subarray(start, end) as Der<'CertificationRequest'>
    reader.where = `${WHERE}.attributes`
    this.extensions = requestedExtensions(reader, this.attributes, limits)
    this.challengePassword = challengePassword(reader, this.attributes)
  }

  /**
   * The signature algorithm with decoded parameters.
   * @throws ParseError (`invalid-algorithm-parameters`) where the parameters break the algorithm's definition
   */
  get signatureAlgorithm(): SignatureAlgorithm {
    return (this.cachedSignatureAlgorithm ??= readSignatureAlgorithm(
      new DerReader(this.der, `${WHERE}.signatureAlgorithm`, this.signatureAlgorithmStart, this.der.length, 0),
    ))
  }

  /** One requested extension by registered name, typed, or by OID; undefined where it is not asked for. */
  extension<N extends ExtensionName>(name: N): Extension<ExtensionValues[N]> | undefined
  extension(oid: string): Extension | undefined
  extension(nameOrOid: string): Extension | undefined {
    return findExtension(this.extensions, nameOrOid)
  }

  /** Everything the request says as plain data, but for the challenge password, a secret, of which it says only that. */
  toJSON(): Plain {
    return toPlain({
      subject: this.subject,
      publicKey: this.publicKey,
      signatureAlgorithm: orError(() => this.signatureAlgorithm),
      attributes: this.attributes.map(({ type }) => identifierName(type)),
      hasChallengePassword: this.challengePassword !== undefined,
      extensions: this.extensions,
    })
  }

  /** What `console.log` prints in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    const { subject, extensions } = this
    return inspectable('CertificationRequest', {
      subject: subject.toString(),
      extensions: extensions.map(({ name, oid }) => name ?? oid),
    })
  }
}

/** Reads `attributes [0] IMPLICIT SET OF Attribute`: in DER order, no type twice (RFC 2986 §4.1, X.501 §8.2). */
function readAttributes(reader: DerReader): readonly RequestAttribute[] {
  // RFC 2986 makes the field mandatory, and OpenSSL before 1.0 left it out where it would be empty; both are read.
  if (reader.atEnd()) return []
  const outerEnd = reader.enter(contextConstructed(0))
  const attributes: RequestAttribute[] = []
  const seen = new Set<string>()
  let previous = -1
  while (!reader.atEnd()) {
    const start = reader.position
    const attribute = readDirectoryAttribute(reader)
    if (seen.has(attribute.type)) {
      const found = `${identifierName(attribute.type)} again`
      reader.fail('duplicate-attribute', start, 'each attribute once', found)
    }
    if (previous >= 0) checkSetOrder(reader, previous, start)
    seen.add(attribute.type)
    attributes.push(attribute)
    previous = start
  }
  reader.leave(outerEnd)
  return attributes
}

/** A reader over the single value of an attribute, keeping offsets into the request. */
function singleValue(reader: DerReader, { type, values }: RequestAttribute): DerReader {
  const [value] = values
  if (value === undefined || values.length !== 1) {
    const found = `${values.length} values of ${identifierName(type)}`
    return reader.fail('invalid-extension', reader.position, 'one value', found)
  }
  const start = value.byteOffset - reader.bytes.byteOffset
  return reader.part(start, start + value.length)
}

const EXTENSION_REQUESTS: readonly string[] = ['extensionRequest', 'microsoftExtensionRequest']

function requestedExtensions(
  reader: DerReader,
  attributes: readonly RequestAttribute[],
  limits: ReadLimits,
): readonly Extension[] {
  const isExtensionRequest = ({ type }: RequestAttribute): boolean => EXTENSION_REQUESTS.includes(identifierName(type))
  const [attribute, second] = attributes.filter(isExtensionRequest)
  if (attribute === undefined) return []
  // Two lists could ask for two different things; which one a CA would read is anyone's guess.
  if (second !== undefined) {
    reader.fail('duplicate-attribute', reader.position, 'one list of extensions', "PKCS#9's and Microsoft's")
  }
  skipExtensions(singleValue(reader, attribute), limits.extensionCount)
  return readExtensions(singleValue(reader, attribute))
}

function challengePassword(reader: DerReader, attributes: readonly RequestAttribute[]): string | undefined {
  const attribute = attributes.find(({ type }) => identifierName(type) === 'challengePassword')
  if (attribute === undefined) return undefined
  return readText(singleValue(reader, attribute))
}

/**
 * Reads one PKCS#10 certificate signing request from strict DER, all of it checked.
 *
 * @param der exactly one request. It is not copied: do not change it afterwards.
 * @throws ParseError with a code, the field and the byte offset; TypeError when `der` is no Uint8Array
 */
export function parseCertificationRequest(der: Uint8Array, limits?: Partial<ReadLimits>): CertificationRequest {
  const bytes = plainBytes(der)
  return new CertificationRequest(bytes, 0, bytes.length, resolveReadLimits(limits))
}

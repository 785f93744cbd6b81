// Certificate (RFC 5280 §4.1): a view on its own bytes. The constructor checks the whole structure in one pass and
// keeps offsets only; names, key and extensions decode when asked and are then kept.

import type { Der } from '../base/brands.js'
import { equalRanges, plainBytes, toHex } from '../base/bytes.js'
import type { ParseError } from '../base/errors.js'
import { checkSize, type ReadLimits, resolveReadLimits } from '../base/limits.js'
import { DerReader } from '../der/reader.js'
import { context } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { GENERALIZED_FROM, timeOf } from '../der/time.js'
import { skipAlgorithmIdentifier, skipRepeatedAlgorithm } from './algorithm-identifier.js'
import { readVersion, skipExtensionsField, skipUniqueIdentifiers } from './certificate-fields.js'
import { type Extension, findExtension, readExtensions } from './extension.js'
import type { ExtensionName, ExtensionValues } from './extension-table.js'
import { Name, skipName } from './name.js'
import { inspectable, orError, type Plain, toPlain } from './plain.js'
import { skipSubjectPublicKeyInfo, SubjectPublicKeyInfo } from './public-key.js'
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.js'
import { valueOf } from './value-of.js'

/** Hash functions {@link Certificate.fingerprint} offers. */
export type FingerprintHash = 'sha-1' | 'sha-256' | 'sha-384' | 'sha-512'

/** Both times, in milliseconds since 1970, and whether one is before 2050 and yet a GeneralizedTime. */
type Validity = readonly [notBefore: number, notAfter: number, hasEarlyGeneralizedTime: boolean]

/** What has been decoded so far. Apart from the certificate, so that one of a bundle nobody looks at stays small. */
class Decoded {
  der: Uint8Array | undefined
  issuer: Name | undefined
  subject: Name | undefined
  publicKey: SubjectPublicKeyInfo | undefined
  extensions: readonly Extension[] | undefined
  signatureAlgorithm: SignatureAlgorithm | undefined
  validity: Validity | undefined
}

/**
 * An X.509 certificate whose structure has been checked in full. That it parses says nothing about trust: no signature,
 * date or usage has been judged. Make one with {@link parseCertificate}; it stays valid as long as its bytes are not
 * changed.
 */
export class Certificate {
  /** 1, 2 or 3. */
  readonly version: 1 | 2 | 3
  // Offsets into `bytes`. Each field ends where the next begins, so one offset a field is enough.
  private readonly tbsStart: number
  private readonly serialStart: number
  private readonly signatureAlgorithmStart: number
  private readonly issuerStart: number
  private readonly issuerEnd: number
  private readonly subjectStart: number
  private readonly publicKeyStart: number
  private readonly publicKeyEnd: number
  private readonly extensionsStart: number
  private readonly tbsEnd: number
  private readonly signatureStart: number

  private cache: Decoded | undefined

  /**
   * @internal What a layer above has worked out from the certificate, and keeps as long as the certificate lives. A
   * property and no WeakMap: thousands of entries in one of those take longer to collect than certificates to read.
   */
  derived?: unknown

  /** @internal Use {@link parseCertificate}. Reads the certificate that fills `start` … `end` of `bytes`. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly start: number,
    private readonly end: number,
    limits: ReadLimits,
  ) {
    checkSize(end - start, 'Certificate', limits)
    const reader = new DerReader(bytes, 'Certificate', start, end, start, limits.derDepth, end)
    const fileEnd = reader.enter(tags.SEQUENCE)
    this.tbsStart = reader.position
    const certificateEnd = reader.enter(tags.SEQUENCE)

    reader.where = 'Certificate.version'
    this.version = readVersion(reader)
    reader.where = 'Certificate.serialNumber'
    reader.skipInteger()
    this.serialStart = reader.contentStart
    this.signatureAlgorithmStart = reader.position
    reader.where = 'Certificate.signature'
    skipAlgorithmIdentifier(reader)
    this.issuerStart = reader.position
    reader.where = 'Certificate.issuer'
    skipName(reader)
    this.issuerEnd = reader.position

    reader.where = 'Certificate.validity'
    const validityEnd = reader.enter(tags.SEQUENCE)
    reader.skipTime()
    reader.skipTime()
    reader.leave(validityEnd)

    this.subjectStart = reader.position
    reader.where = 'Certificate.subject'
    // A self-issued certificate's subject is the bytes just checked: comparing them is cheaper than checking again.
    if (!reader.skipRepeated(this.issuerStart, this.issuerEnd)) skipName(reader)
    this.publicKeyStart = reader.position
    reader.where = 'Certificate.subjectPublicKeyInfo'
    skipSubjectPublicKeyInfo(reader)
    this.publicKeyEnd = reader.position
    skipUniqueIdentifiers(reader, this.version)
    reader.where = 'Certificate.extensions'
    this.extensionsStart = skipExtensionsField(reader, this.version, limits.extensionCount)
    reader.leave(certificateEnd)
    this.tbsEnd = reader.position

    reader.where = 'Certificate.signatureAlgorithm'
    skipRepeatedAlgorithm(reader, this.signatureAlgorithmStart, this.issuerStart, 'tbsCertificate.signature')
    reader.where = 'Certificate.signatureValue'
    reader.skipWholeBitString('signature')
    this.signatureStart = reader.contentStart
    reader.leave(fileEnd)
    reader.finish()
  }

  /** The certificate's DER. A view: not copied. */
  get der(): Der<'Certificate'> {
    return (this.decoded.der ??= this.bytes.subarray(this.start, this.end)) as Der<'Certificate'>
  }

  /** DER of tbsCertificate: the bytes the signature covers. */
  get tbsCertificate(): Der<'TBSCertificate'> {
    return this.bytes.subarray(this.tbsStart, this.tbsEnd) as Der<'TBSCertificate'>
  }

  /** Content of the signature's BIT STRING. Not verified. */
  get signatureValue(): Uint8Array {
    return this.bytes.subarray(this.signatureStart, this.end)
  }

  /** The serial number's INTEGER content octets: two's complement, big-endian, at least one byte. */
  get serialNumberBytes(): Uint8Array {
    return this.bytes.subarray(this.serialStart, this.signatureAlgorithmStart)
  }

  /** The serial number as upper-case hex of its bytes: `0A3F…`, `-01` for a negative one, without a sign byte. */
  get serialNumber(): string {
    return formatSerialNumber(this.serialNumberBytes)
  }

  /**
   * The signature algorithm with decoded parameters.
   * @throws ParseError (`invalid-algorithm-parameters`) where the parameters break the algorithm's definition
   */
  get signatureAlgorithm(): SignatureAlgorithm {
    return (this.decoded.signatureAlgorithm ??= readSignatureAlgorithm(this.reader(this.tbsEnd, this.end)))
  }

  get issuer(): Name {
    return (this.decoded.issuer ??= new Name(this.bytes, this.issuerStart, this.issuerEnd))
  }

  get subject(): Name {
    return (this.decoded.subject ??= new Name(this.bytes, this.subjectStart, this.publicKeyStart))
  }

  /** First second of validity. */
  get notBefore(): Date {
    return new Date(this.notBeforeTime)
  }

  /** Last second of validity. */
  get notAfter(): Date {
    return new Date(this.notAfterTime)
  }

  /** First second of validity in milliseconds since 1970. */
  get notBeforeTime(): number {
    return this.validity[0]
  }

  /** Last second of validity in milliseconds since 1970. */
  get notAfterTime(): number {
    return this.validity[1]
  }

  /**
   * Whether a date before 2050 is written as GeneralizedTime. RFC 5280 §4.1.2.5 forbids CAs to do so and obliges
   * readers to accept it: a deviation of the issuer, for a validator's profile to judge.
   */
  get hasEarlyGeneralizedTime(): boolean {
    return this.validity[2]
  }

  get publicKey(): SubjectPublicKeyInfo {
    const { bytes, publicKeyStart, publicKeyEnd, start } = this
    return (this.decoded.publicKey ??= new SubjectPublicKeyInfo(bytes, publicKeyStart, publicKeyEnd, start))
  }

  /** issuerUniqueID's bits (versions 2 and 3), or undefined. RFC 5280 §4.1.2.8 asks CAs not to write it. */
  get issuerUniqueID(): Uint8Array | undefined {
    return this.uniqueIdentifier(context(1))
  }

  /** subjectUniqueID's bits (versions 2 and 3), or undefined. */
  get subjectUniqueID(): Uint8Array | undefined {
    return this.uniqueIdentifier(context(2))
  }

  /** Every extension in encoded order; empty where there are none. */
  get extensions(): readonly Extension[] {
    const { extensionsStart, tbsEnd } = this
    if (extensionsStart < 0) return []
    return (this.decoded.extensions ??= readExtensions(this.reader(extensionsStart, tbsEnd)))
  }

  /** One extension by registered name, typed, or by OID; undefined where it is absent. */
  extension<N extends ExtensionName>(name: N): Extension<ExtensionValues[N]> | undefined
  extension(oid: string): Extension | undefined
  extension(nameOrOid: string): Extension | undefined {
    return findExtension(this.extensions, nameOrOid)
  }

  /**
   * Errors of all extensions this library decodes whose values are malformed; empty when every one of them decodes.
   * Extensions it does not decode have no errors: whether they may be ignored is a question of `critical`.
   */
  get extensionErrors(): readonly ParseError[] {
    return this.extensions.flatMap(({ error }) => error ?? [])
  }

  // The extensions asked for most. Each is undefined where absent, and throws ParseError where malformed.

  /** @throws ParseError where the extension is malformed */
  get basicConstraints(): ExtensionValues['basicConstraints'] | undefined {
    return this.extension('basicConstraints')?.value
  }

  /** @throws ParseError where the extension is malformed */
  get keyUsage(): ExtensionValues['keyUsage'] | undefined {
    return this.extension('keyUsage')?.value
  }

  /** @throws ParseError where the extension is malformed */
  get extendedKeyUsage(): ExtensionValues['extendedKeyUsage'] | undefined {
    return this.extension('extendedKeyUsage')?.value
  }

  /** @throws ParseError where the extension is malformed */
  get subjectAltName(): ExtensionValues['subjectAltName'] | undefined {
    return this.extension('subjectAltName')?.value
  }

  /** @throws ParseError where the extension is malformed */
  get subjectKeyIdentifier(): ExtensionValues['subjectKeyIdentifier'] | undefined {
    return this.extension('subjectKeyIdentifier')?.value
  }

  /** @throws ParseError where the extension is malformed */
  get authorityKeyIdentifier(): ExtensionValues['authorityKeyIdentifier'] | undefined {
    return this.extension('authorityKeyIdentifier')?.value
  }

  /** Whether subject and issuer are the same name (RFC 5280 §6.1). Says nothing about who signed. */
  get isSelfIssued(): boolean {
    return this.subject.equals(this.issuer)
  }

  /**
   * Whether the certificate looks self-signed: self-issued, and its key identifiers, where both are present, agree.
   * The signature is NOT verified; anyone can make a certificate for which this is true.
   */
  get isSelfSigned(): boolean {
    if (!this.isSelfIssued) return false
    const subjectKey = valueOf(this.extension('subjectKeyIdentifier'))
    const authorityKey = valueOf(this.extension('authorityKeyIdentifier'))?.keyIdentifier
    return subjectKey === undefined || authorityKey === undefined || toHex(subjectKey) === toHex(authorityKey)
  }

  /**
   * Hash over the whole DER, as lower-case hex without separators. Computed by the runtime's Web Crypto, which browsers
   * offer to secure pages only.
   */
  async fingerprint(hash: FingerprintHash = 'sha-256'): Promise<string> {
    // A copy, since Web Crypto takes no views on shared memory.
    return toHex(new Uint8Array(await crypto.subtle.digest(hash, new Uint8Array(this.der))))
  }

  /** Whether `other` is the same certificate, byte for byte. */
  equals(other: Certificate): boolean {
    const length = this.end - this.start
    return length === other.end - other.start && equalRanges(this.bytes, this.start, other.bytes, other.start, length)
  }

  /** Everything the certificate says as plain data: bytes as hex, times as ISO 8601, malformed values as their error. */
  toJSON(): Plain {
    return toPlain({
      version: this.version,
      serialNumber: this.serialNumber,
      signatureAlgorithm: orError(() => this.signatureAlgorithm),
      issuer: this.issuer,
      notBefore: this.notBefore,
      notAfter: this.notAfter,
      subject: this.subject,
      publicKey: this.publicKey,
      issuerUniqueID: this.issuerUniqueID,
      subjectUniqueID: this.subjectUniqueID,
      extensions: this.extensions,
    })
  }

  /** What `console.log` prints in Node, Deno and Bun: the facts that tell certificates apart. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    const { subject, issuer, serialNumber, notBefore, notAfter } = this
    return inspectable('Certificate', {
      subject: subject.toString(),
      issuer: issuer.toString(),
      serialNumber,
      notBefore,
      notAfter,
    })
  }

  private reader(start: number, end: number): DerReader {
    return new DerReader(this.bytes, 'Certificate', start, end, this.start)
  }

  private get decoded(): Decoded {
    return (this.cache ??= new Decoded())
  }

  /** @internal */
  get validity(): Validity {
    return (this.decoded.validity ??= readValidity(this.reader(this.issuerEnd, this.subjectStart)))
  }

  private uniqueIdentifier(tag: number): Uint8Array | undefined {
    const reader = this.reader(this.publicKeyEnd, this.tbsEnd)
    while (!reader.atEnd() && reader.peek() < tag) reader.skip(reader.peek())
    if (reader.peek() !== tag) return undefined
    reader.skipBitString(tag)
    return this.bytes.subarray(reader.contentStart, reader.position)
  }
}

/** Reads times the parser has accepted. */
function readValidity(reader: DerReader): Validity {
  let hasEarly = false
  const read = (): number => {
    const tag = reader.peek()
    reader.skip(tag)
    const time = timeOf(reader.bytes, reader.contentStart, reader.position, tag)
    hasEarly ||= tag === tags.GENERALIZED_TIME && time < GENERALIZED_FROM
    return time
  }
  reader.enter(tags.SEQUENCE)
  return [read(), read(), hasEarly]
}

/** Upper-case hex of an INTEGER's content octets, as OpenSSL and Node print serial numbers. */
export function formatSerialNumber(content: Uint8Array): string {
  if ((content[0] ?? 0) >= 0x80) {
    const magnitude = -BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`))
    const text = magnitude.toString(16).toUpperCase()
    return `-${text.length % 2 === 0 ? text : `0${text}`}`
  }
  const text = toHex(content).toUpperCase()
  return content.length > 1 && content[0] === 0 ? text.slice(2) : text
}

/**
 * Reads one certificate from strict DER. The structure is checked in full: version rules, serial number, both algorithm
 * identifiers, names, times, key, unique identifiers and the frame of every extension. Values of extensions and the
 * public key's numbers decode on first use; {@link Certificate.extensionErrors} asks about all extensions at once.
 *
 * @param der exactly one certificate. It is not copied: do not change it afterwards.
 * @throws ParseError with a code, the field and the byte offset; TypeError when `der` is no Uint8Array
 * @example
 * const certificate = parseCertificate(await readFile('server.der'))
 * console.log(certificate.subject.toString(), certificate.notAfter)
 */
export function parseCertificate(der: Uint8Array, limits?: Partial<ReadLimits>): Certificate {
  const bytes = plainBytes(der)
  return new Certificate(bytes, 0, bytes.length, resolveReadLimits(limits))
}

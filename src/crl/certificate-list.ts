// CertificateList (RFC 5280 §5): a view on its own bytes, like Certificate. One linear pass checks everything; entries
// become objects only when asked for, through an index of offsets that the first lookup builds.

import type { Der } from '../base/brands.js'
import { equalRanges, plainBytes } from '../base/bytes.js'
import { failLimit, type ParseError, readOr } from '../base/errors.js'
import { checkSize, type ReadLimits, resolveReadLimits } from '../base/limits.js'
import { DerReader } from '../der/reader.js'
import { contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { skipAlgorithmIdentifier, skipRepeatedAlgorithm } from '../x509/algorithm-identifier.js'
import {
  type Extension,
  findExtension,
  readExtensions,
  readOptionalExtensions,
  skipExtensions,
} from '../x509/extension.js'
import { Name, skipName } from '../x509/name.js'
import { inspectable, orError, type Plain, toPlain } from '../x509/plain.js'
import { readSignatureAlgorithm, type SignatureAlgorithm } from '../x509/signature-algorithm.js'
import type { DistributionPoint, ExtensionValues, GeneralName } from '../x509/index.js'
import { hasCritical, unusableExtension } from './critical-extensions.js'
import {
  crlIdentifiers,
  type IssuingDistributionPoint,
  readCertificateIssuer,
  readCrlNumber,
  readInvalidityDate,
  readIssuingDistributionPoint,
  readReasonCode,
} from './crl-extensions.js'
import type { RevokedCertificate } from './revoked-certificate.js'

/**
 * Entries by the hashes of their serial numbers. Those of one hash are chained: each adds one step to building the index,
 * even where somebody has chosen serial numbers that hash alike.
 */
interface SerialIndex {
  /** By hash, where in `links` the chain starts; 0 where there is none. */
  readonly heads: Int32Array
  /** Of each entry its offset and, behind it, where its chain goes on. */
  readonly links: Int32Array
}

/** Where an indirect CRL changes the authority its entries speak of. */
interface IssuerChange {
  readonly offset: number
  readonly names: readonly GeneralName[]
}

/**
 * A certificate revocation list whose structure has been checked in full. That it parses says nothing about trust: its
 * signature, its dates and its scope have not been judged. Make one with {@link parseCertificateList}.
 */
export class CertificateList {
  readonly version: 1 | 2
  /** How many entries there are. */
  readonly entryCount: number
  readonly issuer: Name
  readonly extensions: readonly Extension[]
  readonly thisUpdate: Date
  /** Undefined where the list does not say, which RFC 5280 §5.1.2.5 forbids. */
  readonly nextUpdate: Date | undefined
  /**
   * Why the list must not be used to find a status: a critical extension nobody here processes, on the list or an entry
   * (RFC 5280 §5.2, §5.3), an extension or a signature algorithm that is malformed. Undefined where there is nothing.
   */
  readonly unusable: string | undefined

  private readonly tbsStart: number
  private readonly tbsEnd: number
  private readonly entriesStart: number
  private readonly entriesEnd: number
  private readonly signatureStart: number
  private index: SerialIndex | undefined
  private changes: readonly IssuerChange[] = []
  private algorithm: SignatureAlgorithm | undefined

  /** @internal Use {@link parseCertificateList}. */
  constructor(
    private readonly bytes: Uint8Array,
    limits: ReadLimits,
  ) {
    const reader = new DerReader(bytes, 'CertificateList', 0, bytes.length, 0, limits.derDepth)
    const fileEnd = reader.enter(tags.SEQUENCE)
    this.tbsStart = reader.position
    const listEnd = reader.enter(tags.SEQUENCE)
    reader.where = 'CertificateList.version'
    this.version = readVersion(reader)
    reader.where = 'CertificateList.signature'
    const algorithmStart = reader.position
    skipAlgorithmIdentifier(reader)
    const issuerStart = reader.position
    reader.where = 'CertificateList.issuer'
    skipName(reader)
    this.issuer = new Name(bytes, issuerStart, reader.position)
    reader.where = 'CertificateList.thisUpdate'
    this.thisUpdate = new Date(reader.readTime())
    reader.where = 'CertificateList.nextUpdate'
    this.nextUpdate = isTimeTag(reader.peek()) ? new Date(reader.readTime()) : undefined

    reader.where = 'CertificateList.revokedCertificates'
    this.entriesStart = this.entriesEnd = reader.position
    let entryCount = 0
    let unusable: string | undefined
    if (reader.peek() === tags.SEQUENCE) {
      const entriesEnd = reader.enter(tags.SEQUENCE)
      this.entriesStart = reader.position
      for (; !reader.atEnd(); entryCount++) unusable = skipEntry(reader, this.version, limits) ?? unusable
      this.entriesEnd = reader.position
      reader.leave(entriesEnd)
    }
    this.entryCount = entryCount

    reader.where = 'CertificateList.crlExtensions'
    this.extensions =
      this.version === 2 ? readOptionalExtensions(reader, contextConstructed(0), limits.extensionCount) : []
    reader.leave(listEnd)
    this.tbsEnd = reader.position
    reader.where = 'CertificateList.signatureAlgorithm'
    skipRepeatedAlgorithm(reader, algorithmStart, issuerStart, 'tbsCertList.signature')
    reader.where = 'CertificateList.signatureValue'
    reader.skipWholeBitString('signature')
    this.signatureStart = reader.contentStart
    reader.leave(fileEnd)
    reader.finish()
    checkSize(bytes.length - this.entriesEnd + this.entriesStart, 'CertificateList without its entries', limits)
    this.unusable = unusable ?? unusableExtension(this.extensions, 'list') ?? this.malformedPart()
  }

  /** The list's DER. A view: not copied. */
  get der(): Der<'CertificateList'> {
    return this.bytes as Der<'CertificateList'>
  }

  /** DER of tbsCertList: the bytes the signature covers. */
  get tbsCertList(): Der<'TBSCertList'> {
    return this.bytes.subarray(this.tbsStart, this.tbsEnd) as Der<'TBSCertList'>
  }

  /** Content of the signature's BIT STRING. Not verified. */
  get signatureValue(): Uint8Array {
    return this.bytes.subarray(this.signatureStart)
  }

  /** @throws ParseError where the parameters break the algorithm's definition */
  get signatureAlgorithm(): SignatureAlgorithm {
    return (this.algorithm ??= readSignatureAlgorithm(
      new DerReader(this.bytes, 'CertificateList.signatureAlgorithm', this.tbsEnd, this.bytes.length, 0),
    ))
  }

  /** @throws ParseError where the extension is malformed */
  get crlNumber(): bigint | undefined {
    return this.decode(crlIdentifiers.cRLNumber, readCrlNumber)
  }

  /** Whether it is a delta CRL, which tells what has changed since another list. Never throws. */
  get isDelta(): boolean {
    return findExtension(this.extensions, crlIdentifiers.deltaCRLIndicator) !== undefined
  }

  /** Number of the list a delta CRL adds to; undefined for a complete CRL. @throws ParseError where malformed */
  get baseCRLNumber(): bigint | undefined {
    return this.decode(crlIdentifiers.deltaCRLIndicator, readCrlNumber)
  }

  /** @throws ParseError where the extension is malformed */
  get issuingDistributionPoint(): IssuingDistributionPoint | undefined {
    return this.decode(crlIdentifiers.issuingDistributionPoint, readIssuingDistributionPoint)
  }

  /** @throws ParseError where the extension is malformed */
  get authorityKeyIdentifier(): ExtensionValues['authorityKeyIdentifier'] | undefined {
    return findExtension(this.extensions, 'authorityKeyIdentifier')?.value
  }

  /** Where delta CRLs to this list are. @throws ParseError where the extension is malformed */
  get freshestCRL(): readonly DistributionPoint[] | undefined {
    return findExtension(this.extensions, 'freshestCRL')?.value
  }

  /**
   * The entries of a serial number, in encoded order; usually none or one. Takes constant time once the first call has
   * gone through the list, but for entries of that serial number and of others chosen to hash alike.
   * @param serialNumberBytes INTEGER content octets, as {@link Certificate.serialNumberBytes} has them
   * @throws ParseError where the entry's extensions are malformed
   */
  revocationsOf(serialNumberBytes: Uint8Array): readonly RevokedCertificate[] {
    return [...this.eachRevocationOf(serialNumberBytes)]
  }

  /**
   * The same one by one, each made when it is reached: a list nobody has verified may hold one serial number a million
   * times.
   * @throws ParseError where the extensions of an entry that is reached are malformed
   */
  *eachRevocationOf(serialNumberBytes: Uint8Array): Generator<RevokedCertificate> {
    const { heads, links } = (this.index ??= this.buildIndex())
    const { length } = serialNumberBytes
    const slot = hashOf(serialNumberBytes, 0, length) & (heads.length - 1)
    for (let link = heads[slot] ?? 0; link > 0; link = links[link] ?? 0) {
      const offset = links[link - 1] ?? 0
      const reader = this.entryReader(offset)
      reader.skipInteger()
      const start = reader.contentStart
      if (reader.position - start === length && equalRanges(this.bytes, start, serialNumberBytes, 0, length)) {
        yield this.readEntry(offset)
      }
    }
  }

  /** All entries, in encoded order, each made when it is reached. @throws ParseError where an entry's extensions are malformed */
  *entries(): Generator<RevokedCertificate> {
    this.index ??= this.buildIndex()
    for (let offset = this.entriesStart; offset < this.entriesEnd;) {
      yield this.readEntry(offset)
      offset = this.entryReader(offset).end
    }
  }

  /** What the list says of itself as plain data, malformed values as their error; of its entries how many there are. */
  toJSON(): Plain {
    return toPlain({
      version: this.version,
      signatureAlgorithm: orError(() => this.signatureAlgorithm),
      issuer: this.issuer,
      thisUpdate: this.thisUpdate,
      nextUpdate: this.nextUpdate,
      crlNumber: orError(() => this.crlNumber),
      baseCRLNumber: orError(() => this.baseCRLNumber),
      issuingDistributionPoint: orError(() => this.issuingDistributionPoint),
      entryCount: this.entryCount,
      extensions: this.extensions,
    })
  }

  /** What `console.log` prints in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return inspectable('CertificateList', this.toJSON())
  }

  private entryReader(offset: number): DerReader {
    const reader = new DerReader(this.bytes, 'CertificateList.revokedCertificates', offset, this.entriesEnd, 0)
    reader.enter(tags.SEQUENCE)
    return reader
  }

  private readEntry(offset: number): RevokedCertificate {
    const reader = this.entryReader(offset)
    reader.skipInteger()
    const serialNumberBytes = this.bytes.subarray(reader.contentStart, reader.position)
    const revocationDate = new Date(reader.readTime())
    const extensions = reader.atEnd() ? [] : readExtensions(reader)
    const invalidityDate = decodeExtension(extensions, crlIdentifiers.invalidityDate, readInvalidityDate)
    return {
      serialNumberBytes,
      revocationDate,
      reason: decodeExtension(extensions, crlIdentifiers.reasonCode, readReasonCode) ?? 'unspecified',
      invalidityDate,
      certificateIssuer: this.issuerAt(offset),
    }
  }

  /** RFC 5280 §5.3.3: an entry without a certificateIssuer speaks of the authority of the entry before it. */
  private issuerAt(offset: number): readonly GeneralName[] | undefined {
    let low = 0
    let high = this.changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.changes[middle]?.offset ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return this.changes[low - 1]?.names
  }

  private buildIndex(): SerialIndex {
    const { bytes, entryCount } = this
    const heads = new Int32Array(2 ** Math.ceil(Math.log2(entryCount + 1)))
    const links = new Int32Array(2 * entryCount)
    const changes: IssuerChange[] = []
    const reader = new DerReader(bytes, 'CertificateList.revokedCertificates', this.entriesStart, this.entriesEnd, 0)
    for (let link = 1; !reader.atEnd(); link += 2) {
      const offset = reader.position
      const outerEnd = reader.enter(tags.SEQUENCE)
      reader.skipInteger()
      links[link - 1] = offset
      links[link] = hashOf(bytes, reader.contentStart, reader.position) & (heads.length - 1)
      reader.skipTime()
      if (!reader.atEnd()) {
        const names = decodeExtension(readExtensions(reader), crlIdentifiers.certificateIssuer, readCertificateIssuer)
        if (names !== undefined) changes.push({ offset, names })
      }
      reader.leave(outerEnd)
    }
    // From the last to the first, so that chains run in encoded order.
    for (let link = links.length - 1; link > 0; link -= 2) {
      const slot = links[link] ?? 0
      links[link] = heads[slot] ?? 0
      heads[slot] = link
    }
    this.changes = changes
    return { heads, links }
  }

  private decode<T>(oid: string, read: (reader: DerReader) => T): T | undefined {
    return decodeExtension(this.extensions, oid, read)
  }

  /** A list whose scope cannot be read covers nobody knows what. */
  private malformedPart(): string | undefined {
    const parts = (): readonly unknown[] => [
      this.crlNumber,
      this.baseCRLNumber,
      this.issuingDistributionPoint,
      this.signatureAlgorithm,
    ]
    const firstFault = (): ParseError | undefined => {
      parts()
      return this.extensions.find(({ error }) => error !== undefined)?.error
    }
    return readOr(firstFault, (error) => error)?.message
  }
}

function decodeExtension<T>(
  extensions: readonly Extension[],
  oid: string,
  read: (reader: DerReader) => T,
): T | undefined {
  const extension = findExtension(extensions, oid)
  if (extension === undefined) return undefined
  const reader = new DerReader(extension.bytes, `CRL extension ${oid}`)
  const value = read(reader)
  reader.finish()
  return value
}

const isTimeTag = (tag: number): boolean => tag === tags.UTC_TIME || tag === tags.GENERALIZED_TIME

function readVersion(reader: DerReader): 1 | 2 {
  // RFC 5280 §5.1.2.1: absent for version 1, 1 for version 2.
  if (reader.peek() !== tags.INTEGER) return 1
  const version = reader.readUnsigned() + 1
  if (version !== 2) reader.fail('invalid-version', reader.contentStart, 'version 2, encoded as 1', `${version - 1}`)
  return 2
}

/** Steps over one entry; says why the list cannot be used, where the entry is the reason. */
function skipEntry(reader: DerReader, version: 1 | 2, limits: ReadLimits): string | undefined {
  const outerEnd = reader.enter(tags.SEQUENCE)
  reader.skipInteger()
  reader.skipTime()
  let unusable: string | undefined
  if (!reader.atEnd()) {
    if (version === 1) reader.fail('unexpected-field', reader.position, 'no extensions in version 1', 'some')
    const start = reader.position
    skipExtensions(reader, limits.extensionCount)
    const end = reader.position
    reader.position = start
    if (hasCritical(reader)) {
      reader.position = start
      unusable = unusableExtension(readExtensions(reader), 'entry')
    }
    reader.position = end
  }
  reader.leave(outerEnd)
  return unusable
}

/** FNV-1a over the bytes, its halves mixed: serial numbers are random, or count up. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  return hash ^ (hash >>> 15)
}

/**
 * Reads one CRL from DER, in one pass over it. Memory stays that of the bytes, whatever the number of entries; the first
 * lookup adds twelve to sixteen bytes an entry.
 * @throws ParseError where it is no DER of a CertificateList, the file is larger than `limits.fileSize`, or all but its
 * entries larger than `limits.certificateSize`
 */
export function parseCertificateList(der: Uint8Array, limits?: Partial<ReadLimits>): CertificateList {
  const bounds = resolveReadLimits(limits)
  const bytes = plainBytes(der)
  if (bytes.length > bounds.fileSize) failLimit('CertificateList', 0, bounds.fileSize, 'bytes', 'fileSize')
  return new CertificateList(bytes, bounds)
}

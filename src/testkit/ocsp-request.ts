// Reads OCSP requests (RFC 6960 §4.1), strictly: what certificates are asked for, and the nonce. Their signatures are
// not verified.

import { DerReader } from '../der/reader.js'
import { readSequenceOf } from '../der/sequence-of.js'
import { contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { defaultReadLimits } from '../base/limits.js'
import { skipAlgorithmIdentifier } from '../x509/algorithm-identifier.js'
import { type Extension, readExtensions, skipExtensions } from '../x509/extension.js'
import { readGeneralName } from '../x509/general-name.js'
import { readIdentifier } from '../x509/object-identifiers.js'
import { oidOf } from './identifiers.js'

/** CertID: a certificate, by hashes of its issuer's name and key and by its serial number (RFC 6960 §4.1.1). */
export interface TestCertId {
  /** DER of the hash's AlgorithmIdentifier. */
  readonly hashAlgorithm: Uint8Array
  /** Dotted decimal of the hash. */
  readonly hashOid: string
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serialNumber: bigint
}

/** What an OCSP request asks. */
export interface TestOcspRequest {
  readonly certIds: readonly TestCertId[]
  /** Content of the nonce extension, undefined where there is none. Usually an OCTET STRING (RFC 9654 §2.1). */
  readonly nonce: Uint8Array | undefined
}

/** The number in INTEGER content octets: two's complement. */
export const integerValue = (content: Uint8Array): bigint =>
  BigInt.asIntN(
    8 * content.length,
    content.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  )

/** Reads an OCSPRequest, DER. @throws ParseError where it is malformed */
export function readOcspRequest(der: Uint8Array): TestOcspRequest {
  const reader = new DerReader(der, 'OCSPRequest')
  const outerEnd = reader.enter(tags.SEQUENCE)
  const requestEnd = reader.enter(tags.SEQUENCE)
  skipVersion(reader)
  inside(reader, 1, () => readGeneralName(reader))
  const certIds = readSequenceOf(reader, readSingleRequest)
  const extensions = inside(reader, 2, () => readCheckedExtensions(reader)) ?? []
  reader.leave(requestEnd)
  inside(reader, 0, () => skipSignature(reader))
  reader.leave(outerEnd)
  reader.finish()
  return { certIds, nonce: extensions.find(({ oid }) => oid === oidOf('ocspNonce'))?.bytes }
}

/** Reads `[number] EXPLICIT` where it is there. */
function inside<T>(reader: DerReader, number: number, read: () => T): T | undefined {
  if (reader.peek() !== contextConstructed(number)) return undefined
  const outerEnd = reader.enter(contextConstructed(number))
  const value = read()
  reader.leave(outerEnd)
  return value
}

/** v1 is the only version, and the default, which DER leaves out (X.690 §11.5). */
function skipVersion(reader: DerReader): void {
  const start = reader.position
  inside(reader, 0, () => {
    const version = reader.readUnsigned()
    if (version === 0) reader.failDefault(start, 'version')
    reader.fail('invalid-version', start, 'v1 (0)', String(version))
  })
}

function readSingleRequest(reader: DerReader): TestCertId {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const certIdEnd = reader.enter(tags.SEQUENCE)
  const start = reader.position
  skipAlgorithmIdentifier(reader)
  const hashAlgorithm = reader.bytes.subarray(start, reader.position)
  const inner = reader.part(start, reader.position)
  inner.enter(tags.SEQUENCE)
  const { oid: hashOid } = readIdentifier(inner)
  const issuerNameHash = reader.readContent(tags.OCTET_STRING)
  const issuerKeyHash = reader.readContent(tags.OCTET_STRING)
  reader.skipInteger()
  const serialNumber = integerValue(reader.bytes.subarray(reader.contentStart, reader.position))
  reader.leave(certIdEnd)
  inside(reader, 0, () => readCheckedExtensions(reader))
  reader.leave(outerEnd)
  return { hashAlgorithm, hashOid, issuerNameHash, issuerKeyHash, serialNumber }
}

function readCheckedExtensions(reader: DerReader): readonly Extension[] {
  const start = reader.position
  skipExtensions(reader, defaultReadLimits.extensionCount)
  return readExtensions(reader.part(start, reader.position))
}

/** Signature ::= SEQUENCE { signatureAlgorithm, signature, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }. */
function skipSignature(reader: DerReader): void {
  const outerEnd = reader.enter(tags.SEQUENCE)
  skipAlgorithmIdentifier(reader)
  reader.skipBitString()
  inside(reader, 0, () => readSequenceOf(reader, () => reader.skip(tags.SEQUENCE)))
  reader.leave(outerEnd)
}

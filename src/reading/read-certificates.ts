// Reads any file a certificate authority, a server or an administrator produced (FMT-1): PEM, DER, PKCS#7.

import type { Der } from '../base/brands.js'
import { plainBytes } from '../base/bytes.js'
import { fail, failLimit, type ParseErrorCode, rethrowFrom } from '../base/errors.js'
import { checkCount, type ReadLimits, resolveReadLimits } from '../base/limits.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { PemScanner, pemText } from '../pem/scanner.js'
import { CertificationRequest } from '../pkcs10/certification-request.js'
import { readCrl, readPkcs7 } from '../pkcs7/read-pkcs7.js'
import { Certificate } from '../x509/certificate.js'
import { recogniseBinary, recogniseLookalike } from './recognise.js'

/** What one block of a file was read as. `other` blocks (public keys, parameters) are stepped over. */
export type BlockKind = 'certificate' | 'trusted-certificate' | 'pkcs7' | 'request' | 'crl' | 'other'

/** One block of a file; a DER file is a single block. */
export interface FileBlock {
  readonly kind: BlockKind
  /** The PEM label as written; undefined for DER. */
  readonly label: string | undefined
  /** Where the block starts in the file: bytes, or for a string UTF-16 code units. */
  readonly offset: number
}

/** Everything a file holds that this library reads. */
export interface CertificateFile {
  /** `pem` for text; else what the bytes are. */
  readonly format: 'pem' | 'der' | 'pkcs7'
  /** In the file's order, those inside PKCS#7 blocks included. */
  readonly certificates: readonly Certificate[]
  /** DER of each CRL, well-formed, otherwise unread. */
  readonly crls: readonly Der<'CertificateList'>[]
  readonly requests: readonly CertificationRequest[]
  readonly blocks: readonly FileBlock[]
}

interface Collected {
  readonly certificates: Certificate[]
  readonly crls: Der<'CertificateList'>[]
  readonly requests: CertificationRequest[]
  readonly blocks: FileBlock[]
}

/** Labels of FMT-1 and RFC 7468, as OpenSSL and others write them. */
const kindsByLabel = new Map<string, BlockKind>([
  ['CERTIFICATE', 'certificate'],
  ['X509 CERTIFICATE', 'certificate'],
  ['TRUSTED CERTIFICATE', 'trusted-certificate'],
  ['PKCS7', 'pkcs7'],
  ['PKCS #7 SIGNED DATA', 'pkcs7'],
  ['CMS', 'pkcs7'],
  ['CERTIFICATE REQUEST', 'request'],
  ['NEW CERTIFICATE REQUEST', 'request'],
  ['X509 CRL', 'crl'],
])

/**
 * Reads a file of certificates, certificate requests and CRLs, telling its form by content: PEM with any number of
 * blocks and text around them, one DER structure, or a PKCS#7 bundle in DER or BER. All or nothing: a file with one
 * malformed block is refused as a whole, naming the block. Parsing judges form only; nothing read here is trusted.
 *
 * Certificates are views on the bytes decoded, not copies: keeping one from a PEM bundle keeps up to 64 KiB of its
 * neighbours in memory, keeping one from a DER bundle the whole file.
 *
 * @param input the file's bytes, or its text
 * @throws ParseError saying what the file is instead and what to do: `private-key` (a block labelled as one is not decoded),
 * `unrecognised-format`, `empty-input`, `limit-exceeded`, or what is malformed in which block, with the byte offset
 * inside the block's DER
 * @example
 * const { certificates } = readCertificates(await readFile('chain.p7b'))
 */
export function readCertificates(
  input: Uint8Array | ArrayBuffer | string,
  limits?: Partial<ReadLimits>,
): CertificateFile {
  const resolved = resolveReadLimits(limits)
  const file = typeof input === 'string' ? input : plainBytes(input)
  if (file.length > resolved.fileSize) failLimit('file', 0, resolved.fileSize, 'bytes', 'fileSize')
  const collected: Collected = { certificates: [], crls: [], requests: [], blocks: [] }
  if (typeof file !== 'string' && isStructure(file)) {
    const kind = readStructure(file, 'certificate', collected, resolved)
    collected.blocks.push({ kind, label: undefined, offset: 0 })
    return { format: kind === 'pkcs7' ? kind : 'der', ...collected }
  }
  readText(pemText(file), collected, resolved)
  return { format: 'pem', ...collected }
}

/** A text may start with the character 0 as well, but not go on like the length of a structure. */
const isStructure = (file: Uint8Array): boolean =>
  file[0] === tags.SEQUENCE && (((file[1] ?? 0) & 0xf8) === 0x80 || file[1] === file.length - 2)

/** A PEM block whose content fills `bytes` from `start` to `end`; undefined for a block that is stepped over. */
interface DecodedBlock extends FileBlock {
  readonly label: string
  readonly bytes: Uint8Array | undefined
  readonly start: number
  readonly end: number
}

/**
 * Blocks decoded before the first of them is parsed. Taking turns at each block, decoder and parser drive each other
 * out of the processor's caches; in batches they take four fifths of the time.
 */
const BATCH = 64

function readText(text: string, collected: Collected, limits: ReadLimits): void {
  const { blocks } = collected
  const scanner = new PemScanner(text, (label, offset) => {
    if (!kindsByLabel.has(label) && /PRIVATE.?KEY/i.test(label)) failPrivateKey(`PEM block ${label}`, offset)
  })
  for (let batch = decodeBatch(scanner); batch.length > 0; batch = decodeBatch(scanner)) {
    for (const block of batch) {
      const { label, offset } = block
      try {
        blocks.push({ kind: readDecoded(block, collected, limits), label, offset })
      } catch (error) {
        rethrowFrom(error, `block ${blocks.length + 1} (${label} at ${offset})`)
      }
    }
  }
  if (blocks.every(({ kind }) => kind === 'other')) failNothing(text, blocks)
}

function decodeBatch(scanner: PemScanner): readonly DecodedBlock[] {
  const batch: DecodedBlock[] = []
  while (batch.length < BATCH && scanner.next()) {
    const { label, offset } = scanner
    const kind = kindsByLabel.get(label)
    if (kind === undefined) {
      batch.push({ kind: 'other', label, offset, bytes: undefined, start: 0, end: 0 })
    } else {
      const { bytes, start, end } = scanner.decode()
      batch.push({ kind, label, offset, bytes, start, end })
    }
  }
  return batch
}

function readDecoded(block: DecodedBlock, collected: Collected, limits: ReadLimits): BlockKind {
  const { kind, bytes, start, end } = block
  if (bytes === undefined) return kind
  if (kind !== 'certificate' || !isCertificateShaped(bytes, start, end)) {
    return readStructure(bytes.subarray(start, end), kind, collected, limits)
  }
  checkCount(collected.certificates.length, limits)
  collected.certificates.push(new Certificate(bytes, start, end, limits))
  return kind
}

/** A SEQUENCE that starts with one that starts with `[0]`: a certificate of version 2 or 3, and nothing else there is. */
function isCertificateShaped(bytes: Uint8Array, start: number, end: number): boolean {
  const skipHeader = (at: number): number => at + 2 + ((bytes[at + 1] ?? 0) > 0x80 ? (bytes[at + 1] ?? 0) & 0x7f : 0)
  const inner = skipHeader(start)
  const version = skipHeader(inner)
  return version < end && bytes[inner] === tags.SEQUENCE && bytes[version] === tags.contextConstructed(0)
}

/** Reads one structure. Its content decides what it is; `expected`, from its label, where the content does not say. */
function readStructure(
  der: Uint8Array,
  expected: BlockKind,
  { certificates, requests, crls }: Collected,
  limits: ReadLimits,
): BlockKind {
  const found = recogniseBinary(der, limits.derDepth) ?? expected
  switch (found) {
    case 'request':
      checkCount(requests.length, limits)
      requests.push(new CertificationRequest(der, 0, der.length, limits))
      return found
    case 'crl':
      checkCount(crls.length, limits)
      crls.push(readCrl(der, limits))
      return found
    case 'pkcs7': {
      const bundle = readPkcs7(der, limits)
      checkCount(certificates.length + bundle.certificates.length - 1, limits)
      checkCount(crls.length + bundle.crls.length - 1, limits)
      for (const certificate of bundle.certificates) certificates.push(certificate)
      for (const crl of bundle.crls) crls.push(crl)
      return found
    }
    case 'private-key':
      return failPrivateKey('one in DER', 0)
    case 'a PKCS#12 file':
      return failFormat(found, 'export them: openssl pkcs12 -in FILE -nokeys')
    case 'a public key':
    case 'an OCSP response':
      return failFormat(found, 'give the certificate')
    default: {
      checkCount(certificates.length, limits)
      const isTrusted = expected === 'trusted-certificate'
      certificates.push(isTrusted ? readTrustedCertificate(der, limits) : new Certificate(der, 0, der.length, limits))
      return isTrusted ? expected : 'certificate'
    }
  }
}

/** OpenSSL's TRUSTED CERTIFICATE: a certificate, then its own settings of trust, which are not the certificate's. */
function readTrustedCertificate(der: Uint8Array, limits: ReadLimits): Certificate {
  const reader = new DerReader(der, 'TRUSTED CERTIFICATE')
  reader.skip(tags.SEQUENCE)
  const end = reader.position
  if (!reader.atEnd()) reader.skipAny()
  reader.finish()
  return new Certificate(der, 0, end, limits)
}

function failPrivateKey(what: string, offset: number): never {
  const remedy = 'remove the key, and replace it if the file has been sent anywhere'
  fail('private-key', 'file', offset, 'no private key', what, remedy)
}

function failFormat(found: string, remedy: string, offset = 0, code: ParseErrorCode = 'unrecognised-format'): never {
  fail(code, 'file', offset, 'certificates as PEM, DER or PKCS#7', found, remedy)
}

function failNothing(text: string, blocks: readonly FileBlock[]): never {
  const [first] = blocks
  if (first !== undefined) failFormat(`a PEM block ${first.label ?? ''}`, 'give the certificate', first.offset)
  if (text.trim() === '') failFormat('an empty file', 'fetch or export it again', 0, 'empty-input')
  failFormat(...recogniseLookalike(text.slice(0, 4096)))
}

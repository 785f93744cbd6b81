// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): which kind of key, how strong, with which parameters. Decoding checks the
// form only; whether numbers are prime or a point lies on its curve is for the crypto provider.

import type { Der } from '../base/brands.js'
import { toHex } from '../base/bytes.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import {
  type AlgorithmIdentifier,
  checkParameters,
  readAlgorithmIdentifier,
  skipAlgorithmIdentifier,
} from './algorithm-identifier.js'
import { readIdentifier } from './object-identifiers.js'
import { inspectable, orError, type Plain, toPlain } from './plain.js'
import { type PssParameters, readPssParameters } from './signature-algorithm.js'

/** Named curves with a length this library checks; others are reported by OID. */
export type CurveName =
  | 'P-192'
  | 'P-224'
  | 'P-256'
  | 'P-384'
  | 'P-521'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'

/** A public key by kind. Integers that are big are unsigned big-endian bytes without leading zeros. */
export type PublicKey =
  | {
      readonly type: 'rsa' | 'rsa-pss'
      /** Bits of the modulus: 2048, 3072, 4096 … */
      readonly modulusLength: number
      readonly modulus: Uint8Array
      readonly publicExponent: bigint
      /** Restrictions an `rsa-pss` key carries (RFC 4055 §3.3); undefined where it carries none. */
      readonly pss: PssParameters | undefined
    }
  | {
      readonly type: 'ec'
      /** Undefined for a curve this library does not know. */
      readonly curve: CurveName | undefined
      readonly curveOid: string
      /** The encoded point: `04 x y`, or compressed `02`/`03 x`. */
      readonly point: Uint8Array
    }
  /** An EC key whose curve is spelled out in parameters. RFC 5480 §2.1.1 forbids it; CVE-2020-0601 shows why. */
  | { readonly type: 'ec-explicit'; readonly point: Uint8Array }
  | { readonly type: 'ed25519' | 'ed448' | 'x25519' | 'x448'; readonly key: Uint8Array }
  | { readonly type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'; readonly key: Uint8Array }
  | {
      readonly type: 'dsa'
      /** Bits of p; undefined where the parameters are inherited from the issuer (RFC 3279 §2.3.2). */
      readonly modulusLength: number | undefined
      /** Undefined where inherited. */
      readonly parameters: { readonly p: Uint8Array; readonly q: Uint8Array; readonly g: Uint8Array } | undefined
      readonly publicValue: Uint8Array
    }
  /** An algorithm this library does not know. */
  | { readonly type: 'unknown'; readonly oid: string; readonly key: Uint8Array }

/** Bytes of one coordinate. */
const coordinateLengths: Readonly<Record<CurveName, number>> = {
  'P-192': 24,
  'P-224': 28,
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  brainpoolP256r1: 32,
  brainpoolP384r1: 48,
  brainpoolP512r1: 64,
}

const isCurveName = (name: string | undefined): name is CurveName => Object.hasOwn(coordinateLengths, name ?? '')

// RFC 8410 §3 and RFC 9881 §4: parameters absent, the key is the BIT STRING's content, of one length.
const rawKeyLengths = {
  Ed25519: 32,
  Ed448: 57,
  X25519: 32,
  X448: 56,
  'ML-DSA-44': 1312,
  'ML-DSA-65': 1952,
  'ML-DSA-87': 2592,
} as const

const isRawKeyName = (name: string | undefined): name is keyof typeof rawKeyLengths =>
  Object.hasOwn(rawKeyLengths, name ?? '')

/** A subject's public key: the structure as it stands, and the key decoded on first use. */
export class SubjectPublicKeyInfo {
  private decoded: PublicKey | undefined

  /** @internal The key as a crypto provider has imported it, with whose it is. */
  imported?: { readonly by: unknown; readonly key: unknown }

  /** @internal Takes a range {@link skipSubjectPublicKeyInfo} has accepted. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly start: number,
    private readonly end: number,
    private readonly origin: number,
  ) {}

  /** DER of the whole structure, as `crypto.subtle.importKey('spki', …)` and `createPublicKey` take it. */
  get der(): Der<'SubjectPublicKeyInfo'> {
    return this.bytes.subarray(this.start, this.end) as Der<'SubjectPublicKeyInfo'>
  }

  /** The key's algorithm, parameters undecoded. */
  get algorithm(): AlgorithmIdentifier {
    const reader = this.reader()
    reader.enter(tags.SEQUENCE)
    const { oid, name, parameters } = readAlgorithmIdentifier(reader)
    const { bytes, position, end } = parameters
    return { oid, name, parameters: parameters.atEnd() ? undefined : bytes.subarray(position, end) }
  }

  /** Content of the BIT STRING: what RFC 5280 §4.2.1.2 hashes into a key identifier. */
  get keyBytes(): Uint8Array {
    const reader = this.reader()
    reader.enter(tags.SEQUENCE)
    reader.skip(tags.SEQUENCE)
    reader.skipBitString()
    return this.bytes.subarray(reader.contentStart, reader.position)
  }

  /**
   * The decoded key.
   * @throws ParseError where the key breaks its algorithm's rules (`invalid-public-key`,
   * `invalid-algorithm-parameters`, or a DER code)
   */
  get key(): PublicKey {
    return (this.decoded ??= readPublicKey(this.reader()))
  }

  /** The key as plain data, or, where it is malformed, its error. */
  toJSON(): Plain {
    return toPlain(orError(() => this.key))
  }

  /** What `console.log` prints in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return inspectable('SubjectPublicKeyInfo', this.toJSON())
  }

  private reader(): DerReader {
    return new DerReader(this.bytes, 'subjectPublicKeyInfo', this.start, this.end, this.origin)
  }
}

/** Steps over a SubjectPublicKeyInfo, checking its structure. */
export function skipSubjectPublicKeyInfo(reader: DerReader): void {
  const outerEnd = reader.enter(tags.SEQUENCE)
  skipAlgorithmIdentifier(reader)
  reader.skipWholeBitString('key')
  reader.leave(outerEnd)
}

function readPublicKey(reader: DerReader): PublicKey {
  reader.enter(tags.SEQUENCE)
  const algorithm = readAlgorithmIdentifier(reader, 'subjectPublicKeyInfo.algorithm')
  reader.skipWholeBitString('key')
  const { bytes, contentStart, position } = reader
  const key = reader.part(contentStart, position, 'subjectPublicKeyInfo.subjectPublicKey')
  const { name, oid, parameters } = algorithm
  if (isRawKeyName(name)) {
    checkParameters(algorithm, 'absent')
    // The compiler knows these in lower case as well, but not that this makes them so.
    return { type: name.toLowerCase() as Lowercase<typeof name>, key: readRaw(key, rawKeyLengths[name]) }
  }
  switch (name) {
    case 'rsaEncryption':
      // RFC 4055 §1.2: "the parameters field MUST be … NULL".
      checkParameters(algorithm, 'null')
      return readRsa(key, 'rsa', undefined)
    case 'rsassaPss': {
      return readRsa(key, 'rsa-pss', parameters.atEnd() ? undefined : readPssParameters(parameters))
    }
    case 'ecPublicKey':
      return readEc(key, parameters)
    case 'dsa':
      return readDsa(key, parameters)
    default:
      return { type: 'unknown', oid, key: bytes.subarray(contentStart, position) }
  }
}

function readRaw(key: DerReader, length: number): Uint8Array {
  const raw = key.bytes.subarray(key.position, key.end)
  if (raw.length !== length) failKey(key, key.position, `a key of ${length} bytes`, `${raw.length}`)
  return raw
}

function readRsa(key: DerReader, type: 'rsa' | 'rsa-pss', pss: PssParameters | undefined): PublicKey {
  const outerEnd = key.enter(tags.SEQUENCE)
  const modulus = readPositive(key)
  const exponent = readPositive(key)
  key.leave(outerEnd)
  key.finish()
  return { type, modulusLength: bitLength(modulus), modulus, publicExponent: unsigned(exponent), pss }
}

function readEc(key: DerReader, parameters: DerReader): PublicKey {
  const point = key.bytes.subarray(key.position, key.end)
  if (parameters.peek() === tags.SEQUENCE) return { type: 'ec-explicit', point }
  if (parameters.peek() !== tags.OBJECT_IDENTIFIER) {
    parameters.failTag('a named curve (RFC 5480 §2.1.1)', 'invalid-algorithm-parameters')
  }
  const { oid: curveOid, name } = readIdentifier(parameters)
  const curve = isCurveName(name) ? name : undefined
  checkPoint(key, point, curve)
  return { type: 'ec', curve, curveOid, point }
}

/** RFC 5480 §2.2: uncompressed (04) MUST be supported, compressed (02, 03) MAY; hybrid forms MUST NOT be used. */
function checkPoint(key: DerReader, point: Uint8Array, curve: CurveName | undefined): void {
  const form = point[0]
  const coordinates = form === 4 ? 2 : form === 2 || form === 3 ? 1 : 0
  if (coordinates === 0) {
    failKey(
      key,
      key.position,
      'an EC point starting with 04, 02 or 03',
      form === undefined ? 'none' : `0${form.toString(16)}`,
    )
  }
  if (curve === undefined) return
  const length = 1 + coordinates * coordinateLengths[curve]
  if (point.length !== length) failKey(key, key.position, `a ${curve} point of ${length} bytes`, `${point.length}`)
}

function readDsa(key: DerReader, parameters: DerReader): PublicKey {
  const publicValue = readPositive(key)
  key.finish()
  if (parameters.atEnd()) return { type: 'dsa', modulusLength: undefined, parameters: undefined, publicValue }
  const outerEnd = parameters.enter(tags.SEQUENCE)
  const [p, q, g] = [readPositive(parameters), readPositive(parameters), readPositive(parameters)]
  parameters.leave(outerEnd)
  return { type: 'dsa', modulusLength: bitLength(p), parameters: { p, q, g }, publicValue }
}

/** Content of a positive INTEGER without its sign byte. */
function readPositive(reader: DerReader): Uint8Array {
  reader.skipInteger()
  const { bytes, contentStart, position } = reader
  const first = bytes[contentStart] ?? 0
  if (first >= 0x80 || (first === 0 && position - contentStart === 1)) {
    const found = first === 0 ? 'zero' : 'a negative number'
    reader.fail('invalid-public-key', contentStart, 'a positive number', found)
  }
  return bytes.subarray(first === 0 ? contentStart + 1 : contentStart, position)
}

const bitLength = (number: Uint8Array): number => number.length * 8 - Math.clz32(number[0] ?? 0) + 24

// Beyond what a number holds from hex text, which takes linear time; shifting byte by byte would take quadratic time on
// a hostile exponent.
function unsigned(number: Uint8Array): bigint {
  if (number.length > 6) return BigInt(`0x${toHex(number)}`)
  let value = 0
  for (const byte of number) value = value * 256 + byte
  return BigInt(value)
}

function failKey(reader: DerReader, at: number, expected: string, found: string): never {
  return reader.fail('invalid-public-key', at, expected, found)
}

const describeSize = (bits: number): string => `${bits} bit`

/** The key in a few words: `RSA 2048 bit`, `EC P-256`, `Ed25519`. */
export function formatPublicKey(key: PublicKey): string {
  switch (key.type) {
    case 'rsa':
      return `RSA ${describeSize(key.modulusLength)}`
    case 'rsa-pss':
      return `RSA-PSS ${describeSize(key.modulusLength)}`
    case 'ec':
      return `EC ${key.curve ?? key.curveOid}`
    case 'ec-explicit':
      return 'EC with explicit parameters'
    case 'ed25519':
      return 'Ed25519'
    case 'ed448':
      return 'Ed448'
    case 'x25519':
      return 'X25519'
    case 'x448':
      return 'X448'
    case 'dsa':
      return key.modulusLength === undefined ? 'DSA, parameters inherited' : `DSA ${describeSize(key.modulusLength)}`
    case 'unknown':
      return `unknown (${key.oid})`
    default:
      return key.type.toUpperCase()
  }
}

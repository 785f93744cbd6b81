// Signature algorithms: one table, resolved once. RFC 4055, 5758, 8410, 9881 and their parameter rules.

import type { DerReader } from '../der/reader.js'
import { contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { checkParameters, type ParameterRule, readAlgorithmIdentifier } from './algorithm-identifier.js'
import { readIdentifierName } from './object-identifiers.js'

/** A hash function by the name WebCrypto and this library share, in lower case. */
export type HashName = 'md5' | 'sha-1' | 'sha-224' | 'sha-256' | 'sha-384' | 'sha-512'

/** How a signature is made, apart from the hash. */
export type SignatureScheme =
  'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'dsa' | 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'

/** Decoded parameters of RSASSA-PSS (RFC 4055 §3.1). */
export interface PssParameters {
  readonly hash: HashName
  /** Hash of the mask generation function MGF1. */
  readonly maskHash: HashName
  /** Bytes of salt. */
  readonly saltLength: number
}

/** A signature algorithm with decoded parameters. */
export interface SignatureAlgorithm {
  readonly oid: string
  /** The registered name, or undefined for an algorithm this library does not know. */
  readonly name: string | undefined
  /** Undefined for an algorithm this library does not know. */
  readonly scheme: SignatureScheme | undefined
  /** Undefined where the scheme fixes it (Ed25519, Ed448, ML-DSA) or the algorithm is unknown. */
  readonly hash: HashName | undefined
  /** Present for RSASSA-PSS. */
  readonly pss: PssParameters | undefined
}

interface Row {
  readonly scheme: SignatureScheme
  readonly hash: HashName | undefined
  readonly parameters: ParameterRule | 'pss'
}

// RFC 4055 §5: NULL, and "implementations MUST accept the parameters being absent as well".
const rsa = (hash: HashName): Row => ({ scheme: 'rsa-pkcs1', hash, parameters: 'null-or-absent' })
// RFC 5758 §3.1, §3.2: "the encoding MUST omit the parameters field"; RFC 8410 §3, RFC 9881 §2: they "MUST be absent".
const bare = (scheme: SignatureScheme, hash?: HashName): Row => ({ scheme, hash, parameters: 'absent' })

const table: Readonly<Record<string, Row | undefined>> = {
  md5WithRSAEncryption: rsa('md5'),
  sha1WithRSAEncryption: rsa('sha-1'),
  sha224WithRSAEncryption: rsa('sha-224'),
  sha256WithRSAEncryption: rsa('sha-256'),
  sha384WithRSAEncryption: rsa('sha-384'),
  sha512WithRSAEncryption: rsa('sha-512'),
  rsassaPss: { scheme: 'rsa-pss', hash: undefined, parameters: 'pss' },
  ecdsaWithSHA1: bare('ecdsa', 'sha-1'),
  ecdsaWithSHA224: bare('ecdsa', 'sha-224'),
  ecdsaWithSHA256: bare('ecdsa', 'sha-256'),
  ecdsaWithSHA384: bare('ecdsa', 'sha-384'),
  ecdsaWithSHA512: bare('ecdsa', 'sha-512'),
  dsaWithSHA1: bare('dsa', 'sha-1'),
  dsaWithSHA224: bare('dsa', 'sha-224'),
  dsaWithSHA256: bare('dsa', 'sha-256'),
  Ed25519: bare('ed25519'),
  Ed448: bare('ed448'),
  'ML-DSA-44': bare('ml-dsa-44'),
  'ML-DSA-65': bare('ml-dsa-65'),
  'ML-DSA-87': bare('ml-dsa-87'),
}

/** RFC 4055 §2.1. */
const pssHashes: readonly HashName[] = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']

/**
 * Reads an AlgorithmIdentifier that names a signature algorithm, and decodes its parameters. An algorithm outside the
 * table is returned without a scheme: naming it is the reader's business, refusing it the validator's.
 */
export function readSignatureAlgorithm(reader: DerReader): SignatureAlgorithm {
  const identifier = readAlgorithmIdentifier(reader)
  const { oid, name } = identifier
  const { scheme, hash, parameters } = table[name ?? ''] ?? {}
  const pss = parameters === 'pss' ? readRequiredPss(identifier.parameters) : undefined
  if (parameters !== undefined && parameters !== 'pss') checkParameters(identifier, parameters)
  return { oid, name, scheme, hash: hash ?? pss?.hash, pss }
}

function readRequiredPss(parameters: DerReader): PssParameters {
  if (parameters.atEnd()) {
    const expected = 'RSASSA-PSS-params (RFC 4055 §3.1)'
    return parameters.fail('invalid-algorithm-parameters', parameters.end, expected, 'none')
  }
  return readPssParameters(parameters)
}

/**
 * Reads RSASSA-PSS-params (RFC 4055 §3.1). Absent fields are SHA-1, MGF1 with SHA-1, 20 bytes of salt, trailer 1. DER never
 * writes these out (X.690 §11.5), but who validates "MUST recognize both" forms of all of them but the salt's length.
 */
export function readPssParameters(reader: DerReader): PssParameters {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const hash = readOptional(reader, 0, 'sha-1', () => readHash(reader))
  const maskHash = readOptional(reader, 1, 'sha-1', () => readMaskHash(reader))
  const saltLength = readOptional(reader, 2, undefined, () => reader.readUnsigned())
  if (saltLength === 20) reader.failDefault(reader.contentStart, '[2]')
  const trailer = readOptional(reader, 3, 1, () => reader.readUnsigned())
  if (trailer !== 1) reader.fail('integer-out-of-range', reader.contentStart, 'trailerField 1', String(trailer))
  reader.leave(outerEnd)
  return { hash, maskHash, saltLength: saltLength ?? 20 }
}

/** `[number]` explicit, DEFAULT `standard`. */
function readOptional<T>(reader: DerReader, number: number, standard: T, read: () => T): T {
  if (reader.peek() !== contextConstructed(number)) return standard
  const outerEnd = reader.enter(contextConstructed(number))
  const value = read()
  reader.leave(outerEnd)
  return value
}

function readHash(reader: DerReader): HashName {
  const identifier = readAlgorithmIdentifier(reader)
  const hash = pssHashes.find((name) => name.replace('-', '') === identifier.name)
  if (hash === undefined) {
    const expected = 'a hash function of RFC 4055 §2.1'
    return reader.fail('invalid-algorithm-parameters', reader.position, expected, identifier.name ?? identifier.oid)
  }
  // RFC 4055 §2.1: NULL and absent parameters MUST both be accepted, as equivalent.
  checkParameters(identifier, 'null-or-absent')
  return hash
}

function readMaskHash(reader: DerReader): HashName {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const name = readIdentifierName(reader)
  if (name !== 'mgf1') reader.fail('invalid-algorithm-parameters', reader.contentStart, 'mgf1 (RFC 4055 §2.2)', name)
  const hash = readHash(reader)
  reader.leave(outerEnd)
  return hash
}

// Private keys as PKCS#8 under a passphrase: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2), which
// `openssl pkey` opens. node:crypto writes the same with 2,048 iterations, too few since long.

import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { isParseError } from '../../base/errors.js'
import { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'
import { integer, nullValue, objectIdentifier, octetString, sequence } from '../../der/writer.js'

/** OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA-256: 0.1 to 0.2 seconds, once for each use of a key. */
export const LEAST_ITERATIONS = 600_000
/** A file must not be able to keep the process busy for hours. */
const MOST_ITERATIONS = 100_000_000
const KEY_LENGTH = 32

const derive = promisify(pbkdf2)

const pbes2 = objectIdentifier('1.2.840.113549.1.5.13')
const pbkdf2Identifier = objectIdentifier('1.2.840.113549.1.5.12')
const hmacWithSha256 = sequence(objectIdentifier('1.2.840.113549.2.9'), nullValue())
const aes256Cbc = objectIdentifier('2.16.840.1.101.3.4.1.42')

interface Parameters {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly iv: Uint8Array
}

const algorithmIdentifier = ({ salt, iterations, iv }: Parameters): Uint8Array =>
  sequence(
    pbes2,
    sequence(
      sequence(pbkdf2Identifier, sequence(octetString(salt), integer(iterations), hmacWithSha256)),
      sequence(aes256Cbc, octetString(iv)),
    ),
  )

/** EncryptedPrivateKeyInfo of PKCS#8 DER. */
export async function encryptKey(pkcs8: Uint8Array, passphrase: Uint8Array, iterations: number): Promise<Uint8Array> {
  const parameters: Parameters = { salt: randomBytes(16), iterations, iv: randomBytes(16) }
  const key = await derive(passphrase, parameters.salt, iterations, KEY_LENGTH, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, parameters.iv)
  const encrypted = Buffer.concat([cipher.update(pkcs8), cipher.final()])
  key.fill(0)
  return sequence(algorithmIdentifier(parameters), octetString(encrypted))
}

/** PKCS#8 DER. `foreign` where it is encrypted in another way than ours, `wrong-passphrase` where it does not open. */
export async function decryptKey(
  der: Uint8Array,
  passphrase: Uint8Array,
): Promise<Uint8Array | 'foreign' | 'wrong-passphrase'> {
  const found = readParameters(der)
  if (found === undefined) return 'foreign'
  const { parameters, encrypted } = found
  const key = await derive(passphrase, parameters.salt, parameters.iterations, KEY_LENGTH, 'sha256')
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, parameters.iv)
    const pkcs8 = Buffer.concat([decipher.update(encrypted), decipher.final()])
    // One wrong passphrase in 256 leaves padding that looks right.
    return pkcs8[0] === tags.SEQUENCE ? pkcs8 : 'wrong-passphrase'
  } catch {
    return 'wrong-passphrase'
  } finally {
    key.fill(0)
  }
}

function readParameters(
  der: Uint8Array,
): { readonly parameters: Parameters; readonly encrypted: Uint8Array } | undefined {
  try {
    const reader = new DerReader(der, 'EncryptedPrivateKeyInfo')
    const end = reader.enter(tags.SEQUENCE)
    const algorithmStart = reader.position
    reader.enter(tags.SEQUENCE)
    reader.skipObjectIdentifier()
    reader.enter(tags.SEQUENCE)
    reader.enter(tags.SEQUENCE)
    reader.skipObjectIdentifier()
    reader.enter(tags.SEQUENCE)
    const salt = reader.readContent(tags.OCTET_STRING)
    const iterations = reader.readUnsigned(MOST_ITERATIONS)
    // The identifiers passed over are compared by writing them again.
    const rest = new DerReader(der, 'EncryptedPrivateKeyInfo', reader.position + hmacWithSha256.length)
    rest.enter(tags.SEQUENCE)
    rest.skipObjectIdentifier()
    const iv = rest.readContent(tags.OCTET_STRING)
    const parameters = { salt, iterations, iv }
    const expected = algorithmIdentifier(parameters)
    if (Buffer.compare(expected, der.subarray(algorithmStart, algorithmStart + expected.length)) !== 0) return undefined
    const content = new DerReader(der, 'EncryptedPrivateKeyInfo', algorithmStart + expected.length)
    const encrypted = content.readContent(tags.OCTET_STRING)
    return content.position === end || content.atEnd() ? { parameters, encrypted } : undefined
  } catch (error) {
    if (isParseError(error)) return undefined
    throw error
  }
}

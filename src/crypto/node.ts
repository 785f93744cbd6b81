/** The provider over `node:crypto`, chosen by the `node` condition. The only file outside `adapters` that imports Node. */

import * as nodeCrypto from 'node:crypto'
import { constants, createHash, createPublicKey, KeyObject, type PublicKeyInput, verify, webcrypto } from 'node:crypto'
import { latin1Bytes } from '../base/bytes.js'
import { isParseError } from '../base/errors.js'
import type { HashName, PublicKey, SignatureAlgorithm, SubjectPublicKeyInfo } from '../x509/index.js'
import { keyFitsAlgorithm } from './agreement.js'
import { KeyCache } from './key-cache.js'
import type { CryptoProvider, SignatureVerdict } from './provider.js'

const nodeName: Readonly<Record<HashName, string>> = {
  md5: 'md5',
  'sha-1': 'sha1',
  'sha-224': 'sha224',
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

/**
 * One call: an object for each digest takes longer than hashing a certificate. Not imported by name, which would keep
 * runtimes without it from loading this at all.
 */
const hashAtOnce: typeof nodeCrypto.hash | undefined = nodeCrypto.hash

function digestOf(algorithm: string, data: Uint8Array): Uint8Array {
  // As text, since making a Buffer takes as long as the rest.
  if (hashAtOnce !== undefined) return latin1Bytes(hashAtOnce(algorithm, data, 'binary'))
  // Copied out of the Buffer: `Buffer#slice` shares memory where `Uint8Array#slice` copies.
  return new Uint8Array(createHash(algorithm).update(data).digest())
}

const base64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')

/** Coordinates' bytes of the curves Web Crypto knows. */
const rawCurves: readonly (string | undefined)[] = ['P-256', 'P-384', 'P-521']
const jwkOctetKeys: Readonly<Record<string, string | undefined>> = { ed25519: 'Ed25519', ed448: 'Ed448' }

/** An RSA key as Node reads it fastest: taking apart SPKI costs twenty times what PKCS#1 does. */
function rsaInput({ keyBytes }: SubjectPublicKeyInfo): PublicKeyInput {
  const { buffer, byteOffset, length } = keyBytes
  return { key: Buffer.from(buffer, byteOffset, length), format: 'der', type: 'pkcs1' }
}

function importKeyObject(key: PublicKey, publicKey: SubjectPublicKeyInfo): KeyObject {
  if (key.type === 'rsa') return createPublicKey(rsaInput(publicKey))
  const crv = jwkOctetKeys[key.type]
  if (crv !== undefined && 'key' in key) {
    return createPublicKey({ key: { kty: 'OKP', crv, x: base64url(key.key) }, format: 'jwk' })
  }
  return createPublicKey({ key: Buffer.from(publicKey.der), format: 'der', type: 'spki' })
}

/** What importing a key comes to; kept where it fails too. */
interface ImportedKey {
  /** Undefined where it is malformed. */
  readonly key: PublicKey | undefined
  /** `refused` by OpenSSL; undefined where it has not been asked. */
  keyObject: KeyObject | 'refused' | undefined
  /** Whether it has been verified with. */
  isUsed: boolean
}

function importKey(publicKey: SubjectPublicKeyInfo): ImportedKey | Promise<ImportedKey> {
  let key: PublicKey
  try {
    key = publicKey.key
  } catch (error) {
    if (isParseError(error)) return { key: undefined, keyObject: 'refused', isUsed: false }
    throw error
  }
  if (key.type === 'ec' && rawCurves.includes(key.curve) && key.point[0] === 4) {
    return importPoint(key, key.point, publicKey)
  }
  return { key, keyObject: undefined, isUsed: false }
}

/** What Node verifies with; undefined where there is nothing. */
function verifyingInput(
  imported: ImportedKey,
  publicKey: SubjectPublicKeyInfo,
): KeyObject | PublicKeyInput | undefined {
  const { key, isUsed } = imported
  imported.isUsed = true
  // Most keys verify one signature: an object that outlives it costs a tenth of that signature.
  if (key?.type === 'rsa' && !isUsed) return rsaInput(publicKey)
  if (key !== undefined) imported.keyObject ??= keyObjectOf(key, publicKey)
  return imported.keyObject === 'refused' ? undefined : imported.keyObject
}

/** Its error says nothing: runtimes that imitate Node throw any. */
function keyObjectOf(key: PublicKey, publicKey: SubjectPublicKeyInfo): KeyObject | 'refused' {
  try {
    return importKeyObject(key, publicKey)
  } catch {
    return 'refused'
  }
}

/**
 * A point of a NIST curve through Web Crypto, which checks that it lies on the curve and stops there. Every other way in
 * also multiplies it by the curve's order, which a curve of cofactor one makes pointless, at the price of a verification.
 */
async function importPoint(
  key: PublicKey & { readonly type: 'ec' },
  point: Uint8Array,
  publicKey: SubjectPublicKeyInfo,
): Promise<ImportedKey> {
  try {
    const algorithm = { name: 'ECDSA', namedCurve: key.curve ?? '' }
    const imported = await webcrypto.subtle.importKey('raw', new Uint8Array(point), algorithm, false, ['verify'])
    return { key, keyObject: KeyObject.from(imported), isUsed: false }
  } catch {
    // A point that is none, or a runtime that only looks like Node: the longer way says which.
    return { key, keyObject: keyObjectOf(key, publicKey), isUsed: false }
  }
}

function verifyWith(
  imported: ImportedKey,
  algorithm: SignatureAlgorithm,
  publicKey: SubjectPublicKeyInfo,
  signature: Uint8Array,
  data: Uint8Array,
): SignatureVerdict {
  const { key } = imported
  const { scheme, hash, pss } = algorithm
  if (key !== undefined && !keyFitsAlgorithm(key, algorithm)) return 'invalid'
  const verifying = verifyingInput(imported, publicKey)
  if (verifying === undefined) return 'unsupported'
  try {
    if (scheme === 'rsa-pss') {
      // Node takes one hash for the message and the mask.
      if (pss === undefined || pss.hash !== pss.maskHash) return 'unsupported'
      const padding = constants.RSA_PKCS1_PSS_PADDING
      const input = {
        ...(verifying instanceof KeyObject ? { key: verifying } : verifying),
        padding,
        saltLength: pss.saltLength,
      }
      return verify(nodeName[pss.hash], data, input, signature) ? 'valid' : 'invalid'
    }
    const digestName = hash === undefined ? null : nodeName[hash]
    return verify(digestName, data, verifying, signature) ? 'valid' : 'invalid'
  } catch {
    // A key or an algorithm the runtime does not go together with. What it throws says nothing, as above.
    return 'unsupported'
  }
}

/** A provider with a cache of its own. It verifies at once, but for the first signature of a key of a NIST curve. */
export function createProvider(): CryptoProvider {
  const keys = new KeyCache<ImportedKey | Promise<ImportedKey>>(importKey)
  const verifyLater = async (
    later: Promise<ImportedKey>,
    algorithm: SignatureAlgorithm,
    publicKey: SubjectPublicKeyInfo,
    signature: Uint8Array,
    data: Uint8Array,
  ): Promise<SignatureVerdict> => {
    const imported = await later
    keys.put(publicKey, imported)
    return verifyWith(imported, algorithm, publicKey, signature, data)
  }
  return {
    digest(algorithm, data) {
      return Promise.resolve(digestOf(nodeName[algorithm], data))
    },

    verify(algorithm, publicKey, signature, data) {
      if (algorithm.scheme === undefined) return 'unsupported'
      const imported = keys.get(publicKey)
      return imported instanceof Promise
        ? verifyLater(imported, algorithm, publicKey, signature, data)
        : verifyWith(imported, algorithm, publicKey, signature, data)
    },
  }
}

export const provider: CryptoProvider = createProvider()

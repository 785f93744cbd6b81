// Private keys as authoring sees them: something that signs. Where the key lives is the signer's affair.

import { element, integer, nullValue, objectIdentifier, sequence } from '../der/writer.js'
import { identifierOf } from '../x509/object-identifiers.js'

/** Hash functions new signatures are made with. */
export type SignerHash = 'sha-256' | 'sha-384' | 'sha-512'

/** How a signer signs. Ed25519 fixes its hash itself. */
export type SignerAlgorithm =
  { readonly scheme: 'rsa-pkcs1' | 'ecdsa'; readonly hash: SignerHash } | { readonly scheme: 'ed25519' }

/** Signs with one private key, which it never shows. */
export interface Signer {
  /** DER of the subjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly algorithm: SignerAlgorithm
  /** The signature over `data` as X.509 carries it: ECDSA as DER of r and s. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** The AlgorithmIdentifier of an algorithm, its parameters as RFC 4055 §5, RFC 5758 §3.2 and RFC 8410 §3 want them. */
export function algorithmIdentifier(algorithm: SignerAlgorithm): Uint8Array {
  if (algorithm.scheme === 'ed25519') return sequence(objectIdentifier(identifierOf('Ed25519')))
  const hash = algorithm.hash.replace('-', '')
  return algorithm.scheme === 'rsa-pkcs1'
    ? sequence(objectIdentifier(identifierOf(`${hash}WithRSAEncryption`)), nullValue())
    : sequence(objectIdentifier(identifierOf(`ecdsaWith${hash.toUpperCase()}`)))
}

const isHash = (name: string): name is SignerHash => ['sha-256', 'sha-384', 'sha-512'].includes(name)

function algorithmOf(key: CryptoKey, hash: SignerHash | undefined): SignerAlgorithm {
  const { name } = key.algorithm
  if (name === 'Ed25519') return { scheme: 'ed25519' }
  if (name === 'ECDSA') return { scheme: 'ecdsa', hash: hash ?? 'sha-256' }
  if (name !== 'RSASSA-PKCS1-v1_5') {
    throw new TypeError(`expected a key for RSASSA-PKCS1-v1_5, ECDSA or Ed25519, found one for ${name}`)
  }
  const fixed = (key.algorithm as RsaHashedKeyAlgorithm).hash.name.toLowerCase()
  if (!isHash(fixed) || (hash !== undefined && hash !== fixed)) {
    throw new TypeError(
      `expected an RSA key imported for ${hash ?? 'sha-256, sha-384 or sha-512'}, found one for ${fixed}`,
    )
  }
  return { scheme: 'rsa-pkcs1', hash: fixed }
}

/** Web Crypto's ECDSA signature, r and s side by side, as the DER X.509 carries (RFC 5480 appendix A). */
function ecdsaDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  const number = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  return sequence(integer(number(raw.subarray(0, half))), integer(number(raw.subarray(half))))
}

/** A CryptoKey by its shape: whoever imports this need not have the types of the DOM. */
export interface WebCryptoKey {
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: { readonly name: string }
  readonly usages: readonly string[]
}

/** A CryptoKeyPair by its shape. */
export interface WebCryptoKeyPair {
  readonly privateKey: WebCryptoKey
  readonly publicKey: WebCryptoKey
}

/**
 * A signer for a key pair of Web Crypto.
 * @param hash for ECDSA, by default sha-256; an RSA key has its hash already
 * @throws TypeError for keys of other algorithms, or an RSA key of another hash
 */
export async function signerFromWebCrypto(pair: WebCryptoKeyPair, hash?: SignerHash): Promise<Signer> {
  const privateKey = pair.privateKey as CryptoKey
  const algorithm = algorithmOf(privateKey, hash)
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey as CryptoKey))
  const parameters =
    algorithm.scheme === 'ecdsa' ? { name: 'ECDSA', hash: algorithm.hash } : { name: privateKey.algorithm.name }
  return {
    publicKey,
    algorithm,
    async sign(data) {
      const signature = new Uint8Array(await crypto.subtle.sign(parameters, privateKey, new Uint8Array(data)))
      return algorithm.scheme === 'ecdsa' ? ecdsaDer(signature) : signature
    },
  }
}

/** The parts of a node:crypto KeyObject this uses, so that Node need not be imported. */
export interface PrivateKeyObject {
  readonly type: string
  readonly asymmetricKeyType?: string | undefined
  readonly asymmetricKeyDetails?: { readonly namedCurve?: string | undefined } | undefined
  export(options: { type: 'pkcs8'; format: 'der' }): Uint8Array
}

const curves: Readonly<Record<string, string | undefined>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

function importParameters(
  key: PrivateKeyObject,
  hash: SignerHash,
): RsaHashedImportParams | EcKeyImportParams | Algorithm {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { name: 'RSASSA-PKCS1-v1_5', hash }
    case 'ed25519':
      return { name: 'Ed25519' }
    case 'ec': {
      const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
      if (namedCurve !== undefined) return { name: 'ECDSA', namedCurve }
      break
    }
    default:
  }
  const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? key.type
  throw new TypeError(`expected a private key of RSA, P-256, P-384, P-521 or Ed25519, found ${found}`)
}

/**
 * A signer for a private KeyObject of node:crypto. The key is handed to Web Crypto, not extractable, once.
 * @throws TypeError for keys of other kinds, public ones included
 */
export async function signerFromKeyObject(key: PrivateKeyObject, hash: SignerHash = 'sha-256'): Promise<Signer> {
  if (key.type !== 'private') throw new TypeError(`expected a private key, found a ${key.type} one`)
  const parameters = importParameters(key, hash)
  const pkcs8 = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  // The public half is read from an extractable copy, which is dropped at once.
  const extractable = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, true, ['sign'])
  const {
    d: _,
    dp: _p,
    dq: _q,
    qi: _i,
    p: _1,
    q: _2,
    key_ops: _o,
    ...jwk
  } = await crypto.subtle.exportKey('jwk', extractable)
  const publicKey = await crypto.subtle.importKey('jwk', jwk, parameters, true, ['verify'])
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign'])
  return signerFromWebCrypto({ privateKey, publicKey }, hash)
}

/** BIT STRING of a list of named bits, trailing zero bits left out (X.690 §11.2.2). */
export function namedBits(indices: readonly number[]): Uint8Array {
  const last = Math.max(...indices)
  const content = new Uint8Array((last >> 3) + 1)
  for (const index of indices) {
    const at = index >> 3
    content[at] = (content[at] ?? 0) | (0x80 >> (index & 7))
  }
  return element(0x03, Uint8Array.of(7 - (last & 7)), content)
}

// Signers over the keys of the runtime: Web Crypto's, and KeyObjects of node:crypto, which are handed to Web Crypto.

import { integer, sequence } from '../der/writer.js'
import { hashLengths, type RsaScheme, type Signer, type SignerAlgorithm, type SignerHash } from './signer.js'

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

const isHash = (name: string): name is SignerHash => Object.hasOwn(hashLengths, name)

const rsaSchemes: Readonly<Record<string, RsaScheme | undefined>> = {
  'RSASSA-PKCS1-v1_5': 'rsa-pkcs1',
  'RSA-PSS': 'rsa-pss',
}

function algorithmOf(key: CryptoKey, hash: SignerHash | undefined): SignerAlgorithm {
  const { name } = key.algorithm
  if (name === 'Ed25519') return { scheme: 'ed25519' }
  if (name === 'ECDSA') return { scheme: 'ecdsa', hash: hash ?? 'sha-256' }
  const scheme = rsaSchemes[name]
  if (scheme === undefined) {
    throw new TypeError(`expected a key for RSASSA-PKCS1-v1_5, RSA-PSS, ECDSA or Ed25519, found one for ${name}`)
  }
  const fixed = (key.algorithm as RsaHashedKeyAlgorithm).hash.name.toLowerCase()
  if (!isHash(fixed) || (hash !== undefined && hash !== fixed)) {
    throw new TypeError(
      `expected an RSA key imported for ${hash ?? 'sha-256, sha-384 or sha-512'}, found one for ${fixed}`,
    )
  }
  return { scheme, hash: fixed }
}

/** How Web Crypto signs and verifies with a key of the algorithm. */
function runtimeParameters(algorithm: SignerAlgorithm): Algorithm | EcdsaParams | RsaPssParams {
  switch (algorithm.scheme) {
    case 'ed25519':
      return { name: 'Ed25519' }
    case 'ecdsa':
      return { name: 'ECDSA', hash: algorithm.hash.toUpperCase() }
    case 'rsa-pkcs1':
      return { name: 'RSASSA-PKCS1-v1_5' }
    case 'rsa-pss':
      return { name: 'RSA-PSS', saltLength: hashLengths[algorithm.hash] }
  }
}

/** Web Crypto's ECDSA signature, r and s side by side, as the DER X.509 carries (RFC 5480 appendix A). */
function ecdsaDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  const number = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  return sequence(integer(number(raw.subarray(0, half))), integer(number(raw.subarray(half))))
}

/** Whether a signature of the private key verifies with the public one. */
async function isPair(
  privateKey: CryptoKey,
  spki: Uint8Array<ArrayBuffer>,
  parameters: Algorithm | EcdsaParams | RsaPssParams,
): Promise<boolean> {
  const data = new Uint8Array(32)
  const signature = await crypto.subtle.sign(parameters, privateKey, data)
  try {
    const publicKey = await crypto.subtle.importKey('spki', spki, privateKey.algorithm, false, ['verify'])
    return await crypto.subtle.verify(parameters, publicKey, signature, data)
  } catch (error) {
    // A public key of another kind or curve is no key of this algorithm to the runtime.
    if (error instanceof DOMException) return false
    throw error
  }
}

/**
 * A signer for a key pair of Web Crypto. The private key need not be extractable; the public one must be. The pair is
 * tried once, so that a public key that is not the private key's is found here and not by a certification authority.
 *
 * @param hash for ECDSA, by default sha-256; an RSA key has its hash already, and Ed25519 its own
 * @throws TypeError for keys of other algorithms, an RSA key of another hash, a key that may not sign, keys that are no pair
 */
export async function signerFromWebCrypto(pair: WebCryptoKeyPair, hash?: SignerHash): Promise<Signer> {
  const privateKey = pair.privateKey as CryptoKey
  const algorithm = algorithmOf(privateKey, hash)
  if (privateKey.type !== 'private' || !privateKey.usages.includes('sign')) {
    throw new TypeError(`expected a private key that may sign, found a ${privateKey.type} one`)
  }
  if (!pair.publicKey.extractable) throw new TypeError('expected an extractable public key')
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey as CryptoKey))
  const parameters = runtimeParameters(algorithm)
  if (!(await isPair(privateKey, publicKey, parameters))) {
    throw new TypeError('expected a key pair, found a public key that is not the private key’s')
  }
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
  rsaScheme: RsaScheme,
): RsaHashedImportParams | EcKeyImportParams | Algorithm {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { name: rsaScheme === 'rsa-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: hash.toUpperCase() }
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

/** The public half of an extractable private key, as JSON Web Key members (RFC 7518 §6, RFC 8037 §2). */
async function publicJwk(privateKey: CryptoKey): Promise<JsonWebKey> {
  const jwk: Readonly<Record<string, unknown>> = { ...(await crypto.subtle.exportKey('jwk', privateKey)) }
  // What is public is named, so that a private member nobody thought of cannot come along.
  const members = ['kty', 'n', 'e', 'crv', 'x', 'y'].filter((member) => member in jwk)
  return Object.fromEntries(members.map((member) => [member, jwk[member]]))
}

/**
 * A signer for a private KeyObject of node:crypto. The key is handed to Web Crypto once, not extractable.
 *
 * @param hash of RSA and ECDSA signatures; Ed25519 has its own
 * @param rsaScheme how an RSA key signs. The appliance and most authorities expect PKCS #1.
 * @throws TypeError for keys of other kinds: public ones, other curves, RSA keys restricted to PSS (id-RSASSA-PSS)
 */
export async function signerFromKeyObject(
  key: PrivateKeyObject,
  hash: SignerHash = 'sha-256',
  rsaScheme: RsaScheme = 'rsa-pkcs1',
): Promise<Signer> {
  if (key.type !== 'private') throw new TypeError(`expected a private key, found a ${key.type} one`)
  const parameters = importParameters(key, hash, rsaScheme)
  const pkcs8 = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  // The public half is read from an extractable copy, which is dropped at once.
  const extractable = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, true, ['sign'])
  const publicKey = await crypto.subtle.importKey('jwk', await publicJwk(extractable), parameters, true, ['verify'])
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign'])
  return signerFromWebCrypto({ privateKey, publicKey }, hash)
}

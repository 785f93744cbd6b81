// Key pairs for tests: made by the runtime's Web Crypto, once a process for each type and label.

import { type Signer, type SignerHash, signerFromWebCrypto } from '../authoring/index.js'
import { writePem } from '../pem/index.js'

/** Kinds of keys the kit makes. `rsa-pss-2048` is an RSA key like the others that signs with RSASSA-PSS. */
export type TestKeyType = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'rsa-pss-2048' | 'p256' | 'p384' | 'p521' | 'ed25519'

/** A private key that, unlike one of real use, shows itself. Never let one out of a test. */
export interface TestKey extends Signer {
  readonly keyType: TestKeyType
  /** DER of the private key (PKCS#8), as `createPrivateKey` and `crypto.subtle.importKey('pkcs8', …)` take it. */
  readonly pkcs8: Uint8Array
  /** The same as PEM, as servers take it. */
  readonly pem: string
}

interface Row {
  readonly parameters: Omit<RsaHashedKeyGenParams, 'hash'> | EcKeyGenParams | Algorithm
  readonly hash?: SignerHash
}

const rsa = (modulusLength: number, name = 'RSASSA-PKCS1-v1_5'): Row => ({
  parameters: { name, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) },
  hash: 'sha-256',
})
const ec = (namedCurve: string, hash: SignerHash): Row => ({ parameters: { name: 'ECDSA', namedCurve }, hash })

const table: Readonly<Record<TestKeyType, Row>> = {
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'rsa-pss-2048': rsa(2048, 'RSA-PSS'),
  p256: ec('P-256', 'sha-256'),
  p384: ec('P-384', 'sha-384'),
  p521: ec('P-521', 'sha-512'),
  ed25519: { parameters: { name: 'Ed25519' } },
}

/**
 * A new key of `keyType`, unlike every other. An elliptic curve takes a fraction of a millisecond, RSA from a tenth of a
 * second (2048) to some seconds (4096).
 * @param hash what it signs with: default SHA-256 for RSA, of elliptic curves the hash of their size; Ed25519 has its own
 */
export async function generateTestKey(keyType: TestKeyType = 'p256', hash?: SignerHash): Promise<TestKey> {
  const row = table[keyType]
  const signsWith = row.hash === undefined ? undefined : (hash ?? row.hash)
  // Web Crypto fixes the hash of an RSA key here, and asks for that of ECDSA when it signs.
  const parameters = { ...row.parameters, ...(signsWith === undefined ? {} : { hash: signsWith.toUpperCase() }) }
  // Its types have single keys and pairs alike; these algorithms make pairs.
  const pair = (await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  return { ...(await signerFromWebCrypto(pair, signsWith)), keyType, pkcs8, pem: writePem('PRIVATE KEY', pkcs8) }
}

const made = new Map<string, Promise<TestKey>>()

/**
 * The key of this type and label in this process: made when first asked for, the same one ever after. Leaves share the
 * key labelled `leaf` unless they are given one, which is what makes thousands of them cheap.
 */
export function testKey(keyType: TestKeyType = 'p256', label = 'leaf'): Promise<TestKey> {
  const place = `${keyType} ${label}`
  const key = made.get(place) ?? generateTestKey(keyType)
  made.set(place, key)
  return key
}

// Private keys by handle. A key is made, used and destroyed where it lies; nothing here ever gives one out.

import { type Signer, type SignerHash, signerFromWebCrypto } from '../authoring/index.js'
import type { CurveName } from '../x509/index.js'

/** A key to be made. */
export type KeySpecification =
  { readonly type: 'rsa'; readonly modulusLength: number } | { readonly type: 'ec'; readonly curve: CurveName }

/** Makes, holds, signs with and destroys private keys. A private key never appears in a record, log, error or list. */
export interface KeyStore {
  /** Makes a key and returns its handle, a text without meaning. */
  generate(specification: KeySpecification): Promise<string>
  /** Signs with the key. @throws KeyStoreError where there is none */
  signer(handle: string, hash?: SignerHash): Promise<Signer>
  /** Destroys the key; one that is not there is destroyed already. */
  destroy(handle: string): Promise<void>
  /** Handles of all keys, for finding those nothing refers to. */
  handles(): Promise<readonly string[]>
}

/** The key asked for is not in the store, or cannot be made. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError'
  constructor(
    readonly code: 'no-such-key' | 'unsupported-key',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

const HASHES: readonly SignerHash[] = ['sha-256', 'sha-384', 'sha-512']

/** A new handle: random, so that it tells nothing and is never used again. */
export const newHandle = (): string => crypto.randomUUID()

/** What Web Crypto calls the key. RSA keys are bound to their hash there, whose name Deno knows in capitals only. */
export function generationParameters(
  specification: KeySpecification,
  hash: SignerHash,
): RsaHashedKeyGenParams | EcKeyGenParams {
  if (specification.type === 'ec') return { name: 'ECDSA', namedCurve: specification.curve }
  const { modulusLength } = specification
  return { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: Uint8Array.of(1, 0, 1), hash: hash.toUpperCase() }
}

/** A key store in memory, of keys that cannot be exported. They are gone with the process. */
export function createMemoryKeyStore(): KeyStore {
  const keys = new Map<string, ReadonlyMap<SignerHash, CryptoKeyPair>>()
  return {
    async generate(specification) {
      const handle = newHandle()
      keys.set(handle, await generateForEachHash(specification))
      return handle
    },
    async signer(handle, hash = 'sha-256') {
      const pair = keys.get(handle)?.get(hash)
      if (pair === undefined) throw new KeyStoreError('no-such-key', `there is no key ${handle}`)
      return signerFromWebCrypto(pair, hash)
    },
    destroy(handle) {
      keys.delete(handle)
      return Promise.resolve()
    },
    handles: () => Promise.resolve([...keys.keys()]),
  }
}

/** Web Crypto binds an RSA key to one hash: the same key is imported for each, and the copy it comes from dropped. */
async function generateForEachHash(specification: KeySpecification): Promise<ReadonlyMap<SignerHash, CryptoKeyPair>> {
  const parameters = generationParameters(specification, 'sha-256')
  let made: CryptoKeyPair
  try {
    made = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
  } catch (cause) {
    const wanted = specification.type === 'ec' ? specification.curve : `RSA ${specification.modulusLength}`
    throw new KeyStoreError('unsupported-key', `the runtime makes no key of ${wanted}`, { cause })
  }
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', made.privateKey)
  const spki = await crypto.subtle.exportKey('spki', made.publicKey)
  const pairs = new Map<SignerHash, CryptoKeyPair>()
  for (const hash of HASHES) {
    const algorithm = generationParameters(specification, hash)
    pairs.set(hash, {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    })
  }
  return pairs
}

// Private keys as the database gets them: encrypted with AES-256-GCM (NIST SP 800-38D) under a key it never sees.

import { failure } from './errors.js'

/** The keys that private keys are wrapped with. They come from outside: a secret store, an HSM, a file of its own. */
export interface KeyWrapping {
  /** Id of the key new private keys are wrapped with. It is stored beside them, and is no secret. */
  readonly current: string
  /**
   * The 32 bytes of a wrapping key, asked for at each use and not kept; undefined for an id nobody knows. Keys of earlier
   * ids are needed until `rotate` has been run.
   */
  keyOf(id: string): Uint8Array | undefined | Promise<Uint8Array | undefined>
}

export interface WrappedKey {
  readonly wrappingKey: string
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
}

/** SP 800-38D §8.2.2: random nonces of 96 bits serve for 2^32 keys under one wrapping key. */
const NONCE_BYTES = 12
const KEY_BYTES = 32

/**
 * @param context what the wrapped key belongs to. It is authenticated: moved to another row, a key does not open
 */
export async function wrapKey(wrapping: KeyWrapping, pkcs8: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const key = await importWrappingKey(wrapping, wrapping.current)
  const sealed = await crypto.subtle.encrypt(parametersOf(nonce, context, wrapping.current), key, buffer(pkcs8))
  return { wrappingKey: wrapping.current, nonce, wrapped: new Uint8Array(sealed) }
}

/** PKCS#8 DER; whoever asked wipes it. @throws SqlStorageError `wrong-wrapping-key` */
export async function unwrapKey(
  wrapping: KeyWrapping,
  { wrappingKey, nonce, wrapped }: WrappedKey,
  context: Uint8Array,
): Promise<Uint8Array> {
  const key = await importWrappingKey(wrapping, wrappingKey)
  try {
    const opened = await crypto.subtle.decrypt(parametersOf(nonce, context, wrappingKey), key, buffer(wrapped))
    return new Uint8Array(opened)
  } catch {
    // No cause: nothing of a key may get into a log.
    throw failure('wrong-wrapping-key', 'unwrap')
  }
}

function parametersOf(nonce: Uint8Array, context: Uint8Array, id: string): AesGcmParams {
  const header = new TextEncoder().encode(JSON.stringify(['certward', 1, id]))
  const additionalData = new Uint8Array(header.length + context.length)
  additionalData.set(header)
  additionalData.set(context, header.length)
  return { name: 'AES-GCM', iv: buffer(nonce), additionalData }
}

/** A view on memory of its own, which Web Crypto asks for. */
const buffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

async function importWrappingKey(wrapping: KeyWrapping, id: string): Promise<CryptoKey> {
  const bytes = await wrapping.keyOf(id)
  if (bytes === undefined) throw failure('wrong-wrapping-key', 'wrap')
  if (bytes.length !== KEY_BYTES) {
    throw new TypeError(`keyWrapping: expected a key of ${KEY_BYTES} bytes, found one of ${bytes.length}`)
  }
  return crypto.subtle.importKey('raw', buffer(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

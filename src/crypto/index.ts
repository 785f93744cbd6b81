/** Cryptography through the runtime's own provider: `node:crypto` on Node, Web Crypto elsewhere. */

import { provider } from '#crypto'
import type { CryptoProvider, DigestAlgorithm } from './provider.js'

export { keyFitsAlgorithm } from './agreement.js'
export type { CryptoProvider, DigestAlgorithm, SignatureVerdict } from './provider.js'
export { rememberSignatures } from './remember-signatures.js'
export { type SubtleCryptoLike, webCryptoProvider } from './web-crypto.js'

/** The runtime's own provider. On Node it verifies synchronously. */
export const runtimeCrypto: CryptoProvider = provider

/**
 * The digest of `data`, in bytes, by the runtime's own implementation. SHA-1 is there for identifiers (RFC 5280 section
 * 4.2.1.2, RFC 6960 section 4.1.1), not for signatures.
 *
 * @example
 * ```ts
 * const fingerprint = await digest('sha-256', der) // 32 bytes
 * ```
 */
export function digest(algorithm: DigestAlgorithm, data: Uint8Array): Promise<Uint8Array> {
  return provider.digest(algorithm, data)
}

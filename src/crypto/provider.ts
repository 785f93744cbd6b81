/** What a crypto provider offers. The runtime's own, node.ts or web.ts, is chosen by the `#crypto` condition. */

import type { SignatureAlgorithm, SubjectPublicKeyInfo } from '../x509/index.js'

/** Hash functions that digests are made with. SHA-1 is among them because OCSP names issuers by it (RFC 6960 §4.1.1). */
export type DigestAlgorithm = 'sha-1' | 'sha-256' | 'sha-384' | 'sha-512'

/** `unsupported`: this provider does not know the algorithm or curve, or refuses the key. Never to be taken for a yes. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unsupported'

/** Verifies signatures and makes digests. Nothing here makes a key or signs. */
export interface CryptoProvider {
  /** The digest of `data`, in bytes. */
  digest(algorithm: DigestAlgorithm, data: Uint8Array): Promise<Uint8Array>
  /**
   * Whether `signature`, as X.509 carries it, is `publicKey`'s over `data`. Says nothing about whether algorithm and key
   * are strong enough: that is a profile's decision. A key of another kind than the algorithm's is `invalid`. A
   * provider that can decides at once; others return a promise. Malformed keys and signatures never throw.
   */
  verify(
    algorithm: SignatureAlgorithm,
    publicKey: SubjectPublicKeyInfo,
    signature: Uint8Array,
    data: Uint8Array,
  ): SignatureVerdict | Promise<SignatureVerdict>
}

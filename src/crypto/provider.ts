/** What a crypto provider offers. The providers themselves, node.ts and web.ts, are chosen by the `#crypto` condition. */

export type DigestAlgorithm = 'sha-1' | 'sha-256' | 'sha-384' | 'sha-512'

export interface CryptoProvider {
  /** The digest of `data`, in bytes. */
  digest(algorithm: DigestAlgorithm, data: Uint8Array): Promise<Uint8Array>
}

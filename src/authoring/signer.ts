// Private keys as authoring sees them: something that signs. Where the key lives is the signer's affair.

import { explicit, integer, nullValue, objectIdentifier, sequence } from '../der/writer.js'
import { identifierOf } from '../x509/object-identifiers.js'

/** Hash functions new signatures are made with (CSR-8). */
export type SignerHash = 'sha-256' | 'sha-384' | 'sha-512'

/** How RSA keys sign: PKCS #1 v1.5, or PSS with MGF1 over the same hash and a salt as long as the hash. */
export type RsaScheme = 'rsa-pkcs1' | 'rsa-pss'

/** How a signer signs. Ed25519 fixes its hash itself. */
export type SignerAlgorithm =
  { readonly scheme: RsaScheme | 'ecdsa'; readonly hash: SignerHash } | { readonly scheme: 'ed25519' }

/**
 * Signs with one private key, which it never shows. Key and algorithm belong together, so the hash of a request or a
 * certificate is its signer's: for another hash, make another signer.
 */
export interface Signer {
  /** DER of the subjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly algorithm: SignerAlgorithm
  /** The signature over `data` as X.509 carries it: ECDSA as DER of r and s. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** Bytes of a hash, and so of the salt of its RSASSA-PSS signatures (RFC 4055 §3.1 recommends it). */
export const hashLengths: Readonly<Record<SignerHash, number>> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 }

/** RSASSA-PSS-params (RFC 4055 §3.1): all but the trailer, whose only value is its default. */
function pssParameters(hash: SignerHash): Uint8Array {
  const hashAlgorithm = sequence(objectIdentifier(identifierOf(hash.replace('-', ''))), nullValue())
  return sequence(
    explicit(0, hashAlgorithm),
    explicit(1, sequence(objectIdentifier(identifierOf('mgf1')), hashAlgorithm)),
    explicit(2, integer(hashLengths[hash])),
  )
}

/** The AlgorithmIdentifier of an algorithm, its parameters as RFC 4055, RFC 5758 §3.2 and RFC 8410 §3 want them. */
export function algorithmIdentifier(algorithm: SignerAlgorithm): Uint8Array {
  if (algorithm.scheme === 'ed25519') return sequence(objectIdentifier(identifierOf('Ed25519')))
  const hash = algorithm.hash.replace('-', '')
  switch (algorithm.scheme) {
    case 'rsa-pkcs1':
      return sequence(objectIdentifier(identifierOf(`${hash}WithRSAEncryption`)), nullValue())
    case 'rsa-pss':
      return sequence(objectIdentifier(identifierOf('rsassaPss')), pssParameters(algorithm.hash))
    default:
      return sequence(objectIdentifier(identifierOf(`ecdsaWith${hash.toUpperCase()}`)))
  }
}

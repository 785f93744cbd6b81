// The proof of possession in a request: its own signature (RFC 2986 §4.2), verified by the runtime's cryptography.

import { readOr } from '../base/errors.js'
import { runtimeCrypto } from '../crypto/index.js'
import type { CertificationRequest } from '../pkcs10/index.js'

/** Whether the requester has shown that it holds the key; where not, why. */
export type PossessionVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string }

const refused = (reason: string): PossessionVerdict => ({ ok: false, reason })

/**
 * Verifies a request's own signature: proof that whoever made it holds the private key (CSR-11). It proves nothing about
 * names or rights. Verifies what the runtime can: RSA PKCS#1 and PSS, ECDSA, and Ed25519 at least, but nothing that is
 * signed with MD5. Anything else is refused with its reason, never accepted.
 */
export async function verifyRequestSignature(request: CertificationRequest): Promise<PossessionVerdict> {
  const algorithm = readOr(
    () => request.signatureAlgorithm,
    ({ message }) => refused(message),
  )
  if ('ok' in algorithm) return algorithm
  const { publicKey, signatureValue, certificationRequestInfo } = request
  const title = algorithm.name ?? algorithm.oid
  // A collision would let one signature stand for two requests.
  if (algorithm.hash === 'md5') return refused(`a signature of ${title} proves nothing`)
  const verdict = await runtimeCrypto.verify(algorithm, publicKey, signatureValue, certificationRequestInfo)
  switch (verdict) {
    case 'valid':
      return { ok: true }
    case 'invalid':
      return refused('the signature does not verify with the key of the request')
    case 'unsupported':
      return refused(`the runtime cannot verify a signature of ${title} with this key`)
  }
}

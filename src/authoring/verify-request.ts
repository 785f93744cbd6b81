// The proof of possession in a request: its own signature (RFC 2986 §4.2), verified by the runtime's Web Crypto.

import { ParseError } from '../base/errors.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import type { CertificationRequest } from '../pkcs10/index.js'
import type { PublicKey } from '../x509/index.js'

/** Whether the requester has shown that it holds the key; where not, why. */
export type PossessionVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string }

const refused = (reason: string): PossessionVerdict => ({ ok: false, reason })

interface Verification {
  readonly importParameters: RsaHashedImportParams | EcKeyImportParams | Algorithm
  readonly verifyParameters: Algorithm | RsaPssParams | EcdsaParams
  /** The signature as Web Crypto takes it. */
  readonly signature: Uint8Array
}

const coordinateLengths: Readonly<Record<string, number | undefined>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/** DER of r and s (RFC 5480 appendix A) as Web Crypto's two numbers side by side; undefined where they do not fit. */
function rawEcdsa(der: Uint8Array, length: number): Uint8Array | undefined {
  const reader = new DerReader(der, 'signature')
  const outerEnd = reader.enter(tags.SEQUENCE)
  const raw = new Uint8Array(2 * length)
  for (const end of [length, 2 * length]) {
    reader.skipInteger()
    const content = der.subarray(reader.contentStart, reader.position)
    const magnitude = content[0] === 0 ? content.subarray(1) : content
    if ((content[0] ?? 0) >= 0x80 || magnitude.length > length) return undefined
    raw.set(magnitude, end - magnitude.length)
  }
  reader.leave(outerEnd)
  reader.finish()
  return raw
}

/** How Web Crypto verifies the request, or why it cannot. Key and algorithm must agree. */
function verificationOf(request: CertificationRequest, key: PublicKey): Verification | string {
  const { scheme, hash, pss, name, oid } = request.signatureAlgorithm
  const signature = request.signatureValue
  const title = name ?? oid
  switch (scheme) {
    case 'rsa-pkcs1': {
      if (key.type !== 'rsa' || hash === undefined || hash === 'md5') break
      const parameters = { name: 'RSASSA-PKCS1-v1_5', hash }
      return { importParameters: parameters, verifyParameters: parameters, signature }
    }
    case 'rsa-pss': {
      // Web Crypto takes one hash for both the message and the mask, and keys of type rsaEncryption only.
      if (key.type !== 'rsa' || pss === undefined || pss.hash !== pss.maskHash) break
      const { saltLength } = pss
      return {
        importParameters: { name: 'RSA-PSS', hash: pss.hash },
        verifyParameters: { name: 'RSA-PSS', saltLength },
        signature,
      }
    }
    case 'ecdsa': {
      const length = key.type === 'ec' ? coordinateLengths[key.curve ?? ''] : undefined
      if (key.type !== 'ec' || key.curve === undefined || length === undefined || hash === undefined) break
      const raw = rawEcdsa(signature, length)
      if (raw === undefined) return 'the signature is no pair of numbers of the curve’s size'
      return {
        importParameters: { name: 'ECDSA', namedCurve: key.curve },
        verifyParameters: { name: 'ECDSA', hash },
        signature: raw,
      }
    }
    case 'ed25519':
      if (key.type !== 'ed25519') break
      return { importParameters: { name: 'Ed25519' }, verifyParameters: { name: 'Ed25519' }, signature }
    default:
      return `signatures of ${title} cannot be verified here`
  }
  return `a signature of ${title} cannot be verified with a key of type ${key.type} here`
}

/**
 * Verifies a request's own signature: proof that whoever made it holds the private key (CSR-11). It proves nothing about
 * names or rights. Verifies RSA PKCS#1 and PSS, ECDSA on the NIST curves, and Ed25519, as far as the runtime's Web Crypto
 * does; anything else is refused with its reason, never accepted.
 */
export async function verifyRequestSignature(request: CertificationRequest): Promise<PossessionVerdict> {
  try {
    const verification = verificationOf(request, request.publicKey.key)
    if (typeof verification === 'string') return refused(verification)
    const { importParameters, verifyParameters, signature } = verification
    const spki = new Uint8Array(request.publicKey.der)
    const key = await crypto.subtle.importKey('spki', spki, importParameters, false, ['verify'])
    const data = new Uint8Array(request.certificationRequestInfo)
    const ok = await crypto.subtle.verify(verifyParameters, key, new Uint8Array(signature), data)
    return ok ? { ok } : refused('the signature does not verify with the key of the request')
  } catch (error) {
    if (error instanceof ParseError) return refused(error.message)
    // Web Crypto rejects keys that are no keys: a point off its curve, say.
    if (error instanceof DOMException) return refused(`the runtime refuses the key: ${error.message}`)
    throw error
  }
}

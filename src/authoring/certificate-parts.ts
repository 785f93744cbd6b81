// Parts that every certificate is given by whoever writes it: a serial number and a key identifier.

import { digest } from '../crypto/index.js'
import { SubjectPublicKeyInfo } from '../x509/index.js'

/** A positive serial number of 159 bits, 158 of them random: 20 bytes, the most there may be (RFC 5280 §4.1.2.2). */
export function randomSerialNumber(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  // The highest of the 159 bits is set, so that all serial numbers have one length and none is zero.
  return BigInt.asUintN(159, value) | (1n << 158n)
}

/** Content of the BIT STRING of a subjectPublicKeyInfo, DER. */
export const publicKeyBits = (spki: Uint8Array): Uint8Array =>
  new SubjectPublicKeyInfo(spki, 0, spki.length, 0).keyBytes

/** RFC 5280 §4.2.1.2, method 1: SHA-1 over the key's bits. An identifier, not a signature. */
export const keyIdentifier = (publicKey: { readonly keyBytes: Uint8Array }): Promise<Uint8Array> =>
  digest('sha-1', publicKey.keyBytes)

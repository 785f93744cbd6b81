// OCSP requests (RFC 6960 §4.1, RFC 5019 §2.1, RFC 9654): which certificates, and a nonce.

import type { Der } from '../base/brands.js'
import { latin1 } from '../base/bytes.js'
import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import { explicit, objectIdentifier, octetString, sequence } from '../der/writer.js'
import type { Certificate } from '../x509/index.js'
import { type CertId, certIdOf, issuerFrom, type OcspIssuer, writeCertId } from './cert-id.js'
import { ocspIdentifiers } from './ocsp-response.js'

/** How a request names the certificate, and whether it carries a nonce. */
export interface OcspRequestOptions {
  /** Hash of the CertIDs. Default `sha-1`, which RFC 5019 §2.1.1 asks for and every responder knows; it is no signature. */
  readonly hash?: 'sha-1' | 'sha-256'
  /**
   * Ties the answer to this request: `random` for 32 bytes, or 1 to 128 bytes (RFC 9654 §2.1). Default none: responders
   * that sign in advance do not echo one.
   */
  readonly nonce?: 'random' | Uint8Array
  /** Computes the hashes. Default: the runtime's own. */
  readonly crypto?: CryptoProvider
}

/** A request that has been written, and what its response must answer. */
export interface OcspRequest {
  readonly der: Der<'OCSPRequest'>
  /** One for each certificate, in their order. */
  readonly certIds: readonly CertId[]
  /** The nonce sent, to be compared with the answer's; undefined where none was. */
  readonly nonce: Uint8Array | undefined
}

/** A certificate to ask about, and who issued it. */
export interface OcspSubject {
  readonly certificate: Certificate
  readonly issuer: Certificate | OcspIssuer
}

function nonceBytes(nonce: OcspRequestOptions['nonce']): Uint8Array | undefined {
  if (nonce === undefined) return undefined
  const bytes = nonce === 'random' ? crypto.getRandomValues(new Uint8Array(32)) : nonce
  if (bytes.length < 1 || bytes.length > 128) {
    throw new TypeError(`nonce: expected 1 to 128 bytes (RFC 9654 §2.1), found ${bytes.length}`)
  }
  return bytes
}

/**
 * Makes an unsigned OCSP request for one certificate or several.
 * @throws TypeError for a nonce of a length RFC 9654 does not allow, or no certificate
 */
export async function createOcspRequest(
  subjects: OcspSubject | readonly OcspSubject[],
  options: OcspRequestOptions = {},
): Promise<OcspRequest> {
  const { hash = 'sha-1', crypto: provider = runtimeCrypto } = options
  const list = 'certificate' in subjects ? [subjects] : subjects
  if (list.length === 0) throw new TypeError('createOcspRequest: expected a certificate to ask about, found none')
  const nonce = nonceBytes(options.nonce)
  const certIds = await Promise.all(
    list.map(({ certificate, issuer }) => certIdOf(certificate, issuerFrom(issuer), hash, provider)),
  )
  const requestList = sequence(...certIds.map((certId) => sequence(writeCertId(certId))))
  const extensions =
    nonce === undefined
      ? []
      : [explicit(2, sequence(sequence(objectIdentifier(ocspIdentifiers.nonce), octetString(octetString(nonce)))))]
  const der = sequence(sequence(requestList, ...extensions)) as Der<'OCSPRequest'>
  return { der, certIds, nonce }
}

/** The URL that asks by GET (RFC 6960 appendix A.1): cacheable, and for short requests (RFC 5019 §5: 255 bytes in all). */
export function ocspRequestUrl(uri: string, der: Uint8Array): string {
  return `${uri.endsWith('/') ? uri : `${uri}/`}${encodeURIComponent(btoa(latin1(der, 0, der.length)))}`
}

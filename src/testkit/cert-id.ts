// CertIDs of an authority's certificates, and whether one is of that authority (RFC 6960 §4.1.1).

import { publicKeyBits } from '../authoring/certificate-parts.js'
import { equalBytes } from '../base/bytes.js'
import { digest } from '../crypto/index.js'
import { nullValue, sequence } from '../der/writer.js'
import { identifier, oidOf } from './identifiers.js'
import type { TestCertId } from './ocsp-request.js'
import type { IssuedCertificate } from './test-certificate.js'

/** Hashes a CertID can be made with. */
export type CertIdHash = 'sha-1' | 'sha-256' | 'sha-384' | 'sha-512'

const hashes: readonly CertIdHash[] = ['sha-1', 'sha-256', 'sha-384', 'sha-512']
const registered = (hash: CertIdHash): string => hash.replace('-', '')

/** The CertID of the certificate with a serial number that `issuer` has issued. */
export async function certIdOf(
  issuer: IssuedCertificate,
  serialNumber: bigint,
  hash: CertIdHash = 'sha-1',
): Promise<TestCertId> {
  const { subject, publicKey } = issuer.written
  return {
    // RFC 4055 §2.1: NULL, as most write it, though absent means the same.
    hashAlgorithm: sequence(identifier(registered(hash)), nullValue()),
    hashOid: oidOf(registered(hash)),
    issuerNameHash: await digest(hash, subject),
    issuerKeyHash: await digest(hash, publicKeyBits(publicKey)),
    serialNumber,
  }
}

/** Whether a CertID is of a certificate that `issuer` has, or may have, issued. */
export async function isIssuedBy(certId: TestCertId, issuer: IssuedCertificate): Promise<boolean> {
  const hash = hashes.find((known) => oidOf(registered(known)) === certId.hashOid)
  if (hash === undefined) return false
  const own = await certIdOf(issuer, certId.serialNumber, hash)
  return equalBytes(own.issuerNameHash, certId.issuerNameHash) && equalBytes(own.issuerKeyHash, certId.issuerKeyHash)
}

// A certificate as a record's searchable facts.

import { toHex } from '../base/bytes.js'
import { readOr } from '../base/errors.js'
import { digest } from '../crypto/index.js'
import { textDigest } from '../crypto/text-digest.js'
import { type Certificate, formatPublicKey } from '../x509/index.js'
import { type CertificateIndex, type CertificateRecord, type CertificateType, type Scope, scopeKey } from './records.js'

const keyTypeOf = ({ publicKey }: Certificate): string =>
  readOr(
    () => formatPublicKey(publicKey.key),
    () => 'malformed',
  )

const typeOf = (certificate: Certificate): CertificateType => (certificate.isSelfSigned ? 'self-signed' : 'ca-signed')

/** Everything of a record that follows from the certificate. `der` is the certificate's, not a copy of it. */
export async function describeRecord(
  certificate: Certificate,
): Promise<CertificateIndex & Pick<CertificateRecord, 'der' | 'type' | 'sha256' | 'sha1'>> {
  const { der, subject, issuer, serialNumber, notBeforeTime, notAfterTime } = certificate
  const [sha256, sha1] = await Promise.all([digest('sha-256', der), digest('sha-1', der)])
  return {
    commonName: subject.get('commonName') ?? '',
    subject: subject.toString(),
    issuer: issuer.toString(),
    serialNumber,
    notBefore: notBeforeTime,
    notAfter: notAfterTime,
    keyType: keyTypeOf(certificate),
    der,
    type: typeOf(certificate),
    sha256: toHex(sha256),
    sha1: toHex(sha1),
  }
}

/** The id of a trust record: one certificate for each subject (UPL-5), by a digest of what makes names equal. */
export function trustId({ subject }: Certificate): Promise<string> {
  return textDigest(subject.canonicalKey)
}

/**
 * The id of the trust record that shows an identity's own certificate to its peers: one for each identity, whatever its
 * subject, since the identities of a node often share one.
 */
export const copyId = (identity: Scope): string => `identity ${scopeKey(identity)}`

// CertID (RFC 6960 §4.1.1): a certificate by hashes of its issuer's name and key, and by its serial number.

import { equalBytes } from '../base/bytes.js'
import type { CryptoProvider, DigestAlgorithm } from '../crypto/index.js'
import type { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { element, nullValue, objectIdentifier, octetString, sequence } from '../der/writer.js'
import { checkParameters, readAlgorithmIdentifier } from '../x509/algorithm-identifier.js'
import type { Certificate, Name, SubjectPublicKeyInfo } from '../x509/index.js'
import { identifierOf } from '../x509/object-identifiers.js'

/** The authority that issued the certificate in question: a certificate's subject, or a trust anchor. */
export interface OcspIssuer {
  readonly name: Name
  readonly publicKey: SubjectPublicKeyInfo
}

/** An issuer given as a certificate. */
export const issuerFrom = (issuer: Certificate | OcspIssuer): OcspIssuer =>
  'name' in issuer ? issuer : { name: issuer.subject, publicKey: issuer.publicKey }

/** What a CertID says. */
export interface CertId {
  /** Undefined for a hash this library does not know. */
  readonly hash: DigestAlgorithm | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** INTEGER content octets. */
  readonly serialNumberBytes: Uint8Array
}

const hashes: Readonly<Record<string, DigestAlgorithm | undefined>> = {
  sha1: 'sha-1',
  sha256: 'sha-256',
  sha384: 'sha-384',
  sha512: 'sha-512',
}

export function readCertId(reader: DerReader): CertId {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const algorithm = readAlgorithmIdentifier(reader)
  const hash = hashes[algorithm.name ?? '']
  // RFC 4055 §2.1: NULL or absent, which mean the same.
  if (hash !== undefined) checkParameters(algorithm, 'null-or-absent')
  const issuerNameHash = reader.readContent(tags.OCTET_STRING)
  const issuerKeyHash = reader.readContent(tags.OCTET_STRING)
  reader.skipInteger()
  const serialNumberBytes = reader.bytes.subarray(reader.contentStart, reader.position)
  reader.leave(outerEnd)
  return { hash, issuerNameHash, issuerKeyHash, serialNumberBytes }
}

/** The CertID of a certificate: `hash` over the DER of the issuer's name, and over its key's bits. */
export async function certIdOf(
  certificate: Certificate,
  issuer: OcspIssuer,
  hash: DigestAlgorithm,
  crypto: CryptoProvider,
): Promise<CertId> {
  const [issuerNameHash, issuerKeyHash] = await Promise.all([
    // "… over the DER encoding of the issuer's name field in the certificate being checked".
    crypto.digest(hash, certificate.issuer.der),
    crypto.digest(hash, issuer.publicKey.keyBytes),
  ])
  return { hash, issuerNameHash, issuerKeyHash, serialNumberBytes: certificate.serialNumberBytes }
}

/** DER. RFC 5019 §2.1.1 and every responder in use have NULL parameters. */
export function writeCertId({ hash, issuerNameHash, issuerKeyHash, serialNumberBytes }: CertId): Uint8Array {
  const algorithm = sequence(objectIdentifier(identifierOf((hash ?? 'sha-1').replace('-', ''))), nullValue())
  return sequence(
    algorithm,
    octetString(issuerNameHash),
    octetString(issuerKeyHash),
    element(tags.INTEGER, serialNumberBytes),
  )
}

/** Whether both name the same certificate, with the same hash. */
export const isSameCertId = (a: CertId, b: CertId): boolean =>
  a.hash === b.hash &&
  equalBytes(a.serialNumberBytes, b.serialNumberBytes) &&
  equalBytes(a.issuerKeyHash, b.issuerKeyHash) &&
  equalBytes(a.issuerNameHash, b.issuerNameHash)

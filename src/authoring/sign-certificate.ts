// The certificate itself (RFC 5280 §4.1): what every certificate has, whoever issues it, signed.

import type { Der } from '../base/brands.js'
import { bitString, booleanValue, explicit, integer, sequence, time } from '../der/writer.js'
import { writePem } from '../pem/write-pem.js'
import { type Certificate, parseCertificate } from '../x509/index.js'
import { randomSerialNumber } from './certificate-parts.js'
import { extension } from './profile-extensions.js'
import { algorithmIdentifier, type Signer } from './signer.js'
import type { Validity } from './validity.js'

/** A certificate that has been written: parsed, and as bytes and text. */
export interface CreatedCertificate {
  readonly certificate: Certificate
  readonly der: Der<'Certificate'>
  readonly pem: string
}

/** What a certificate says besides its version, serial number and algorithms. All parts are DER. */
export interface CertificateFields extends Validity {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly publicKey: Uint8Array
  readonly extensions: readonly Uint8Array[]
}

/** basicConstraints, critical (RFC 5280 §4.2.1.9): of an authority, with its path length if given, or of an end entity. */
export function basicConstraints(
  authority: { readonly pathLenConstraint?: number | undefined } | undefined,
): Uint8Array {
  if (authority === undefined) return extension('basicConstraints', sequence(), true)
  const { pathLenConstraint } = authority
  const length = pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)]
  return extension('basicConstraints', sequence(booleanValue(true), ...length), true)
}

/** Faults of a path length; empty where there are none. */
export function pathLengthFaults(pathLenConstraint: number | undefined): readonly string[] {
  if (pathLenConstraint === undefined || (Number.isSafeInteger(pathLenConstraint) && pathLenConstraint >= 0)) return []
  return [`pathLenConstraint is ${pathLenConstraint}: expected a number of certificates`]
}

/** Writes and signs a certificate with a random serial number. */
export async function signCertificate(fields: CertificateFields, key: Signer): Promise<CreatedCertificate> {
  const { notBefore, notAfter } = fields
  const algorithm = algorithmIdentifier(key.algorithm)
  const tbsCertificate = sequence(
    explicit(0, integer(2)),
    integer(randomSerialNumber()),
    algorithm,
    fields.issuer,
    sequence(time(notBefore.getTime()), time(notAfter.getTime())),
    fields.subject,
    fields.publicKey,
    explicit(3, sequence(...fields.extensions)),
  )
  const der = sequence(tbsCertificate, algorithm, bitString(await key.sign(tbsCertificate))) as Der<'Certificate'>
  return { certificate: parseCertificate(der), der, pem: writePem('CERTIFICATE', der) }
}

// Writes certificates: self-signed ones with a profile's exact usages (REG-5), and those a certification authority issues.

import type { Der } from '../base/brands.js'
import { context } from '../der/tags.js'
import {
  bitString,
  booleanValue,
  element,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from '../der/writer.js'
import { writePem } from '../pem/write-pem.js'
import type { CertificationRequest } from '../pkcs10/index.js'
import { type Certificate, parseCertificate, SubjectPublicKeyInfo } from '../x509/index.js'
import { describedExtensions, extension, type SubjectDescription } from './profile-extensions.js'
import { algorithmIdentifier, type Signer } from './signer.js'
import { subjectName } from './subject.js'

/** First and last second of validity. Whole seconds; fractions are dropped. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface CreatedCertificate {
  readonly certificate: Certificate
  readonly der: Der<'Certificate'>
  readonly pem: string
}

export interface SelfSignedInput extends SubjectDescription, Validity {
  readonly key: Signer
}

export interface IssueInput extends Validity {
  /** The request answered. Its signature is the caller's to verify: see `verifyRequestSignature`. */
  readonly request: CertificationRequest
  /** The authority's certificate and key. */
  readonly issuer: Certificate
  readonly key: Signer
  /** Whether the extensions asked for are granted as they stand, or ignored, as some authorities do (CSR-7). */
  readonly requestedExtensions: 'grant' | 'ignore'
  /** Makes the certificate one of an authority; undefined for an end entity. */
  readonly authority?: { readonly pathLenConstraint?: number }
}

/** A positive serial number of 159 random bits, unique for all practice (RFC 5280 §4.1.2.2: at most 20 bytes). */
function randomSerialNumber(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  // The highest of the 159 bits is set, so that all serial numbers have one length and none is zero.
  return BigInt.asUintN(159, value) | (1n << 158n)
}

/** RFC 5280 §4.2.1.2, method 1: SHA-1 over the key's bits. An identifier, not a signature. */
async function keyIdentifier(certificate: { readonly keyBytes: Uint8Array }): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-1', new Uint8Array(certificate.keyBytes)))
}

interface Fields extends Validity {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly publicKey: Uint8Array
  readonly extensions: readonly Uint8Array[]
}

async function sign(fields: Fields, key: Signer): Promise<CreatedCertificate> {
  const { notBefore, notAfter } = fields
  if (!(notBefore.getTime() <= notAfter.getTime())) {
    throw new TypeError('expected notBefore to be a time not after notAfter')
  }
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

/**
 * Makes a self-signed certificate with exactly the usages of its profile (REG-5), a random serial number of 159 bits and
 * a subjectKeyIdentifier. It is trusted by nobody until somebody decides to.
 *
 * @throws TypeError naming every fault of subject, names and profile at once, or for a validity that ends before it begins
 */
export async function createSelfSignedCertificate(input: SelfSignedInput): Promise<CreatedCertificate> {
  const { key, subject, notBefore, notAfter } = input
  const extensions = describedExtensions(input, 'createSelfSignedCertificate')
  const name = subjectName(subject)
  const identifier = await keyIdentifier({ keyBytes: publicKeyBits(key.publicKey) })
  return sign(
    {
      issuer: name,
      subject: name,
      publicKey: key.publicKey,
      notBefore,
      notAfter,
      extensions: [...extensions, extension('subjectKeyIdentifier', octetString(identifier))],
    },
    key,
  )
}

/** Content of the BIT STRING of a subjectPublicKeyInfo. */
function publicKeyBits(spki: Uint8Array): Uint8Array {
  return new SubjectPublicKeyInfo(spki, 0, spki.length, 0).keyBytes
}

/**
 * Issues a certificate for a request, as a certification authority does: the subject and key of the request, the
 * authority's name and key identifier, basicConstraints, and the extensions asked for or none of them. It decides
 * nothing: whether the request deserves a certificate is the caller's judgement.
 *
 * @throws TypeError for a validity that ends before it begins; ParseError where the issuer's key identifier is malformed
 */
export async function issueCertificate(input: IssueInput): Promise<CreatedCertificate> {
  const { request, issuer, key, requestedExtensions, authority, notBefore, notAfter } = input
  const granted = requestedExtensions === 'grant' ? request.extensions : []
  // What the authority itself states is not the requester's to ask for.
  const own: readonly string[] = ['basicConstraints', 'subjectKeyIdentifier', 'authorityKeyIdentifier']
  const path = authority?.pathLenConstraint
  const constraints =
    authority === undefined ? sequence() : sequence(booleanValue(true), ...(path === undefined ? [] : [integer(path)]))
  const authorityIdentifier = issuer.subjectKeyIdentifier ?? (await keyIdentifier(issuer.publicKey))
  return sign(
    {
      issuer: issuer.subject.der,
      subject: request.subject.der,
      publicKey: request.publicKey.der,
      notBefore,
      notAfter,
      extensions: [
        extension('basicConstraints', constraints, true),
        ...granted
          .filter(({ name }) => name === undefined || !own.includes(name))
          .map(({ oid, critical, bytes }) =>
            sequence(objectIdentifier(oid), ...(critical ? [booleanValue(true)] : []), octetString(bytes)),
          ),
        extension('subjectKeyIdentifier', octetString(await keyIdentifier(request.publicKey))),
        extension('authorityKeyIdentifier', sequence(element(context(0), authorityIdentifier))),
      ],
    },
    key,
  )
}

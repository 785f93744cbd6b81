// Certificates a certification authority issues for requests.

import { equalBytes } from '../base/bytes.js'
import { context } from '../der/tags.js'
import { element, octetString, sequence } from '../der/writer.js'
import type { CertificationRequest } from '../pkcs10/index.js'
import type { Certificate } from '../x509/index.js'
import { findExtension } from '../x509/extension.js'
import { identifierName, identifierOf } from '../x509/object-identifiers.js'
import { keyIdentifier } from './certificate-parts.js'
import { extension, identifierFrom, keyUsageExtension, refuseFaults } from './profile-extensions.js'
import { basicConstraints, type CreatedCertificate, pathLengthFaults, signCertificate } from './sign-certificate.js'
import type { Signer } from './signer.js'
import { type Validity, validityFaults } from './validity.js'

/** An extension an authority adds of its own. */
export interface AddedExtension {
  /** Registered name (`cRLDistributionPoints`) or OID. */
  readonly type: string
  /** Default false. */
  readonly critical?: boolean
  /** DER of the value. */
  readonly value: Uint8Array
}

/** A request, and what an authority decides about it. */
export interface IssueInput extends Validity {
  /** The request answered. Its signature is the caller's to verify: see `verifyRequestSignature`. */
  readonly request: CertificationRequest
  /** The authority's certificate, and the key it certifies. */
  readonly issuer: Certificate
  readonly key: Signer
  /** Whether the usages and names asked for are granted, or ignored, as some authorities do (CSR-7). */
  readonly requestedExtensions: 'grant' | 'ignore'
  /** Makes the certificate one of an authority; undefined for an end entity. */
  readonly authority?: { readonly pathLenConstraint?: number }
  /**
   * What the authority adds: where its CRLs and its OCSP responder are, policies, usages and names of its own. It takes
   * the place of what the request asks for.
   */
  readonly extensions?: readonly AddedExtension[]
}

/**
 * What is granted as it stands. Nothing else is: whether the certificate is an authority's, which keys it names, and where
 * its revocation is asked for is not the requester's to say.
 */
const grantable: readonly string[] = ['extendedKeyUsage', 'subjectAltName', 'tlsFeature']

/** What is derived from issuer, request and `authority` alone. */
const derived: readonly string[] = ['basicConstraints', 'subjectKeyIdentifier', 'authorityKeyIdentifier']

/** The key usages of the certificate: an authority always has some (RFC 5280 §4.2.1.3), an end entity those asked for. */
function issuedUsages(asked: readonly string[], isAuthority: boolean): readonly string[] {
  // §4.2.1.9: where cA is not asserted, keyCertSign must not be.
  if (!isAuthority) return asked.filter((usage) => usage !== 'keyCertSign')
  return asked.length === 0 ? ['keyCertSign', 'cRLSign'] : [...asked, 'keyCertSign']
}

/** Usages and names, each by its OID. @throws ParseError where one that is granted is malformed */
function requestedExtensions({
  request,
  requestedExtensions: policy,
  authority,
}: IssueInput): readonly (readonly [oid: string, der: Uint8Array])[] {
  const asked = policy === 'grant' ? request.extensions : []
  const usages = issuedUsages(findExtension(asked, 'keyUsage')?.value ?? [], authority !== undefined)
  return [
    ...(usages.length === 0 ? [] : [[identifierOf('keyUsage'), keyUsageExtension(usages)] as const]),
    ...asked
      .filter(({ name }) => name !== undefined && grantable.includes(name))
      .map(({ oid, name, critical, bytes, error }) => {
        if (error !== undefined) throw error
        // §4.2.1.6: critical where the subject is empty, since it is then all the name the certificate has.
        const isOnlyName = name === 'subjectAltName' && request.subject.isEmpty
        return [oid, extension(oid, bytes, critical || isOnlyName)] as const
      }),
  ]
}

function inputFaults(
  { issuer, key, authority, notBefore, notAfter }: IssueInput,
  added: readonly string[],
): readonly string[] {
  const isOwn = equalBytes(key.publicKey, issuer.publicKey.der)
  const titles = added.map(identifierName)
  const repeated = titles.filter((title, index) => derived.includes(title) || titles.indexOf(title) !== index)
  return [
    ...validityFaults({ notBefore, notAfter }),
    ...pathLengthFaults(authority?.pathLenConstraint),
    ...(isOwn ? [] : ['key is not the one the issuer’s certificate certifies']),
    ...repeated.map((title) => `extensions holds ${title}, which is there already`),
  ]
}

/**
 * Issues a certificate for a request, as a certification authority does: the subject and key of the request, the
 * authority's name and key identifier, basicConstraints, and of what the request asks for its usages, names and TLS
 * features, or nothing. keyCertSign goes to authorities, and to no other. It decides nothing else: whether the requester
 * holds the key, and deserves those names and usages, is the caller's judgement.
 *
 * @throws TypeError naming every fault of validity, path length, key and added extensions at once; ParseError where an
 * extension that would be granted, or the issuer's key identifier, is malformed
 * @example
 * const { pem } = await issueCertificate({
 *   request, issuer, key, requestedExtensions: 'grant', ...validFor(398, clock.now()),
 * })
 */
export async function issueCertificate(input: IssueInput): Promise<CreatedCertificate> {
  const { request, issuer, key, authority, extensions = [], notBefore, notAfter } = input
  const added = extensions.map(({ type }) => identifierFrom(type))
  refuseFaults(inputFaults(input, added), 'issueCertificate')
  const granted = requestedExtensions(input).filter(([oid]) => !added.includes(oid))
  const authorityIdentifier = issuer.subjectKeyIdentifier ?? (await keyIdentifier(issuer.publicKey))
  return signCertificate(
    {
      issuer: issuer.subject.der,
      subject: request.subject.der,
      publicKey: request.publicKey.der,
      notBefore,
      notAfter,
      extensions: [
        basicConstraints(authority),
        ...granted.map(([, der]) => der),
        ...extensions.map(({ type, value, critical }) => extension(type, value, critical)),
        extension('subjectKeyIdentifier', octetString(await keyIdentifier(request.publicKey))),
        extension('authorityKeyIdentifier', sequence(element(context(0), authorityIdentifier))),
      ],
    },
    key,
  )
}

// Writes PKCS#10 requests with exactly the usages a profile fixes (CSR-1 to CSR-5, CSR-9, CSR-11).

import type { Der } from '../base/brands.js'
import { contextConstructed } from '../der/tags.js'
import { bitString, element, integer, objectIdentifier, sequence, setOf } from '../der/writer.js'
import { writePem } from '../pem/write-pem.js'
import { type CertificationRequest, parseCertificationRequest } from '../pkcs10/index.js'
import { identifierOf } from '../x509/object-identifiers.js'
import { describedExtensions, type SubjectDescription } from './profile-extensions.js'
import { algorithmIdentifier, type Signer } from './signer.js'
import { subjectName } from './subject.js'

/** What a request says, and the key it is for. */
export interface RequestInput extends SubjectDescription {
  /** Signs the request, which proves possession of the key, with the hash the signer was made with (CSR-8). */
  readonly key: Signer
}

/** A request that has been written: parsed, and as bytes and text. */
export interface CreatedRequest {
  readonly request: CertificationRequest
  readonly der: Der<'CertificationRequest'>
  readonly pem: string
}

/**
 * Makes a certificate signing request: subject, key, and an ExtensionRequest (RFC 2985 §5.4.2) with exactly the usages of
 * the profile and the names asked for, signed with the key. A certification authority may grant, change or ignore what
 * it asks for.
 *
 * @throws TypeError naming every fault of subject, names, profile and distribution at once
 * @example
 * const { pem } = await createCertificateRequest({
 *   profile: profileOf(unifiedCommunications, tomcat),
 *   subject: { commonName: 'cucm1.example.com', organization: 'Example', country: 'US' },
 *   key: await signerFromWebCrypto(keyPair),
 * })
 */
export async function createCertificateRequest(input: RequestInput): Promise<CreatedRequest> {
  const { key, subject } = input
  const extensions = sequence(...describedExtensions(input, 'createCertificateRequest'))
  const attribute = sequence(objectIdentifier(identifierOf('extensionRequest')), setOf(extensions))
  const info = sequence(integer(0), subjectName(subject), key.publicKey, element(contextConstructed(0), attribute))
  const signature = await key.sign(info)
  const der = sequence(info, algorithmIdentifier(key.algorithm), bitString(signature)) as Der<'CertificationRequest'>
  return { request: parseCertificationRequest(der), der, pem: writePem('CERTIFICATE REQUEST', der) }
}

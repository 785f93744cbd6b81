// Self-signed certificates with a profile's exact usages (REG-5).

import { octetString } from '../der/writer.js'
import { keyIdentifier, publicKeyBits } from './certificate-parts.js'
import { describedExtensions, extension, type SubjectDescription } from './profile-extensions.js'
import { basicConstraints, type CreatedCertificate, pathLengthFaults, signCertificate } from './sign-certificate.js'
import type { Signer } from './signer.js'
import { subjectName } from './subject.js'
import { type Validity, validityFaults } from './validity.js'

/** What a self-signed certificate says, and the key it is for, which signs it. */
export interface SelfSignedInput extends SubjectDescription, Validity {
  readonly key: Signer
  /** How many authorities may stand between it and an end entity. Only where the profile has keyCertSign. */
  readonly pathLenConstraint?: number
}

/**
 * Makes a self-signed certificate with exactly the usages of its profile (REG-5), a random serial number of 159 bits and
 * a subjectKeyIdentifier. A profile with keyCertSign makes it an authority's, because RFC 5280 §4.2.1.9 lets no other
 * certificate have that usage. It is trusted by nobody until somebody decides to.
 *
 * @throws TypeError naming every fault of subject, names, profile, distribution and validity at once
 * @example
 * const { pem } = await createSelfSignedCertificate({
 *   profile: profileOf(unifiedCommunications, tomcat),
 *   subject: { commonName: 'cucm1.example.com' },
 *   key: await signerFromWebCrypto(keyPair),
 *   ...validFor(unifiedCommunications.selfSignedDays, clock.now()),
 * })
 */
export async function createSelfSignedCertificate(input: SelfSignedInput): Promise<CreatedCertificate> {
  const { key, profile, subject, notBefore, notAfter, pathLenConstraint } = input
  const isAuthority = profile.keyUsage.some(({ usage }) => usage === 'keyCertSign')
  const extensions = describedExtensions(input, 'createSelfSignedCertificate', [
    ...validityFaults(input),
    ...pathLengthFaults(pathLenConstraint),
    ...(pathLenConstraint !== undefined && !isAuthority
      ? ['pathLenConstraint without keyCertSign in the profile']
      : []),
  ])
  const name = subjectName(subject)
  const identifier = await keyIdentifier({ keyBytes: publicKeyBits(key.publicKey) })
  return signCertificate(
    {
      issuer: name,
      subject: name,
      publicKey: key.publicKey,
      notBefore,
      notAfter,
      extensions: [
        ...(isAuthority ? [basicConstraints({ pathLenConstraint })] : []),
        ...extensions,
        extension('subjectKeyIdentifier', octetString(identifier)),
      ],
    },
    key,
  )
}

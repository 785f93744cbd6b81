// Writes certs-only bundles: a SignedData without content and without signers (RFC 5652 §5.1).

import type { Der } from '../base/brands.js'
import { concatBytes } from '../base/bytes.js'
import { contextConstructed } from '../der/tags.js'
import { element, explicit, integer, objectIdentifier, sequence, setOf } from '../der/writer.js'
import { identifierOf } from '../x509/object-identifiers.js'

/** What goes into a bundle. */
export interface BundleContents {
  /** Parsed certificates, or anything with a `der` property that holds one. */
  readonly certificates: readonly { readonly der: Uint8Array }[]
  /** DER of each CRL. */
  readonly crls?: readonly Uint8Array[]
}

/**
 * A certs-only bundle as `openssl pkcs7 -print_certs`, browsers and Windows read it. Certificates stand in the order
 * given: readers show them so, and PKCS#7 gives the order no meaning.
 *
 * @returns the bundle's bytes; for PEM, pass them to `writePem('PKCS7', …)`
 */
export function writePkcs7({ certificates, crls = [] }: BundleContents): Der<'ContentInfo'> {
  const revocation = crls.length === 0 ? [] : [element(contextConstructed(1), concatBytes(crls))]
  const signedData = sequence(
    integer(1),
    setOf(),
    sequence(objectIdentifier(identifierOf('data'))),
    element(contextConstructed(0), concatBytes(certificates.map(({ der }) => der))),
    ...revocation,
    setOf(),
  )
  return sequence(objectIdentifier(identifierOf('signedData')), explicit(0, signedData)) as Der<'ContentInfo'>
}

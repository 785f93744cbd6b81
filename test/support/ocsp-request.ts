// Writes OCSP requests, so that responders can be asked without openssl.

import { explicit, integer, objectIdentifier, octetString, sequence } from '../../src/der/writer.js'
import type { TestCertId } from '../../src/testkit/index.js'
import { extension } from './make-certificate.js'

export interface OcspRequestParts {
  readonly certIds: readonly TestCertId[]
  readonly nonce?: Uint8Array
  readonly version?: number
  /** Elements behind tbsRequest. */
  readonly more?: readonly Uint8Array[]
}

const NONCE = '1.3.6.1.5.5.7.48.1.2'

/** DER of an OCSPRequest. */
export function makeOcspRequest({ certIds, nonce, version, more = [] }: OcspRequestParts): Uint8Array {
  const requests = certIds.map(({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }) =>
    sequence(sequence(hashAlgorithm, octetString(issuerNameHash), octetString(issuerKeyHash), integer(serialNumber))),
  )
  const extensions = nonce === undefined ? [] : [explicit(2, sequence(extension(NONCE, octetString(nonce))))]
  const versionField = version === undefined ? [] : [explicit(0, integer(version))]
  return sequence(sequence(...versionField, sequence(...requests), ...extensions), ...more)
}

/** A Signature that signs nothing, as `[0]`. */
export const requestSignature = (signature: Uint8Array, algorithm = objectIdentifier('1.3.101.112')): Uint8Array =>
  explicit(0, sequence(sequence(algorithm), signature))

// Object identifiers by name or dotted decimal, those included that only lists of revoked certificates and OCSP use.

import { nullValue, objectIdentifier, sequence } from '../der/writer.js'
import { identifierOf } from '../x509/object-identifiers.js'

const ofRevocation: Readonly<Record<string, string | undefined>> = {
  // RFC 5280 §5.2, §5.3
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  // RFC 6960 §4.2.1, §4.4.1
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
}

/** Dotted decimal of a registered name; dotted decimal stays as it is. @throws TypeError for a name not registered */
export const oidOf = (nameOrOid: string): string =>
  /^\d/.test(nameOrOid) ? nameOrOid : (ofRevocation[nameOrOid] ?? identifierOf(nameOrOid))

/** OBJECT IDENTIFIER of a registered name or of dotted decimal. */
export const identifier = (nameOrOid: string): Uint8Array => objectIdentifier(oidOf(nameOrOid))

/** A registered name (`ecdsaWithSHA256`), dotted decimal, or the DER of a whole AlgorithmIdentifier. */
export type TestAlgorithm = string | Uint8Array

/** AlgorithmIdentifier: parameters NULL for RSA PKCS#1 (RFC 4055 §5), absent otherwise. */
export function algorithmOf(algorithm: TestAlgorithm): Uint8Array {
  if (typeof algorithm !== 'string') return algorithm
  return sequence(identifier(algorithm), ...(/WithRSAEncryption$/.test(algorithm) ? [nullValue()] : []))
}

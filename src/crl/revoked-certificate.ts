// What an entry of a CRL says (RFC 5280 §5.1.2.6, §5.3).

import type { GeneralName } from '../x509/index.js'
import type { RevocationReason } from './crl-extensions.js'

/** One revoked certificate. */
export interface RevokedCertificate {
  /** INTEGER content octets. */
  readonly serialNumberBytes: Uint8Array
  readonly revocationDate: Date
  /** `unspecified` where the entry gives none. */
  readonly reason: RevocationReason
  /** When the key is thought to have been compromised; undefined where the entry does not say. */
  readonly invalidityDate: Date | undefined
  /** The names the issuer of the certificate goes by; undefined where that is the issuer of the CRL. */
  readonly certificateIssuer: readonly GeneralName[] | undefined
}

// What is known of one certificate's revocation, whoever said so.

import type { RevocationReason } from '../crl/index.js'
import type { Certificate } from '../x509/index.js'

/** Why a source said nothing, or nothing that counts. */
export interface RevocationNote {
  /** Which CRL, response or responder. */
  readonly source: string
  /** What was wrong with it, as a clause. */
  readonly message: string
}

/**
 * The status of a certificate. `undetermined` is never to be taken for `good`: nobody who is to be believed has said
 * anything current. `exempt` is a certificate that says itself that there is nothing to ask (RFC 9608, RFC 6960 §4.2.2.2.1).
 */
export type RevocationStatus =
  | { readonly status: 'good'; readonly source: string; readonly notes: readonly RevocationNote[] }
  | {
      readonly status: 'revoked'
      readonly source: string
      readonly revokedAt: Date
      /** `certificateHold` may end; every other reason is final. */
      readonly reason: RevocationReason
      readonly notes: readonly RevocationNote[]
    }
  /** A responder that is to be believed does not know the certificate. */
  | { readonly status: 'unknown'; readonly source: string; readonly notes: readonly RevocationNote[] }
  | { readonly status: 'undetermined'; readonly notes: readonly RevocationNote[] }
  | { readonly status: 'exempt'; readonly reason: 'noRevAvail' | 'ocspNoCheck' }

/** What is known of one certificate’s revocation. */
export interface CertificateRevocation {
  readonly certificate: Certificate
  readonly revocation: RevocationStatus
}

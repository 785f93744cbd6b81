// What keeps an OCSP response from being believed.

/** What was found; the list is closed. */
export type OcspFindingCode =
  | 'malformed'
  | 'responder-error'
  | 'try-later'
  | 'responder-not-authorized'
  | 'critical-extension-unknown'
  | 'nonce-missing'
  | 'nonce-mismatch'
  | 'certificate-not-covered'
  | 'produced-in-future'
  | 'produced-before-update'
  | 'times-contradictory'
  | 'not-yet-valid'
  | 'stale'
  // asking the responder
  | 'no-responder'
  | 'url-refused'
  | 'timeout'
  | 'network'
  | 'http-status'
  | 'redirect'
  | 'content-type'
  | 'too-large'
  | 'responder-unavailable'

/** One reason against a response, or against having one. */
export interface OcspFinding {
  readonly code: OcspFindingCode
  /** A sentence for people. */
  readonly message: string
  /** The text the rule comes from. */
  readonly rule: string
}

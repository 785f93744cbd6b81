// What path validation finds. Trust is a verdict, never an exception.

import type { Certificate, Name } from '../x509/index.js'
import type { CertificateRuleName } from './certificate-rules.js'

/** Findings of the path itself: the steps of RFC 5280 §6.1, the target's fitness, and the bounds of the search. */
export type PathStepCode =
  // RFC 5280 §6.1.3 and §6.1.4
  | 'signature-invalid'
  | 'signature-unsupported'
  | 'signature-algorithm-refused'
  | 'public-key-refused'
  | 'expired'
  | 'not-yet-valid'
  | 'name-constraint-violated'
  | 'name-constraint-unsupported'
  | 'name-constraint-malformed'
  | 'policy-required'
  | 'any-policy-mapped'
  | 'not-an-authority'
  | 'path-length-exceeded'
  | 'certificate-signing-refused'
  | 'critical-extension-unknown'
  | 'malformed'
  // building
  | 'issuer-not-found'
  | 'untrusted-root'
  | 'target-is-anchor'
  | 'chain-depth-exceeded'
  | 'budget-exceeded'
  | 'issuer-source-failed'
  // what the caller asked of the target
  | 'extended-key-usage-missing'
  | 'extended-key-usage-nesting'
  | 'key-usage-missing'
  | 'peer-name-mismatch'
  | 'peer-name-malformed'
  | 'wildcard-public-suffix'
  // what a further check found
  | 'revoked'
  | 'revocation-undetermined'

/** What was found; the list is closed. */
export type PathFindingCode = PathStepCode | CertificateRuleName

/** One reason against a path. Every finding refuses it. */
export interface PathFinding {
  readonly code: PathFindingCode
  /** A sentence for people: what was expected, what was found. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
  /** The text the rule comes from. */
  readonly rule: string
  /** Subject of the certificate, or name of the anchor, the finding is about. */
  readonly subject: Name
  /** Undefined for an anchor that is no certificate. */
  readonly certificate: Certificate | undefined
}

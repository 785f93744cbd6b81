// Path building and validation: is this certificate to be trusted, by whom, for what, and if not, why not?

export type { BuiltPath, FurtherCheck } from './build-path.js'
export type { CertificateRole, CertificateRuleName } from './certificate-rules.js'
export { explain } from './explain.js'
export type { AskedUrl, HttpFetchOptions, UriOrigin } from '../net/http-fetch.js'
export { fetchIssuerSource } from './fetch-issuers.js'
export type { PathFinding, PathFindingCode, PathStepCode } from './finding.js'
export { type CertificatePool, createCertificatePool, type IssuerSource } from './issuers.js'
export { defaultPathLimits, type PathLimits } from './limits.js'
export type { PathAttempt } from './path-attempt.js'
export type { PeerName, PublicSuffixes } from './peer-name.js'
export type { PathPolicies, PolicyInputs } from './policy-graph.js'
export {
  type AcceptedAlgorithm,
  type AcceptedKeys,
  appliance,
  type OtherKeyType,
  type PathProfile,
  rfc5280,
  rfc5280Section6,
  webpki,
} from './profile.js'
export {
  type AnchorConstraints,
  createTrustAnchors,
  type TrustAnchor,
  trustAnchorFrom,
  type TrustAnchors,
  type TrustAnchorSource,
} from './trust-anchor.js'
export { type PathRequest, type PathVerdict, type Unchecked, validatePath } from './validate-path.js'

// What certificates are for: catalogues of purposes and profiles, and certificates held against them.

export {
  type Catalogue,
  type CatalogueLimits,
  type CsrProfile,
  type Effects,
  type EffectTemplate,
  type EndpointPurpose,
  type IdentityPurpose,
  type KeyKind,
  type Notice,
  profileOf,
  type ProfileUsage,
  type Purpose,
  purposeOf,
  type PurposeProfile,
  type RemedyTemplate,
  type RequestHash,
  type Required,
  type ServiceRestart,
  type TrustList,
  type TrustPurpose,
} from './catalogue.js'
export { checkProfile, type ProfileVerdict } from './check-profile.js'
export {
  checkUploadPurpose,
  classifyUpload,
  type UploadClass,
  type UploadClassification,
  type UploadHints,
} from './classify-upload.js'
export { defineCatalogue } from './define-catalogue.js'
export type { PurposeFinding, PurposeFindingCode } from './finding.js'
export { unifiedCommunications } from './unified-communications.js'

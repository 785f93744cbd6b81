// X.509 certificates: parse, look inside, describe (RFC 5280 §4).

export type { Der } from '../base/brands.js'
export { ParseError, type ParseErrorCode, type ParseErrorFacts } from '../base/errors.js'
export { defaultReadLimits, type ReadLimits } from '../base/limits.js'
export type { AlgorithmIdentifier } from './algorithm-identifier.js'
export { Certificate, type FingerprintHash, parseCertificate } from './certificate.js'
export { certificateFrom, type CertificateInput } from './certificate-input.js'
export { describe } from './describe.js'
export { Extension } from './extension.js'
export type { ExtensionName, ExtensionValues } from './extension-table.js'
export type { BasicConstraints } from './extensions/basic-constraints.js'
export type { DistributionPoint, DistributionPointName, ReasonFlag } from './extensions/distribution-points.js'
export type { ExtendedKeyUsage, ExtendedKeyUsagePurpose } from './extensions/extended-key-usage.js'
export type { AccessDescription } from './extensions/information-access.js'
export type { AuthorityKeyIdentifier } from './extensions/key-identifiers.js'
export type { KeyUsage, KeyUsageBit } from './extensions/key-usage.js'
export type { GeneralSubtree, NameConstraints } from './extensions/name-constraints.js'
export type { DirectoryAttribute } from './extensions/other.js'
export type {
  PolicyConstraints,
  PolicyInformation,
  PolicyMapping,
  PolicyQualifier,
} from './extensions/policies.js'
export type { SignedCertificateTimestamp } from './extensions/signed-certificate-timestamps.js'
export { formatGeneralName, type GeneralName } from './general-name.js'
export { Name, parseName } from './name.js'
export type { AttributeTypeName, NameAttribute, RelativeDistinguishedName } from './name-attribute.js'
export type { Plain } from './plain.js'
export { type CurveName, formatPublicKey, type PublicKey, SubjectPublicKeyInfo } from './public-key.js'
export type { HashName, PssParameters, SignatureAlgorithm, SignatureScheme } from './signature-algorithm.js'
export type { StringType } from './string-types.js'

// The public face of certward: every folder's, in one place. Import a subpath (`certward/x509`) to load less.

export { type Clock, fixedClock, systemClock } from './base/clock.js'
export { ParseError, type ParseErrorCode, type ParseErrorFacts } from './base/errors.js'
export { defaultReadLimits, type ReadLimits } from './base/limits.js'
export { digest } from './crypto/index.js'
export { type PemBlock, readPem, writePem } from './pem/index.js'
export { CertificationRequest, parseCertificationRequest, type RequestAttribute } from './pkcs10/index.js'
export { type BundleContents, type CertificateBundle, readPkcs7, writePkcs7 } from './pkcs7/index.js'
export { type BlockKind, type CertificateFile, type FileBlock, readCertificates } from './reading/index.js'
export {
  type AccessDescription,
  type AlgorithmIdentifier,
  type AttributeTypeName,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  Certificate,
  certificateFrom,
  type CertificateInput,
  type CurveName,
  type Der,
  describe,
  type DirectoryAttribute,
  type DistributionPoint,
  type DistributionPointName,
  type ExtendedKeyUsage,
  type ExtendedKeyUsagePurpose,
  Extension,
  type ExtensionName,
  type ExtensionValues,
  type FingerprintHash,
  formatGeneralName,
  formatPublicKey,
  type GeneralName,
  type GeneralSubtree,
  type HashName,
  type KeyUsage,
  type KeyUsageBit,
  Name,
  type NameAttribute,
  type NameConstraints,
  parseCertificate,
  parseName,
  type Plain,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  type PolicyQualifier,
  type PssParameters,
  type PublicKey,
  type ReasonFlag,
  type RelativeDistinguishedName,
  type SignatureAlgorithm,
  type SignatureScheme,
  type SignedCertificateTimestamp,
  type StringType,
  SubjectPublicKeyInfo,
} from './x509/index.js'

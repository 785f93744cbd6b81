// Writing requests and certificates, signed by a key that stays where it is.

export type { AlternativeNamesInput } from './alternative-names.js'
export {
  type CreatedCertificate,
  createSelfSignedCertificate,
  issueCertificate,
  type IssueInput,
  type SelfSignedInput,
  type Validity,
} from './create-certificate.js'
export { createCertificateRequest, type CreatedRequest, type RequestInput } from './create-request.js'
export type { RequestProfile, SubjectDescription } from './profile-extensions.js'
export {
  type PrivateKeyObject,
  type Signer,
  type SignerAlgorithm,
  signerFromKeyObject,
  signerFromWebCrypto,
  type SignerHash,
  type WebCryptoKey,
  type WebCryptoKeyPair,
} from './signer.js'
export type { SubjectInput } from './subject.js'
export { type PossessionVerdict, verifyRequestSignature } from './verify-request.js'

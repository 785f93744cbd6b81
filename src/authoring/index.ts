// Writing requests and certificates, signed by a key that stays where it is.

export type { AlternativeNamesInput } from './alternative-names.js'
export { createCertificateRequest, type CreatedRequest, type RequestInput } from './create-request.js'
export { createSelfSignedCertificate, type SelfSignedInput } from './create-self-signed.js'
export { type AddedExtension, issueCertificate, type IssueInput } from './issue-certificate.js'
export type { Distribution, RequestProfile, SubjectDescription } from './profile-extensions.js'
export {
  type PrivateKeyObject,
  signerFromKeyObject,
  signerFromWebCrypto,
  type WebCryptoKey,
  type WebCryptoKeyPair,
} from './runtime-signers.js'
export type { CreatedCertificate } from './sign-certificate.js'
export type { RsaScheme, Signer, SignerAlgorithm, SignerHash } from './signer.js'
export type { SubjectInput } from './subject.js'
export { validFor, type Validity } from './validity.js'
export { type PossessionVerdict, verifyRequestSignature } from './verify-request.js'

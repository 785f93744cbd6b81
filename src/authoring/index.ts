// Writing requests: what is asked for, signed by a key that stays where it is.

export type { AlternativeNamesInput } from './alternative-names.js'
export {
  type CreatedRequest,
  createCertificateRequest,
  type RequestInput,
  type RequestProfile,
} from './create-request.js'
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

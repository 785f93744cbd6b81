// Revocation of a whole path, from OCSP and CRLs, by policy.

export {
  checkRevocation,
  type CrlSource,
  type RevocationCheck,
  type RevocationFinding,
  type RevocationSources,
  type RevocationVerdict,
} from './check-revocation.js'
export { type FetchCrlOptions, fetchCrlSource } from './fetch-crls.js'
export type { CertificateRevocation, RevocationNote, RevocationStatus } from './status.js'
export { type CertificateRequest, type CertificateVerdict, validateCertificate } from './validate-certificate.js'

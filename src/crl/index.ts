// Certificate revocation lists: parse, look up, and what a list covers (RFC 5280 §5, §6.3).

export { CertificateList, parseCertificateList } from './certificate-list.js'
export type { IssuingDistributionPoint, RevocationReason } from './crl-extensions.js'
export type { RevokedCertificate } from './revoked-certificate.js'
export { allReasons, coverageOf, type CrlLocation } from './scope.js'

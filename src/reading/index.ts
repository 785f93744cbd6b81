// Reads files of certificates, whatever their form.

export { type BlockKind, type CertificateFile, type FileBlock, readCertificates } from './read-certificates.js'
export { defaultReadLimits, type ReadLimits } from '../base/limits.js'
export { ParseError, type ParseErrorCode, type ParseErrorFacts } from '../base/errors.js'
export { Certificate } from '../x509/certificate.js'
export { CertificationRequest } from '../pkcs10/certification-request.js'

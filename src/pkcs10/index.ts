// PKCS#10 certificate signing requests (RFC 2986).

export { CertificationRequest, parseCertificationRequest, type RequestAttribute } from './certification-request.js'

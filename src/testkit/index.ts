// A public key infrastructure in memory, for tests: authorities, certificates right and wrong, CRLs, OCSP responders.

export type { CertIdHash } from './cert-id.js'
export type { CertificateOptions } from './certificate.js'
export type { CrlExtensionName, CrlOptions, TestCrl } from './crl.js'
export type {
  TestDistributionPoint,
  TestDistributionPointName,
  TestIssuingDistributionPoint,
} from './distribution-points.js'
export type {
  ExtensionChanges,
  ExtensionInputs,
  TestExtension,
  TestInformationAccess,
  TestPolicy,
} from './extensions.js'
export type { TestAlgorithm } from './identifiers.js'
export { generateTestKey, type TestKey, testKey, type TestKeyType } from './keys.js'
export type { TestGeneralNames, TestName, TestNameAttribute } from './names.js'
export { nodeListener, type NodeRequest, type NodeResponse } from './node-listener.js'
export { readOcspRequest, type TestCertId, type TestOcspRequest } from './ocsp-request.js'
export type {
  FetchResponse,
  OcspHttpRequest,
  OcspHttpResponse,
  OcspResponder,
  OcspResponderMode,
  OcspResponderOptions,
} from './ocsp-responder.js'
export type { OcspResponseStatus, TestCertificateStatus, TestSingleResponse } from './ocsp-response.js'
export type { Revocation, RevocationReason, TestCrlEntry } from './revocations.js'
export type { SignatureChanges } from './sign.js'
export {
  type AnswerOptions,
  type AuthorityOptions,
  createTestCa,
  type RevocationOptions,
  TestCa,
  type TestCaOptions,
  type TestCertificateReference,
} from './test-ca.js'
export { IssuedCertificate, TestCertificate } from './test-certificate.js'
export type { TimeForm } from './times.js'

// OCSP (RFC 6960, 5019, 9654): ask, read, judge who answered and what, decide.

export type { ModelRefusal, ResponderCheck, ResponderModel, TrustedResponder } from './authorize-responder.js'
export type { CertId, OcspIssuer } from './cert-id.js'
export {
  createOcspClient,
  defaultOcspClientLimits,
  type OcspClient,
  type OcspClientLimits,
  type OcspClientOptions,
} from './client.js'
export {
  decideRevocation,
  type DecisionFinding,
  isAccepted,
  type RevocationDecision,
  type RevocationPolicy,
} from './decide.js'
export { evaluateOcspResponse, type OcspEvaluation, type OcspVerdict, type ProvenStatus } from './evaluate.js'
export type { OcspFinding, OcspFindingCode } from './finding.js'
export {
  createOcspRequest,
  type OcspRequest,
  type OcspRequestOptions,
  ocspRequestUrl,
  type OcspSubject,
} from './ocsp-request.js'
export {
  type BasicOcspResponse,
  defaultOcspLimits,
  nonceOf,
  type OcspCertStatus,
  type OcspLimits,
  type OcspResponse,
  type OcspResponseStatus,
  parseOcspResponse,
  type ResponderId,
  type SingleResponse,
} from './ocsp-response.js'
export {
  type FetchedResponse,
  fetchOcspTransport,
  type FetchFunction,
  type FetchTransportOptions,
  type OcspCall,
  type OcspTransport,
  type OcspTransportCode,
  OcspTransportError,
} from './transport.js'

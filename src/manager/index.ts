// The keeper: what may be installed, replaced or deleted, decided and then done, losing nothing.

export type { Actor, AuditListener } from './audit.js'
export type { BackupInput } from './backups.js'
export type { BrokenChain } from './broken-chains.js'
export {
  type CertificateManager,
  type CertificateManagerPlans,
  createCertificateManager,
  type DeletionPlan,
  type RequestOutcome,
} from './manager.js'
export type { Change, Effect, ManagerFinding, ManagerFindingCode, Outcome, OutcomeNotice, Refusal } from './outcome.js'
export type { DeleteInput } from './plan-delete.js'
export type { DeviceInput, EndpointInput } from './plan-endpoint.js'
export type { RemoveNodeInput, RemovePurposeInput } from './plan-farewell.js'
export type { RequestInput as CsrInput } from './plan-request.js'
export type { RegenerateInput, SelfSignedInput as GenerateSelfSignedInput } from './plan-self-signed.js'
export type { UploadInput } from './plan-upload.js'
export type { CertificateReference, DownloadFormat } from './reading.js'
export type { Cluster, ManagerOptions } from './settings.js'

// What is installed, what is asked for, what was: records, where they are kept, and the keys they refer to.

export type { ContractCase } from './contract-case.js'
export { createMemoryKeyStore, type KeySpecification, type KeyStore, KeyStoreError } from './key-store.js'
export { keyStoreContract } from './key-store-contract.js'
export { createMemoryStorage } from './memory-storage.js'
export type { Condition, Page, Query, SortField, TextField, TextOperator } from './query.js'
export { copyId, describeRecord, trustId } from './describe-record.js'
export { isCertificateRecord, recordKey, scopeKey } from './records.js'
export type {
  AuditRecord,
  BackupRecord,
  CertificateIndex,
  CertificateOrigin,
  CertificateRecord,
  CertificateType,
  DueRecord,
  HistoryRecord,
  InventoryRecord,
  OutboxRecord,
  Plain,
  RecordKey,
  RecordKind,
  RequestRecord,
  Scope,
  SettingRecord,
} from './records.js'
export { type CertificateTask, type DueSubject, scheduleKeysOf, scheduleOf } from './schedule.js'
export { ScopeMap } from './scope-map.js'
export type {
  ChangeSet,
  CommitResult,
  KindPage,
  KindPageRequest,
  Lease,
  ScopeRevision,
  Snapshot,
  Storage,
} from './storage.js'
export { storageContract } from './storage-contract.js'
export {
  type InventorySummary,
  type KindSummary,
  summarizeInventory,
  transferInventory,
  type TransferOptions,
  type TransferProgress,
  type TransferResult,
} from './transfer.js'

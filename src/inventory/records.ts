// What an inventory keeps: certificates, pending requests, what they replaced, who did what. Plain data; DER stands as
// bytes, times as milliseconds since 1970. Private keys are never here: a record holds the handle a KeyStore knows.

/** Where a record belongs: one purpose on one node. The unit of isolation: each scope has a revision of its own. */
export interface Scope {
  readonly node: string
  readonly purpose: string
}

/** Whether a certificate was made by its own key or by an authority's. */
export type CertificateType = 'self-signed' | 'ca-signed'

/**
 * How a certificate came here: `generated` by the system itself, `uploaded` by somebody, `copied` from another purpose
 * (PUR-5), or `replicated` from another node (PUR-7).
 */
export type CertificateOrigin = 'generated' | 'uploaded' | 'copied' | 'replicated'

/** What a certificate says, as it is searched and sorted by. */
export interface CertificateIndex {
  readonly commonName: string
  /** RFC 4514 text. */
  readonly subject: string
  readonly issuer: string
  /** Upper-case hex. */
  readonly serialNumber: string
  readonly notBefore: number
  readonly notAfter: number
  /** `RSA 2048 bit`, `EC P-256`. */
  readonly keyType: string
}

/** An installed certificate. */
export interface CertificateRecord extends Scope, CertificateIndex {
  readonly kind: 'identity' | 'trust' | 'endpoint'
  /** `current` for an identity and for an endpoint, whose node is the device; `trustId` or `copyId` in a trust purpose. */
  readonly id: string
  readonly der: Uint8Array
  readonly type: CertificateType
  readonly origin: CertificateOrigin
  readonly description: string
  readonly installedAt: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly sha1: string
  /** Of an identity's private key; undefined elsewhere. */
  readonly keyHandle: string | undefined
  /** Set once the certificate has been found revoked or expired (OCS-8). */
  readonly mark: 'revoked' | 'expired' | undefined
}

/** A request that waits for its certificate; at most one a scope (CSR-6). */
export interface RequestRecord extends Scope {
  readonly kind: 'request'
  readonly id: 'pending'
  readonly der: Uint8Array
  readonly keyHandle: string
  readonly createdAt: number
  readonly commonName: string
}

/** A certificate that is no longer installed. Its key, where it had one, is destroyed or lives on in its successor. */
export interface HistoryRecord extends Scope, CertificateIndex {
  readonly kind: 'history'
  readonly id: string
  readonly der: Uint8Array
  readonly usage: 'identity' | 'trust' | 'endpoint'
  readonly description: string
  readonly installedAt: number
  readonly removedAt: number
  readonly why: 'replaced' | 'regenerated' | 'deleted'
  readonly sha256: string
}

/** A change of keys no backup holds yet (REG-6). */
export interface BackupRecord extends Scope {
  readonly kind: 'backup-pending'
  readonly id: 'backup'
  readonly since: number
}

/** A change another node must learn of (CLU-2). */
export interface OutboxRecord extends Scope {
  readonly kind: 'outbox'
  readonly id: string
  /** The node it is for. */
  readonly target: string
  readonly action: 'put' | 'delete'
  readonly at: number
  /** The certificate to be put; undefined for a deletion. */
  readonly record: CertificateRecord | undefined
  /** Id of the trust record meant. */
  readonly recordId: string
  /** Of the certificate that has come or gone, lower-case hex. */
  readonly sha256: string
}

/** Something to be done at a time, claimed by one worker at a time (Storage.claimDue). */
export interface DueRecord extends Scope {
  readonly kind: 'due'
  readonly id: string
  /** What is to be done: `expiry`, `revocation` … */
  readonly task: string
  readonly dueAt: number
  readonly data: Plain
}

/** A setting, by name. */
export interface SettingRecord extends Scope {
  readonly kind: 'setting'
  readonly id: string
  readonly value: Plain
}

/** Who did what, and what came of it. Appended, never changed. Holds no secret. */
export interface AuditRecord extends Scope {
  readonly kind: 'audit'
  /** Sorts by time. */
  readonly id: string
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly outcome: 'done' | 'refused' | 'conflict'
  /** SHA-256 fingerprints of the scope's certificates before and after, lower-case hex. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Codes of the findings that refused it. */
  readonly findings: readonly string[]
}

/** Values JSON can carry. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

/** Everything a storage keeps, told apart by `kind`. Plain data and bytes; times are milliseconds since 1970 in UTC. */
export type InventoryRecord =
  | CertificateRecord
  | RequestRecord
  | HistoryRecord
  | BackupRecord
  | OutboxRecord
  | DueRecord
  | SettingRecord
  | AuditRecord

/** The kinds of records. */
export type RecordKind = InventoryRecord['kind']

/** A record's place, unique in a storage. */
export interface RecordKey extends Scope {
  readonly kind: RecordKind
  readonly id: string
}

/** The scope as one text. JSON, so that no name can imitate another's end. */
export const scopeKey = ({ node, purpose }: Scope): string => JSON.stringify([node, purpose])

/** The record's place as one text. */
export const recordKey = ({ node, purpose, kind, id }: RecordKey): string => JSON.stringify([node, purpose, kind, id])

/** Whether the record is of an installed certificate: an identity, a trusted one, or a device’s. */
export const isCertificateRecord = (record: InventoryRecord): record is CertificateRecord =>
  record.kind === 'identity' || record.kind === 'trust' || record.kind === 'endpoint'

// Collects what a plan changes: records to write and to delete, and the changes, effects and notices people are told.

import {
  type CertificateOrigin,
  type CertificateRecord,
  type ChangeSet,
  describeRecord,
  type HistoryRecord,
  type InventoryRecord,
  type OutboxRecord,
  type RecordKey,
  type RequestRecord,
  scheduleKeysOf,
  scheduleOf,
  type Scope,
} from '../inventory/index.js'
import type { Certificate } from '../x509/index.js'
import { inOrder } from './effects.js'
import type { Change, Effect, OutcomeNotice } from './outcome.js'
import type { State } from './state.js'

/** What a plan comes to, before it is committed. */
export interface PlannedChange {
  readonly puts: readonly InventoryRecord[]
  readonly deletes: readonly RecordKey[]
  readonly appends: ChangeSet['appends']
  readonly changes: readonly Change[]
  readonly effects: readonly Effect[]
  readonly notices: readonly OutcomeNotice[]
  /** Keys nothing refers to once the change is committed. */
  readonly obsoleteKeys: readonly string[]
}

/** A certificate to be installed; before its key is made nothing but its subject is known. */
export type Arrival = Certificate | { readonly foreseenSubject: string }

/** Where a certificate is to stand, and what is noted with it. */
export interface Place extends Scope {
  readonly kind: 'identity' | 'trust' | 'endpoint'
  readonly id: string
  readonly origin: CertificateOrigin
  readonly description: string
  readonly keyHandle: string | undefined
}

/** The one place of an identity. */
export const identityPlace = (
  { node, purpose }: Scope,
  origin: 'uploaded' | 'generated',
  keyHandle: string | undefined,
): Place => ({ node, purpose, kind: 'identity', id: 'current', origin, description: '', keyHandle })

/** A place without a key, of a certificate that is trusted or noted. */
export const keylessPlace = (
  kind: 'trust' | 'endpoint',
  { node, purpose }: Scope,
  id: string,
  origin: CertificateOrigin,
  description: string,
): Place => ({ node, purpose, kind, id, origin, description, keyHandle: undefined })

/**
 * The record of a certificate at its place, each member by name: V8 makes a hash table of an object spread from two
 * others of this size, which takes ten microseconds. Members added to a spread that comes first take one each.
 */
async function recordAt(
  { node, purpose, kind, id, origin, description, keyHandle }: Place,
  certificate: Certificate,
  installedAt: number,
): Promise<CertificateRecord> {
  const said = await describeRecord(certificate)
  return {
    node,
    purpose,
    kind,
    id,
    der: said.der,
    type: said.type,
    origin,
    description,
    installedAt,
    sha256: said.sha256,
    sha1: said.sha1,
    keyHandle,
    mark: undefined,
    commonName: said.commonName,
    subject: said.subject,
    issuer: said.issuer,
    serialNumber: said.serialNumber,
    notBefore: said.notBefore,
    notAfter: said.notAfter,
    keyType: said.keyType,
  }
}

export class ChangeBuilder {
  readonly effects: Effect[] = []
  readonly notices: OutcomeNotice[] = []
  readonly obsoleteKeys: string[] = []
  private readonly puts: InventoryRecord[] = []
  private readonly deletes: RecordKey[] = []
  private readonly appends: OutboxRecord[] = []
  private readonly changes: Change[] = []

  constructor(
    readonly state: State,
    /** Milliseconds since 1970. */
    readonly now: number,
  ) {}

  /** Puts a certificate in its place, and what stands there now into history. A key used no more becomes obsolete. */
  async install(
    place: Place,
    certificate: Arrival,
    previous: CertificateRecord | undefined,
    /** Another time than now where it comes from another node, which had it first. */
    installedAt = this.now,
  ): Promise<CertificateRecord | undefined> {
    const { node, purpose, keyHandle, origin } = place
    const isKnown = !('foreseenSubject' in certificate)
    const record = isKnown ? await recordAt(place, certificate, installedAt) : undefined
    if (record !== undefined) this.puts.push(record, ...scheduleOf(record, this.now))
    if (previous !== undefined) {
      this.remember(previous, origin === 'generated' ? 'regenerated' : 'replaced')
      if (previous.keyHandle !== undefined && previous.keyHandle !== keyHandle)
        this.obsoleteKeys.push(previous.keyHandle)
    }
    const subject = isKnown ? certificate.subject.toString() : certificate.foreseenSubject
    const type = previous === undefined ? 'install' : 'replace'
    this.changes.push({ type, node, purpose, subject, before: previous?.sha256, after: record?.sha256 })
    return record
  }

  /** Removes a certificate. A key it had becomes obsolete. */
  removeCertificate(record: CertificateRecord, why: HistoryRecord['why']): void {
    const { node, purpose, subject, sha256, keyHandle } = record
    this.deletes.push(record, ...scheduleKeysOf(record))
    this.remember(record, why)
    if (keyHandle !== undefined) this.obsoleteKeys.push(keyHandle)
    this.changes.push({ type: 'remove', node, purpose, subject, before: sha256, after: undefined })
  }

  /** Puts a pending request in the place of the one there is, whose key becomes obsolete (CSR-6). */
  putRequest(scope: Scope, subject: string, record: RequestRecord | undefined): void {
    const previous = this.state.request(scope)
    if (previous !== undefined) this.removeRequest(previous, 'unused')
    if (record !== undefined) this.puts.push(record)
    this.noteRequest('request-created', scope, subject)
  }

  /** Removes a pending request, the answer to which is installed or will never be. */
  removeRequest(request: RequestRecord, key: 'unused' | 'installed'): void {
    this.deletes.push(request)
    if (key === 'unused') this.obsoleteKeys.push(request.keyHandle)
    this.noteRequest('request-removed', request, request.commonName)
  }

  /** Notes that no backup holds the keys of a scope (REG-6). */
  awaitBackup(scope: Scope): void {
    this.puts.push({ kind: 'backup-pending', ...scope, id: 'backup', since: this.now })
  }

  /** Notes that a backup does. */
  backedUp({ node, purpose }: Scope): void {
    this.deletes.push({ node, purpose, kind: 'backup-pending', id: 'backup' })
  }

  /** Leaves word for another node that a trusted certificate has come or gone (CLU-2). */
  forNode(target: string, action: 'put' | 'delete', record: CertificateRecord): void {
    const { node, purpose, id: recordId, sha256 } = record
    // In the order it happens, by the scope's revision; and new also where somebody else commits on that revision first.
    const place = String(this.appends.length).padStart(6, '0')
    const id = [this.order(record), place, crypto.randomUUID()].join(' ')
    const kept = action === 'put' ? record : undefined
    this.appends.push({
      kind: 'outbox',
      id,
      node,
      purpose,
      target,
      action,
      at: this.now,
      record: kept,
      recordId,
      sha256,
    })
  }

  /** What is left of a trust purpose and comes into it, on the node that changes or one that is told of it (PUR-7). */
  leftOf(purpose: string, trusted: readonly CertificateRecord[]): readonly CertificateRecord[] {
    const isThere = (record: RecordKey): boolean => record.kind === 'trust' && record.purpose === purpose
    const left = new Map(trusted.map((record) => [record.id, record]))
    for (const { id } of this.deletes.filter(isThere)) left.delete(id)
    for (const put of this.puts.filter(isThere) as readonly CertificateRecord[]) {
      // A node that has a newer one keeps that.
      if ((left.get(put.id)?.notBefore ?? -Infinity) < put.notBefore) left.set(put.id, put)
    }
    return [...left.values()]
  }

  planned(): PlannedChange {
    const { puts, deletes, appends, changes, effects, notices, obsoleteKeys } = this
    return { puts, deletes, appends, changes, effects: inOrder(effects), notices, obsoleteKeys }
  }

  private remember(record: CertificateRecord, why: HistoryRecord['why']): void {
    const { node, purpose, kind: usage, der, description, installedAt, sha256 } = record
    const { commonName, subject, issuer, serialNumber, notBefore, notAfter, keyType } = record
    this.puts.push({
      kind: 'history',
      id: `${this.order(record)} ${sha256}`,
      node,
      purpose,
      usage,
      der,
      description,
      installedAt,
      sha256,
      commonName,
      subject,
      issuer,
      serialNumber,
      notBefore,
      notAfter,
      keyType,
      removedAt: this.now,
      why,
    })
  }

  private noteRequest(type: Change['type'], { node, purpose }: Scope, subject: string): void {
    this.changes.push({ type, node, purpose, subject, before: undefined, after: undefined })
  }

  /** Sorts by time within the scope, and is another for each of its changes. */
  private order(scope: Scope): string {
    return String(this.state.revision(scope)).padStart(12, '0')
  }
}

// The part of an inventory one decision looks at.

import { ensure } from '../base/ensure.js'
import {
  type CertificateRecord,
  type InventoryRecord,
  isCertificateRecord,
  type RequestRecord,
  type Scope,
  ScopeMap,
  type Snapshot,
} from '../inventory/index.js'
import { type CertificationRequest, parseCertificationRequest } from '../pkcs10/index.js'
import type { Certificate } from '../x509/index.js'
import { ParsedCertificates } from './parsed-certificates.js'

export type ReadState = (scopes: readonly Scope[]) => Promise<State>

/** A snapshot, its records by scope and kind. */
export class State {
  private readonly parsed = new Map<CertificateRecord, Certificate>()
  private readonly parsedRequests = new Map<RequestRecord, CertificationRequest>()
  private readonly trustedIn = new ScopeMap<readonly CertificateRecord[]>()
  private readonly scopes = new ScopeMap<{ readonly records: InventoryRecord[]; readonly revision: number }>()

  constructor(
    readonly snapshot: Snapshot,
    private readonly certificatesKept = new ParsedCertificates(),
  ) {
    for (const { scope, revision } of snapshot.revisions) this.scopes.set(scope, { records: [], revision })
    for (const record of snapshot.records) this.scopes.get(record)?.records.push(record)
  }

  identity(scope: Scope): CertificateRecord | undefined {
    return this.certificates(scope).find(({ kind }) => kind === 'identity')
  }

  request(scope: Scope): RequestRecord | undefined {
    return this.in(scope).find((record) => record.kind === 'request')
  }

  /** Picked out once: a file of many certificates has each held against all of them. */
  trusted(scope: Scope): readonly CertificateRecord[] {
    return this.trustedIn.ensure(scope, () => this.certificates(scope).filter(({ kind }) => kind === 'trust'))
  }

  /** The certificate of a record; parsed once. */
  certificateOf(record: CertificateRecord): Certificate {
    return ensure(this.parsed, record, () => this.certificatesKept.of(record))
  }

  /** What a pending request asks for; parsed once. */
  requestOf(record: RequestRecord): CertificationRequest {
    return ensure(this.parsedRequests, record, () => parseCertificationRequest(record.der))
  }

  /** All of a scope. @throws TypeError for one that was not read: what is decided on it would rest on nothing */
  in(scope: Scope): readonly InventoryRecord[] {
    const records = this.scopes.get(scope)?.records
    if (records === undefined) throw new TypeError(`${scope.purpose} on ${scope.node} was not read for this decision`)
    return records
  }

  /** Installed certificates of every kind. */
  certificates(scope: Scope): readonly CertificateRecord[] {
    return this.in(scope).filter(isCertificateRecord)
  }

  /** How often the scope has been written. */
  revision(scope: Scope): number {
    return this.scopes.get(scope)?.revision ?? 0
  }
}

// The part of an inventory one decision looks at.

import {
  type CertificateRecord,
  type InventoryRecord,
  isCertificateRecord,
  type RequestRecord,
  type Scope,
  scopeKey,
  type Snapshot,
} from '../inventory/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'

/** A snapshot, its records by scope and kind. */
export class State {
  private readonly parsed = new Map<CertificateRecord, Certificate>()
  private readonly scopes = new Map<string, InventoryRecord[]>()

  constructor(readonly snapshot: Snapshot) {
    for (const { scope } of snapshot.revisions) this.scopes.set(scopeKey(scope), [])
    for (const record of snapshot.records) this.scopes.get(scopeKey(record))?.push(record)
  }

  identity(scope: Scope): CertificateRecord | undefined {
    return this.certificates(scope).find(({ kind }) => kind === 'identity')
  }

  request(scope: Scope): RequestRecord | undefined {
    return this.in(scope).find((record) => record.kind === 'request')
  }

  trusted(scope: Scope): readonly CertificateRecord[] {
    return this.certificates(scope).filter(({ kind }) => kind === 'trust')
  }

  /** The certificate of a record; parsed once. */
  certificateOf(record: CertificateRecord): Certificate {
    let certificate = this.parsed.get(record)
    if (certificate === undefined) {
      certificate = parseCertificate(record.der)
      this.parsed.set(record, certificate)
    }
    return certificate
  }

  /** All of a scope. @throws TypeError for one that was not read: what is decided on it would rest on nothing */
  in(scope: Scope): readonly InventoryRecord[] {
    const records = this.scopes.get(scopeKey(scope))
    if (records === undefined) throw new TypeError(`${scope.purpose} on ${scope.node} was not read for this decision`)
    return records
  }

  /** Installed certificates of every kind. */
  certificates(scope: Scope): readonly CertificateRecord[] {
    return this.in(scope).filter(isCertificateRecord)
  }

  /** How often the scope has been written. */
  revision(scope: Scope): number {
    const key = scopeKey(scope)
    return this.snapshot.revisions.find((one) => scopeKey(one.scope) === key)?.revision ?? 0
  }
}

// A change set as it is written: copied, checked, each place once.

import {
  type ChangeSet,
  type InventoryRecord,
  type RecordKey,
  recordKey,
  type Scope,
  scopeKey,
  type ScopeRevision,
} from '../../inventory/index.js'
import { ownRecord } from '../../inventory/own-record.js'
import { scopesOf } from '../../inventory/scope-map.js'

export interface OwnChange {
  readonly relies: readonly ScopeRevision[]
  /** Each place once: the last put of it. */
  readonly puts: readonly InventoryRecord[]
  /** Places that are not put as well. */
  readonly deletes: readonly RecordKey[]
  readonly appends: readonly InventoryRecord[]
  /** Scopes whose revision moves. */
  readonly changed: readonly Scope[]
}

const scopeOf = ({ node, purpose }: Scope): Scope => ({ node, purpose })

/** A copy, taken at once: what the caller does while it waits changes nothing. @throws TypeError for one that makes no sense */
export function ownChange({ relies, puts, deletes, appends }: ChangeSet): OwnChange {
  const written = [...puts, ...deletes]
  for (const { kind } of written) {
    if (kind === 'audit') throw new TypeError('commit: audit records are appended, never changed or deleted')
  }
  const ownPuts = new Map(puts.map((record) => [recordKey(record), ownRecord(record)]))
  const ownAppends = new Map<string, InventoryRecord>(appends.map((record) => [recordKey(record), ownRecord(record)]))
  if (ownAppends.size < appends.length || [...ownAppends.keys()].some((key) => ownPuts.has(key))) {
    throw new TypeError('commit: expected a new id for each record appended, found one twice')
  }
  const known = new Set(relies.map(({ scope }) => scopeKey(scope)))
  for (const { purpose, node } of written.filter((record) => !known.has(scopeKey(record)))) {
    throw new TypeError(`commit: the change writes ${purpose} on ${node}, which relies leaves out`)
  }
  return {
    relies: relies.map(({ scope, revision }) => ({ scope: scopeOf(scope), revision })),
    puts: [...ownPuts.values()],
    deletes: [...new Map(deletes.map((key) => [recordKey(key), key]))]
      .filter(([key]) => !ownPuts.has(key))
      .map(([, { node, purpose, kind, id }]) => ({ node, purpose, kind, id })),
    appends: [...ownAppends.values()],
    changed: scopesOf(written),
  }
}

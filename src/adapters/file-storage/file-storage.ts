// The Storage over a store's directory.

import {
  type AuditRecord,
  type ChangeSet,
  type CommitResult,
  type InventoryRecord,
  type RecordKind,
  type ScopeRevision,
  scopeKey,
  type Storage,
} from '../../inventory/index.js'
import { handOutAll, ownRecord } from '../../inventory/own-record.js'
import type { JournalEntry } from './journal.js'
import type { StoreDirectory } from './store-directory.js'
import type { StoredTable } from './stored-table.js'

/** Times a commit is tried where another process has broken the lock. The store reads itself anew in between. */
const ATTEMPTS = 5

export function createFileStorage(directory: StoreDirectory): Storage {
  const partial = (kind: RecordKind): { readonly isPartial?: true } =>
    directory.isPartial(kind) ? { isPartial: true } : {}
  return {
    read: (scopes) =>
      directory.reading((table) => {
        directory.checkScopes(scopes)
        const { records, revisions } = table.read(scopes)
        return { records: handOutAll(records), revisions }
      }),
    find: (places) =>
      directory.reading((table) => {
        directory.checkScopes(places)
        return handOutAll(table.find(places))
      }),
    async commit(change) {
      const own = ownChange(change)
      return directory.writing(() => commit(directory, own))
    },
    query: (query) =>
      directory.reading((table) => {
        const { records, next } = table.query(query)
        return { records: handOutAll(records), next, ...partial('trust') }
      }),
    list: (kind, page) =>
      directory.reading((table) => {
        if (page?.scope !== undefined) directory.checkScopes([page.scope])
        const { records, next } = table.list(kind, page)
        return { records: handOutAll(records), next, ...(page?.scope === undefined && partial(kind)) }
      }),
    async claimDue(task, before, limit, lease) {
      // Most ticks find nothing to do, and need no lock to see it.
      const isAnyFree = await directory.reading((table) => table.claimable(task, before, limit).length > 0)
      if (!isAnyFree) return []
      const { owner, until } = lease
      return directory.writing(async () => {
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          const { table } = directory
          const claimed = table.claimable(task, before, limit)
          if (claimed.length === 0) return []
          const puts = claimed.map((record) => ({ record, lease: { owner, until } }))
          if (await directory.append({ deletes: [], puts, scopes: revisionsOf(table, claimed), audits: [] }))
            return claimed
        }
        return []
      })
    },
    async finishDue(finished, owner) {
      const own = finished.map(ownRecord)
      return directory.writing(async () => {
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          const { table } = directory
          const held = table.heldBy(owner, own)
          const puts = held.map((record) => ({ record }))
          if (held.length === 0) return 0
          if (await directory.append({ deletes: [], puts, scopes: revisionsOf(table, held), audits: [] }))
            return held.length
        }
        return 0
      })
    },
    nextDue: (task) => directory.reading((table) => table.nextDue(task)),
  }
}

/** A copy, taken at once: what the caller does while it waits changes nothing. */
function ownChange({ relies, puts, deletes, appends }: ChangeSet): ChangeSet {
  return {
    relies: relies.map(({ scope: { node, purpose }, revision }) => ({ scope: { node, purpose }, revision })),
    puts: puts.map(ownRecord),
    deletes: deletes.map(({ node, purpose, kind, id }) => ({ node, purpose, kind, id })),
    appends: appends.map(ownRecord),
  }
}

async function commit(directory: StoreDirectory, change: ChangeSet): Promise<CommitResult> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { table } = directory
    directory.checkScopes(change.relies.map(({ scope }) => scope))
    const conflict = table.conflicts(change)
    if (conflict.length > 0) return { ok: false, conflict }
    if (await directory.append(entryOf(table, change))) return { ok: true }
  }
  return { ok: false, conflict: change.relies.map(({ scope }) => scope) }
}

function entryOf(table: StoredTable, { puts, deletes, appends }: ChangeSet): Omit<JournalEntry, 'commit' | 'removes'> {
  const audits: AuditRecord[] = []
  const appended: InventoryRecord[] = []
  for (const record of appends) {
    if (record.kind === 'audit') audits.push(record)
    else appended.push(record)
  }
  const changed = new Set([...puts, ...deletes].map(scopeKey))
  const scopes = revisionsOf(table, [...puts, ...deletes, ...appended]).map(({ scope, revision }) => ({
    scope,
    revision: changed.has(scopeKey(scope)) ? revision + 1 : revision,
  }))
  // What is deleted and put is put.
  return { deletes, puts: [...puts, ...appended].map((record) => ({ record })), scopes, audits }
}

const revisionsOf = (
  table: StoredTable,
  places: readonly { readonly node: string; readonly purpose: string }[],
): readonly ScopeRevision[] => table.read(places.map(({ node, purpose }) => ({ node, purpose }))).revisions

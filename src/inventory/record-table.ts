// Records in memory with their indexes: what the memory storage is, and what a storage on disk keeps beside its files.

import { checkNumber } from '../base/arguments.js'
import {
  checkPageLimit,
  comparePositions,
  type Condition,
  fieldValue,
  matches,
  type Page,
  type Position,
  type Query,
  resolveQuery,
  type SortField,
  writeCursor,
} from './query.js'
import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  type RecordKey,
  recordKey,
  type RecordKind,
  type Scope,
  scopeKey,
} from './records.js'
import { SortedList } from './sorted-list.js'
import type { ChangeSet, KindPage, KindPageRequest, Lease, ScopeRevision, Snapshot } from './storage.js'

interface ScopeTable {
  revision: number
  readonly records: Map<string, InventoryRecord>
  /** Apart, since reading a scope must not grow dearer with its past. */
  readonly history: Map<string, InventoryRecord>
}

const mapOf = (table: ScopeTable, kind: RecordKind): Map<string, InventoryRecord> =>
  kind === 'history' ? table.history : table.records

interface Indexed extends Position {
  readonly record: CertificateRecord
}

/** A record in the order of its kind, or of its due time. */
interface Placed extends Position {
  readonly record: InventoryRecord
}

/** A place to look from. Lists compare values and keys only. */
const atKey = (key: string): Placed => ({ value: '', key }) as Placed

const DEFAULT_LIMIT = 100

/** The text every match's value of a field begins with, in lower case; undefined where none has to. */
function prefixOn(by: SortField, where: readonly Condition[]): string | undefined {
  for (const condition of where) {
    const { field, operator } = condition
    if (field === by && (operator === 'is-exactly' || operator === 'begins-with')) return condition.value.toLowerCase()
  }
  return undefined
}

/** A cursor of `list` is the place of the record its page ended with. */
function placeCursor(cursor: string, kind: RecordKind): string {
  try {
    const parts: unknown = JSON.parse(cursor)
    if (Array.isArray(parts) && parts.length === 4 && parts[2] === kind) return cursor
  } catch {
    // Not of our making; said below.
  }
  throw new TypeError(`cursor: expected one that a page of ${kind} records ended with`)
}

/** All records, by scope, by kind, and for each sort that has been asked for by its field. */
export class RecordTable {
  private readonly scopes = new Map<string, ScopeTable>()
  private readonly kinds = new Map<RecordKind, SortedList<Placed>>()
  private readonly sorts = new Map<SortField, SortedList<Indexed>>()
  private readonly due = new Map<string, SortedList<Placed>>()
  private readonly leases = new Map<string, Lease>()

  read(scopes: readonly Scope[]): Snapshot {
    // A scope asked for twice is one scope.
    const asked = new Map(scopes.map((scope) => [scopeKey(scope), scope]))
    const records: InventoryRecord[] = []
    const revisions: ScopeRevision[] = []
    for (const [key, scope] of asked) {
      const table = this.scopes.get(key)
      for (const record of table?.records.values() ?? []) records.push(record)
      revisions.push({ scope, revision: table?.revision ?? 0 })
    }
    return { records, revisions }
  }

  /** The record at a place. */
  get(place: RecordKey): InventoryRecord | undefined {
    if (place.kind === 'audit') return this.kindList('audit').find(atKey(recordKey(place)))?.record
    const table = this.scopes.get(scopeKey(place))
    return table && mapOf(table, place.kind).get(recordKey(place))
  }

  /** The scopes that have moved on since the change was decided. @throws TypeError for a change that makes no sense */
  conflicts({ relies, puts, deletes, appends }: ChangeSet): readonly Scope[] {
    for (const { kind } of [...puts, ...deletes]) {
      if (kind === 'audit') throw new TypeError('commit: audit records are appended, never changed or deleted')
    }
    const added = new Set<string>()
    for (const record of appends) {
      const key = recordKey(record)
      if (added.size === added.add(key).size || this.get(record) !== undefined) {
        throw new TypeError(`commit: expected a new id for the ${record.kind} record appended, found ${record.id}`)
      }
    }
    const known = new Set(relies.map(({ scope }) => scopeKey(scope)))
    for (const record of [...puts, ...deletes]) {
      if (!known.has(scopeKey(record))) {
        throw new TypeError(`commit: the change writes ${record.purpose} on ${record.node}, which relies leaves out`)
      }
    }
    return relies.flatMap(({ scope, revision }) =>
      (this.scopes.get(scopeKey(scope))?.revision ?? 0) === revision ? [] : [scope],
    )
  }

  /** Applies a change without conflicts. */
  apply({ puts, deletes, appends }: ChangeSet): void {
    const changed = new Set<string>()
    for (const key of deletes) {
      changed.add(scopeKey(key))
      this.remove(key)
    }
    for (const record of puts) {
      changed.add(scopeKey(record))
      this.put(record)
    }
    for (const record of appends) this.put(record)
    for (const key of changed) this.tableOf(key).revision++
  }

  /** Sets a scope's revision, as a storage on disk remembers it. */
  setRevision(scope: Scope, revision: number): void {
    this.tableOf(scopeKey(scope)).revision = revision
  }

  /** Adds or replaces one record; the scope's revision stays. */
  put(record: InventoryRecord): void {
    const key = recordKey(record)
    if (record.kind !== 'audit') {
      const records = mapOf(this.tableOf(scopeKey(record)), record.kind)
      this.removeFrom(records, key)
      records.set(key, record)
    }
    this.kindList(record.kind).insert({ value: '', key, record })
    if (isCertificateRecord(record)) {
      for (const [field, list] of this.sorts) list.insert({ value: fieldValue(record, field), key, record })
    }
    if (record.kind === 'due') this.dueList(record.task).insert({ value: record.dueAt, key, record })
  }

  /** Removes one record, if it is there; the scope's revision stays. */
  remove(place: RecordKey): void {
    const table = this.scopes.get(scopeKey(place))
    if (table !== undefined) this.removeFrom(mapOf(table, place.kind), recordKey(place))
  }

  private removeFrom(records: Map<string, InventoryRecord>, key: string): void {
    const record = records.get(key)
    if (record === undefined) return
    records.delete(key)
    this.kindList(record.kind).remove({ value: '', key, record })
    if (isCertificateRecord(record)) {
      for (const [field, list] of this.sorts) list.remove({ value: fieldValue(record, field), key, record })
    }
    if (record.kind === 'due') {
      this.dueList(record.task).remove({ value: record.dueAt, key, record })
      this.leases.delete(key)
    }
  }

  query(query: Query): Page {
    const resolved = resolveQuery(query)
    const { by, direction, where, limit, after } = resolved
    const records: CertificateRecord[] = []
    let last: Position | undefined
    // What begins with a text stands together where that is what is sorted by: no need to look further.
    const prefix = direction === 'ascending' ? prefixOn(by, where) : undefined
    const start = after ?? (prefix === undefined ? undefined : { value: prefix, key: '' })
    for (const item of this.sortedBy(by).walk(direction, start as Indexed | undefined)) {
      if (prefix !== undefined && !String(item.value).startsWith(prefix)) break
      if (!matches(item.record, where)) continue
      if (records.length === limit) return { records, next: last && writeCursor(resolved, last) }
      records.push(item.record)
      last = item
    }
    return { records, next: undefined }
  }

  /** @throws TypeError for a limit out of range, or a cursor no page of the kind ended with */
  list(kind: RecordKind, { cursor, limit = DEFAULT_LIMIT, scope }: KindPageRequest = {}): KindPage {
    checkPageLimit(limit)
    // Places begin with their scope: those of one stand together.
    const prefix = scope === undefined ? '' : JSON.stringify([scope.node, scope.purpose, kind]).slice(0, -1) + ','
    const start = cursor !== undefined ? atKey(placeCursor(cursor, kind)) : scope && atKey(prefix)
    const records: InventoryRecord[] = []
    let last: string | undefined
    for (const { key, record } of this.kindList(kind).walk('ascending', start)) {
      if (!key.startsWith(prefix)) break
      if (records.length === limit) return { records, next: last }
      records.push(record)
      last = key
    }
    return { records, next: undefined }
  }

  /** Records of a task due at `before` that nobody holds then, the most overdue first. @throws TypeError for NaN */
  claimable(task: string, before: number, limit: number): readonly DueRecord[] {
    checkNumber('before', before, Number.MAX_VALUE)
    checkNumber('limit', limit, Number.MAX_SAFE_INTEGER)
    const free: DueRecord[] = []
    for (const { value, key, record } of this.dueList(task).walk('ascending')) {
      if (free.length >= limit || Number(value) > before) break
      const held = this.leases.get(key)
      if (record.kind === 'due' && (held === undefined || held.until <= before)) free.push(record)
    }
    return free
  }

  /** The earliest time at which `claimable` has a record of a task. */
  nextDue(task: string): number | undefined {
    let earliest: number | undefined
    for (const { value, key } of this.dueList(task).walk('ascending')) {
      const dueAt = Number(value)
      // From here on nothing is due sooner, whoever holds it.
      if (earliest !== undefined && dueAt >= earliest) break
      const available = Math.max(dueAt, this.leases.get(key)?.until ?? dueAt)
      earliest = Math.min(earliest ?? available, available)
    }
    return earliest
  }

  /** Gives the record at a place to somebody for a time. */
  lease(place: RecordKey, lease: Lease): void {
    if (this.get(place)?.kind === 'due') this.leases.set(recordKey(place), lease)
  }

  /** Who has the record at a place. */
  leaseOf(place: RecordKey): Lease | undefined {
    return this.leases.get(recordKey(place))
  }

  private tableOf(key: string): ScopeTable {
    let table = this.scopes.get(key)
    if (table === undefined) this.scopes.set(key, (table = { revision: 0, records: new Map(), history: new Map() }))
    return table
  }

  private kindList(kind: RecordKind): SortedList<Placed> {
    let list = this.kinds.get(kind)
    if (list === undefined) this.kinds.set(kind, (list = new SortedList<Placed>(comparePositions)))
    return list
  }

  private dueList(task: string): SortedList<Placed> {
    let list = this.due.get(task)
    if (list === undefined) this.due.set(task, (list = new SortedList<Placed>(comparePositions)))
    return list
  }

  /** Built when a sort is first asked for, and kept up from then on. */
  private sortedBy(field: SortField): SortedList<Indexed> {
    let list = this.sorts.get(field)
    if (list === undefined) {
      list = new SortedList<Indexed>(comparePositions)
      const items: Indexed[] = []
      for (const { records } of this.scopes.values()) {
        for (const [key, record] of records) {
          if (isCertificateRecord(record)) items.push({ value: fieldValue(record, field), key, record })
        }
      }
      for (const item of items.sort(comparePositions)) list.insert(item)
      this.sorts.set(field, list)
    }
    return list
  }
}

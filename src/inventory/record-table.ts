// Records in memory with their indexes: what the memory storage is, and what a storage on disk keeps beside its files.

import { checkNumber } from '../base/arguments.js'
import { ensure } from '../base/ensure.js'
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
} from './records.js'
import { DueQueue } from './due-queue.js'
import { placeCursor } from './pages.js'
import { IndexedEntry, RecordEntry } from './record-entry.js'
import { ScopeMap } from './scope-map.js'
import { SortedList } from './sorted-list.js'
import type { ChangeSet, KindPage, KindPageRequest, Lease, ScopeRevision, Snapshot } from './storage.js'

/** Entries of a scope. */
interface ScopeTable {
  revision: number
  /** By kind and id: kinds apart, so that looking one up makes no text of the two. */
  readonly kinds: Map<RecordKind, Map<string, RecordEntry>>
}

const newScopeTable = (): ScopeTable => ({ revision: 0, kinds: new Map() })

/** All but its history: reading a scope must not grow dearer with its past. */
function* presentEntries({ kinds }: ScopeTable): Generator<RecordEntry> {
  for (const [kind, entries] of kinds) if (kind !== 'history') yield* entries.values()
}

const certificateKinds = ['identity', 'trust', 'endpoint'] as const

const DEFAULT_LIMIT = 100

/** The text every match's value of a field begins with, in lower case; undefined where none has to. */
function prefixOn(by: SortField, where: readonly Condition[]): string | undefined {
  for (const condition of where) {
    const { field, operator } = condition
    if (field === by && (operator === 'is-exactly' || operator === 'begins-with')) return condition.value.toLowerCase()
  }
  return undefined
}

/** All records by place; and for what has been asked for in some order, in that order from then on. */
export class RecordTable {
  private readonly scopes = new ScopeMap<ScopeTable>()
  /** They are of no scope's revision, and so in no scope. */
  private readonly audits = new ScopeMap<Map<string, RecordEntry>>()
  private readonly kinds = new Map<RecordKind, SortedList<RecordEntry, Position>>()
  private readonly sorts = new Map<SortField, SortedList<IndexedEntry, Position>>()
  private readonly due = new Map<string, DueQueue>()

  read(scopes: readonly Scope[]): Snapshot {
    // A scope asked for twice is one scope.
    const asked = new ScopeMap<true>()
    const records: InventoryRecord[] = []
    const revisions: ScopeRevision[] = []
    for (const scope of scopes) {
      if (asked.get(scope) !== undefined) continue
      asked.set(scope, true)
      const table = this.scopes.get(scope)
      if (table !== undefined) for (const { record } of presentEntries(table)) records.push(record)
      revisions.push({ scope, revision: table?.revision ?? 0 })
    }
    return { records, revisions }
  }

  /** The record at a place. */
  get(place: RecordKey): InventoryRecord | undefined {
    return this.entryAt(place)?.record
  }

  /** The records at places, each once. */
  find(places: readonly RecordKey[]): readonly InventoryRecord[] {
    return [...new Set(places.flatMap((place) => this.entryAt(place) ?? []))].map(({ record }) => record)
  }

  protected entryAt(place: RecordKey): RecordEntry | undefined {
    const entries = place.kind === 'audit' ? this.audits.get(place) : this.scopes.get(place)?.kinds.get(place.kind)
    return entries?.get(place.id)
  }

  /** The scopes that have moved on since the change was decided. @throws TypeError for a change that makes no sense */
  conflicts({ relies, puts, deletes, appends }: ChangeSet): readonly Scope[] {
    const known = new ScopeMap<true>()
    for (const { scope } of relies) known.set(scope, true)
    for (const record of [...puts, ...deletes]) {
      if (record.kind === 'audit') throw new TypeError('commit: audit records are appended, never changed or deleted')
      if (known.get(record) === undefined) {
        throw new TypeError(`commit: the change writes ${record.purpose} on ${record.node}, which relies leaves out`)
      }
    }
    const added = new Set<string>()
    for (const record of appends) {
      // One by itself is no other's double: of most changes only their audit is appended.
      const isTwice = appends.length > 1 && added.size === added.add(recordKey(record)).size
      if (isTwice || this.get(record) !== undefined) {
        throw new TypeError(`commit: expected a new id for the ${record.kind} record appended, found ${record.id}`)
      }
    }
    return relies.flatMap(({ scope, revision }) =>
      (this.scopes.get(scope)?.revision ?? 0) === revision ? [] : [scope],
    )
  }

  /** Applies a change without conflicts. */
  apply({ puts, deletes, appends }: ChangeSet): void {
    const changed = new Set<ScopeTable>()
    for (const key of deletes) {
      changed.add(this.tableOf(key))
      this.remove(key)
    }
    for (const record of puts) {
      changed.add(this.tableOf(record))
      this.put(record)
    }
    for (const record of appends) this.put(record)
    for (const table of changed) table.revision++
  }

  /** Adds or replaces one record, which nobody holds then; the scope's revision stays. */
  put(record: InventoryRecord): void {
    const known = this.entryAt(record)
    if (known !== undefined) {
      this.replace(known, record)
      return
    }
    const entry = new RecordEntry(record)
    this.entriesOf(record).set(record.id, entry)
    this.kinds.get(record.kind)?.insert(entry)
    if (record.kind === 'due') this.queueOf(record.task).add(entry)
    if (!isCertificateRecord(record)) return
    for (const [field, list] of this.sorts) list.insert(new IndexedEntry(fieldValue(record, field), entry))
  }

  private replace(entry: RecordEntry, record: InventoryRecord): void {
    const before = entry.record
    if (before.kind === 'due') this.queueOf(before.task).remove(entry)
    entry.record = record
    entry.lease = undefined
    if (record.kind === 'due') this.queueOf(record.task).add(entry)
    if (!isCertificateRecord(before) || !isCertificateRecord(record)) return
    for (const [field, list] of this.sorts) {
      const [old, value] = [fieldValue(before, field), fieldValue(record, field)]
      if (old === value) continue
      list.remove(new IndexedEntry(old, entry))
      list.insert(new IndexedEntry(value, entry))
    }
  }

  /** Removes one record, if it is there; the scope's revision stays. */
  remove(place: RecordKey): void {
    const entry = this.entryAt(place)
    if (entry === undefined || place.kind === 'audit') return
    const { record } = entry
    this.entriesOf(place).delete(place.id)
    this.kinds.get(record.kind)?.remove(entry)
    if (record.kind === 'due') this.queueOf(record.task).remove(entry)
    if (!isCertificateRecord(record)) return
    for (const [field, list] of this.sorts) list.remove(new IndexedEntry(fieldValue(record, field), entry))
  }

  query(query: Query): Page {
    const resolved = resolveQuery(query)
    const { by, direction, where, limit, after } = resolved
    const records: CertificateRecord[] = []
    let last: Position | undefined
    // What begins with a text stands together where that is what is sorted by: no need to look further.
    const prefix = direction === 'ascending' ? prefixOn(by, where) : undefined
    const start = after ?? (prefix === undefined ? undefined : { value: prefix, key: '' })
    for (const item of this.sortedBy(by).walk(direction, start)) {
      const { record } = item.entry
      if (prefix !== undefined && !String(item.value).startsWith(prefix)) break
      if (!isCertificateRecord(record) || !matches(record, where)) continue
      if (records.length === limit) return { records, next: last && writeCursor(resolved, last) }
      records.push(record)
      last = item
    }
    return { records, next: undefined }
  }

  /** @throws TypeError for a limit out of range, or a cursor no page of the kind ended with */
  list(kind: RecordKind, { cursor, limit = DEFAULT_LIMIT, scope }: KindPageRequest = {}): KindPage {
    checkPageLimit(limit)
    // Places begin with their scope: those of one stand together.
    const prefix = scope === undefined ? '' : JSON.stringify([scope.node, scope.purpose, kind]).slice(0, -1) + ','
    const from = cursor === undefined ? prefix : placeCursor(cursor, kind)
    const records: InventoryRecord[] = []
    let last: string | undefined
    for (const { key, record } of this.inOrder(kind).walk('ascending', { value: '', key: from })) {
      if (!key.startsWith(prefix)) break
      if (records.length === limit) return { records, next: last }
      records.push(record)
      last = key
    }
    return { records, next: undefined }
  }

  /** Gives records of a task due at `before` that nobody holds then to somebody, the most overdue first. @throws TypeError for NaN */
  claim(task: string, before: number, limit: number, lease: Lease): readonly DueRecord[] {
    checkClaim(before, limit)
    return dueRecords(this.queueOf(task).claim(before, limit, lease))
  }

  /** The earliest time at which a record of a task can be claimed. */
  nextDue(task: string): number | undefined {
    return this.queueOf(task).next()
  }

  /** Puts those of the records whose places somebody holds; returns how many. */
  finish(owner: string, records: readonly DueRecord[]): number {
    let count = 0
    for (const record of records) {
      const entry = this.entryAt(record)
      if (entry?.lease?.owner !== owner) continue
      this.replace(entry, record)
      count++
    }
    return count
  }

  protected tableOf(scope: Scope): ScopeTable {
    return this.scopes.ensure(scope, newScopeTable)
  }

  /** Of a kind in a scope, by id. */
  private entriesOf(place: RecordKey): Map<string, RecordEntry> {
    if (place.kind === 'audit') return this.audits.ensure(place, () => new Map())
    return ensure(this.tableOf(place).kinds, place.kind, () => new Map<string, RecordEntry>())
  }

  protected queueOf(task: string): DueQueue {
    return ensure(this.due, task, () => new DueQueue())
  }

  /** Records of a kind by their place. Made when it is first asked for, and kept up from then on. */
  private inOrder(kind: RecordKind): SortedList<RecordEntry, Position> {
    return ensure(this.kinds, kind, () => SortedList.of(comparePositions, this.entries(kind)))
  }

  private *entries(kind: RecordKind): Generator<RecordEntry> {
    if (kind === 'audit') for (const entries of this.audits.values()) yield* entries.values()
    else for (const { kinds } of this.scopes.values()) yield* kinds.get(kind)?.values() ?? []
  }

  /** Certificates by a field. Made when it is first asked for, and kept up from then on. */
  private sortedBy(field: SortField): SortedList<IndexedEntry, Position> {
    return ensure(this.sorts, field, () => SortedList.of(comparePositions, this.indexed(field)))
  }

  private *indexed(field: SortField): Generator<IndexedEntry> {
    for (const kind of certificateKinds) {
      for (const entry of this.entries(kind)) {
        if (isCertificateRecord(entry.record)) yield new IndexedEntry(fieldValue(entry.record, field), entry)
      }
    }
  }
}

/** @throws TypeError for NaN */
export function checkClaim(before: number, limit: number): void {
  checkNumber('before', before, Number.MAX_VALUE)
  checkNumber('limit', limit, Number.MAX_SAFE_INTEGER)
}

export const dueRecords = (entries: readonly RecordEntry[]): readonly DueRecord[] =>
  entries.map(({ record }) => record).filter((record) => record.kind === 'due')

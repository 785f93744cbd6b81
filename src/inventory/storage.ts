// Where an inventory is kept, as an interface. Every implementation passes storageContract().

import type { Page, Query } from './query.js'
import type { AuditRecord, DueRecord, InventoryRecord, OutboxRecord, RecordKey, RecordKind, Scope } from './records.js'

/** The records of some scopes, all as of one moment. */
export interface Snapshot {
  /**
   * Those of the scopes asked for, in no particular order. Audit and history records, which only ever grow in number, are
   * not among them: `list` has those.
   */
  readonly records: readonly InventoryRecord[]
  /** The revision of each scope asked for, 0 for one never written. */
  readonly revisions: readonly ScopeRevision[]
}

/** How often a scope had changed when it was read. A commit that relies on it is refused once it has changed again. */
export interface ScopeRevision {
  readonly scope: Scope
  readonly revision: number
}

/** One atomic change. */
export interface ChangeSet {
  /** Every scope changed, with the revision the change was decided on, and any other the decision rests on. */
  readonly relies: readonly ScopeRevision[]
  readonly puts: readonly InventoryRecord[]
  readonly deletes: readonly RecordKey[]
  /** Records that are only ever added, each with a new id: they rest on nothing, and conflict with nothing. */
  readonly appends: readonly (AuditRecord | OutboxRecord)[]
}

/** `conflict` names the scopes that have moved on; nothing was written then. */
export type CommitResult = { readonly ok: true } | { readonly ok: false; readonly conflict: readonly Scope[] }

/** Who works on a claim, and until when nobody else may. */
export interface Lease {
  readonly owner: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Which page of records of one kind to give. */
export interface KindPageRequest {
  /** `next` of the page before, asked for with the same scope. */
  readonly cursor?: string
  /** 1 to 1000. Default 100. */
  readonly limit?: number
  /** Only the records of this scope. */
  readonly scope?: Scope
}

/** A page of records of one kind. */
export interface KindPage {
  readonly records: readonly InventoryRecord[]
  readonly next: string | undefined
  /** There where some may be missing, on whatever page: those that are damaged. */
  readonly isPartial?: true
}

/**
 * Keeps records. Optimistic and atomic: a commit carries the revisions it was decided on and is applied whole or not at
 * all, also across a crash; what `commit` has acknowledged is there afterwards. Failures of the medium reject. Where records
 * of a scope have been damaged, what is asked about it rejects with a `code` of `damaged`; `query`, and `list` without a
 * scope, give those that are left and say that they are not all.
 */
export interface Storage {
  /** Scopes as of one moment, each once however often it is asked for. */
  read(scopes: readonly Scope[]): Promise<Snapshot>
  /** The records at some places, as far as there are any, in no particular order: where a scope would be too much to read. */
  find(places: readonly RecordKey[]): Promise<readonly InventoryRecord[]>
  /** @throws TypeError for a change to a scope that `relies` leaves out */
  commit(change: ChangeSet): Promise<CommitResult>
  /** Certificates by filter and sort, a page at a time (LST-1). @throws TypeError for a query that makes no sense */
  query(query: Query): Promise<Page>
  /** Records of a kind by their place, a page at a time. @throws TypeError for a limit or cursor that makes no sense */
  list(kind: RecordKind, page?: KindPageRequest): Promise<KindPage>
  /**
   * Records of a task that are due at `before` and that nobody holds, the most overdue first, each leased: until the
   * lease ends nobody else gets it. Committing the record again, or deleting it, ends the lease.
   */
  claimDue(task: string, before: number, limit: number, lease: Lease): Promise<readonly DueRecord[]>
  /**
   * Writes claimed records as they are to be from now on, and ends their leases: those that `owner` holds still. One that
   * somebody else has claimed, put or deleted since is left alone. Each stands by itself; no revision is relied on, and none
   * moves, so that keeping a schedule is in nobody's way. Returns how many were written.
   */
  finishDue(finished: readonly DueRecord[], owner: string): Promise<number>
  /**
   * The earliest time at which claimDue will give a record of the task, by its due time and its lease; undefined where
   * there is none. When to come again, and in the past how far behind the workers are.
   */
  nextDue(task: string): Promise<number | undefined>
}

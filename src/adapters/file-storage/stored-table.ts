// Records in memory beside a directory that has them too: what others have written there, leases and revisions, is put in as
// it stands.

import { type DueRecord, type Lease, type RecordKey, type Scope } from '../../inventory/index.js'
import { checkClaim, dueRecords, RecordTable } from '../../inventory/record-table.js'

export class StoredTable extends RecordTable {
  /** Sets a scope's revision. */
  setRevision(scope: Scope, revision: number): void {
    this.tableOf(scope).revision = revision
  }

  /** Gives the record at a place to somebody for a time. */
  lease(place: RecordKey, lease: Lease): void {
    const entry = this.entryAt(place)
    if (entry?.record.kind !== 'due') return
    const queue = this.queueOf(entry.record.task)
    queue.remove(entry)
    entry.lease = lease
    queue.add(entry)
  }

  /** Records of a task due at `before` that nobody holds then, the most overdue first. @throws TypeError for NaN */
  claimable(task: string, before: number, limit: number): readonly DueRecord[] {
    checkClaim(before, limit)
    const queue = this.queueOf(task)
    const found = queue.take(before, limit)
    for (const entry of found) queue.add(entry)
    return dueRecords(found)
  }

  /** Those of the records whose places somebody holds, as far as nobody has put anything there or claimed it since. */
  heldBy<T extends RecordKey>(owner: string, records: readonly T[]): readonly T[] {
    return records.filter((record) => this.entryAt(record)?.lease?.owner === owner)
  }
}

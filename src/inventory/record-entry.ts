// A record where it stands in memory.

import type { FieldValue, Position } from './query.js'
import { type InventoryRecord, recordKey } from './records.js'
import type { Lease } from './storage.js'

/** How long an entry waits in a queue. */
export interface Wait {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly entry: RecordEntry
}

/** A place and what is there now. */
export class RecordEntry implements Position {
  /** In the order of its kind, places are all there is. */
  readonly value = ''
  /** Of a due record: who has it, and until when. */
  lease: Lease | undefined
  /** Of a due record: which of its waits counts. */
  wait: Wait | undefined
  private place: string | undefined

  constructor(public record: InventoryRecord) {}

  /** The record's place as a text. Made when it is first asked for: of most records it never is. */
  get key(): string {
    return (this.place ??= recordKey(this.record))
  }
}

/** An entry in the order of a field of its record. */
export class IndexedEntry implements Position {
  constructor(
    readonly value: FieldValue,
    readonly entry: RecordEntry,
  ) {}

  get key(): string {
    return this.entry.key
  }
}

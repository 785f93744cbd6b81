// All records of a kind, page by page.

import type { InventoryRecord, RecordKind, Storage } from '../inventory/index.js'

export async function* records(storage: Storage, kind: RecordKind): AsyncGenerator<InventoryRecord, void, undefined> {
  let cursor: string | undefined
  do {
    const page = await storage.list(kind, cursor === undefined ? {} : { cursor })
    yield* page.records
    cursor = page.next
  } while (cursor !== undefined)
}

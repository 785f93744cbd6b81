// All records of a kind, or those of one scope, page by page.

import type { InventoryRecord, RecordKind, Scope, Storage } from '../inventory/index.js'

export async function* records(
  storage: Storage,
  kind: RecordKind,
  scope?: Scope,
): AsyncGenerator<InventoryRecord, void, undefined> {
  let cursor: string | undefined
  do {
    const page = await storage.list(kind, { ...(cursor !== undefined && { cursor }), ...(scope && { scope }) })
    yield* page.records
    cursor = page.next
  } while (cursor !== undefined)
}

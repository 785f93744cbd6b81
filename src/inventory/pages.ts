// Records page by page, whatever storage they are in.

import { itemsOf } from '../base/json.js'
import type { CertificateRecord, InventoryRecord, RecordKind } from './records.js'
import type { Query } from './query.js'
import type { KindPageRequest, Storage } from './storage.js'

/** Records of a kind, or those of one scope, a page at a time; from a cursor on, if one is given. */
export const recordPages = (
  storage: Storage,
  kind: RecordKind,
  request: KindPageRequest = {},
): AsyncGenerator<readonly InventoryRecord[], void, undefined> => pages(request, (one) => storage.list(kind, one))

/** The same, one by one. */
export async function* records(
  storage: Storage,
  kind: RecordKind,
  request?: KindPageRequest,
): AsyncGenerator<InventoryRecord, void, undefined> {
  for await (const page of recordPages(storage, kind, request)) yield* page
}

/** Certificates a query finds, a page at a time. */
export const certificatePages = (
  storage: Storage,
  query: Query,
): AsyncGenerator<readonly CertificateRecord[], void, undefined> => pages(query, (one) => storage.query(one))

async function* pages<Request extends { readonly cursor?: string }, Item>(
  request: Request,
  read: (request: Request) => Promise<{ readonly records: readonly Item[]; readonly next: string | undefined }>,
): AsyncGenerator<readonly Item[], void, undefined> {
  let { cursor } = request
  do {
    const page = await read({ ...request, ...(cursor !== undefined && { cursor }) })
    yield page.records
    cursor = page.next
  } while (cursor !== undefined)
}

/** A cursor of `list` is the place of the record its page ended with. @throws TypeError for another text */
export function placeCursor(cursor: string, kind: RecordKind): string {
  const parts = itemsOf(cursor)
  if (parts.length === 4 && parts[2] === kind) return cursor
  throw new TypeError(`cursor: expected one that a page of ${kind} records ended with`)
}

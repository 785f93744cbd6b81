// A record as a hash: the same for the same fields, in whatever order a storage gives them.

import { concatBytes, toHex } from '../base/bytes.js'
import { isObject } from '../base/json.js'
import { digest } from '../crypto/index.js'
import type { InventoryRecord } from './records.js'

/**
 * SHA-256 as lower-case hex.
 * @param before the digest of what comes before the record, for a hash over many
 */
export async function recordDigest(record: InventoryRecord, before = ''): Promise<string> {
  const parts: Uint8Array[] = []
  const text = new TextEncoder().encode(JSON.stringify([before, plain(record, parts)]))
  // Bytes stand behind the text, which says how many there are: no two records come to the same.
  return toHex(await digest('sha-256', concatBytes([text, ...parts])))
}

/** The value with the members of objects in order, and bytes taken out of it. Members that are undefined are left out. */
function plain(value: unknown, parts: Uint8Array[]): unknown {
  if (value instanceof Uint8Array) {
    parts.push(value)
    return { bytes: value.length }
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, parts))
  if (!isObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // Pairs, not an object, whose order of numeric names is not the order of insertion.
  return { members: members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, plain(member, parts)]) }
}

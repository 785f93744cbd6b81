// Records belong to their storage: what a caller does to its own copy, or to one it was given, changes nothing there.

import type { InventoryRecord } from './records.js'

/**
 * A deep copy, frozen, bytes included.
 * @throws TypeError for a value a record cannot hold: a function, an object of a class, NaN
 */
export function ownRecord<T extends InventoryRecord>(record: T): T {
  return owned(record, `${record.kind} record`) as T
}

/** The record as a caller may have it: only bytes are copied, since all else is frozen. */
export function handOut<T extends InventoryRecord>(record: T): T {
  const copy = { ...record }
  if ('der' in record) Object.assign(copy, { der: new Uint8Array(record.der) })
  else if (record.kind === 'outbox' && record.record !== undefined)
    Object.assign(copy, { record: handOut(record.record) })
  else return record
  return Object.freeze(copy)
}

function owned(value: unknown, where: string): unknown {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  // Not `slice`, which shares memory where the bytes are a Buffer.
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (Array.isArray(value)) return Object.freeze(value.map((item, at) => owned(item, `${where}[${at}]`)))
  if (typeof value === 'object' && isPlain(value)) {
    // A spread copies a member called __proto__ as a member, which assignment then finds and sets. And it keeps the
    // object's layout, which an object made member by member has not: copies are made at every read.
    const copy: Record<string, unknown> = { ...value }
    for (const name of Object.keys(copy)) {
      const member = copy[name]
      if (typeof member !== 'string') copy[name] = owned(member, `${where}.${name}`)
    }
    return Object.freeze(copy)
  }
  throw new TypeError(`${where}: expected what JSON can carry, or bytes, found ${nameOf(value)}`)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const nameOf = (value: unknown): string =>
  typeof value === 'object' ? 'an object of a class' : typeof value === 'number' ? String(value) : typeof value

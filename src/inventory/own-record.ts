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
  if (isScalar(value)) return value
  // Not `slice`, which shares memory where the bytes are a Buffer.
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (isImmutable(value)) return value
  if (Array.isArray(value)) return Object.freeze(value.map((item, at) => owned(item, `${where}[${at}]`)))
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    // A spread copies a member called __proto__ as a member, which assignment then finds and sets. And it keeps the
    // object's layout, which an object made member by member has not: copies are made at every read.
    const copy: Record<string, unknown> = { ...value }
    for (const name of Object.keys(copy)) {
      const member = copy[name]
      if (!isScalar(member)) copy[name] = owned(member, `${where}.${name}`)
    }
    return Object.freeze(copy)
  }
  throw new TypeError(`${where}: expected what JSON can carry, or bytes, found ${nameOf(value)}`)
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value === undefined ||
  value === null ||
  (typeof value === 'number' && Number.isFinite(value))

/** Frozen all the way down, as what a storage has handed out is: it can be shared. */
function isImmutable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return false
  if (!Array.isArray(value) && !isPlain(value)) return false
  const members: readonly unknown[] = Object.values(value)
  return members.every((member) => isScalar(member) || isImmutable(member))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const nameOf = (value: unknown): string =>
  typeof value === 'object' ? 'an object of a class' : typeof value === 'number' ? String(value) : typeof value

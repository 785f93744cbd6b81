// Records belong to their storage: what a caller does to its own copy, or to one it was given, changes nothing there.

import { isObject } from '../base/json.js'
import { type CertificateRecord, type InventoryRecord, isCertificateRecord } from './records.js'

/**
 * A deep copy, frozen, bytes included.
 * @throws TypeError for a value a record cannot hold: a function, an object of a class, NaN
 */
export function ownRecord<T extends InventoryRecord>(record: T): T {
  return owned(record, `${record.kind} record`) as T
}

/** The records as a caller may have them: only bytes are copied, since all else is frozen. */
export function handOutAll<T extends InventoryRecord>(records: readonly T[]): T[] {
  const room = new Room(records.reduce((sum, record) => sum + (bytesOf(record)?.length ?? 0), 0))
  return records.map((record) => handOut(record, room))
}

/** One of them. */
export function handOut<T extends InventoryRecord>(record: T, room = new Room(0)): T {
  const changed =
    'der' in record
      ? { der: room.copy(record.der) }
      : record.kind === 'outbox' && record.record !== undefined
        ? { record: handOut(record.record, room) }
        : undefined
  return changed === undefined ? record : Object.freeze(Object.assign(shallowCopy(record), changed))
}

const bytesOf = (record: InventoryRecord): Uint8Array | undefined =>
  'der' in record ? record.der : record.kind === 'outbox' ? record.record?.der : undefined

/**
 * Most bytes in one piece of memory, or one record's if it has more: who keeps one record from a page keeps no more than
 * this of the others.
 */
const PIECE = 8192

/** Memory for copies that are made together: a piece of its own for each takes longer than the copying. */
class Room {
  private piece = new Uint8Array(0)
  private used = 0

  /** @param left bytes still to be copied */
  constructor(private left: number) {}

  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes
    if (this.piece.length - this.used < length) {
      this.piece = new Uint8Array(Math.max(length, Math.min(this.left, PIECE)))
      this.used = 0
    }
    this.piece.set(bytes, this.used)
    this.left -= length
    this.used += length
    return this.piece.subarray(this.used - length, this.used)
  }
}

function owned(value: unknown, where: string): unknown {
  if (isScalar(value)) return value
  // Not `slice`, which shares memory where the bytes are a Buffer.
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (isImmutable(value)) return value
  if (Array.isArray(value)) return Object.freeze(value.map((item, at) => owned(item, `${where}[${at}]`)))
  if (isObject(value) && isPlain(value)) {
    const copy = shallowCopy(value) as Record<string, unknown>
    for (const name of Object.keys(copy)) {
      const member = copy[name]
      if (!isScalar(member)) copy[name] = owned(member, `${where}.${name}`)
    }
    return Object.freeze(copy)
  }
  throw new TypeError(`${where}: expected what JSON can carry, or bytes, found ${nameOf(value)}`)
}

/**
 * A copy to be frozen. V8 gives every object that was spread and then frozen a layout of its own, half a kilobyte each, and
 * has objects share theirs that were assigned. But a spread copies a member called __proto__ as a member, which assignment
 * then finds and sets.
 */
function shallowCopy<T extends object>(value: T): T {
  if (Object.hasOwn(value, '__proto__')) return { ...value }
  return Object.assign<object, T>(isCertificate(value) ? blankCertificate() : {}, value)
}

const isCertificate = (value: object): boolean =>
  'kind' in value && 'der' in value && isCertificateRecord(value as InventoryRecord)

/** What has more than a dozen members added becomes a hash table, twice as large, and there are a million of these. */
const blankCertificate = (): Record<keyof CertificateRecord, undefined> => ({
  node: undefined,
  purpose: undefined,
  kind: undefined,
  id: undefined,
  der: undefined,
  type: undefined,
  origin: undefined,
  description: undefined,
  installedAt: undefined,
  sha256: undefined,
  sha1: undefined,
  keyHandle: undefined,
  mark: undefined,
  commonName: undefined,
  subject: undefined,
  issuer: undefined,
  serialNumber: undefined,
  notBefore: undefined,
  notAfter: undefined,
  keyType: undefined,
})

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

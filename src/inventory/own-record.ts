// Records belong to their storage: what a caller does to its own copy, or to one it was given, changes nothing there.

import { type CertificateRecord, type InventoryRecord, isCertificateRecord } from './records.js'

/**
 * A deep copy, frozen, bytes included.
 * @throws TypeError for a value a record cannot hold: a function, an object of a class, NaN
 */
export function ownRecord<T extends InventoryRecord>(record: T): T {
  return owned(record, `${record.kind} record`) as T
}

/** The record as a caller may have it: only bytes are copied, since all else is frozen. */
export function handOut<T extends InventoryRecord>(record: T): T {
  const copy = shallowCopy(record)
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

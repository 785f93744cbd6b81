// Records as JSON and back. Every field of every kind stands in one table: a field added to a record and forgotten here is
// an error of the compiler, and a file that lacks one, or has one more, is damaged.

import { isObject, type JsonObject } from '../base/json.js'
import type { CertificateRecord, InventoryRecord, RecordKind } from '../inventory/index.js'
import { ownRecord } from '../inventory/own-record.js'

/** A file or line is not what was written there. Turned into a FileStoreError by whoever knows the path. */
export class DamageError extends Error {
  override readonly name = 'DamageError'
}

/** What a field holds; a list of texts is the list of what is allowed. */
type Field =
  'text' | 'optional text' | 'number' | 'bytes' | 'texts' | 'plain' | 'optional certificate' | readonly string[]

type Fields<R> = { readonly [Name in Exclude<keyof R, 'kind'>]-?: Field }
type RecordOf<K extends RecordKind> = Extract<InventoryRecord, { readonly kind: K }>

const scope = { node: 'text', purpose: 'text', id: 'text' } as const
const index = {
  commonName: 'text',
  subject: 'text',
  issuer: 'text',
  serialNumber: 'text',
  notBefore: 'number',
  notAfter: 'number',
  keyType: 'text',
} as const
const certificate: Fields<CertificateRecord> = {
  ...scope,
  ...index,
  type: ['self-signed', 'ca-signed'],
  origin: ['generated', 'uploaded', 'copied', 'replicated'],
  description: 'text',
  installedAt: 'number',
  sha256: 'text',
  sha1: 'text',
  keyHandle: 'optional text',
  // '' stands for none.
  mark: ['', 'revoked', 'expired'],
  der: 'bytes',
}

const table: { readonly [K in RecordKind]: Fields<RecordOf<K>> } = {
  identity: certificate,
  trust: certificate,
  endpoint: certificate,
  request: { ...scope, commonName: 'text', createdAt: 'number', keyHandle: 'text', der: 'bytes' },
  history: {
    ...scope,
    ...index,
    usage: ['identity', 'trust', 'endpoint'],
    description: 'text',
    installedAt: 'number',
    removedAt: 'number',
    why: ['replaced', 'regenerated', 'deleted'],
    sha256: 'text',
    der: 'bytes',
  },
  'backup-pending': { ...scope, since: 'number' },
  outbox: {
    ...scope,
    target: 'text',
    action: ['put', 'delete'],
    at: 'number',
    record: 'optional certificate',
    recordId: 'text',
    sha256: 'text',
  },
  due: { ...scope, task: 'text', dueAt: 'number', data: 'plain' },
  setting: { ...scope, value: 'plain' },
  audit: {
    ...scope,
    at: 'number',
    actor: 'text',
    action: 'text',
    outcome: ['done', 'refused', 'conflict'],
    before: 'texts',
    after: 'texts',
    findings: 'texts',
  },
}

const isKind = (value: unknown): value is RecordKind => typeof value === 'string' && Object.hasOwn(table, value)
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** A record as JSON: bytes as base64, fields that are undefined left out. */
export function encodeRecord(record: InventoryRecord): JsonObject {
  const values = new Map<string, unknown>(Object.entries(record))
  const fields: Readonly<Record<string, Field>> = table[record.kind]
  const encoded = Object.entries(fields).map(([name, field]) => [name, encodeValue(values.get(name), field)])
  return { kind: record.kind, ...(Object.fromEntries(encoded) as JsonObject) }
}

function encodeValue(value: unknown, field: Field): unknown {
  if (field === 'bytes') return Buffer.from(value as Uint8Array).toString('base64')
  return field === 'optional certificate' && value !== undefined ? encodeRecord(value as CertificateRecord) : value
}

/** The record. @throws DamageError */
export function decodeRecord(value: unknown): InventoryRecord {
  if (!isObject(value)) throw new DamageError(`expected a record, found ${typeof value}`)
  const { kind } = value
  if (!isKind(kind)) throw new DamageError(`expected a kind of record, found ${String(kind)}`)
  const fields: Readonly<Record<string, Field>> = table[kind]
  const stray = Object.keys(value).find((name) => name !== 'kind' && !Object.hasOwn(fields, name))
  if (stray !== undefined) throw new DamageError(`expected no field ${stray} in a ${kind} record`)
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    decodeValue(`${kind}.${name}`, value[name], field),
  ])
  // Frozen, as whatever a table of records holds.
  return ownRecord({ kind, ...Object.fromEntries(entries) } as InventoryRecord)
}

function decodeValue(where: string, value: unknown, field: Field): unknown {
  if (typeof field !== 'string') {
    const found = value ?? ''
    if (typeof found === 'string' && field.includes(found)) return found === '' ? undefined : found
    throw new DamageError(`${where}: expected ${field.join(' or ')}`)
  }
  switch (field) {
    case 'text':
      if (typeof value === 'string') return value
      break
    case 'optional text':
      if (value === undefined || typeof value === 'string') return value
      break
    case 'number':
      if (typeof value === 'number') return value
      break
    case 'bytes':
      if (typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'))
      break
    case 'texts':
      if (isTexts(value)) return value
      break
    case 'plain':
      if (value !== undefined) return value
      break
    case 'optional certificate':
      return value === undefined ? undefined : decodeRecord(value)
  }
  throw new DamageError(`${where}: expected ${field}`)
}

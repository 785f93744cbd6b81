// Records as rows and back. A record's fields are JSON, which text can hold whatever the names in it; DER stands apart as
// bytes; and what certificates are found and sorted by (LST-1) stands in columns of its own.

import { type RawBuilder, sql } from 'kysely'
import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  recordKey,
} from '../../inventory/index.js'
import { handOut } from '../../inventory/own-record.js'
import { fieldValue, type SortField, type TextField } from '../../inventory/query.js'
import { DamageError, decodeRecord, encodeRecord } from '../record-codec.js'
import { byteaText, codeUnitBytes } from './code-units.js'
import { failure } from './errors.js'
import { recordId, scopeId, taskId } from './names.js'
import { trigrams } from './trigrams.js'

/**
 * Bytes of a value an index takes. An entry of a B-tree holds 2,704, two values and what goes with them
 * (PostgreSQL documentation §66.4.1: a third of a page). Rows with longer values are marked, and found without the index.
 */
const MOST_INDEXED = 1_000

/** The column of each field. */
export const columns: Readonly<Record<SortField, string>> = {
  commonName: 'common_name',
  subject: 'subject',
  issuer: 'issuer',
  serialNumber: 'serial_number',
  keyType: 'key_type',
  usage: 'usage',
  purpose: 'purpose',
  node: 'node',
  type: 'type',
  description: 'description',
  notBefore: 'not_before',
  notAfter: 'not_after',
  installedAt: 'installed_at',
}

/** Fields with few values, known beforehand: what holds of a text is found out without the database. */
export const closedFields: Readonly<Partial<Record<SortField, readonly string[]>>> = {
  usage: ['identity', 'trust', 'endpoint'],
  type: ['self-signed', 'ca-signed'],
}

/** Fields looked up by parts, each with the number its parts are told from others' by. */
const searchedFields: readonly TextField[] = [
  ...(['commonName', 'subject', 'issuer', 'serialNumber', 'keyType', 'purpose', 'node', 'description'] as const),
]
export const fieldNumber = (field: TextField): number => searchedFields.indexOf(field) + 1

/** One value of a JSON row; `json_to_recordset` makes each column's type of it. */
type RowValue = string | number | boolean | null | readonly number[]
export type Row = Readonly<Record<string, RowValue>>

/** Rows as one parameter: the statement is the same for one and for a thousand, and for every driver. */
export const rowsOf = (rows: readonly Row[]): RawBuilder<unknown> =>
  sql`json_to_recordset(${JSON.stringify(rows)}::json)`

const NO_BYTES = new Uint8Array(0)

export function recordRow(record: InventoryRecord): Row {
  const place = codeUnitBytes(recordKey(record))
  const hasDer = 'der' in record
  return {
    id: byteaText(recordId(record)),
    scope: byteaText(scopeId(record)),
    kind: record.kind,
    place: byteaText(place),
    is_long: place.length > MOST_INDEXED,
    body: JSON.stringify(encodeRecord(hasDer ? { ...record, der: NO_BYTES } : record)),
    der: hasDer ? byteaText(record.der) : null,
  }
}

function certificateRow(record: CertificateRecord): Row {
  const place = codeUnitBytes(recordKey(record))
  const values = Object.entries(columns).map(([field, column]) => {
    const value = fieldValue(record, field as SortField)
    return [column, typeof value === 'string' ? codeUnitBytes(value) : value] as const
  })
  const isLong = [['', place] as const, ...values].some(
    ([, value]) => typeof value !== 'number' && value.length > MOST_INDEXED,
  )
  return {
    id: byteaText(recordId(record)),
    place: byteaText(place),
    is_long: isLong,
    sha256: JSON.stringify(record.sha256).slice(1, -1),
    // Those of a long text would be as many as its units; long rows are few, and searched one by one.
    trigrams: isLong ? null : certificateTrigrams(record),
    ...Object.fromEntries(
      values.map(([column, value]) => [column, typeof value === 'number' ? value : byteaText(value)]),
    ),
  }
}

function certificateTrigrams(record: CertificateRecord): readonly number[] {
  const numbers = new Set<number>()
  for (const field of searchedFields) {
    for (const number of trigrams(fieldNumber(field), String(fieldValue(record, field)))) numbers.add(number)
  }
  return [...numbers]
}

const dueRow = (record: DueRecord): Row => ({
  id: byteaText(recordId(record)),
  task: byteaText(taskId(record.task)),
  due_at: record.dueAt,
})

export const certificateRows = (records: readonly InventoryRecord[]): readonly Row[] =>
  records.filter(isCertificateRecord).map(certificateRow)

export const dueRows = (records: readonly InventoryRecord[]): readonly Row[] =>
  records.flatMap((record) => (record.kind === 'due' ? [dueRow(record)] : []))

/** What is selected of a record. */
export interface StoredRow {
  readonly body: string
  readonly der: Uint8Array | null
}

/** The record, frozen but for its bytes. @throws SqlStorageError `damaged` */
export function readRow({ body, der }: StoredRow, doing: string): InventoryRecord {
  try {
    const record = decodeRecord(JSON.parse(body))
    return 'der' in record ? handOut({ ...record, der: der ?? NO_BYTES }) : handOut(record)
  } catch (error) {
    if (error instanceof DamageError || error instanceof SyntaxError) throw failure('damaged', doing)
    throw error
  }
}

// A record's files: its fields as JSON, and beside it what openssl reads, its certificate or request as PEM.

import { isParseError } from '../../base/errors.js'
import type { JsonObject } from '../../base/json.js'
import type { InventoryRecord, Lease, ScopeRevision } from '../../inventory/index.js'
import { readPem, writePem } from '../../pem/index.js'
import { readChecked, writeChecked } from './checked-json.js'
import { readLease, readScopeRevision } from './journal.js'
import { DamageError, decodeRecord, encodeRecord } from '../record-codec.js'

/** A record as it is on the medium. */
export interface StoredRecord {
  readonly record: InventoryRecord
  readonly lease: Lease | undefined
  /** Number of the commit that wrote it. */
  readonly commit: number
}

/** Texts of the files, by their extension. */
export interface RecordTexts {
  readonly json: string
  readonly pem: string | undefined
}

export function writeRecord({ record, lease, commit }: StoredRecord): RecordTexts {
  const { der, ...fields } = encodeRecord(record)
  const body: JsonObject = { ...fields, ...(lease === undefined ? {} : { lease: { ...lease } }), commit }
  const label = record.kind === 'request' ? 'CERTIFICATE REQUEST' : 'CERTIFICATE'
  const pem = 'der' in record ? writePem(label, record.der) : undefined
  return { json: writeChecked(body, textOf(der), 2), pem }
}

const textOf = (der: unknown): string => (typeof der === 'string' ? der : '')

/** @throws DamageError */
export function readRecord({ json, pem }: RecordTexts): StoredRecord {
  const der = pem === undefined ? undefined : Buffer.from(onlyBlock(pem)).toString('base64')
  const { lease, commit, ...fields } = readChecked(json, textOf(der))
  const record = decodeRecord(der === undefined ? fields : { ...fields, der })
  return { record, lease: lease === undefined ? undefined : readLease(lease), commit: commitOf(commit) }
}

function onlyBlock(pem: string): Uint8Array {
  try {
    const [block, ...more] = readPem(pem)
    if (block !== undefined && more.length === 0) return block.bytes
  } catch (error) {
    if (!isParseError(error)) throw error
    throw new DamageError(error.message, { cause: error })
  }
  throw new DamageError('expected one PEM block')
}

export const writeScope = ({ scope: { node, purpose }, revision }: ScopeRevision, commit: number): string =>
  writeChecked({ node, purpose, revision, commit }, '', 2)

/** A scope's revision as it is on the medium. */
export interface StoredScope {
  readonly revision: ScopeRevision
  /** Number of the commit that wrote it. */
  readonly commit: number
}

/** @throws DamageError */
export function readScope(text: string): StoredScope {
  const { commit, ...body } = readChecked(text)
  return { revision: readScopeRevision(body), commit: commitOf(commit) }
}

function commitOf(commit: unknown): number {
  if (typeof commit === 'number') return commit
  throw new DamageError('expected the number of a commit')
}

// Finding certificates (LST-1): filters, sorts, pages. The rules stand here once, for every storage.

import { itemsOf } from '../base/json.js'
import type { CertificateRecord, CertificateType } from './records.js'

/** Fields of text. `usage` is identity, trust or endpoint; `type` self-signed or ca-signed. */
export type TextField =
  | 'commonName'
  | 'subject'
  | 'issuer'
  | 'serialNumber'
  | 'keyType'
  | 'usage'
  | 'purpose'
  | 'node'
  | 'type'
  | 'description'

/** How a filter compares text (LST-1). Letters of both cases are the same to it. */
export type TextOperator = 'begins-with' | 'ends-with' | 'contains' | 'is-exactly' | 'is-empty' | 'is-not-empty'

/** One condition; case does not matter. */
export type Condition =
  | {
      readonly field: TextField
      readonly operator: Exclude<TextOperator, 'is-empty' | 'is-not-empty'>
      readonly value: string
    }
  | { readonly field: TextField; readonly operator: 'is-empty' | 'is-not-empty' }
  /** `before` and `after` leave the time itself out. */
  | {
      readonly field: 'notBefore' | 'notAfter' | 'installedAt'
      readonly operator: 'before' | 'after'
      readonly value: Date
    }

/** What lists are sorted by (LST-1). */
export type SortField = TextField | 'notBefore' | 'notAfter' | 'installedAt'

/** Which certificates to list, in which order, from where on (LST-1). */
export interface Query {
  /** All must hold. Default none. */
  readonly where?: readonly Condition[]
  /** Default by common name. Equal values are ordered by the record's place, so that every order is total. */
  readonly sort?: { readonly by: SortField; readonly direction?: 'ascending' | 'descending' }
  /** Records of one page, 1 to 1,000. Default 50. */
  readonly limit?: number
  /** `next` of the page before, with the same conditions and sort. */
  readonly cursor?: string
}

/** A page of certificates, and where the next begins. */
export interface Page {
  readonly records: readonly CertificateRecord[]
  /** For the following page; undefined at the end. It stays right while records come and go: none is shown twice. */
  readonly next: string | undefined
  /** There where some may be missing, on whatever page: those that are damaged. */
  readonly isPartial?: true
}

/** What a record sorts and filters by. */
export type FieldValue = string | number

export function fieldValue(record: CertificateRecord, field: SortField): FieldValue {
  switch (field) {
    case 'usage':
      return record.kind
    case 'type':
      return record.type satisfies CertificateType
    default: {
      const value = record[field]
      return typeof value === 'string' ? value.toLowerCase() : value
    }
  }
}

export const matches = (record: CertificateRecord, where: readonly Condition[] = []): boolean =>
  where.every((condition) => holds(record, condition))

function holds(record: CertificateRecord, condition: Condition): boolean {
  const found = fieldValue(record, condition.field)
  if (!('value' in condition)) return (found === '') === (condition.operator === 'is-empty')
  if (condition.value instanceof Date) {
    const difference = Number(found) - condition.value.getTime()
    return condition.operator === 'before' ? difference < 0 : difference > 0
  }
  return textHolds(String(found), condition.operator, condition.value.toLowerCase())
}

/** Both texts are in lower case. */
export function textHolds(text: string, operator: Condition['operator'], wanted: string): boolean {
  switch (operator) {
    case 'begins-with':
      return text.startsWith(wanted)
    case 'ends-with':
      return text.endsWith(wanted)
    case 'contains':
      return text.includes(wanted)
    default:
      return text === wanted
  }
}

/** Where a page ended: the last record's value and place. */
export interface Position {
  readonly value: FieldValue
  readonly key: string
}

export const comparePositions = (a: Position, b: Position): number =>
  a.value < b.value ? -1 : a.value > b.value ? 1 : a.key < b.key ? -1 : a.key > b.key ? 1 : 0

const MAX_PAGE = 1000

export interface ResolvedQuery {
  readonly where: readonly Condition[]
  readonly by: SortField
  readonly direction: 'ascending' | 'descending'
  readonly limit: number
  readonly after: Position | undefined
}

const textFields: Readonly<Record<TextField, true>> = {
  commonName: true,
  subject: true,
  issuer: true,
  serialNumber: true,
  keyType: true,
  usage: true,
  purpose: true,
  node: true,
  type: true,
  description: true,
}
const timeFields = { notBefore: true, notAfter: true, installedAt: true }
const operators: Readonly<Record<TextOperator, boolean>> = {
  'begins-with': true,
  'ends-with': true,
  contains: true,
  'is-exactly': true,
  'is-empty': false,
  'is-not-empty': false,
}

/** @throws TypeError for a condition, sort or limit that makes no sense, or a cursor that is none of this query's */
export function resolveQuery({ where = [], sort, limit = 50, cursor }: Query): ResolvedQuery {
  const { by = 'commonName', direction = 'ascending' } = sort ?? {}
  checkPageLimit(limit)
  if (!Object.hasOwn(textFields, by) && !Object.hasOwn(timeFields, by)) {
    throw new TypeError(`sort: expected a field of certificates, found ${by}`)
  }
  if (!['ascending', 'descending'].includes(direction)) {
    throw new TypeError(`sort: expected ascending or descending, found ${direction}`)
  }
  for (const condition of where) checkCondition(condition)
  return { where, by, direction, limit, after: cursor === undefined ? undefined : readCursor(cursor, by, direction) }
}

/** @throws TypeError unless a page's limit is from 1 to 1,000 */
export function checkPageLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return
  throw new TypeError(`limit: expected an integer from 1 to ${MAX_PAGE}, found ${limit}`)
}

/** Conditions come from forms and URLs: one nobody can answer must not pass for one nothing matches. */
function checkCondition(condition: Condition): void {
  const { field, operator } = condition
  const value: unknown = 'value' in condition ? condition.value : undefined
  const isText = Object.hasOwn(textFields, field) && Object.hasOwn(operators, operator)
  const needsText = Object.hasOwn(operators, operator) && operators[operator as TextOperator]
  const isTime = Object.hasOwn(timeFields, field) && (operator === 'before' || operator === 'after')
  const holdsTime = value instanceof Date && !Number.isNaN(value.getTime())
  if (isText ? (typeof value === 'string') === needsText : isTime && holdsTime) return
  throw new TypeError(`where: no condition on ${field} is ${operator} ${typeof value}`)
}

export const writeCursor = ({ by, direction }: ResolvedQuery, { value, key }: Position): string =>
  JSON.stringify([by, direction, value, key])

function readCursor(cursor: string, by: SortField, direction: string): Position {
  const [ownBy, ownDirection, value, key] = itemsOf(cursor)
  const isValue = typeof value === (Object.hasOwn(timeFields, by) ? 'number' : 'string')
  if (ownBy === by && ownDirection === direction && isValue && typeof key === 'string') {
    return { value: value as FieldValue, key }
  }
  throw new TypeError(`cursor: expected one that a page sorted ${direction} by ${by} ended with`)
}

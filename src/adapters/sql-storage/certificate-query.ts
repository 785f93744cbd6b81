// Pages of certificates by filter and sort (LST-1), each one statement that reads as much as it shows.

import { type RawBuilder, sql } from 'kysely'
import { type CertificateRecord, type Condition, type Page, type Query, recordKey } from '../../inventory/index.js'
import { isCertificateRecord } from '../../inventory/index.js'
import {
  fieldValue,
  type Position,
  resolveQuery,
  type ResolvedQuery,
  textHolds,
  writeCursor,
} from '../../inventory/query.js'
import { behindPrefix, codeUnitBytes } from './code-units.js'
import type { CommonTrigrams } from './common-trigrams.js'
import type { Database } from './database.js'
import { closedFields, columns, fieldNumber, readRow, type StoredRow } from './rows.js'
import { lookupTrigrams } from './trigrams.js'

type Part = RawBuilder<unknown>
type TextCondition = Exclude<Condition, { readonly field: 'notBefore' | 'notAfter' | 'installedAt' }>

/**
 * Rows a page by parts of texts is first looked for among, in their order. What as much as one in a hundred certificates holds
 * is found there; what is rarer is few, and gathered by the index of parts. Left to itself the planner takes parts that go
 * together for chance, and gathers a million to show fifty.
 */
const WALK = 5_000
/** The first of these rows, which show whether the others are worth looking at. */
const PROBE = 500

/** @throws TypeError for a query that makes no sense */
export async function queryCertificates(database: Database, query: Query, common: CommonTrigrams): Promise<Page> {
  const resolved = resolveQuery(query)
  const { limit } = resolved
  const find = (how: 'plan' | Walk | Gather): Promise<readonly StoredRow[]> =>
    database.rows<StoredRow>('query', statementOf(database, resolved, how))
  const found = await (resolved.where.some(isByParts) ? findByParts(find, limit, common) : find('plan'))
  const records = found
    .slice(0, limit)
    .map((row) => readRow(row, 'query'))
    .filter(isCertificateRecord)
  const last = records.at(-1)
  const isEnd = found.length <= limit || last === undefined
  return { records, next: isEnd ? undefined : writeCursor(resolved, positionOf(last, resolved)) }
}

/** More than `limit` rows, or all there are. */
async function findByParts(
  find: (how: Walk | Gather) => Promise<readonly StoredRow[]>,
  limit: number,
  common: CommonTrigrams,
): Promise<readonly StoredRow[]> {
  const probed = await find({ rows: PROBE })
  if (probed.length > limit) return probed
  const walked = probed.length * (WALK / PROBE) > limit ? await find({ rows: WALK }) : []
  return walked.length > limit ? walked : find({ shares: await common.read() })
}

/** The first rows in their order. */
interface Walk {
  readonly rows: number
}

/** All rows before they are sorted, by parts of texts; which of them are common is known in part. */
interface Gather {
  readonly shares: ReadonlyMap<number, number>
}

const isByParts = (condition: Condition): boolean =>
  (condition.operator === 'contains' || condition.operator === 'ends-with') &&
  closedFields[condition.field] === undefined &&
  condition.value !== ''

const positionOf = (record: CertificateRecord, { by }: ResolvedQuery): Position => ({
  value: fieldValue(record, by),
  key: recordKey(record),
})

/**
 * Rows whose values an index can hold come from it in their order; the few others are sorted. Only what is shown is joined
 * with the records themselves.
 * @param how as the planner thinks best, among the first rows in their order, or all of them before they are sorted
 */
function statementOf(
  { tables }: Database,
  resolved: ResolvedQuery,
  how: 'plan' | Walk | Gather,
): RawBuilder<StoredRow> {
  const { by, direction, limit, after, where } = resolved
  const value = sql.id(columns[by])
  const way = direction === 'ascending' ? sql`asc` : sql`desc`
  const order = sql`${value} ${way}, place ${way}`
  const page = sql`order by ${order} limit ${limit + 1}::int`
  const from = (isLong: boolean): Part => {
    const start = [
      isLong ? sql`is_long` : sql`not is_long`,
      ...(after === undefined ? [] : [startAfter(after, resolved)]),
    ]
    const shares = typeof how === 'object' && 'shares' in how && !isLong ? how.shares : undefined
    const conditions = where.map((condition) => holds(condition, shares))
    const rows = (parts: readonly Part[], what: Part = sql`*`): Part =>
      sql`select ${what} from ${tables.certificate} where ${all(parts)}`
    if (isLong || how === 'plan') return rows([...start, ...conditions])
    if ('rows' in how)
      return sql`select * from (${rows(start)} order by ${order} limit ${how.rows}::int) as w where ${all(conditions)}`
    const found = rows([...start, ...conditions], sql`id, place, ${value}`)
    return sql`with found as materialized (${found}) select * from found`
  }
  const branch = (isLong: boolean): Part => sql`(select id, place, ${value} from (${from(isLong)}) as c ${page})`
  return sql<StoredRow>`
    select r.body, r.der from (
      select * from (${branch(false)} union all ${branch(true)}) as b ${page}
    ) as shown join ${tables.record} as r on r.id = shown.id order by shown.${value} ${way}, shown.place ${way}`
}

const all = (conditions: readonly Part[]): Part => sql.join(conditions, sql` and `)

function startAfter({ value, key }: Position, { by, direction }: ResolvedQuery): Part {
  const from = typeof value === 'number' ? sql`${value}::float8` : sql`${codeUnitBytes(value)}::bytea`
  const than = direction === 'ascending' ? sql`>` : sql`<`
  return sql`(${sql.id(columns[by])}, place) ${than} (${from}, ${codeUnitBytes(key)}::bytea)`
}

/** @param shares where parts of texts are looked up in their index: what is known of how common they are */
function holds(condition: Condition, shares: ReadonlyMap<number, number> | undefined): Part {
  const column = sql.id(columns[condition.field])
  if ('value' in condition && condition.value instanceof Date) {
    const than = condition.operator === 'before' ? sql`<` : sql`>`
    return sql`${column} ${than} ${condition.value.getTime()}::float8`
  }
  return holdsText(condition as TextCondition, column, shares)
}

function holdsText(condition: TextCondition, column: Part, shares: ReadonlyMap<number, number> | undefined): Part {
  const { field, operator } = condition
  if (!('value' in condition)) return operator === 'is-empty' ? sql`${column} = ''::bytea` : sql`${column} > ''::bytea`
  const wanted = condition.value.toLowerCase()
  const values = closedFields[field]
  if (values !== undefined) {
    const fitting = values.filter((value) => textHolds(value, operator, wanted)).map(codeUnitBytes)
    return sql`${column} = any(${fitting}::bytea[])`
  }
  const bytes = codeUnitBytes(wanted)
  switch (condition.operator) {
    case 'is-exactly':
      return sql`${column} = ${bytes}::bytea`
    case 'begins-with': {
      const behind = behindPrefix(bytes)
      return behind === undefined ? sql`true` : sql`(${column} >= ${bytes}::bytea and ${column} < ${behind}::bytea)`
    }
    case 'ends-with':
    case 'contains': {
      if (bytes.length === 0) return sql`true`
      const isAtEnd = operator === 'ends-with'
      const found = isAtEnd
        ? sql`substring(${column} from greatest(octet_length(${column}) - ${bytes.length}::int, 0) + 1) = ${bytes}::bytea`
        : sql`position(${bytes}::bytea in ${column}) > 0`
      const numbers = shares === undefined ? [] : lookupTrigrams(fieldNumber(field), wanted, isAtEnd, shares)
      return numbers.length === 0 ? found : sql`(trigrams @> ${[...numbers]}::int4[] and ${found})`
    }
  }
}

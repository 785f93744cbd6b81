// The Storage over a schema of a database.

import { type RawBuilder, sql } from 'kysely'
import {
  type InventoryRecord,
  type KindPage,
  type KindPageRequest,
  type RecordKey,
  recordKey,
  type RecordKind,
  type Scope,
  scopeKey,
  type Snapshot,
  type Storage,
} from '../../inventory/index.js'
import { placeCursor } from '../../inventory/pages.js'
import { checkPageLimit } from '../../inventory/query.js'
import { queryCertificates } from './certificate-query.js'
import { behindPrefix, codeUnitBytes } from './code-units.js'
import { Committer } from './commit.js'
import { CommonTrigrams } from './common-trigrams.js'
import type { Database } from './database.js'
import { KEEP_PLAN } from './dialect.js'
import { claimDue, finishDue, nextDue } from './due.js'
import { recordId, scopeId } from './names.js'
import { readRow, type StoredRow } from './rows.js'

const DEFAULT_LIMIT = 100

export function createSqlStorage(database: Database, isAnnounced: boolean): Storage {
  const committer = new Committer(database, isAnnounced)
  const common = new CommonTrigrams(database)
  return {
    read: (scopes) => read(database, scopes),
    find: (places) => find(database, places),
    commit: (change) => committer.commit(change),
    query: (query) => queryCertificates(database, query, common),
    list: async (kind, page) => list(database, kind, page),
    claimDue: (task, before, limit, lease) => claimDue(database, task, before, limit, lease),
    finishDue: (finished, owner) => finishDue(database, finished, owner),
    nextDue: (task) => nextDue(database, task),
  }
}

/** One statement, which sees the database as of one moment. */
async function read(database: Database, scopes: readonly Scope[]): Promise<Snapshot> {
  // A scope asked for twice is one scope.
  const asked = new Map(scopes.map((scope) => [scopeId(scope).toString('hex'), scope]))
  if (asked.size === 0) return { records: [], revisions: [] }
  const ids = [...asked.keys()].map((id) => Buffer.from(id, 'hex'))
  const { tables } = database
  const rows = await database.rows<{ id: string; revision: string | null } & StoredRow>(
    'read',
    sql`${KEEP_PLAN}select encode(id, 'hex') as id, revision::text as revision, '' as body, null::bytea as der
      from ${tables.scope} where id = any(${ids}::bytea[])
      union all
      select '', null, body, der
      from ${tables.record} where scope = any(${ids}::bytea[]) and kind <> 'audit' and kind <> 'history'`,
  )
  const revisions = new Map(rows.flatMap(({ id, revision }) => (revision === null ? [] : [[id, Number(revision)]])))
  return {
    records: rows.filter(({ revision }) => revision === null).map((row) => readRow(row, 'read')),
    revisions: [...asked].map(([id, { node, purpose }]) => ({
      scope: { node, purpose },
      revision: revisions.get(id) ?? 0,
    })),
  }
}

/** @throws TypeError for a limit out of range, or a cursor no page of the kind ended with */
async function find(database: Database, places: readonly RecordKey[]): Promise<readonly InventoryRecord[]> {
  if (places.length === 0) return []
  const rows = await database.rows<StoredRow>(
    'find',
    sql`${KEEP_PLAN}select body, der from ${database.tables.record} where id = any(${places.map(recordId)}::bytea[])`,
  )
  return rows.map((row) => readRow(row, 'find'))
}

async function list(
  database: Database,
  kind: RecordKind,
  { cursor, limit = DEFAULT_LIMIT, scope }: KindPageRequest = {},
): Promise<KindPage> {
  checkPageLimit(limit)
  const conditions = [sql`kind = ${kind}::text`]
  if (scope !== undefined) {
    // Places begin with their scope: those of one stand together.
    const prefix = codeUnitBytes(`${scopeKey(scope).slice(0, -1)},${JSON.stringify(kind)},`)
    conditions.push(sql`place >= ${prefix}::bytea and place < ${behindPrefix(prefix)}::bytea`)
  }
  if (cursor !== undefined) conditions.push(sql`place > ${codeUnitBytes(placeCursor(cursor, kind))}::bytea`)
  const branch = (flag: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(select place, body, der from ${database.tables.record}
      where ${sql.join([flag, ...conditions], sql` and `)} order by place limit ${limit + 1}::int)`
  const rows = await database.rows<StoredRow>(
    'list',
    sql`select body, der from (${branch(sql`not is_long`)} union all ${branch(sql`is_long`)}) as b
      order by place limit ${limit + 1}::int`,
  )
  const records = rows.slice(0, limit).map((row) => readRow(row, 'list'))
  const last = records.at(-1)
  return { records, next: rows.length > limit && last !== undefined ? recordKey(last) : undefined }
}

// What is due: claimed under leases, by many workers at once without one waiting for another.

import { sql } from 'kysely'
import { checkNumber } from '../../base/arguments.js'
import type { DueRecord, Lease } from '../../inventory/index.js'
import { ownRecord } from '../../inventory/own-record.js'
import type { Database } from './database.js'
import { KEEP_PLAN } from './dialect.js'
import { taskId } from './names.js'
import { dueRows, readRow, recordRow, rowsOf, type StoredRow } from './rows.js'

/**
 * A claim whose answer is lost is made again: its records come back when their lease ends. Rows are locked where they stand, and
 * written there without being looked up again; one that has moved since the statement began is left for the next claim.
 */
export async function claimDue(
  database: Database,
  task: string,
  before: number,
  limit: number,
  { owner, until }: Lease,
): Promise<readonly DueRecord[]> {
  checkNumber('before', before, Number.MAX_VALUE)
  checkNumber('limit', limit, Number.MAX_SAFE_INTEGER)
  checkNumber('until', until, Infinity)
  const { tables } = database
  const id = taskId(task)
  const most = Math.ceil(limit)
  const rows = await database.rows<StoredRow>(
    'claimDue',
    sql`${KEEP_PLAN}with free as (
      select ctid as at, id, due_at from ${tables.due}
      where task = ${id}::bytea and held_until is null and due_at <= ${before}::float8
      order by task, due_at, id limit ${most}::bigint for update skip locked
    ), ended as (
      select ctid as at, id, due_at from ${tables.due}
      where task = ${id}::bytea and held_until <= ${before}::float8
      order by due_at, id limit ${most}::bigint for update skip locked
    ), chosen as (
      select at from (select * from free union all select * from ended) as candidates order by due_at, id limit ${most}::bigint
    ), claimed as (
      update ${tables.due} as d
      set held_until = greatest(d.due_at, ${until}::float8), lease_owner = ${JSON.stringify(owner)}::text
      from chosen where d.ctid = chosen.at returning d.id, d.due_at
    )
    select r.body, r.der from claimed join ${tables.record} as r on r.id = claimed.id order by claimed.due_at, claimed.id`,
  )
  return rows.map((row) => readRow(row, 'claimDue')).filter((record) => record.kind === 'due')
}

/** Run twice, it finds what it has written, held by nobody: an answer that is lost costs the count alone. */
export async function finishDue(database: Database, finished: readonly DueRecord[], owner: string): Promise<number> {
  const own = finished.map(ownRecord)
  if (own.length === 0) return 0
  const { tables } = database
  const rows = own.flatMap((record) => dueRows([record]).map((row) => ({ ...recordRow(record), ...row })))
  const [row] = await database.rows<{ count: number }>(
    'finishDue',
    sql`${KEEP_PLAN}with finished as (
      select id, task, due_at, body from ${rowsOf(rows)} as row(id bytea, task bytea, due_at double precision, body text)
    ), held as (
      select d.id from ${tables.due} as d join finished using (id)
      where d.lease_owner = ${JSON.stringify(owner)}::text order by d.id for update of d
    ), due as (
      update ${tables.due} as d set task = f.task, due_at = f.due_at, held_until = null, lease_owner = null
      from finished as f join held using (id) where d.id = f.id
    ), written as (
      update ${tables.record} as r set body = f.body from finished as f join held using (id) where r.id = f.id
    )
    select count(*)::int as count from held`,
  )
  return row?.count ?? 0
}

export async function nextDue(database: Database, task: string): Promise<number | undefined> {
  const { tables } = database
  const id = taskId(task)
  const [row] = await database.rows<{ next: number | null }>(
    'nextDue',
    sql`select least(
      (select min(due_at) from ${tables.due} where task = ${id}::bytea and held_until is null),
      (select min(held_until) from ${tables.due} where task = ${id}::bytea and held_until is not null)
    ) as next`,
  )
  return row?.next ?? undefined
}

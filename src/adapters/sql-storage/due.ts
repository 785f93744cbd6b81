// What is due: claimed under leases, by many workers at once without one waiting for another.

import { sql } from 'kysely'
import { checkNumber } from '../../base/arguments.js'
import type { DueRecord, Lease } from '../../inventory/index.js'
import type { Database } from './database.js'
import { KEEP_PLAN } from './dialect.js'
import { taskId } from './names.js'
import { readRow, type StoredRow } from './rows.js'

/** A claim whose answer is lost is made again: its records come back when their lease ends. */
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
      select id, due_at from ${tables.due}
      where task = ${id}::bytea and held_until is null and due_at <= ${before}::float8
      order by task, due_at, id limit ${most}::bigint for update skip locked
    ), ended as (
      select id, due_at from ${tables.due}
      where task = ${id}::bytea and held_until <= ${before}::float8
      order by due_at, id limit ${most}::bigint for update skip locked
    ), chosen as (
      select id from (select * from free union all select * from ended) as candidates order by due_at, id limit ${most}::bigint
    ), claimed as (
      update ${tables.due} as d
      set held_until = greatest(d.due_at, ${until}::float8), lease_owner = ${JSON.stringify(owner)}::text
      from chosen where d.id = chosen.id returning d.id, d.due_at
    )
    select r.body, r.der from claimed join ${tables.record} as r on r.id = claimed.id order by claimed.due_at, claimed.id`,
  )
  return rows.map((row) => readRow(row, 'claimDue')).filter((record) => record.kind === 'due')
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

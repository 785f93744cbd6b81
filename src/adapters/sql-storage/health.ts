// How the store is doing, as data: for health checks and for whoever collects numbers.

import { sql } from 'kysely'
import type { Counters, Database } from './database.js'
import { SqlStorageError, type SqlStorageErrorCode } from './errors.js'
import { taskId } from './names.js'

/** Whether the store can be used now. */
export interface SqlHealth {
  /** It can be read and written. */
  readonly isHealthy: boolean
  /** Milliseconds the question took. */
  readonly latency: number
  /** The server is a standby, or set to read only. Undefined where it did not answer. */
  readonly isReadOnly: boolean | undefined
  /** Why it did not answer. */
  readonly problem: SqlStorageErrorCode | undefined
}

/** Work of one task that waits. */
export interface TaskMetrics {
  readonly task: string
  /** Records that are due and held by nobody. Beyond 100,000 they are not all counted. */
  readonly waiting: number
  /** Records held under a lease, counted likewise. */
  readonly leased: number
  /** Milliseconds the most overdue of those waiting is late; 0 where none waits. */
  readonly lag: number
}

/** What has happened since the store was opened, and what waits. Times are the database's. */
export interface SqlMetrics {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly counters: Readonly<Counters>
  /** Connections, where the store was given its pool. */
  readonly pool: { readonly total: number; readonly idle: number; readonly waiting: number } | undefined
  readonly tasks: readonly TaskMetrics[]
}

/** A pool of `pg` has these. */
export interface PoolGauge {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

/** Counting further would cost more than it tells. */
const MOST_COUNTED = 100_000

/** One question, asked once. Never rejects. */
export async function healthOf(database: Database): Promise<SqlHealth> {
  const start = performance.now()
  const latency = (): number => performance.now() - start
  try {
    const isReadOnly = await database.again('health', () => database.isReadOnly(), 0)
    return { isHealthy: !isReadOnly, latency: latency(), isReadOnly, problem: undefined }
  } catch (error) {
    const problem = error instanceof SqlStorageError ? error.code : 'failed'
    return { isHealthy: false, latency: latency(), isReadOnly: undefined, problem }
  }
}

export async function metricsOf(
  database: Database,
  pool: PoolGauge | undefined,
  at: number,
  tasks: readonly string[],
): Promise<SqlMetrics> {
  return {
    at,
    counters: { ...database.counters },
    pool: pool && { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
    tasks: await Promise.all(tasks.map((task) => taskMetrics(database, task, at))),
  }
}

async function taskMetrics(database: Database, task: string, at: number): Promise<TaskMetrics> {
  const id = taskId(task)
  const { due } = database.tables
  const most = sql`${MOST_COUNTED}::int`
  const [row] = await database.rows<{ waiting: number; leased: number; earliest: number | null }>(
    'metrics',
    sql`with free as materialized (
      select due_at from ${due} where task = ${id}::bytea and held_until is null and due_at <= ${at}::float8
      order by task, due_at limit ${most}
    ), ended as materialized (
      select due_at from ${due} where task = ${id}::bytea and held_until <= ${at}::float8 limit ${most}
    )
    select (select count(*)::int from free) + (select count(*)::int from ended) as waiting,
      (select count(*)::int from (
        select 1 from ${due} where task = ${id}::bytea and held_until > ${at}::float8 limit ${most}) as h) as leased,
      least((select min(due_at) from free), (select min(due_at) from ended)) as earliest`,
  )
  const { waiting = 0, leased = 0, earliest = null } = row ?? {}
  return { task, waiting, leased, lag: earliest === null ? 0 : Math.max(0, at - earliest) }
}

// Brings a schema to the version this library works with, one step a transaction, whoever else is doing the same.

import { sql } from 'kysely'
import type { Database, Runner } from './database.js'
import { failure, SqlStorageError } from './errors.js'
import { type Migration, migrations } from './migrations.js'

const LEAST_SERVER = 130_000

/** Of the advisory lock all migrations take: 'certward' as a number. */
const LOCK = 0x63657274

const newest = (steps: readonly Migration[]): number => Math.max(0, ...steps.map(({ version }) => version))

/** Applies the steps that are missing, and returns the version. @throws SqlStorageError `newer-version` and the like */
export async function migrate(database: Database, steps: readonly Migration[] = migrations): Promise<number> {
  await checkServer(database)
  const found = await foundVersion(database).catch((error: unknown) => {
    if (error instanceof SqlStorageError && error.code === 'not-migrated') return 0
    throw error
  })
  // Nothing to do, and no right to do it needed.
  if (found === newest(steps)) return found
  for (;;) {
    const version = await database.transaction('migrate', (runner) => migrateOnce(database, runner, steps))
    if (version === newest(steps)) return version
  }
}

/** One step. The lock is the transaction's: it ends with it, however it ends. */
async function migrateOnce({ tables }: Database, runner: Runner, steps: readonly Migration[]): Promise<number> {
  await sql`select pg_advisory_xact_lock(${LOCK}::int, hashtext(${tables.schema}::text))`.execute(runner)
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${tables.schema}::text`.execute(runner)
  // Only where it is missing: a role that owns a schema need not be allowed to make one.
  if (rows.length === 0) await sql`create schema ${sql.id(tables.schema)}`.execute(runner)
  await sql`create table if not exists ${tables.migration} (
    version integer primary key,
    applied_at timestamptz not null default now()
  )`.execute(runner)
  const version = await versionOf(tables.migration, runner)
  if (version > newest(steps)) throw failure('newer-version', 'migrate')
  const next = steps.find((step) => step.version === version + 1)
  if (next === undefined) return version
  for (const statement of next.statements(tables)) await statement.execute(runner)
  await sql`insert into ${tables.migration} (version) values (${next.version}::int)`.execute(runner)
  return next.version
}

async function versionOf(table: Database['tables']['migration'], runner: Runner): Promise<number> {
  const found = await sql<{ version: number | null }>`select max(version) as version from ${table}`.execute(runner)
  return found.rows[0]?.version ?? 0
}

/** Changes nothing. @throws SqlStorageError unless the schema is of the version this library works with */
export async function requireMigrated(database: Database): Promise<void> {
  await checkServer(database)
  const found = await foundVersion(database)
  if (found > newest(migrations)) throw failure('newer-version', 'open')
  if (found < newest(migrations)) throw failure('not-migrated', 'open')
}

async function foundVersion(database: Database): Promise<number> {
  const [row] = await database.rows<{ version: number | null }>(
    'open',
    sql`select max(version) as version from ${database.tables.migration}`,
  )
  return row?.version ?? 0
}

async function checkServer(database: Database): Promise<void> {
  const [server] = await database.rows<{ version: string; encoding: string }>(
    'open',
    sql`select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  )
  const isFit = Number(server?.version) >= LEAST_SERVER && server?.encoding === 'UTF8'
  if (!isFit) throw failure('unsupported-database', 'open')
}

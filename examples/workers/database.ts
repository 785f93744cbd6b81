// One database for both: certward's store, and pg-boss's queue beside it.

import { PGlite } from '@electric-sql/pglite'
import { Pool } from 'pg'
import PgBoss from 'pg-boss'
import { openSqlStore, pgliteDialect, postgresDialect, type SqlStore } from 'certward/sql-storage'

export interface Databases {
  readonly store: SqlStore
  /** Not started yet. */
  readonly boss: PgBoss
  readonly close: () => Promise<void>
}

/** A server by its URL. */
export async function openServer(connectionString: string): Promise<Databases> {
  const pool = new Pool({ connectionString, max: 4, connectionTimeoutMillis: 5_000, statement_timeout: 10_000 })
  const store = await openSqlStore({ dialect: postgresDialect(pool), pool })
  const boss = new PgBoss({ connectionString, max: 2 })
  return { store, boss, close: () => store.close() }
}

/** A database within this process: for trying things out. */
export async function openEmbedded(): Promise<Databases> {
  const database = new PGlite()
  const store = await openSqlStore({ dialect: pgliteDialect(database) })
  const executeSql = async (text: string, values?: unknown[]): Promise<{ rows: unknown[] }> => {
    if (values !== undefined) return database.query(text, values)
    // Without values pg-boss sends several statements in one text.
    const results = await database.exec(text)
    return { rows: results.at(-1)?.rows ?? [] }
  }
  const boss = new PgBoss({ db: { executeSql } })
  return { store, boss, close: () => store.close() }
}

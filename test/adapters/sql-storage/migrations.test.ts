/** The schema: made once whoever begins, brought up to date step by step, refused where it is newer. */

import { sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../../src/adapters/sql-storage/database.js'
import {
  openSqlStore,
  pgliteDialect,
  postgresDialect,
  type SqlDialect,
} from '../../../src/adapters/sql-storage/index.js'
import { migrate } from '../../../src/adapters/sql-storage/migrate.js'
import { type Migration, migrations } from '../../../src/adapters/sql-storage/migrations.js'
import { tablesIn } from '../../../src/adapters/sql-storage/names.js'
import { hasPostgres, PostgresServer } from '../../support/postgres.js'
import { countOnce, countsOf } from './counting.js'
import { newPglite, newSchema, openOn } from './engines.js'

const databaseOf = (dialect: SqlDialect, schema: string): Database => new Database(dialect, tablesIn(schema), 10_000)

/** The step after the last one published. */
const following: Migration = {
  version: migrations.length + 1,
  statements: ({ scope }) => [sql`alter table ${scope} add column colour text not null default 'blue'`],
}

it('steps are numbered from 1 on without a gap', () => {
  expect(migrations.map(({ version }) => version)).toStrictEqual(migrations.map((_, at) => at + 1))
})

it('a schema is brought up to date with what it holds, and then refused by an older library', async () => {
  const pglite = await newPglite()
  const schema = newSchema()
  const store = await openSqlStore({ dialect: pgliteDialect(pglite), schema })
  await countOnce(store.storage, 'writer')
  const database = databaseOf(pgliteDialect(pglite), schema)
  expect(await migrate(database, migrations)).toBe(migrations.length)
  expect(await migrate(database, [...migrations, following])).toBe(following.version)
  expect((await pglite.query(`select version from ${schema}.migration order by version`)).rows).toStrictEqual(
    [...migrations, following].map(({ version }) => ({ version })),
  )
  expect((await pglite.query(`select distinct colour from ${schema}.scope`)).rows).toStrictEqual([{ colour: 'blue' }])
  await expect(migrate(database, migrations)).rejects.toMatchObject({ code: 'newer-version' })
  for (const how of ['apply', 'require'] as const) {
    const opening = openSqlStore({ dialect: pgliteDialect(pglite), schema, migrations: how })
    await expect(opening).rejects.toMatchObject({ name: 'SqlStorageError', code: 'newer-version' })
  }
  expect(await countsOf(store.storage)).toStrictEqual({ writer: 1 })
  await store.close()
}, 60_000)

it('a step that fails leaves nothing behind, and what was there works', async () => {
  const pglite = await newPglite()
  const schema = newSchema()
  const store = await openSqlStore({ dialect: pgliteDialect(pglite), schema })
  await countOnce(store.storage, 'writer')
  const broken: Migration = {
    version: following.version,
    statements: (tables) => [...following.statements(tables), sql`select 1 / 0`],
  }
  await expect(migrate(databaseOf(pgliteDialect(pglite), schema), [...migrations, broken])).rejects.toMatchObject({
    code: 'failed',
    reason: '22012',
  })
  expect(await countOnce(store.storage, 'writer')).toBe(2)
  await store.close()
}, 60_000)

it('a schema of a name that needs quoting is a TypeError, and migrations are not applied where they are only required', async () => {
  const pglite = await newPglite()
  const dialect = pgliteDialect(pglite)
  for (const schema of ['', 'Certward', 'a b', 'x"; drop schema public; --', 'a'.repeat(64)]) {
    await expect(openSqlStore({ dialect, schema })).rejects.toThrow(TypeError)
  }
  await expect(openSqlStore({ dialect, migrations: 'require' })).rejects.toMatchObject({ code: 'not-migrated' })
  expect((await pglite.query(`select 1 from pg_namespace where nspname = 'certward'`)).rows).toStrictEqual([])
  await pglite.close()
}, 60_000)

describe.runIf(hasPostgres('migrations by several processes'))('on PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
  }, 60_000)
  afterAll(() => server.remove())

  it('eight that open a store at once make one schema', async () => {
    const schema = newSchema()
    const stores = await Promise.all(Array.from({ length: 8 }, () => openOn(server, { schema })))
    expect(await server.query(`select version from ${schema}.migration`)).toHaveLength(migrations.length)
    await Promise.all(stores.map(({ storage }, at) => countOnce(storage, `writer ${at}`)))
    await Promise.all(stores.map((store) => store.close()))
  }, 60_000)

  it('one whose connection ends during a migration leaves nothing, and the next makes it', async () => {
    const schema = newSchema()
    const pool = new Pool(server.config({ max: 2 }))
    const cut: Migration = {
      version: 1,
      statements: (tables) => [
        ...(migrations[0]?.statements(tables) ?? []),
        sql`select pg_terminate_backend(pg_backend_pid())`,
      ],
    }
    const database = new Database(postgresDialect(pool), tablesIn(schema), 0)
    await expect(migrate(database, [cut])).rejects.toMatchObject({ code: 'unavailable' })
    expect(await server.query(`select 1 from pg_namespace where nspname = '${schema}'`)).toStrictEqual([])
    const store = await openOn(server, { schema })
    expect(await countOnce(store.storage, 'writer')).toBe(1)
    await store.close()
    await pool.end()
  })

  it('a database of another encoding is refused before anything is made in it', async () => {
    await server.query(`create database other encoding 'SQL_ASCII' template template0`)
    const opening = openOn(server, {}, { database: 'other' })
    await expect(opening).rejects.toMatchObject({ code: 'unsupported-database' })
  })
})

/** The engines the tests run on, and empty stores in them: a schema of its own for each. */

import { rmSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { Client, Pool, type PoolConfig } from 'pg'
import {
  type KeyWrapping,
  type Listener,
  openSqlStore,
  pgliteDialect,
  pgliteListener,
  pgListener,
  postgresDialect,
  type SqlDialect,
  type SqlStore,
  type SqlStoreOptions,
} from '../../../src/adapters/sql-storage/index.js'
import { temporaryDirectory } from '../../support/openssl.js'
import { PostgresServer } from '../../support/postgres.js'

export type StoreOptions = Partial<Omit<SqlStoreOptions, 'dialect' | 'keyWrapping' | 'listener'>> & {
  /** Undefined for none. */
  readonly keyWrapping?: KeyWrapping | undefined
  readonly listener?: Listener | undefined
}

/** The store's options, without those that are undefined. */
function optionsOf(defaults: StoreOptions, options: StoreOptions, dialect: SqlDialect): SqlStoreOptions {
  const { keyWrapping, listener, ...others } = { ...defaults, ...options }
  return { ...others, ...(keyWrapping && { keyWrapping }), ...(listener && { listener }), dialect }
}

export interface Engine {
  /** Opens a store; without a schema, one in a new schema. */
  readonly open: (options?: StoreOptions) => Promise<SqlStore>
  readonly query: (text: string) => Promise<readonly unknown[]>
  readonly close: () => Promise<void>
}

const secret = new Uint8Array(32).fill(7)
export const wrapping: KeyWrapping = { current: 'first', keyOf: (id) => (id === 'first' ? secret : undefined) }

let schemas = 0
export const newSchema = (): string => `store_${schemas++}`

/** A server of PostgreSQL, and a pool for each store. */
export async function postgresEngine(): Promise<Engine & { readonly server: PostgresServer }> {
  const server = await PostgresServer.start()
  const stores: SqlStore[] = []
  return {
    server,
    open: async (options = {}) => {
      const store = await openOn(server, options)
      stores.push(store)
      return store
    },
    query: (text) => server.query(text),
    close: async () => {
      await Promise.all(stores.map((store) => store.close().catch(() => undefined)))
      await server.remove()
    },
  }
}

/** A store over a pool of its own. */
export async function openOn(
  server: PostgresServer,
  options: StoreOptions = {},
  config: PoolConfig = {},
): Promise<SqlStore> {
  const pool = new Pool(server.config({ max: 8, connectionTimeoutMillis: 20_000, idleTimeoutMillis: 500, ...config }))
  const listener = pgListener(() => new Client(server.config()))
  const defaults = { schema: newSchema(), keyWrapping: wrapping, pool, listener }
  return openSqlStore(optionsOf(defaults, options, postgresDialect(pool)))
}

let empty: Promise<Blob> | undefined

/** An empty PGlite. Made from a copy of one, it is there in a fourth of the time. */
export async function newPglite(path?: string): Promise<PGlite> {
  empty ??= PGlite.create().then(async (first) => {
    const copy = await first.dumpDataDir('none')
    await first.close()
    return copy
  })
  return PGlite.create({ ...(path !== undefined && { dataDir: path }), loadDataDir: await empty })
}

/** PGlite, in memory or in a directory that goes with it. All its stores share the one connection it has. */
export async function pgliteEngine(where: 'memory' | 'directory'): Promise<Engine> {
  const directory = where === 'directory' ? temporaryDirectory() : undefined
  const database = await newPglite(directory?.path)
  return {
    open: (options = {}) => {
      const defaults = { schema: newSchema(), keyWrapping: wrapping, listener: pgliteListener(database) }
      // Closing a store would close the engine of the others.
      return openSqlStore(optionsOf(defaults, options, pgliteDialect(sharing(database))))
    },
    query: async (text) => (await database.query(text)).rows,
    close: async () => {
      await database.close()
      if (directory !== undefined) rmSync(directory.path, { recursive: true, force: true })
    },
  }
}

const sharing = (database: PGlite): Parameters<typeof pgliteDialect>[0] => ({
  query: (text, parameters) => database.query(text, parameters),
  transaction: (work) => database.transaction(work),
  listen: (channel, callback) => database.listen(channel, callback),
  close: () => Promise.resolve(),
})

// A storage and a key store in PostgreSQL, or in PGlite, its embedded twin.

export type { Change, Listener } from './changes.js'
export type { Counters } from './database.js'
export {
  pgliteDialect,
  type PgliteDatabase,
  type PgliteTransaction,
  type PgEvents,
  type PgPool,
  type PgPoolClient,
  postgresDialect,
  type SqlDialect,
} from './dialect.js'
export { SqlStorageError, type SqlStorageErrorCode } from './errors.js'
export type { PoolGauge, SqlHealth, SqlMetrics, TaskMetrics } from './health.js'
export type { KeyWrapping } from './key-wrapping.js'
export { type PgClient, pgliteListener, pgListener } from './listeners.js'
export { openSqlStore, type SqlStore, type SqlStoreOptions } from './open-sql-store.js'
export type { SqlKeyStore } from './sql-key-store.js'

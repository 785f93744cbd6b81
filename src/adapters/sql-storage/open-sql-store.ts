// Opens a store: a storage and a key store in one schema of a database.

import type { Clock } from '../../base/clock.js'
import type { Storage } from '../../inventory/index.js'
import { type Change, type Listener, watchChanges } from './changes.js'
import { Database } from './database.js'
import { DatabaseClock } from './database-clock.js'
import type { SqlDialect } from './dialect.js'
import { healthOf, metricsOf, type PoolGauge, type SqlHealth, type SqlMetrics } from './health.js'
import type { KeyWrapping } from './key-wrapping.js'
import { migrate, requireMigrated } from './migrate.js'
import { tablesIn } from './names.js'
import { type SqlKeyStore, WrappedKeyStore } from './sql-key-store.js'
import { createSqlStorage } from './sql-storage.js'

/** How a store is opened. */
export interface SqlStoreOptions {
  /** How the engine is reached: `postgresDialect(pool)`, `pgliteDialect(database)`, or a PostgreSQL dialect of Kysely. */
  readonly dialect: SqlDialect
  /** The schema its tables are in. Default `certward`. */
  readonly schema?: string
  /**
   * `apply` makes the schema, and brings an older one up to date; `require` refuses where that would be needed. Default
   * `apply`, which changes nothing where there is nothing to do, and needs no right to.
   */
  readonly migrations?: 'apply' | 'require'
  /** What private keys are wrapped with. Without it the store's keys can be listed and destroyed, not made nor used. */
  readonly keyWrapping?: KeyWrapping
  /** Milliseconds a call goes on trying where the server is away or others are in the way. Default 10,000. */
  readonly patience?: number
  /** Whether commits tell other processes what they changed. Default `announced`; see docs/scale.md for what it costs. */
  readonly changes?: 'announced' | 'silent'
  /** A connection that hears of changes, for `watch`. */
  readonly listener?: Listener
  /** The pool behind the dialect, for its numbers. */
  readonly pool?: PoolGauge
}

/** An open store. */
export interface SqlStore {
  readonly storage: Storage
  readonly keys: SqlKeyStore
  /**
   * The database's time. Give it to managers and monitors: leases are then fair between machines whose own clocks differ.
   */
  readonly clock: Clock
  /**
   * Calls `changed` for every commit from now on, those of this process too, in no time that is promised: for dropping what
   * has been cached. Resolves, once it listens, to what ends it.
   * @throws TypeError where the store has no listener
   * @throws SqlStorageError where the first connection fails; later ones are made again until one listens
   */
  readonly watch: (changed: (change: Change) => void) => Promise<() => Promise<void>>
  /** Whether the store can be used now. Never rejects. */
  readonly health: () => Promise<SqlHealth>
  /** Numbers for dashboards. `tasks` default to those of the monitor. */
  readonly metrics: (tasks?: readonly string[]) => Promise<SqlMetrics>
  /** Ends the connections of the dialect. Nothing can be done afterwards. */
  readonly close: () => Promise<void>
}

/**
 * Opens the store in a schema of a PostgreSQL database, which is made where it is missing. Any number of processes may open
 * it at once.
 *
 * A commit that has been acknowledged is where the server keeps its commits: what a crash or a failover can undo is what the
 * server's `synchronous_commit` and `synchronous_standby_names` let it undo. One whose connection is lost is looked up
 * before it is answered.
 *
 * @throws TypeError for options that make no sense
 * @throws SqlStorageError `unavailable`, `newer-version`, `not-migrated`, `permission-denied` and the like
 * @example
 * const { storage, keys, close } = await openSqlStore({ dialect: pgliteDialect(new PGlite('./certificates-db')) })
 */
export async function openSqlStore(options: SqlStoreOptions): Promise<SqlStore> {
  const { dialect, schema = 'certward', migrations = 'apply', patience = 10_000, changes = 'announced' } = options
  if (!(patience >= 0)) throw new TypeError(`patience: expected milliseconds, found ${patience}`)
  const tables = tablesIn(schema)
  const database = new Database(dialect, tables, patience)
  const clock = new DatabaseClock(database)
  await (migrations === 'apply' ? migrate(database) : requireMigrated(database))
  await clock.refresh()
  const storage = createSqlStorage(database, changes === 'announced')
  return {
    storage: {
      ...storage,
      async claimDue(task, before, limit, lease) {
        await clock.refresh()
        return storage.claimDue(task, before, limit, lease)
      },
    },
    keys: new WrappedKeyStore(database, options.keyWrapping),
    clock,
    async watch(changed) {
      if (options.listener === undefined) throw new TypeError('watch: the store was opened without a listener')
      return watchChanges(options.listener, schema, changed)
    },
    health: () => healthOf(database),
    metrics: async (tasks = ['expiry', 'revocation']) => {
      await clock.refresh()
      return metricsOf(database, options.pool, clock.now().getTime(), tasks)
    },
    close: () => database.close(),
  }
}

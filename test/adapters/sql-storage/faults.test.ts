/** What goes wrong between a store and its server, one thing at a time: each outcome typed, nothing lost, nothing twice. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  openSqlStore,
  postgresDialect,
  SqlStorageError,
  type SqlStore,
} from '../../../src/adapters/sql-storage/index.js'
import { storageContract } from '../../../src/inventory/index.js'
import { sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { hasPostgres, PostgresServer } from '../../support/postgres.js'
import { countOnce, countsOf, countTo } from './counting.js'
import { CuttingProxy } from './cutting-proxy.js'
import { newSchema, openOn, type StoreOptions } from './engines.js'

const isHere = hasPostgres('faults of a PostgreSQL server')

let server: PostgresServer
let proxy: CuttingProxy
const stores: SqlStore[] = []
beforeAll(async () => {
  if (!isHere) return
  server = await PostgresServer.start()
  proxy = await CuttingProxy.start(server)
}, 60_000)
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
})
afterAll(async () => {
  if (!isHere) return
  await proxy.close()
  await server.remove()
})

/** A store over a connection that the proxy may cut. */
async function openCut(options: StoreOptions = {}, config = {}): Promise<SqlStore> {
  const store = await openOn(server, options, proxy.config(config))
  stores.push(store)
  return store
}
async function open(options: StoreOptions = {}, config = {}): Promise<SqlStore> {
  const store = await openOn(server, options, config)
  stores.push(store)
  return store
}

/** The scopes of a writer are there: each further commit is one statement. */
async function openCounted(options: StoreOptions = {}): Promise<SqlStore> {
  const store = await openCut(options)
  expect(await countOnce(store.storage, 'writer')).toBe(1)
  return store
}

async function failureOf(work: Promise<unknown>): Promise<SqlStorageError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SqlStorageError)
  return error as SqlStorageError
}

describe.runIf(isHere)('a connection cut at a commit', () => {
  it('before the server heard of it: the commit is made again, once', async () => {
    const { storage, metrics } = await openCounted()
    proxy.cuts.push('before')
    expect(await countOnce(storage, 'writer')).toBe(2)
    expect(await countsOf(storage)).toStrictEqual({ writer: 2 })
    expect((await metrics()).counters).toMatchObject({ resolved: 1, commits: 2 })
  })

  it('after the server did it: the commit is found to stand, and not made again', async () => {
    const { storage, metrics } = await openCounted()
    proxy.cuts.push('after')
    const before = proxy.commits
    expect(await countOnce(storage, 'writer')).toBe(2)
    expect(proxy.commits).toBe(before + 1)
    expect(await countsOf(storage)).toStrictEqual({ writer: 2 })
    expect((await metrics()).counters).toMatchObject({ resolved: 1, commits: 2 })
  })

  it('while the server has it under way: it is waited for, not guessed', async () => {
    const schema = newSchema()
    const { storage } = await openCounted({ schema })
    // Whatever a commit writes first, it cannot end before the record is free.
    const holder = new Client(server.config())
    await holder.connect()
    await holder.query('begin')
    await holder.query(`select 1 from ${schema}.record for update`)
    proxy.cuts.push({ at: 'once', heardAfter: 0 })
    const counting = countOnce(storage, 'writer')
    await sleep(300)
    await holder.query('commit')
    await holder.end()
    expect(await counting).toBe(2)
    expect(await countsOf(storage)).toStrictEqual({ writer: 2 })
  })

  it('and again and again: every commit is acknowledged once, and stands once', async () => {
    const { storage } = await openCut()
    for (let at = 1; at <= 30; at++) {
      if (at % 3 > 0) proxy.cuts.push(at % 3 === 1 ? 'before' : 'after')
      expect(await countOnce(storage, 'writer')).toBe(at)
    }
    expect(await countsOf(storage)).toStrictEqual({ writer: 30 })
  })

  it('and nobody can be asked what became of it: unconfirmed, and the change stands or does not, whole', async () => {
    const { storage } = await openCounted({ patience: 200 })
    for (const [cut, stands] of [
      ['before', 1],
      ['after', 2],
    ] as const) {
      proxy.cuts.push(cut)
      const counting = failureOf(countOnce(storage, 'writer'))
      await vi.waitFor(() => expect(proxy.cuts).toStrictEqual([]), { interval: 1 })
      proxy.isRefusing = true
      proxy.cutAll()
      expect(await counting).toMatchObject({ code: 'unconfirmed', doing: 'commit' })
      proxy.isRefusing = false
      expect(await countsOf(storage)).toStrictEqual({ writer: stands })
    }
  })

  it('and given up can never come to stand, even if the server hears of it afterwards', async () => {
    const { storage } = await openCounted({ patience: 0 })
    proxy.cuts.push({ at: 'once', heardAfter: 300 })
    expect(await failureOf(countOnce(storage, 'writer'))).toMatchObject({ code: 'unavailable', doing: 'commit' })
    await sleep(600)
    expect(await countsOf(storage)).toStrictEqual({ writer: 1 })
    expect(await countOnce(storage, 'writer')).toBe(2)
  })
})

describe.runIf(isHere)('a server in trouble', () => {
  it('connections ended by the server at any moment lose nothing and double nothing', async () => {
    const store = await open({}, { max: 4 })
    const state = { isDone: false }
    const killing = (async () => {
      while (!state.isDone) {
        await sleep(15)
        await server.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend' and random() < 0.5`,
        )
      }
    })()
    const acknowledged = await Promise.all(['a', 'b', 'c'].map((name) => countTo(store.storage, name, 40)))
    state.isDone = true
    await killing
    expect(acknowledged).toStrictEqual([40, 40, 40])
    expect(await countsOf(store.storage)).toStrictEqual({ a: 40, b: 40, c: 40 })
    expect((await store.metrics()).counters.reconnections).toBeGreaterThan(0)
  }, 60_000)

  it('a statement that takes too long is a timeout, and changes nothing', async () => {
    const schema = newSchema()
    const { storage } = await open({ schema }, { lock_timeout: 100 })
    await countOnce(storage, 'writer')
    const holder = new Client(server.config())
    await holder.connect()
    await holder.query('begin')
    await holder.query(`select 1 from ${schema}.scope for update`)
    expect(await failureOf(countOnce(storage, 'writer'))).toMatchObject({ code: 'timeout', reason: '55P03' })
    // Reading waits for nobody.
    expect(await countsOf(storage)).toStrictEqual({ writer: 1 })
    const slow = await open({ schema }, { statement_timeout: 100 })
    expect(await failureOf(countOnce(slow.storage, 'writer'))).toMatchObject({ code: 'timeout', reason: '57014' })
    await holder.end()
    expect(await countOnce(storage, 'writer')).toBe(2)
  })

  it('a full pool is said to be one', async () => {
    const pool = new Pool(server.config({ max: 1, connectionTimeoutMillis: 100 }))
    const store = await openSqlStore({ dialect: postgresDialect(pool), schema: newSchema(), pool })
    stores.push(store)
    const taken = await pool.connect()
    const reading = store.storage.read([scopeOf('a')])
    expect(await failureOf(reading)).toMatchObject({ code: 'pool-exhausted' })
    expect(await store.health()).toMatchObject({ isHealthy: false, problem: 'pool-exhausted' })
    taken.release()
    expect(await store.health()).toMatchObject({ isHealthy: true, isReadOnly: false, problem: undefined })
    expect((await store.metrics()).pool).toMatchObject({ total: 1, waiting: 0 })
  })

  it('a server that has no connection left is waited for, and then unavailable', async () => {
    const store = await open({ patience: 200 }, { max: 1, idleTimeoutMillis: 1 })
    await sleep(50)
    const holders = await Promise.all(
      Array.from({ length: 80 }, async () => {
        const client = new Client(server.config())
        client.on('error', () => undefined)
        await client.connect().catch(() => undefined)
        return client
      }),
    )
    expect(await failureOf(store.storage.read([scopeOf('a')]))).toMatchObject({ code: 'unavailable', reason: '53300' })
    await Promise.all(holders.map((holder) => holder.end().catch(() => undefined)))
    expect(await store.storage.read([scopeOf('a')])).toMatchObject({ records: [] })
  })

  it('a server that takes no changes can be read, and says why it cannot be written', async () => {
    const schema = newSchema()
    await countOnce((await open({ schema })).storage, 'writer')
    const { storage, health, keys } = await open({ schema }, { options: '-c default_transaction_read_only=on' })
    expect(await countsOf(storage)).toStrictEqual({ writer: 1 })
    for (const work of [
      () => countOnce(storage, 'writer'),
      () => storage.claimDue('expiry', 1, 1, { owner: 'w', until: 2 }),
      () => keys.generate({ type: 'ec', curve: 'P-256' }),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: 'read-only', reason: '25006' })
    }
    expect(await health()).toMatchObject({ isHealthy: false, isReadOnly: true })
  })

  it('a store that has been closed says so', async () => {
    const { storage, close } = await openOn(server)
    await close()
    expect(await failureOf(storage.read([scopeOf('a')]))).toMatchObject({ code: 'closed' })
  })

  it('nobody there: unavailable after patience has ended, and told by health at once', async () => {
    const store = await open({ patience: 300 }, { host: '/nonexistent' }).catch((error: unknown) => error)
    expect(store).toMatchObject({ name: 'SqlStorageError', code: 'unavailable', reason: 'ENOENT' })
  })

  it('deadlocks and serialization failures are tried again until they end', async () => {
    const schema = newSchema()
    const store = await open({ schema })
    // A server that finds the first commits in a deadlock, or impossible to serialize. Sequences do not roll back.
    await server.query(`create sequence ${schema}.attempt`)
    await server.query(`create function ${schema}.refuse() returns trigger language plpgsql as $$
      declare attempt bigint := nextval('${schema}.attempt');
      begin
        if attempt <= 3 then raise exception 'no' using errcode = '40P01'; end if;
        if attempt <= 6 then raise exception 'no' using errcode = '40001'; end if;
        return new;
      end $$`)
    await server.query(
      `create trigger refuse before insert on ${schema}.commit_log for each row execute function ${schema}.refuse()`,
    )
    await countOnce(store.storage, 'writer')
    expect(await countsOf(store.storage)).toStrictEqual({ writer: 1 })
    expect((await store.metrics()).counters.contentions).toBe(6)
  })

  it('transactions isolated more than needed keep the contract all the same', async () => {
    const rules = storageContract(async () => (await open({}, SERIALIZABLE)).storage)
    for (const { name, run } of rules) if (/writers|one moment|workers at once/.test(name)) await run()
    const store = await open({}, { ...SERIALIZABLE, max: 20 })
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => countTo(store.storage, name, 10)))
    expect(await countsOf(store.storage)).toStrictEqual({ a: 10, b: 10, c: 10, d: 10, e: 10 })
  }, 60_000)

  it('contention that does not end is given up, and changes nothing', async () => {
    const schema = newSchema()
    const { storage } = await open({ schema, patience: 200 })
    // A server that finds every commit in a deadlock.
    await server.query(`create function ${schema}.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'no' using errcode = '40P01'; end $$`)
    await server.query(
      `create trigger refuse before insert on ${schema}.commit_log execute function ${schema}.refuse()`,
    )
    expect(await failureOf(countOnce(storage, 'writer'))).toMatchObject({ code: 'contention', reason: '40P01' })
    expect(await countsOf(storage)).toStrictEqual({})
  })

  it('errors say nothing of rows, keys or the connection', async () => {
    const schema = newSchema()
    const { storage } = await open({ schema })
    await server.query(`create function ${schema}.tell() returns trigger language plpgsql as
      $$ begin raise exception 'row %', new using errcode = 'P0001', detail = new::text; end $$`)
    await server.query(
      `create trigger tell before insert on ${schema}.record for each row execute function ${schema}.tell()`,
    )
    const { revisions } = await storage.read([scopeOf('a')])
    const puts = [sampleSetting('s', 'the secret of the row', scopeOf('a'))]
    const error = await failureOf(storage.commit({ relies: revisions, puts, deletes: [], appends: [] }))
    expect(error).toMatchObject({ code: 'failed', reason: 'P0001' })
    expect(error.cause).toBeUndefined()
    expect(`${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`).not.toMatch(/secret|certward-pg/)
  })
})

const SERIALIZABLE = { options: '-c default_transaction_isolation=serializable' }

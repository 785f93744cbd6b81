/** Servers killed while stores commit to them: started again, or replaced by a standby. CERTWARD_SQL_KILLS sets how often. */

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SqlStorageError, type SqlStore } from '../../../src/adapters/sql-storage/index.js'
import { extent } from '../../support/extent.js'
import { hasPostgres, PostgresServer } from '../../support/postgres.js'
import { countOnce, countsOf } from './counting.js'
import { CuttingProxy } from './cutting-proxy.js'
import { openOn } from './engines.js'

const KILLS = extent('CERTWARD_SQL_KILLS', { all: 4, some: 2 })
const WRITERS = ['a', 'b', 'c', 'd', 'e', 'f']

/** A writer that goes on through everything; `acknowledged` is what it has been told. */
function startWriter({ storage }: SqlStore, name: string) {
  let isStopped = false
  const writer = {
    acknowledged: 0,
    unconfirmed: 0,
    stop: async () => {
      isStopped = true
      await done
    },
  }
  const work = async (): Promise<void> => {
    while (!isStopped) {
      try {
        const next = await countOnce(storage, name)
        if (next === undefined) continue
        // Each number once: one that comes twice has been lost in between.
        expect(next).toBeGreaterThan(writer.acknowledged)
        writer.acknowledged = next
      } catch (error) {
        if (!(error instanceof SqlStorageError)) throw error
        expect(['unavailable', 'unconfirmed', 'read-only']).toContain(error.code)
        if (error.code === 'unconfirmed') writer.unconfirmed++
        await sleep(20)
      }
    }
  }
  const done = work()
  return writer
}

async function checkCounts(store: SqlStore, writers: readonly ReturnType<typeof startWriter>[]): Promise<void> {
  const counts = await countsOf(store.storage)
  for (const [at, { acknowledged, unconfirmed }] of writers.entries()) {
    const found = counts[WRITERS[at] ?? ''] ?? 0
    expect(found).toBeGreaterThanOrEqual(acknowledged)
    expect(found).toBeLessThanOrEqual(acknowledged + unconfirmed)
  }
}

/** Until every writer has been told of something new. */
async function untilAllWrite(writers: readonly ReturnType<typeof startWriter>[]): Promise<void> {
  const before = writers.map(({ acknowledged }) => acknowledged)
  while (writers.some(({ acknowledged }, at) => acknowledged <= (before[at] ?? 0))) await sleep(5)
}

describe.runIf(hasPostgres('crashes of a PostgreSQL server'))('a server killed during commits', () => {
  it(`loses nothing that was acknowledged, and doubles nothing, ${KILLS} times`, async () => {
    const server = await PostgresServer.start()
    try {
      const store = await openOn(server)
      const writers = WRITERS.map((name) => startWriter(store, name))
      for (let kill = 0; kill < KILLS; kill++) {
        await untilAllWrite(writers)
        await sleep(Math.random() * 100)
        await server.stop('SIGKILL')
        await server.restart()
      }
      await untilAllWrite(writers)
      await Promise.all(writers.map((writer) => writer.stop()))
      await checkCounts(store, writers)
      await store.close()
    } finally {
      await server.remove()
    }
  }, 600_000)

  it('and replaced by a standby loses nothing that was acknowledged', async () => {
    const primary = await PostgresServer.start({
      settings: ["synchronous_standby_names = '*'", "synchronous_commit = 'local'"],
    })
    let standby: PostgresServer | undefined
    const proxy = await CuttingProxy.start(primary)
    try {
      standby = await primary.standby()
      // From here on a commit is acknowledged once both have it.
      const store = await openOn(primary, {}, proxy.config({ options: '-c synchronous_commit=on' }))
      const writers = WRITERS.map((name) => startWriter(store, name))
      await untilAllWrite(writers)
      proxy.target = standby
      await primary.stop('SIGKILL')
      // The standby answers, and takes no changes yet.
      await sleep(200)
      expect((await store.health()).isHealthy).toBe(false)
      await standby.query('select pg_promote()')
      await standby.query(`alter system set synchronous_standby_names = ''`)
      await standby.query('select pg_reload_conf()')
      await untilAllWrite(writers)
      await Promise.all(writers.map((writer) => writer.stop()))
      await checkCounts(store, writers)
      await store.close()
    } finally {
      await proxy.close()
      await standby?.remove()
      await primary.remove()
    }
  }, 120_000)
})

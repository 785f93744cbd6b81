/** Changes told by the database, its clock, its health and its numbers. */

import { Client } from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { type Change, pgListener, SqlStorageError } from '../../../src/adapters/sql-storage/index.js'
import { commitNow, sampleDue, sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { hasPostgres, PostgresServer } from '../../support/postgres.js'
import { countOnce } from './counting.js'
import { CuttingProxy } from './cutting-proxy.js'
import { describeEngines } from './describe-engines.js'
import { newSchema, openOn, pgliteEngine } from './engines.js'

describeEngines('changes told', (engine) => {
  it('a commit is told to whoever watches, with its scopes, and to nobody once that has ended', async () => {
    const schema = newSchema()
    const [writer, watcher] = [await engine.open({ schema }), await engine.open({ schema })]
    const changes: Change[] = []
    const stop = await watcher.watch((change) => changes.push(change))
    await countOnce(writer.storage, 'writer')
    await vi.waitFor(() => expect(changes).toHaveLength(1), 10_000)
    const scopes = ['left', 'right'].map((purpose) => ({ node: 'pub', purpose }))
    expect(changes).toStrictEqual([{ scopes }])
    const odd = scopeOf('Ä\0\ud800"', '🔐')
    await commitNow(writer.storage, { puts: [sampleSetting('s', 1, odd)] })
    await vi.waitFor(() => expect(changes.at(-1)).toStrictEqual({ scopes: [odd] }), 10_000)
    // More than a message can name: anything may have changed.
    const many = Array.from({ length: 300 }, (_, at) =>
      sampleSetting('s', 1, scopeOf(`a purpose of some length ${at}`)),
    )
    await commitNow(writer.storage, { puts: many })
    await vi.waitFor(() => expect(changes.at(-1)).toStrictEqual({ scopes: undefined }), 10_000)
    await stop()
    const before = changes.length
    await countOnce(writer.storage, 'writer')
    // A second watcher has heard by then what the first would have.
    const others: Change[] = []
    const stopOther = await watcher.watch((change) => others.push(change))
    await countOnce(writer.storage, 'writer')
    await vi.waitFor(() => expect(others.length).toBeGreaterThan(0), 10_000)
    await stopOther()
    expect(changes).toHaveLength(before)
  })

  it('what conflicts is told to nobody, nor are the changes of a silent store', async () => {
    const schema = newSchema()
    const [writer, silent] = [await engine.open({ schema }), await engine.open({ schema, changes: 'silent' })]
    const changes: Change[] = []
    const stop = await writer.watch((change) => changes.push(change))
    await countOnce(silent.storage, 'silent')
    const relies = [{ scope: scopeOf('a'), revision: 7 }]
    const puts = [sampleSetting('s', 1, scopeOf('a'))]
    expect((await writer.storage.commit({ relies, puts, deletes: [], appends: [] })).ok).toBe(false)
    await countOnce(writer.storage, 'writer')
    await vi.waitFor(() => expect(changes).toHaveLength(1), 10_000)
    expect((await writer.metrics()).counters).toMatchObject({ commits: 1, conflicts: 1 })
    await stop()
  })

  it('the clock is the database’s, and measures show what waits by it', async () => {
    const store = await engine.open()
    const now = store.clock.now().getTime()
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000)
    expect((await store.metrics()).tasks).toStrictEqual([
      { task: 'expiry', waiting: 0, leased: 0, lag: 0 },
      { task: 'revocation', waiting: 0, leased: 0, lag: 0 },
    ])
    const puts = [1, 2, 3, -1].map((hours) => sampleDue(`d${hours}`, now - hours * 3_600_000))
    await commitNow(store.storage, { puts })
    await store.storage.claimDue('expiry', now, 1, { owner: 'w', until: now + 3_600_000 })
    const [expiry] = (await store.metrics(['expiry'])).tasks
    expect(expiry).toMatchObject({ task: 'expiry', waiting: 2, leased: 1 })
    expect(expiry?.lag).toBeGreaterThanOrEqual(2 * 3_600_000)
    expect(expiry?.lag).toBeLessThan(3 * 3_600_000)
  })

  it('health says that all is well', async () => {
    const { health } = await engine.open()
    expect(await health()).toMatchObject({ isHealthy: true, isReadOnly: false, problem: undefined })
  })
})

it('watching without a listener is a TypeError', async () => {
  const engine = await pgliteEngine('memory')
  const { watch } = await engine.open({ listener: undefined })
  await expect(watch(() => undefined)).rejects.toThrow(TypeError)
  await engine.close()
}, 60_000)

describe.runIf(hasPostgres('listening through failures'))('a watcher whose connection is lost', () => {
  it('listens again, and says that anything may have changed', async () => {
    const server = await PostgresServer.start()
    const proxy = await CuttingProxy.start(server)
    try {
      const listener = pgListener(() => new Client(proxy.config()))
      const store = await openOn(server, { listener })
      const changes: Change[] = []
      const stop = await store.watch((change) => changes.push(change))
      proxy.cutAll()
      await vi.waitFor(() => expect(changes).toStrictEqual([{ scopes: undefined }]), 10_000)
      await countOnce(store.storage, 'writer')
      await vi.waitFor(() => expect(changes).toHaveLength(2), 10_000)
      expect(changes[1]?.scopes).toHaveLength(2)
      await stop()
      await store.close()
      const unreachable = pgListener(() => new Client(server.config({ host: '/nonexistent' })))
      const other = await openOn(server, { listener: unreachable })
      const error = await other.watch(() => undefined).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(SqlStorageError)
      expect(error).toMatchObject({ code: 'unavailable', doing: 'watch' })
      await other.close()
    } finally {
      await proxy.close()
      await server.remove()
    }
  }, 60_000)
})

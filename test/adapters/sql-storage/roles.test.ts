/** The roles of docs/operations.md, made by its own statements: each may do its work, and no more. */

import { readFileSync } from 'node:fs'
import type { PoolConfig } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SqlStore } from '../../../src/adapters/sql-storage/index.js'
import { sampleCertificate, sampleDue, scopeOf } from '../../../src/inventory/contract-case.js'
import { hasPostgres, PostgresServer } from '../../support/postgres.js'
import { countOnce, countsOf } from './counting.js'
import { openOn } from './engines.js'

const document = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
const [make = '', grant = ''] = [...document.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, block]) => block)

const denied = { name: 'SqlStorageError', code: 'permission-denied', reason: '42501' }
const p256 = { type: 'ec', curve: 'P-256' } as const

describe.runIf(hasPostgres('roles of a PostgreSQL server'))('a role', () => {
  let server: PostgresServer
  let manager: SqlStore
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.query(make)
    for (const role of ['owner', 'manager', 'worker', 'reader']) {
      await server.query(`create role ${role}_login login in role certward_${role}`)
    }
    // Nobody else may look into a schema by being anybody.
    await server.query('create role stranger_login login')
    const owner = await as('owner', { options: '-c role=certward_owner' })
    await owner.close()
    await server.query(`set role certward_owner; ${grant}`)
    manager = await as('manager')
  }, 60_000)
  afterAll(async () => {
    await manager.close()
    await server.remove()
  })
  const as = (role: string, config: PoolConfig = {}): Promise<SqlStore> =>
    openOn(server, { schema: 'certward' }, { user: `${role}_login`, max: 2, ...config })

  it('of a manager installs certificates and makes keys', async () => {
    const { storage, keys } = manager
    const handle = await keys.generate(p256)
    expect((await keys.signer(handle)).publicKey.length).toBeGreaterThan(0)
    expect(await keys.rotate()).toBe(0)
    await keys.destroy(handle)
    const { revisions } = await storage.read([scopeOf('tomcat')])
    const puts = [sampleCertificate('C', scopeOf('tomcat')), sampleDue('d', 1, scopeOf('tomcat'))]
    expect(await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })).toStrictEqual({ ok: true })
  })

  it('of a worker claims, commits and queries, and cannot so much as list a key', async () => {
    const { storage, keys, metrics, close } = await as('worker')
    expect(await countOnce(storage, 'worker')).toBe(1)
    expect(await storage.claimDue('expiry', 1, 1, { owner: 'w', until: 2 })).toHaveLength(1)
    expect((await storage.query({})).records).toHaveLength(1)
    expect((await metrics()).tasks).toHaveLength(2)
    const handle = await manager.keys.generate(p256)
    for (const use of [
      () => keys.signer(handle),
      () => keys.handles(),
      () => keys.generate(p256),
      () => keys.rotate(),
      () => keys.destroy(handle),
    ]) {
      await expect(use()).rejects.toMatchObject(denied)
    }
    expect(await manager.keys.handles()).toContain(handle)
    await close()
  })

  it('of a reader reads, and changes nothing', async () => {
    const { storage, keys, metrics, close } = await as('reader')
    expect(await countsOf(storage)).toStrictEqual({ worker: 1 })
    expect((await storage.query({})).records).toHaveLength(1)
    expect(await storage.nextDue('expiry')).toBe(2)
    expect((await metrics()).tasks).toHaveLength(2)
    await expect(countOnce(storage, 'reader')).rejects.toMatchObject(denied)
    await expect(storage.claimDue('expiry', 5, 1, { owner: 'r', until: 9 })).rejects.toMatchObject(denied)
    await expect(keys.handles()).rejects.toMatchObject(denied)
    await close()
  })

  it('that is granted nothing cannot open the store', async () => {
    await expect(as('stranger')).rejects.toMatchObject(denied)
  })

  it.each(['manager', 'worker', 'reader'])('of a %s makes and drops no table', async (role) => {
    const { close } = await as(role)
    await close()
    for (const statement of [
      'drop table certward.record',
      'create table certward.mine ()',
      'truncate certward.record',
    ]) {
      const asRole = `set role certward_${role}; ${statement}`
      await expect(server.query(asRole)).rejects.toMatchObject({ code: '42501' })
    }
  })
})

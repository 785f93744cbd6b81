/** Private keys in a database: never there as they are, bound to their row, wrapped anew, moved in from elsewhere. */

import { createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KeyWrapping } from '../../../src/adapters/sql-storage/index.js'
import { type Engine, newSchema, pgliteEngine } from './engines.js'

let engine: Engine
beforeAll(async () => {
  engine = await pgliteEngine('memory')
}, 60_000)
afterAll(() => engine.close())

const p256 = { type: 'ec', curve: 'P-256' } as const
const message = new TextEncoder().encode('signed')

const keysOf = (ids: Readonly<Record<string, number>>, current: string): KeyWrapping => ({
  current,
  keyOf: (id) => (Object.hasOwn(ids, id) ? new Uint8Array(32).fill(ids[id] ?? 0) : undefined),
})

/** Everything the table of keys holds, as text. */
const stored = async (schema: string): Promise<string> =>
  JSON.stringify(await engine.query(`select k::text from ${schema}.private_key as k order by handle`))

it('CSR-11 a key lies wrapped in the database, under an id that is stored beside it', async () => {
  const schema = newSchema()
  const { keys } = await engine.open({ schema })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  const handle = crypto.randomUUID()
  await keys.importKey(handle, pkcs8)
  const dump = await stored(schema)
  expect(dump).toContain('first')
  // The secret number stands in the 32 bytes behind its OCTET STRING tag (RFC 5915).
  const secret = pkcs8.subarray(pkcs8.indexOf(Buffer.from([0x04, 0x20])) + 2).subarray(0, 32)
  expect(secret).toHaveLength(32)
  expect(dump).not.toContain(secret.toString('hex'))
  expect(dump).not.toContain(pkcs8.subarray(0, 8).toString('hex'))
})

it('a key moved in from elsewhere signs as it did there, by its handle', async () => {
  const { keys } = await engine.open()
  const pairs = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ] satisfies readonly { readonly privateKey: KeyObject; readonly publicKey: KeyObject }[]
  for (const { privateKey, publicKey } of pairs) {
    const handle = crypto.randomUUID()
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
    await keys.importKey(handle, pkcs8)
    await keys.importKey(handle, pkcs8)
    const signer = await keys.signer(handle)
    expect(Buffer.from(signer.publicKey).equals(publicKey.export({ format: 'der', type: 'spki' }))).toBe(true)
    const signature = await signer.sign(message)
    expect(createVerify('sha256').update(message).verify(publicKey, signature)).toBe(true)
  }
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })
  for (const wrong of [ed25519, new Uint8Array(0), Uint8Array.of(0x30, 0x80)]) {
    await expect(keys.importKey(crypto.randomUUID(), wrong)).rejects.toMatchObject({ code: 'unsupported-key' })
  }
  await expect(keys.importKey('../key', ed25519)).rejects.toMatchObject({ code: 'unsupported-key' })
})

it('rotation wraps every key anew, goes on where it was interrupted, and leaves them what they were', async () => {
  const schema = newSchema()
  const old = (await engine.open({ schema, keyWrapping: keysOf({ old: 1 }, 'old') })).keys
  const handles = await Promise.all(Array.from({ length: 5 }, () => old.generate(p256)))
  const before = await Promise.all(handles.map(async (handle) => (await old.signer(handle)).publicKey))

  let uses = 0
  const both = keysOf({ old: 1, new: 2 }, 'new')
  const failing: KeyWrapping = {
    current: 'new',
    keyOf: (id) => {
      if (++uses > 5) throw new TypeError('the secret store is away')
      return both.keyOf(id)
    },
  }
  await expect((await engine.open({ schema, keyWrapping: failing })).keys.rotate()).rejects.toThrow('away')
  const rotated = (await engine.open({ schema, keyWrapping: both })).keys
  const left = await rotated.rotate()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(5)
  expect(await rotated.rotate()).toBe(0)

  const now = (await engine.open({ schema, keyWrapping: keysOf({ new: 2 }, 'new') })).keys
  const after = await Promise.all(handles.map(async (handle) => (await now.signer(handle)).publicKey))
  expect(after).toStrictEqual(before)
  await expect(old.signer(handles[0] ?? '')).rejects.toMatchObject({ code: 'wrong-wrapping-key' })
})

it('a wrapped key opens under its own key, in its own row, unchanged, and nowhere else', async () => {
  const schema = newSchema()
  const { keys } = await engine.open({ schema })
  const [one, other] = [await keys.generate(p256), await keys.generate(p256)]
  const wrong = (await engine.open({ schema, keyWrapping: keysOf({ first: 9 }, 'first') })).keys
  const refused = { name: 'SqlStorageError', code: 'wrong-wrapping-key' }
  await expect(wrong.signer(one)).rejects.toMatchObject(refused)

  const table = `${schema}.private_key`
  for (const change of [
    `set (nonce, wrapped) = (select nonce, wrapped from ${table} where handle = '${other}')`,
    `set public_key = (select public_key from ${table} where handle = '${other}')`,
    `set wrapped = set_byte(wrapped, 10, get_byte(wrapped, 10) # 1)`,
    `set parameters = '{"type":"ec","curve":"P-384"}'`,
    `set wrapping_key = 'second'`,
  ]) {
    await engine.query(`create table ${schema}.copy as select * from ${table}`)
    await engine.query(`update ${table} ${change} where handle = '${one}'`)
    await expect(keys.signer(one)).rejects.toMatchObject(refused)
    await engine.query(`delete from ${table}`)
    await engine.query(`insert into ${table} select * from ${schema}.copy`)
    await engine.query(`drop table ${schema}.copy`)
    expect((await keys.signer(one)).publicKey.length).toBeGreaterThan(0)
  }
})

it('a store without wrapping keys says so, and can still destroy keys', async () => {
  const schema = newSchema()
  const handle = await (await engine.open({ schema })).keys.generate(p256)
  const { keys } = await engine.open({ schema, keyWrapping: undefined })
  const missing = { code: 'wrapping-key-missing' }
  await expect(keys.generate(p256)).rejects.toMatchObject(missing)
  await expect(keys.signer(handle)).rejects.toMatchObject(missing)
  await expect(keys.rotate()).rejects.toMatchObject(missing)
  expect(await keys.handles()).toStrictEqual([handle])
  await keys.destroy(handle)
  expect(await keys.handles()).toStrictEqual([])
  const short = (await engine.open({ schema, keyWrapping: { current: 'a', keyOf: () => new Uint8Array(16) } })).keys
  await expect(short.generate(p256)).rejects.toThrow(TypeError)
})

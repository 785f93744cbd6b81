/** Moving inventories: whole, in order to be gone on with, verified, and honest about what differs. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  commitNow,
  sampleCertificate,
  sampleDue,
  sampleOfEveryKind,
  sampleSetting,
  scopeOf,
} from '../../src/inventory/contract-case.js'
import {
  type AuditRecord,
  createMemoryStorage,
  type InventoryRecord,
  type OutboxRecord,
  type Storage,
  summarizeInventory,
  transferInventory,
  type TransferProgress,
} from '../../src/inventory/index.js'
import { recordDigest } from '../../src/inventory/record-digest.js'

const audit = (id: string, actor = 'a'): AuditRecord => ({
  ...{ kind: 'audit', id, ...scopeOf('a'), at: 1, actor, action: 'upload', outcome: 'done' },
  ...{ before: [], after: ['aa'], findings: [] },
})
const outbox = (id: string): OutboxRecord => ({
  ...{ kind: 'outbox', id, ...scopeOf('a'), target: 'sub1', action: 'put', at: 1 },
  ...{ record: sampleCertificate('Sent'), recordId: 'Sent', sha256: 'aa' },
})

async function filled(size = 40): Promise<Storage> {
  const storage = createMemoryStorage()
  const puts: InventoryRecord[] = [...sampleOfEveryKind(scopeOf('every'))]
  for (let at = 0; at < size; at++) {
    const scope = scopeOf(`purpose ${at % 7}`, `node ${at % 3}`)
    puts.push(
      sampleCertificate(`host ${at}`, { ...scope, der: Uint8Array.of(at, 1) }),
      sampleDue(`due ${at}`, at, scope),
    )
  }
  const appends = Array.from({ length: size }, (_, at) => [audit(`${at}`), outbox(`${at}`)]).flat()
  await commitNow(storage, { puts, appends })
  return storage
}

/** A storage that fails at its n-th commit, before it or after it. */
function failingAt(storage: Storage, n: number, when: 'before' | 'after'): Storage {
  let commits = 0
  return {
    read: (scopes) => storage.read(scopes),
    query: (query) => storage.query(query),
    list: (kind, page) => storage.list(kind, page),
    find: (places) => storage.find(places),
    claimDue: (task, before, limit, lease) => storage.claimDue(task, before, limit, lease),
    finishDue: (finished, owner) => storage.finishDue(finished, owner),
    nextDue: (task) => storage.nextDue(task),
    async commit(change) {
      const isFailing = ++commits === n
      if (isFailing && when === 'before') throw new Error('the medium failed')
      const result = await storage.commit(change)
      if (isFailing) throw new Error('the medium failed')
      return result
    },
  }
}

describe('a transfer', () => {
  it('copies every record of every kind, and proves it by count and fingerprint', async () => {
    const [from, to] = [await filled(), createMemoryStorage()]
    const told: TransferProgress[] = []
    const result = await transferInventory({ from, to, batch: 16, onProgress: (progress) => void told.push(progress) })
    expect(result).toMatchObject({ isVerified: true, differences: [], read: 168, written: 168 })
    expect(result.to).toStrictEqual(result.from)
    expect(result.from.trust).toMatchObject({ count: 41 })
    expect(result.from.audit.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    for (const kind of ['identity', 'trust', 'due', 'setting', 'history', 'outbox', 'audit'] as const) {
      expect(await to.list(kind, { limit: 1000 })).toStrictEqual(await from.list(kind, { limit: 1000 }))
    }
    expect(told.map(({ read }) => read)).toStrictEqual([...told.map(({ read }) => read)].sort((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ stage: 'verify', read: 168, written: 168 })
  })

  it('done again writes nothing; after a change it writes what has changed', async () => {
    const [from, to] = [await filled(), createMemoryStorage()]
    await transferInventory({ from, to })
    expect(await transferInventory({ from, to })).toMatchObject({ isVerified: true, written: 0 })
    await commitNow(from, {
      puts: [sampleCertificate('host 3', { ...scopeOf('purpose 3', 'node 0'), description: 'new' })],
    })
    expect(await transferInventory({ from, to })).toMatchObject({ isVerified: true, written: 1 })
  })

  it('interrupted at any commit goes on from its checkpoint, or from the beginning, and loses and doubles nothing', async () => {
    const from = await filled(12)
    const { read: all } = await transferInventory({ from, to: createMemoryStorage() })
    for (const when of ['before', 'after'] as const) {
      for (const how of ['checkpoint', 'beginning'] as const) {
        for (let n = 1; n < 20; n++) {
          const to = createMemoryStorage()
          const told: TransferProgress[] = []
          const failing = failingAt(to, n, when)
          await transferInventory({
            ...{ from, to: failing, batch: 7 },
            onProgress: (progress) => void told.push(progress),
          }).catch(() => undefined)
          // Each page is told of once it is done.
          expect(told.length > 0).toBe(n > 1)
          const last = how === 'checkpoint' ? told.at(-1) : undefined
          const resume = last === undefined ? {} : { resume: last.checkpoint }
          const result = await transferInventory({ from, to, batch: 7, ...resume })
          // What has been told of is not read again, but for the last kind where there was nothing left to do.
          const read = last?.stage === 'verify' ? 12 : all - (last?.read ?? 0)
          expect(result).toMatchObject({ isVerified: true, read })
        }
      }
    }
  })

  it('names the kinds in which the two differ, and removes nothing', async () => {
    const [from, to] = [await filled(5), createMemoryStorage()]
    await commitNow(to, { puts: [sampleSetting('theirs', 1)], appends: [audit('3', 'somebody else')] })
    const result = await transferInventory({ from, to })
    expect(result).toMatchObject({ isVerified: false, differences: ['setting', 'audit'] })
    expect(result.to.setting.count).toBe(result.from.setting.count + 1)
    expect(result.to.audit.count).toBe(result.from.audit.count)
    expect((await to.list('setting', { scope: scopeOf('settings') })).records).toHaveLength(1)
  })

  it('writes beside others, and gives up where they never let it', async () => {
    const [from, to] = [await filled(5), createMemoryStorage()]
    let others = 20
    const busy: Storage = {
      ...to,
      commit: async (change) => {
        if (change.puts.length > 0 && others-- > 0 && others % 2 === 0) return { ok: false, conflict: [scopeOf('a')] }
        return to.commit(change)
      },
    }
    expect(await transferInventory({ from, to: busy })).toMatchObject({ isVerified: true })
    const never: Storage = { ...createMemoryStorage(), commit: async () => ({ ok: false, conflict: [] }) }
    await expect(transferInventory({ from, to: never })).rejects.toThrow('others keep writing')
  })

  it('refuses a batch or a checkpoint that makes no sense', async () => {
    const [from, to] = [await filled(1), createMemoryStorage()]
    for (const batch of [0, 1001, 1.5]) await expect(transferInventory({ from, to, batch })).rejects.toThrow(TypeError)
    for (const resume of ['', '[]', '["colour",null]', '["due",7]', 'null']) {
      await expect(transferInventory({ from, to, resume })).rejects.toThrow(TypeError)
    }
    expect((await summarizeInventory(to)).trust.count).toBe(0)
  })
})

it('two records have one digest only where they are the same', async () => {
  const value = fc.jsonValue() as fc.Arbitrary<null>
  await fc.assert(
    fc.asyncProperty(value, value, async (a, b) => {
      const [one, other] = [sampleSetting('s', a), sampleSetting('s', b)]
      const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
      expect((await recordDigest(one)) === (await recordDigest(other))).toBe(isSame)
      expect(await recordDigest(one)).toBe(await recordDigest({ ...sampleSetting('s', a) }))
    }),
  )
  const [object, pairs] = [sampleSetting('s', { a: 1 }), sampleSetting('s', [['a', 1]])]
  expect(await recordDigest(object)).not.toBe(await recordDigest(pairs))
  expect(await recordDigest(object)).not.toBe(await recordDigest(object, 'before'))
})

/** JSON with members in order; −0 is 0 there. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return {
    object: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  }
}

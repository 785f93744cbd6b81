/**
 * The storage in a database beside the one in memory: whatever texts records hold, both find, sort and page alike, cursor for
 * cursor. Texts are what SQL, collations and encodings stumble over.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commitNow, sampleCertificate, sampleDue, scopeOf } from '../../../src/inventory/contract-case.js'
import {
  type CertificateRecord,
  type Condition,
  createMemoryStorage,
  type Query,
  type SortField,
  type Storage,
  type TextField,
} from '../../../src/inventory/index.js'
import { describeEngines } from './describe-engines.js'

const RUNS = Number(process.env['CERTWARD_SQL_RUNS'] ?? 25)

const textFields = [
  ...(['commonName', 'subject', 'issuer', 'serialNumber', 'keyType'] as const),
  ...(['usage', 'purpose', 'node', 'type', 'description'] as const),
] satisfies readonly TextField[]
const timeFields = ['notBefore', 'notAfter', 'installedAt'] as const

const injections = [
  `'; drop schema public cascade; --`,
  `\\'; select pg_sleep(10); --`,
  `$1`,
  `%' or '1'='1`,
  `"; delete from record; "`,
  `\\x00`,
  '\0',
  '\ud800',
  '\udc00\ud800',
  '\uffff',
  '🔐',
  'İ',
  'ß',
  'SS',
  'é',
  'e\u0301',
  '%_*',
  'a'.repeat(1_200),
]

/** Few different parts, so that texts begin, end and hold alike. */
const textPart = fc.oneof(
  fc.constantFrom('a', 'A', 'b', 'ab', 'abc', ' ', 'Ä', 'ä', ...injections),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const text = fc.array(textPart, { maxLength: 3 }).map((parts) => parts.join(''))
const time = fc.constantFrom(-1, 0, 0.5, 1, 2, 1e15)

const certificate = fc
  .record({
    ...{ commonName: text, subject: text, issuer: text, serialNumber: text, keyType: text, description: text },
    ...{ node: text, purpose: text, id: text, sha256: text, keyHandle: fc.option(text, { nil: undefined }) },
    ...{ notBefore: time, notAfter: time, installedAt: time },
    kind: fc.constantFrom('identity', 'trust', 'endpoint'),
    type: fc.constantFrom('self-signed', 'ca-signed'),
  })
  .map((changes): CertificateRecord => sampleCertificate('', changes))

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: fc.constantFrom(...textFields),
    operator: fc.constantFrom('begins-with', 'ends-with', 'contains', 'is-exactly'),
    value: text,
  }),
  fc.record({ field: fc.constantFrom(...textFields), operator: fc.constantFrom('is-empty', 'is-not-empty') }),
  fc.record({
    field: fc.constantFrom(...timeFields),
    operator: fc.constantFrom('before', 'after'),
    value: time.map((at) => new Date(at)),
  }),
)
const query: fc.Arbitrary<Query> = fc.record({
  where: fc.array(condition, { maxLength: 2 }),
  sort: fc.record({
    by: fc.constantFrom<SortField>(...textFields, ...timeFields),
    direction: fc.constantFrom('ascending', 'descending'),
  }),
  limit: fc.integer({ min: 1, max: 5 }),
})

/** All pages, each with its cursor. */
async function pages(storage: Storage, asked: Query): Promise<readonly unknown[]> {
  const found: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await storage.query({ ...asked, ...(cursor !== undefined && { cursor }) })
    found.push(page)
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

describeEngines('agreement with the memory', (engine) => {
  it('LST-1 finds, sorts and pages any certificates as the memory does', async () => {
    const property = fc.asyncProperty(
      fc.array(certificate, { minLength: 1, maxLength: 12 }),
      fc.array(query, { minLength: 8, maxLength: 8 }),
      async (records, queries) => {
        const { storage } = await engine.open({ changes: 'announced' })
        const memory = createMemoryStorage()
        for (const one of [storage, memory]) await commitNow(one, { puts: records })
        for (const asked of queries) expect(await pages(storage, asked)).toStrictEqual(await pages(memory, asked))
        for (const kind of ['identity', 'trust', 'endpoint'] as const) {
          expect(await storage.list(kind)).toStrictEqual(await memory.list(kind))
          const { node, purpose } = records[0] ?? scopeOf('')
          const page = { scope: { node, purpose }, limit: 1 }
          expect(await storage.list(kind, page)).toStrictEqual(await memory.list(kind, page))
        }
      },
    )
    await fc.assert(property, { numRuns: RUNS })
  }, 600_000)

  it('LST-1 finds what holds a part of a text, whether many do or few, here and there or at the end only', async () => {
    const count = 1_500
    const held = (at: number): string =>
      [at % 5 === 0 && 'often', at % 60 === 0 && 'at times', at % 300 === 0 && 'rarely', at > 1_400 && 'at last']
        .filter((part) => part !== false)
        .join(', ')
    const records = Array.from({ length: count }, (_, at) =>
      sampleCertificate(String(at), { commonName: String(at).padStart(4, '0'), subject: held(at), notAfter: at }),
    )
    const { storage } = await engine.open()
    const memory = createMemoryStorage()
    for (const one of [storage, memory]) await commitNow(one, { puts: records })
    for (const value of ['often', 'at times', 'rarely', 'at last', 'never']) {
      for (const by of ['commonName', 'notAfter'] as const) {
        const asked: Query = { where: [{ field: 'subject', operator: 'contains', value }], sort: { by }, limit: 20 }
        expect(await pages(storage, asked)).toStrictEqual(await pages(memory, asked))
      }
    }
  }, 60_000)

  it('every text an interface takes is a text, and no part of a statement', async () => {
    const before = await engine.query('select count(*)::int as tables from pg_class')
    const store = await engine.open()
    const made = await engine.query('select count(*)::int as tables from pg_class')
    expect(made).not.toStrictEqual(before)
    const { storage, keys } = store
    for (const hostile of injections) {
      const scope = scopeOf(hostile, hostile)
      const due = sampleDue(hostile, 1, { ...scope, task: hostile })
      await commitNow(storage, { puts: [due] })
      expect(await storage.nextDue(hostile)).toBe(1)
      expect(await storage.claimDue(hostile, 1, 9, { owner: hostile, until: 2 })).toStrictEqual([due])
      expect((await storage.list('due', { scope })).records).toStrictEqual([due])
      expect((await store.metrics([hostile])).tasks).toHaveLength(1)
      await expect(keys.signer(hostile)).rejects.toMatchObject({ code: 'no-such-key' })
      await keys.destroy(hostile)
      await expect(storage.query({ cursor: hostile })).rejects.toThrow(TypeError)
      const cursor = JSON.stringify(['commonName', 'ascending', hostile, hostile])
      expect(await storage.query({ cursor })).toMatchObject({ records: [] })
      await expect(storage.list('trust', { cursor: hostile })).rejects.toThrow(TypeError)
      for (const wrong of [
        ['notAfter', hostile],
        ['commonName', 1],
      ] as const) {
        const forged = JSON.stringify([wrong[0], 'ascending', wrong[1], hostile])
        await expect(storage.query({ sort: { by: wrong[0] }, cursor: forged })).rejects.toThrow(TypeError)
      }
    }
    expect(await engine.query('select count(*)::int as tables from pg_class')).toStrictEqual(made)
  }, 60_000)
})

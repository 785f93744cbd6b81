// The contract of read and commit: atomic, isolated, conflicts found, nothing lost.

import {
  byId,
  commitNow,
  commitUntilDone,
  expectRejection,
  expectSame,
  sampleCertificate,
  sampleOfEveryKind,
  sampleSetting,
  scopeOf,
} from './contract-case.js'
import { type AuditRecord, type InventoryRecord, type OutboxRecord, recordKey, type Scope } from './records.js'
import type { Storage } from './storage.js'

export type StorageCheck = readonly [name: string, check: (storage: Storage) => Promise<void>]

const a = scopeOf('a')
const b = scopeOf('b')
const WRITERS = 50

const audit = (id: string, scope: Scope = a): AuditRecord => ({
  ...{ kind: 'audit', id, ...scope, at: 1, actor: 'somebody', action: 'upload', outcome: 'refused' },
  ...{ before: ['aa'], after: [], findings: ['expired'] },
})

const outbox = (id: string, scope: Scope = a): OutboxRecord => ({
  ...{ kind: 'outbox', id, ...scope, target: 'sub1', action: 'put', at: 1 },
  ...{ record: sampleCertificate('Sent', scope), recordId: 'Sent', sha256: 'aa' },
})

const all = async (storage: Storage, kind: 'audit' | 'outbox'): Promise<readonly InventoryRecord[]> =>
  (await storage.list(kind, { limit: 1000 })).records

/** Names that are something else to a file system, a database or JSON. */
const oddNames: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '/etc/passwd',
  'C:\\Windows\\system32',
  'con',
  'aux.txt',
  'a/b\\c:d*e?f"g<h>i|j',
  '~root',
  '-rf',
  '$(reboot)`reboot`;',
  "Robert'); DROP TABLE records;--",
  '%00%2e%2e%2f',
  'Müller & Söhne',
  'Mu\u0308ller & So\u0308hne',
  'İstanbul',
  '證書 🔐',
  '\u202egnp.exe',
  'line\nfeed\ttab\r\u0001\u001b[31m\u007f\u2028',
  '\ud800',
  '__proto__',
  'constructor',
  'Name',
  'name',
  'name.',
  'name.json',
  'x'.repeat(5000),
]

const cases: readonly StorageCheck[] = [
  [
    'a scope never written has no records and revision 0',
    async (storage) => {
      expectSame('read', await storage.read([a]), { records: [], revisions: [{ scope: a, revision: 0 }] })
      expectSame('read of no scope', await storage.read([]), { records: [], revisions: [] })
    },
  ],
  [
    'a scope asked for twice is one scope',
    async (storage) => {
      await commitNow(storage, { puts: [sampleSetting('s', 1, a)] })
      const { records, revisions } = await storage.read([a, b, { ...a }])
      expectSame('records', records, [sampleSetting('s', 1, a)])
      expectSame(
        'scopes',
        revisions.map(({ scope }) => scope),
        [a, b],
      )
    },
  ],
  [
    'a record of every kind comes back as it was put',
    async (storage) => {
      const records = sampleOfEveryKind(a)
      await commitNow(storage, { puts: records })
      const [past, present] = [true, false].map((isPast) =>
        records.filter(({ kind }) => (kind === 'history') === isPast),
      )
      expectSame('records', byId((await storage.read([a])).records), byId(present ?? []))
      expectSame('history', (await storage.list('history')).records, past)
      expectSame('another scope', (await storage.read([b])).records, [])
    },
  ],
  [
    'audit and outbox records are appended, listed, and rest on no revision',
    async (storage) => {
      const result = await storage.commit({ relies: [], puts: [], deletes: [], appends: [audit('1'), outbox('2')] })
      expectSame('commit', result, { ok: true })
      expectSame('audit', await all(storage, 'audit'), [audit('1')])
      expectSame('outbox', await all(storage, 'outbox'), [outbox('2')])
      const { records, revisions } = await storage.read([a])
      expectSame('the scope holds the outbox, not the audit', records, [outbox('2')])
      expectSame('the revision stays', revisions[0]?.revision, 0)
      await commitNow(storage, { deletes: [outbox('2')] })
      expectSame('outbox after the deletion', await all(storage, 'outbox'), [])
    },
  ],
  [
    'a change that makes no sense is a TypeError, and changes nothing',
    async (storage) => {
      const setting = sampleSetting('s', 1, a)
      const none = { relies: [], puts: [], deletes: [], appends: [] }
      const wrong = [
        { ...none, puts: [setting] },
        { ...none, deletes: [setting], relies: [{ scope: b, revision: 0 }] },
        { ...none, appends: [audit('1'), audit('1')] },
        { ...none, puts: [audit('1')], relies: [{ scope: a, revision: 0 }] },
        { ...none, puts: [sampleSetting('s', Number.NaN, a)], relies: [{ scope: a, revision: 0 }] },
      ]
      for (const change of wrong) await expectRejection('commit', 'TypeError', () => storage.commit(change))
      expectSame('read', await storage.read([a]), { records: [], revisions: [{ scope: a, revision: 0 }] })
      await commitNow(storage, { appends: [audit('1')] })
      await expectRejection('an id taken', 'TypeError', () => storage.commit({ ...none, appends: [audit('1')] }))
      expectSame('audit', await all(storage, 'audit'), [audit('1')])
      // Taken in that scope, that is.
      await commitNow(storage, { appends: [audit('1', b)] })
      expectSame('audit of both scopes', (await all(storage, 'audit')).length, 2)
    },
  ],
  [
    'each commit moves the revision of the scopes it writes, and of no other',
    async (storage) => {
      await commitNow(storage, { puts: [sampleSetting('s', 1, a)] })
      const first = await storage.read([a, b])
      await commitNow(storage, { deletes: [sampleSetting('s', 1, a)] })
      const second = await storage.read([a, b])
      if (second.revisions[0]?.revision === first.revisions[0]?.revision)
        throw new Error('expected a new revision of a')
      expectSame('the revision of b', second.revisions[1], { scope: b, revision: 0 })
    },
  ],
  [
    'a commit that relies on an old revision conflicts, names the scope, and changes nothing',
    async (storage) => {
      const { revisions } = await storage.read([a, b])
      await commitNow(storage, { puts: [sampleSetting('s', 1, a)] })
      const puts = [sampleSetting('s', 2, a), sampleSetting('s', 2, b)]
      const result = await storage.commit({ relies: revisions, puts, deletes: [], appends: [audit('1')] })
      expectSame('commit', result, { ok: false, conflict: [a] })
      expectSame('a', (await storage.read([a])).records, [sampleSetting('s', 1, a)])
      expectSame('b', await storage.read([b]), { records: [], revisions: [{ scope: b, revision: 0 }] })
      expectSame('audit', await all(storage, 'audit'), [])
    },
  ],
  [
    'a scope only relied on conflicts too, and does not move',
    async (storage) => {
      const { revisions } = await storage.read([a, b])
      const change = { deletes: [], appends: [] }
      const first = await storage.commit({ ...change, relies: revisions, puts: [sampleSetting('s', 1, b)] })
      expectSame('first', first, { ok: true })
      expectSame('a', (await storage.read([a])).revisions[0]?.revision, 0)
      const relies = revisions.filter(({ scope }) => scope.purpose === 'b')
      const second = await storage.commit({ ...change, relies, puts: [] })
      expectSame('second', second, { ok: false, conflict: [b] })
    },
  ],
  [
    'find gives the records at places, of every kind, each once, and none where there is none',
    async (storage) => {
      const every = sampleOfEveryKind(a)
      const other = sampleSetting('Theme', 'dark', b)
      const isAppended = (record: InventoryRecord): record is AuditRecord => record.kind === 'audit'
      const puts = [...every.filter((record) => !isAppended(record)), other]
      await commitNow(storage, { puts, appends: every.filter(isAppended) })
      expectSame('no place', await storage.find([]), [])
      expectSame(
        'nowhere',
        await storage.find([
          { ...other, id: 'theme' },
          { ...other, ...a },
        ]),
        [],
      )
      const places = [...every, other, ...every].map(({ node, purpose, kind, id }) => ({ node, purpose, kind, id }))
      expectSame('all', byId(await storage.find(places)), byId([...every, other]))
    },
  ],
  [
    'a commit deletes, replaces and puts in several scopes at once',
    async (storage) => {
      await commitNow(storage, { puts: [sampleSetting('1', 1, a), sampleSetting('2', 1, a), sampleSetting('1', 1, b)] })
      const puts = [sampleSetting('2', 2, a), sampleSetting('3', 2, b)]
      await commitNow(storage, { puts, deletes: [sampleSetting('1', 0, a), sampleSetting('missing', 0, b)] })
      const { records } = await storage.read([a, b])
      expectSame('records', new Set(records.map(recordKey)).size, 3)
      expectSame('a', (await storage.read([a])).records, [sampleSetting('2', 2, a)])
      expectSame('b', byId((await storage.read([b])).records), [sampleSetting('1', 1, b), sampleSetting('3', 2, b)])
    },
  ],
  [
    'what a caller does to its records before or after changes nothing in the storage',
    async (storage) => {
      const der = Uint8Array.of(1, 2, 3)
      const data = { list: [1], nested: { word: 'before' } }
      const puts = [sampleCertificate('C', { ...a, der }), { ...sampleSetting('s', data, a) }]
      const { revisions } = await storage.read([a])
      const committed = storage.commit({ relies: revisions, puts, deletes: [], appends: [] })
      der.fill(9)
      data.list.push(2)
      data.nested.word = 'after'
      puts.length = 0
      expectSame('commit', await committed, { ok: true })
      const expected = [
        sampleSetting('s', { list: [1], nested: { word: 'before' } }, a),
        sampleCertificate('C', { ...a, der: Uint8Array.of(1, 2, 3) }),
      ]
      expectSame('after the caller changed its own', byId((await storage.read([a])).records), expected)
      for (const record of (await storage.read([a])).records) spoil(record)
      for (const record of (await storage.query({})).records) spoil(record)
      for (const record of (await storage.list('trust')).records) spoil(record)
      expectSame('after the caller changed what it got', byId((await storage.read([a])).records), expected)
    },
  ],
  [
    `${WRITERS} writers of one scope at once lose nothing, and see each other`,
    async (storage) => {
      const add = (id: number): Promise<void> =>
        commitUntilDone(storage, a, (records) => ({
          puts: [sampleSetting(String(id), records.length, a)],
          appends: [audit(`${id}.${records.length}`)],
        }))
      await Promise.all(Array.from({ length: WRITERS }, (_, id) => add(id)))
      const { records } = await storage.read([a])
      const seen = records.map((record) => ('value' in record ? Number(record.value) : -1)).sort((x, y) => x - y)
      expectSame('what each writer saw', seen, [...Array(WRITERS).keys()])
      expectSame('audit', (await all(storage, 'audit')).length, WRITERS)
    },
  ],
  [
    `${WRITERS} writers of their own scopes at once never conflict`,
    async (storage) => {
      const scopes = Array.from({ length: WRITERS }, (_, at) => scopeOf('own', `node ${at}`))
      await Promise.all(scopes.map((scope) => commitNow(storage, { puts: [sampleSetting('s', scope.node, scope)] })))
      expectSame('records', (await storage.read(scopes)).records.length, WRITERS)
    },
  ],
  [
    'a snapshot of several scopes is of one moment',
    async (storage) => {
      const write = async (): Promise<void> => {
        for (let at = 0; at < 20; at++)
          await commitNow(storage, { puts: [a, b].map((scope) => sampleSetting('n', at, scope)) })
      }
      const writing = write()
      for (let at = 0; at < 40; at++) {
        const { records } = await storage.read([a, b])
        const values = new Set(records.map((record) => ('value' in record ? record.value : null)))
        if (values.size > 1) throw new Error(`expected both scopes as of one moment, found ${values.size} of them`)
      }
      await writing
    },
  ],
  [
    'big records come back whole',
    async (storage) => {
      const der = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 31) & 0xff)
      const description = 'ä'.repeat(300_000)
      const record = sampleCertificate('Big', { ...a, der, description })
      await commitNow(storage, { puts: [record] })
      expectSame('record', (await storage.read([a])).records, [record])
    },
  ],
  [
    'nodes, purposes and ids of any name stay apart',
    async (storage) => {
      const records = oddNames.flatMap((name) => [
        sampleSetting(name, `id ${name}`, a),
        sampleSetting('s', `purpose ${name}`, scopeOf(name)),
        sampleCertificate(name, { id: 'c', ...scopeOf('tomcat', name), description: `node ${name}` }),
      ])
      await commitNow(storage, { puts: records })
      for (const record of records) {
        const found = (await storage.read([record])).records.filter((one) => recordKey(one) === recordKey(record))
        expectSame(JSON.stringify(recordKey(record)).slice(0, 80), found, [record])
      }
      await commitNow(storage, { deletes: records })
      expectSame('after the deletion', (await storage.read(records)).records, [])
    },
  ],
]

export const commitCases = (): readonly StorageCheck[] => cases

/** Changes what can be changed of a record. */
function spoil(record: InventoryRecord): void {
  if ('der' in record) record.der.fill(0)
  try {
    Object.assign(record, { id: 'spoilt', commonName: 'spoilt' })
    if (record.kind === 'setting') Object.assign(record.value ?? {}, { list: 'spoilt' })
  } catch {
    // A frozen record is as good as a copy.
  }
}

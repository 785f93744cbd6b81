// The contract of query and list: every filter, every sort, and pages that stay right while records come and go.

import { commitNow, expectRejection, expectSame, sampleCertificate, sampleSetting, scopeOf } from './contract-case.js'
import type { StorageCheck } from './contract-commits.js'
import { type Condition, matches, type Query, type SortField, type TextField } from './query.js'
import type { CertificateRecord } from './records.js'
import type { Storage } from './storage.js'

/** Certificates that differ in every field, some of them equal in some. */
const certificates: readonly CertificateRecord[] = Array.from({ length: 30 }, (_, at) =>
  sampleCertificate(`${at % 2 === 0 ? 'Host' : 'host'} ${at % 7}`, {
    kind: (['identity', 'trust', 'endpoint'] as const)[at % 3] ?? 'trust',
    id: `id ${at}`,
    node: `node ${at % 2}`,
    purpose: ['tomcat', 'tomcat-trust', 'phones'][at % 3] ?? '',
    subject: `CN=Host ${at % 7},O=Example ${at % 4}`,
    issuer: at % 5 === 0 ? '' : `CN=Issuer ${at % 5}`,
    serialNumber: (at * 7919).toString(16).toUpperCase(),
    notBefore: 1000 * (at % 6),
    notAfter: 1_000_000 - 1000 * (at % 11),
    installedAt: at % 3,
    keyType: at % 2 === 0 ? 'RSA 2048 bit' : 'EC P-256',
    type: at % 4 === 0 ? 'self-signed' : 'ca-signed',
    description: at % 3 === 0 ? '' : `Größe ${at}`,
  }),
)

const textFields: readonly TextField[] = [
  ...(['commonName', 'subject', 'issuer', 'serialNumber', 'keyType'] as const),
  ...(['usage', 'purpose', 'node', 'type', 'description'] as const),
]
const timeFields = ['notBefore', 'notAfter', 'installedAt'] as const

const textOf = (record: CertificateRecord, field: TextField): string =>
  field === 'usage' ? record.kind : record[field]

/** Whether a text meets an operator, spelled out apart from the library's own `matches`. */
const meets = {
  'begins-with': (text, value) => text.slice(0, value.length) === value,
  'ends-with': (text, value) => value === '' || text.slice(-value.length) === value,
  contains: (text, value) => text.split(value).length > 1 || value === '',
  'is-exactly': (text, value) => text === value,
} satisfies Readonly<Record<string, (text: string, value: string) => boolean>>

async function pages(storage: Storage, query: Query): Promise<readonly CertificateRecord[]> {
  const found: CertificateRecord[] = []
  let cursor: string | undefined
  do {
    const page = await storage.query({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    found.push(...page.records)
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

const idsOf = (records: readonly CertificateRecord[]): readonly string[] => records.map(({ id }) => id)

const cases: readonly StorageCheck[] = [
  [
    'LST-1 every operator filters every field of text, whatever the case',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      for (const field of textFields) {
        for (const [operator, holds] of Object.entries(meets)) {
          for (const value of ['HOST', 'host 3', 'CN=issuer 2', 'GRÖSSE 1', 'größe', '5', 'trust', '']) {
            const where = [{ field, operator, value } as Condition]
            const found = await storage.query({ where, limit: 1000 })
            const expected = certificates.filter((one) => holds(textOf(one, field).toLowerCase(), value.toLowerCase()))
            expectSame(`${field} ${operator} ${value}`, [...idsOf(found.records)].sort(), [...idsOf(expected)].sort())
          }
        }
        for (const operator of ['is-empty', 'is-not-empty'] as const) {
          const { records } = await storage.query({ where: [{ field, operator }], limit: 1000 })
          const expected = certificates.filter((one) => (textOf(one, field) === '') === (operator === 'is-empty'))
          expectSame(`${field} ${operator}`, [...idsOf(records)].sort(), [...idsOf(expected)].sort())
        }
      }
    },
  ],
  [
    'LST-1 before and after leave the time itself out, and conditions add up',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      for (const field of timeFields) {
        for (const operator of ['before', 'after'] as const) {
          for (const value of [0, 1, 3000, 995_000, 1_000_000]) {
            const where: Condition[] = [
              { field, operator, value: new Date(value) },
              { field: 'node', operator: 'is-exactly', value: 'node 1' },
            ]
            const expected = certificates.filter(
              (one) => one.node === 'node 1' && (operator === 'before' ? one[field] < value : one[field] > value),
            )
            expectSame('by matches', idsOf(certificates.filter((one) => matches(one, where))), idsOf(expected))
            const { records } = await storage.query({ where, limit: 1000 })
            expectSame(`${field} ${operator} ${value}`, [...idsOf(records)].sort(), [...idsOf(expected)].sort())
          }
        }
      }
    },
  ],
  [
    'LST-1 every field sorts both ways, pages of any size add up to the whole, and equal values keep one order',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      for (const by of [...textFields, ...timeFields] as const) {
        const ascending = await pages(storage, { sort: { by }, limit: 1000 })
        expectSame(`${by}: all of them`, [...idsOf(ascending)].sort(), [...idsOf(certificates)].sort())
        for (const [at, record] of ascending.entries()) {
          const before = ascending[at - 1]
          if (before === undefined || valueOf(before, by) <= valueOf(record, by)) continue
          throw new Error(`sort by ${by}: expected ${before.id} behind ${record.id}`)
        }
        const descending = await pages(storage, { sort: { by, direction: 'descending' }, limit: 7 })
        expectSame(`${by}: backwards`, idsOf(descending), [...idsOf(ascending)].reverse())
        const single = await pages(storage, { sort: { by }, limit: 1 })
        expectSame(`${by}: one at a time`, idsOf(single), idsOf(ascending))
      }
      expectSame(
        'by common name unless asked',
        idsOf(await pages(storage, {})),
        idsOf(await pages(storage, { sort: { by: 'commonName' } })),
      )
      const where: Condition[] = [{ field: 'node', operator: 'is-exactly', value: 'node 0' }]
      expectSame('filtered', (await pages(storage, { where, limit: 4 })).length, 15)
    },
  ],
  [
    'LST-1 what a field begins with is found in either order of that field, pages of any size',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      for (const by of textFields) {
        const ascending = await pages(storage, { sort: { by }, limit: 1000 })
        for (const operator of ['begins-with', 'is-exactly'] as const) {
          for (const value of ['host', 'Host 3', 'CN=', 'GRÖSSE 1', 'Größe', 'e', 'node 1', '']) {
            const expected = ascending.filter((one) =>
              meets[operator](textOf(one, by).toLowerCase(), value.toLowerCase()),
            )
            const query = { where: [{ field: by, operator, value }], limit: 3 } as const
            const found = await pages(storage, { ...query, sort: { by } })
            expectSame(`${by} ${operator} ${value}`, idsOf(found), idsOf(expected))
            const backwards = await pages(storage, { ...query, sort: { by, direction: 'descending' } })
            expectSame(`${by} ${operator} ${value}, backwards`, idsOf(backwards), [...idsOf(expected)].reverse())
          }
        }
      }
    },
  ],
  [
    'a page holds 50 certificates or 100 records of a kind where nobody says how many',
    async (storage) => {
      const puts = Array.from({ length: 101 }, (_, at) => sampleCertificate(`Host ${at}`, { id: `id ${at}` }))
      await commitNow(storage, { puts })
      const [found, listed] = [await storage.query({}), await storage.list('trust')]
      expectSame('records', [found.records.length, listed.records.length], [50, 100])
      expectSame('whether there are more', [typeof found.next, typeof listed.next], ['string', 'string'])
    },
  ],
  [
    'LST-1 pages stay right while records come and go: what stays is shown exactly once',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      const by = 'notAfter'
      const [first, ...others] = await pages(storage, { sort: { by } })
      if (first === undefined) throw new Error('expected certificates')
      const page = await storage.query({ sort: { by }, limit: 10 })
      const shown = new Set(idsOf(page.records))
      const last = page.records.at(-1) ?? first
      // The record the cursor stands on goes, and so does one of those to come; one comes before the cursor and one behind.
      const doomed = others.find(({ id }) => !shown.has(id)) ?? first
      await commitNow(storage, {
        deletes: [first, last, doomed],
        puts: [sampleCertificate('early', { notAfter: 1 }), sampleCertificate('late', { notAfter: 2_000_000 })],
      })
      const rest: CertificateRecord[] = []
      let cursor = page.next
      while (cursor !== undefined) {
        const next = await storage.query({ sort: { by }, limit: 10, cursor })
        rest.push(...next.records)
        cursor = next.next
      }
      const expected = [...others.filter(({ id }) => !shown.has(id) && id !== doomed.id).map(({ id }) => id), 'late']
      expectSame('the pages that follow', idsOf(rest), expected)
    },
  ],
  [
    'a query, page or cursor that makes no sense is a TypeError',
    async (storage) => {
      await commitNow(storage, { puts: certificates })
      const { next = '' } = await storage.query({ limit: 1 })
      const wrong = [
        { limit: 0 },
        { limit: 1001 },
        { limit: 1.5 },
        ...['no cursor', '', 'null', '{}', '[]'].map((cursor) => ({ cursor })),
        { cursor: next, sort: { by: 'notAfter' } },
        { cursor: next, sort: { by: 'commonName', direction: 'descending' } },
        { sort: { by: '__proto__' } },
        { where: [{ field: 'notAfter', operator: 'before', value: new Date(Number.NaN) }] },
        { where: [{ field: 'notAfter', operator: 'contains', value: '1' }] },
        { where: [{ field: 'notAfter', operator: 'before' }] },
        { where: [{ field: 'notAfter', operator: 'after', value: '2026' }] },
        { where: [{ field: 'notAfter', operator: 'is-empty' }] },
        { where: [{ field: 'commonName', operator: 'before', value: new Date(0) }] },
        { where: [{ field: 'commonName', operator: 'contains', value: 1 }] },
        { where: [{ field: 'commonName', operator: 'is-empty', value: '' }] },
        { where: [{ field: 'colour', operator: 'contains', value: '1' }] },
        { where: [{ field: 'commonName', operator: 'sounds-like', value: '1' }] },
        { where: [{ field: 'commonName', operator: 'contains' }] },
      ] as Query[]
      for (const query of wrong) {
        await expectRejection(JSON.stringify(query), 'TypeError', () => storage.query(query))
      }
      for (const page of [{ limit: 0 }, { limit: 1001 }, { cursor: 'no cursor' }]) {
        await expectRejection(JSON.stringify(page), 'TypeError', () => storage.list('trust', page))
      }
      const others = await storage.list('trust', { limit: 1 })
      await expectRejection('a cursor of another kind', 'TypeError', () =>
        storage.list('identity', { cursor: others.next ?? '' }),
      )
    },
  ],
  [
    'list gives every record of a kind exactly once, a page at a time, while others come and go',
    async (storage) => {
      const settings = Array.from({ length: 25 }, (_, at) =>
        sampleSetting(`setting ${String(at).padStart(2, '0')}`, at, scopeOf(`purpose ${at % 3}`)),
      )
      await commitNow(storage, { puts: [...settings, ...certificates] })
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await storage.list('setting', { limit: 4, ...(cursor === undefined ? {} : { cursor }) })
        found.push(...page.records.map(({ purpose, id }) => `${purpose} ${id}`))
        cursor = page.next
        // The record the cursor stands on goes.
        const last = page.records.at(-1)
        if (last !== undefined) await commitNow(storage, { deletes: [last] })
      } while (cursor !== undefined)
      expectSame('settings', found, settings.map(({ purpose, id }) => `${purpose} ${id}`).sort())
      expectSame('another kind', (await storage.list('history')).records, [])
    },
  ],
  [
    'list gives the records of one scope where it is asked for one, and of no other whose name begins alike',
    async (storage) => {
      const scopes = ['a', 'a"', 'a,', 'A', 'a b', 'ab', 'b'].map((purpose) => scopeOf(purpose))
      const puts = scopes.flatMap((scope) => [1, 2, 3].map((at) => sampleSetting(`setting ${at}`, at, scope)))
      await commitNow(storage, { puts })
      for (const scope of scopes) {
        const expected = puts.filter(({ purpose }) => purpose === scope.purpose)
        const first = await storage.list('setting', { scope, limit: 2 })
        const second = await storage.list('setting', { scope, limit: 2, ...(first.next && { cursor: first.next }) })
        expectSame(`settings of ${scope.purpose}`, [...first.records, ...second.records], expected)
        expectSame('after the last page', second.next, undefined)
      }
      expectSame(
        'settings of a scope without any',
        (await storage.list('setting', { scope: scopeOf('c') })).records,
        [],
      )
    },
  ],
  [
    'a replaced certificate is found by what it says now, and by that only',
    async (storage) => {
      const others = ['B', 'D'].map((name, at) => sampleCertificate(name, { notAfter: 20 + 20 * at }))
      await commitNow(storage, { puts: [sampleCertificate('A', { id: 'x', notAfter: 10 }), ...others] })
      const sorts = ['notAfter', 'commonName', 'subject'] as const
      // A storage may sort by what has been asked for once, and keep that up.
      for (const by of sorts) expectSame('before', idsOf(await pages(storage, { sort: { by } })), ['x', 'B', 'D'])
      await commitNow(storage, { puts: [sampleCertificate('C', { id: 'x', notAfter: 30 })] })
      for (const by of sorts) {
        const found = await pages(storage, { sort: { by }, limit: 1 })
        expectSame(`sorted by ${by}`, found, [others[0], sampleCertificate('C', { id: 'x', notAfter: 30 }), others[1]])
      }
      for (const [value, ids] of [
        ['a', []],
        ['c', ['x']],
      ] as const) {
        const where: Condition[] = [{ field: 'commonName', operator: 'begins-with', value }]
        expectSame(`whose name begins with ${value}`, idsOf((await storage.query({ where })).records), ids)
      }
    },
  ],
]

export const pagingCases = (): readonly StorageCheck[] => cases

function valueOf(record: CertificateRecord, field: SortField): string | number {
  if (field === 'notBefore' || field === 'notAfter' || field === 'installedAt') return record[field]
  return textOf(record, field).toLowerCase()
}

// Records and certificates read page by page.

import { expect, it } from 'vitest'
import { sampleCertificate } from '../../src/inventory/contract-case.js'
import { createMemoryStorage, type Storage } from '../../src/inventory/index.js'
import { certificatePages, placeCursor, records } from '../../src/inventory/pages.js'

const names = ['One', 'Two', 'Three', 'Four', 'Five']

async function filled(): Promise<Storage> {
  const storage = createMemoryStorage()
  const puts = names.map((name) => sampleCertificate(name))
  const { revisions } = await storage.read(puts)
  await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })
  return storage
}

it('every page of a query holds what was asked for, as much and in the order that was asked for', async () => {
  const where = [{ field: 'commonName', operator: 'contains', value: 'o' }] as const
  const query = { where, sort: { by: 'commonName', direction: 'descending' }, limit: 1 } as const
  const pages: (readonly string[])[] = []
  for await (const page of certificatePages(await filled(), query)) {
    pages.push(page.map(({ commonName }) => commonName))
  }
  expect(pages).toEqual([['Two'], ['One'], ['Four']])
})

it('every page of a kind is of the scope that was asked for, and comes after the cursor', async () => {
  const storage = await filled()
  const idsOf = async (request: object): Promise<readonly string[]> => {
    const ids: string[] = []
    for await (const { id } of records(storage, 'trust', { limit: 2, ...request })) ids.push(id)
    return ids
  }
  const all = await idsOf({})
  expect([...all].sort()).toEqual([...names].sort())
  const { next } = await storage.list('trust', { limit: 2 })
  expect(await idsOf({ cursor: next })).toEqual(all.slice(2))
  expect(await idsOf({ scope: { node: 'pub', purpose: 'tomcat-trust' } })).toEqual(all)
  expect(await idsOf({ scope: { node: 'pub', purpose: 'CAPF-trust' } })).toEqual([])
})

it('a cursor is the place of a record of the kind that is listed, and no other text', () => {
  const cursor = JSON.stringify(['pub', 'tomcat-trust', 'trust', 'One'])
  expect(placeCursor(cursor, 'trust')).toBe(cursor)
  const wrong = [
    ...['', 'One', '"pub"', '{"2":"trust","length":4}', 'null', '[]'],
    ...['["pub","tomcat-trust","trust"]', '["pub","tomcat-trust","trust","One",1]'],
    JSON.stringify(['pub', 'tomcat', 'identity', 'One']),
  ]
  for (const text of wrong) {
    expect(() => placeCursor(text, 'trust'), text).toThrow(
      new TypeError('cursor: expected one that a page of trust records ended with'),
    )
  }
})

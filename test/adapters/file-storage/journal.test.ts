/** Commits in the journal whose checksum is right and whose content is not: named as damaged, and nothing is done by them. */

import { expect, it } from 'vitest'
import { writeChecked } from '../../../src/adapters/file-storage/checked-json.js'
import { sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { changeOf, commitChange, contentOf, failureOf, openSimulated, SimulatedProcesses } from './scene.js'
import { randomOf, SimulatedFileSystem } from './simulated-file-system.js'

const file = '/store/journal/000000000002.json'
const outside = '/store/keys/somebody.json'
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A store of two commits, the second of which says something else by now. */
async function storeWith(changed: object) {
  const system = new SimulatedFileSystem()
  const processes = new SimulatedProcesses()
  const { storage } = await openSimulated(system, processes.start())
  for (const at of [1, 2]) {
    await commitChange(storage, { puts: [sampleSetting('s', at, scopeOf('a'))], deletes: [], appends: [] })
  }
  const content = await contentOf(storage)
  system.tamper(outside, () => new Uint8Array(1))
  system.tamper(file, (bytes) => {
    const { checksum: _, ...body } = JSON.parse(text(bytes)) as Record<string, unknown>
    return new TextEncoder().encode(writeChecked({ ...body, ...changed }))
  })
  return { system, processes, content }
}

const place = { node: 'pub', purpose: 'a', kind: 'setting', id: 's' }
const setting = { ...place, value: 1 }

it.each<readonly [string, object]>([
  ['another number', { commit: 3 }],
  ['no version', { version: undefined }],
  ['a version that is text', { version: '1' }],
  ['an earlier version than there has been', { version: 0 }],
  ['removals that are no list', { removes: {} }],
  ['a removal that is no text', { removes: [1] }],
  ['a removal outside the records', { removes: ['keys/somebody'] }],
  ['a removal up and away', { removes: ['records/pub/../../keys/somebody'] }],
  ['a removal by another path', { removes: ['records/../keys/somebody'] }],
  ['deletions that are no list', { deletes: 'all' }],
  ['a deletion that is nothing', { deletes: [null] }],
  ['a deletion of a number', { deletes: [{ ...place, id: 1 }] }],
  ['no records', { puts: undefined }],
  ['a record that is nothing', { puts: [null] }],
  ['a record without a value', { puts: [{ record: place }] }],
  ['a lease of nobody', { puts: [{ record: setting, lease: { until: 1 } }] }],
  ['a lease without an end', { puts: [{ record: setting, lease: { owner: 'x', until: '1' } }] }],
  ['a revision that is text', { scopes: [{ node: 'pub', purpose: 'a', revision: '1' }] }],
  ['a revision of no node', { scopes: [{ purpose: 'a', revision: 1 }] }],
  ['a revision of no purpose', { scopes: [{ node: 'pub', purpose: 1, revision: 1 }] }],
  ['an audit record that is none', { audits: [setting] }],
])('with %s', async (_, changed) => {
  const { system, processes, content } = await storeWith(changed)
  const store = await openSimulated(system, processes.start())
  expect(store.problems()).toMatchObject([{ code: 'damaged', path: file }])
  // It had put its files into place.
  expect(await contentOf(store.storage)).toBe(content)
  await store.close()
  expect(await contentOf((await openSimulated(system, processes.start())).storage)).toBe(content)
  expect(system.paths()).toContain(outside)
  expect(system.paths()).toContain('/store/damaged/000000000002.json')
})

it('of a later version is left to who knows it', async () => {
  const { system, processes } = await storeWith({ version: 2 })
  expect(await failureOf(openSimulated(system, processes.start()))).toMatchObject({ code: 'newer-version', path: file })
  expect(system.paths()).toContain(file)
})

it.each(['whole', 'torn'] as const)(
  'whichever it is of several, all that stood before stands, where the files it wrote are %s',
  async (files) => {
    for (let seed = 0; seed < 30; seed++) {
      const system = new SimulatedFileSystem()
      const processes = new SimulatedProcesses()
      const first = await openSimulated(system, processes.start())
      const random = randomOf(seed)
      // What a commit deletes, and its audit, stand in the journal alone.
      for (let number = 1; number <= 3; number++) {
        await commitChange(first.storage, { ...changeOf(number, random), deletes: [], appends: [] })
      }
      // Of the last nothing may be in place, as where a process has just been killed.
      const isInPlace = seed % 2 === 0
      system.faultAt = (_, operation, path) =>
        !isInPlace && operation === 'rename' && path.includes('/records/') ? { code: 'EIO', when: 'before' } : undefined
      await first.storage.claimDue('expiry', 10, 2, { owner: 'worker', until: 20 })
      system.faultAt = () => undefined
      const content = await contentOf(first.storage)
      // The claim too, where what it wrote is in place.
      const entry = 1 + ((seed >> 1) % (isInPlace ? 4 : 3))
      const damaged = `/store/journal/${String(entry).padStart(12, '0')}.json`
      const torn = files === 'torn' ? system.paths().filter((path) => path.startsWith('/store/records/')) : []
      for (const path of [damaged, ...torn]) system.tamper(path, () => new Uint8Array(9))
      const again = await openSimulated(system, processes.start())
      expect(again.problems()[0]).toMatchObject({ code: 'damaged', path: damaged })
      if (files === 'torn') continue
      expect(await contentOf(again.storage), damaged).toBe(content)
      // The leases hold.
      expect(await again.storage.claimDue('expiry', 10, 10, { owner: 'other', until: 20 })).toHaveLength(1)
    }
  },
)

it('is out of the way once the journal is settled, and in nobody’s afterwards', async () => {
  const { system, processes } = await storeWith({ puts: undefined })
  const store = await openSimulated(system, processes.start())
  const commit = async (at: number): Promise<void> => {
    await commitChange(store.storage, { puts: [sampleSetting('s', at, scopeOf('a'))], deletes: [], appends: [] })
  }
  let links = 0
  system.faultAt = (_, operation, path) => {
    if (operation === 'link' && path.startsWith('/store/damaged/')) links++
    return undefined
  }
  for (let at = 3; at < 24; at++) await commit(at)
  await store.close()
  expect(links).toBe(1)
  expect(system.paths()).toContain('/store/damaged/000000000002.json')
})

/** Two who write at once, as nobody should: where a lock has been broken by hand, or somebody restores what was there before. */

import { expect, it } from 'vitest'
import type { FileStore } from '../../../src/adapters/file-storage/index.js'
import { sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { changeOf, commitChange, contentOf, Model, openSimulated, SimulatedProcesses } from './scene.js'
import { randomOf, SimulatedFileSystem } from './simulated-file-system.js'

const change = (number: number) => changeOf(number, randomOf(number))
const nameOf = (number: number, extension: 'json' | 'pending'): string =>
  `/store/journal/${String(number).padStart(12, '0')}.${extension}`

/** A store after some commits. */
async function storeAfter(commits: number) {
  const system = new SimulatedFileSystem()
  const processes = new SimulatedProcesses()
  const store = await openSimulated(system, processes.start())
  const model = new Model()
  for (let number = 1; number <= commits; number++) {
    await commitChange(store.storage, change(number))
    await model.commit(change(number))
  }
  return { system, processes, store, model }
}

/** What the store says, and what one who opens it anew finds. */
async function expectEverywhere(
  { system, processes, store }: { system: SimulatedFileSystem; processes: SimulatedProcesses; store: FileStore },
  expected: string,
): Promise<void> {
  expect(await contentOf(store.storage)).toBe(expected)
  const fresh = await openSimulated(system, processes.start())
  expect(await contentOf(fresh.storage)).toBe(expected)
  expect(fresh.problems()).toStrictEqual([])
}

/** The journal's file of a commit of another, upon the same commits before it. */
async function entryOfRival(commits: number, number: number): Promise<Uint8Array> {
  const rival = await storeAfter(commits)
  await commitChange(rival.store.storage, change(number))
  return rival.system.readFile(nameOf(commits + 1, 'json'))
}

it('a commit whose number another takes at the last moment is made after that one, and both stand', async () => {
  const scene = await storeAfter(2)
  const entry = await entryOfRival(2, 7)
  let isTaken = false
  scene.system.faultAt = (_, operation, path) => {
    if (operation === 'link' && path === nameOf(3, 'json') && !isTaken) {
      isTaken = true
      scene.system.tamper(path, () => entry)
    }
    return undefined
  }
  await commitChange(scene.store.storage, change(3))
  expect(isTaken).toBe(true)
  await scene.model.commit(change(7))
  await scene.model.commit(change(3))
  await expectEverywhere(scene, await scene.model.content())
})

it('a commit that rests on what another changes at the last moment is a conflict', async () => {
  const scene = await storeAfter(2)
  const entry = await entryOfRival(2, 7)
  const { revisions } = await scene.store.storage.read(change(3).puts.map(({ node, purpose }) => ({ node, purpose })))
  scene.system.faultAt = (_, operation, path) => {
    if (operation === 'link' && path === nameOf(3, 'json')) scene.system.tamper(path, () => entry)
    return undefined
  }
  const { ok } = await scene.store.storage.commit({ ...change(3), relies: revisions })
  expect(ok).toBe(false)
  await scene.model.commit(change(7))
  await expectEverywhere(scene, await scene.model.content())
})

it('what another claims at the last moment is that one’s, and the next is claimed in its place', async () => {
  const scene = await storeAfter(2)
  const rival = await storeAfter(2)
  const [theirs] = await rival.store.storage.claimDue('expiry', 10, 1, { owner: 'rival', until: 20 })
  const entry = await rival.system.readFile(nameOf(3, 'json'))
  scene.system.faultAt = (_, operation, path) => {
    if (operation === 'link' && path === nameOf(3, 'json')) scene.system.tamper(path, () => entry)
    return undefined
  }
  const { storage } = scene.store
  const ours = await storage.claimDue('expiry', 10, 1, { owner: 'worker', until: 20 })
  expect(ours).toHaveLength(1)
  expect(ours).not.toStrictEqual([theirs])
  expect(await storage.finishDue(theirs === undefined ? [] : [theirs], 'worker')).toBe(0)
  expect(await storage.finishDue(ours, 'worker')).toBe(1)
})

it('what somebody holds is theirs also once the journal is settled and the store opened again', async () => {
  const { system, processes, store } = await storeAfter(2)
  const claimed = await store.storage.claimDue('expiry', 10, 1, { owner: 'worker', until: 20 })
  expect(claimed).toHaveLength(1)
  // Closing leaves the last entry where it is, and puts those before it into the records' files.
  await commitChange(store.storage, { puts: [sampleSetting('s', 1, scopeOf('a'))], deletes: [], appends: [] })
  await store.close()
  const { storage } = await openSimulated(system, processes.start())
  const others = await storage.claimDue('expiry', 19, 10, { owner: 'other', until: 30 })
  expect(others).toHaveLength(1)
  expect(others).not.toStrictEqual(claimed)
  expect(await storage.finishDue(claimed, 'other')).toBe(0)
  expect(await storage.claimDue('expiry', 20, 10, { owner: 'third', until: 30 })).toStrictEqual(claimed)
})

it.each([
  ['torn', () => Promise.resolve(new TextEncoder().encode('{"version":1,'))],
  ['whole', () => entryOfRival(2, 7)],
])(
  'a commit finds another’s, %s, under way in its place, ends it one way or the other, and is made',
  async (kind, entry) => {
    const scene = await storeAfter(2)
    const bytes = await entry()
    scene.system.tamper(nameOf(3, 'pending'), () => bytes)
    await commitChange(scene.store.storage, change(3))
    if (kind === 'whole') await scene.model.commit(change(7))
    await scene.model.commit(change(3))
    await expectEverywhere(scene, await scene.model.content())
  },
)

it('whoever opens a store says which commit was interrupted, ends it, and clears away what was left half written', async () => {
  const { system, processes, model } = await storeAfter(2)
  const entry = await entryOfRival(2, 7)
  system.tamper(nameOf(3, 'pending'), () => entry)
  for (const path of ['/store/tmp/left over', '/store/lock/new.somebody']) system.tamper(path, () => entry)
  const store = await openSimulated(system, processes.start())
  await model.commit(change(7))
  expect(store.repairs).toContain('commit 3, interrupted on the medium, was brought to its end')
  expect(await contentOf(store.storage)).toBe(await model.content())
  expect(system.paths().filter((path) => /\/tmp\/|\/lock\/new/.test(path))).toStrictEqual([])
})

it('whoever takes over the lock of a process that has ended says so, however long its own store has been open', async () => {
  const { system, processes, store, model } = await storeAfter(1)
  const ending = processes.start()
  const other = await openSimulated(system, ending)
  system.faultAt = (_, operation, path) =>
    operation === 'rename' && path.startsWith('/store/lock/') ? { code: 'EIO', when: 'before' } : undefined
  await commitChange(other.storage, change(2))
  system.faultAt = () => undefined
  ending.kill()
  await commitChange(store.storage, change(3))
  expect(store.repairs).toStrictEqual([`the lock left behind by process ${ending.self.pid} on here was taken over`])
  for (const number of [2, 3]) await model.commit(change(number))
  await expectEverywhere({ system, processes, store }, await model.content())
})

it('the journal and the lock keep so many files and no more, however many commits there are', async () => {
  const { system, store } = await storeAfter(0)
  const filesIn = (directory: string): number =>
    system.paths().filter((path) => path.startsWith(`/store/${directory}/`)).length
  let most = 0
  for (let number = 1; number <= 120; number++) {
    await commitChange(store.storage, change(number))
    most = Math.max(most, filesIn('journal'))
  }
  // Of six commits, each under two names.
  expect(most).toBeLessThanOrEqual(12)
  expect(filesIn('lock')).toBeLessThanOrEqual(33)
  expect(filesIn('tmp')).toBe(0)
  await store.close()
  expect(filesIn('journal')).toBe(1)
})

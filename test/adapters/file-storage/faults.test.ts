/** Every call of the file system fails in turn, in every way calls fail: nothing is lost, and the error says what it was. */

import { describe, expect, it } from 'vitest'
import {
  type FileStore,
  type FileStoreError,
  type FileStoreErrorCode,
} from '../../../src/adapters/file-storage/index.js'
import { sampleSetting, scopeOf } from '../../../src/inventory/contract-case.js'
import { extent } from '../../support/extent.js'
import { commitChange, contentOf, changeOf, failureOf, Model, openSimulated, SimulatedProcesses } from './scene.js'
import { type Fault, type Operation, randomOf, SimulatedFileSystem } from './simulated-file-system.js'

const COMMITS = 6
/** Of the calls that may fail one in so many does. */
const STRIDE = extent('CERTWARD_FAULT_STRIDE', { all: 1, some: 11 })

interface Run {
  readonly calls: number
  readonly errors: readonly FileStoreError[]
}

/** A life of a store in which calls fail as `faultAt` says; then the same store, and another, without failures. */
async function runWith(faultAt: SimulatedFileSystem['faultAt']): Promise<Run> {
  const system = new SimulatedFileSystem()
  const processes = new SimulatedProcesses()
  const random = randomOf(7)
  const model = new Model()
  const errors: FileStoreError[] = []
  const note = async (work: Promise<unknown>): Promise<boolean> => {
    const error = await failureOf(work)
    if (error !== undefined) errors.push(error)
    return error === undefined
  }
  system.faultAt = faultAt
  const process = processes.start()
  const opening = openSimulated(system, process)
  if (!(await note(opening))) {
    system.faultAt = () => undefined
    process.kill()
    await (await openSimulated(system, processes.start())).close()
    return { calls: system.calls, errors }
  }
  const store: FileStore = await opening
  const keys = new Set<string>()
  for (let number = 1; number <= COMMITS; number++) {
    const change = changeOf(number, random)
    const before = await model.content()
    await model.commit(change)
    const after = await model.content()
    const committed = await note(commitChange(store.storage, change))
    if (!committed) {
      const code = errors.at(-1)?.code
      const { calls } = system
      system.faultAt = () => undefined
      const found = await contentOf(store.storage)
      if (code !== 'unconfirmed') expect(found).toBe(before)
      expect([before, after]).toContain(found)
      if (found === before) await commitChange(store.storage, change)
      // Those just made to look do not count, so that every call of the work itself gets its turn.
      system.calls = calls
      system.faultAt = faultAt
    }
    if (number === 3) {
      await note(store.keys.generate({ type: 'ec', curve: 'P-256' }).then((handle) => keys.add(handle)))
      await note(store.storage.claimDue('expiry', number, 1, { owner: 'worker', until: number + 1 }))
    }
  }
  const expected = await model.content()
  const { calls } = system
  system.faultAt = () => undefined
  expect(await contentOf(store.storage)).toBe(expected)
  expect(await store.keys.handles()).toEqual(expect.arrayContaining([...keys]))
  system.faultAt = faultAt
  system.calls = calls
  await store.close()
  const result = { calls: system.calls, errors }
  system.faultAt = () => undefined
  // A lock that cannot be given back goes with its process.
  process.kill()
  const again = await openSimulated(system, processes.start())
  expect(await contentOf(again.storage)).toBe(expected)
  expect(again.problems()).toStrictEqual([])
  return result
}

const faults: readonly {
  readonly name: string
  readonly fault: Fault
  readonly codes: readonly FileStoreErrorCode[]
}[] = [
  { name: 'a medium that fails', fault: { code: 'EIO', when: 'before' }, codes: ['io', 'damaged'] },
  { name: 'a medium that fails when it is done', fault: { code: 'EIO', when: 'after' }, codes: ['io', 'damaged'] },
  { name: 'a full disk', fault: { code: 'ENOSPC', when: 'before' }, codes: ['no-space'] },
  { name: 'a file system gone read-only', fault: { code: 'EROFS', when: 'before' }, codes: ['read-only'] },
]
const writes: readonly Operation[] = ['create', 'write', 'makeDirectory', 'link', 'rename', 'syncFile', 'sync', 'close']

describe('a call of the file system that fails', () => {
  it('is none where none fails', async () => {
    const { calls, errors } = await runWith(() => undefined)
    expect(errors).toStrictEqual([])
    expect(calls).toBeGreaterThan(200)
  })

  it('by writing less than asked changes nothing', async () => {
    const { errors } = await runWith((_, operation) =>
      operation === 'write' ? { code: '', when: 'short' } : undefined,
    )
    expect(errors).toStrictEqual([])
  })

  it.each(faults.slice(0, 3))(
    'at each one in turn, for $name, loses nothing and is named',
    async ({ fault, codes }) => {
      const isWrite = fault.code !== 'EIO'
      // The same calls come in every run, up to the one that fails.
      const turns: number[] = []
      await runWith((call, operation) => {
        if (!isWrite || writes.includes(operation)) turns.push(call)
        return undefined
      })
      let failed = 0
      const first = Math.floor(Math.random() * STRIDE)
      for (const at of turns.filter((_, index) => index % STRIDE === first)) {
        const { errors } = await runWith((call) => (call === at ? fault : undefined))
        for (const { code } of errors) expect([...codes, 'unconfirmed'], `where call ${at} fails`).toContain(code)
        failed += errors.length
      }
      expect(failed).toBeGreaterThan(50 / STRIDE)
    },
    600_000,
  )

  it('before a commit stands takes the files back that were written for it', async () => {
    const system = new SimulatedFileSystem()
    const store = await openSimulated(system, new SimulatedProcesses().start())
    await commitChange(store.storage, changeOf(1, randomOf(7)))
    const temporary = () => system.paths().filter((path) => path.includes('/tmp/'))
    expect(temporary()).toEqual([])
    let written = 0
    system.faultAt = (_, operation, path) => {
      written = Math.max(written, temporary().length)
      const isJournal = operation === 'link' && path.includes('/journal/')
      return isJournal ? { code: 'ENOSPC', when: 'before' } : undefined
    }
    expect((await failureOf(commitChange(store.storage, changeOf(2, randomOf(7)))))?.code).toBe('no-space')
    expect(written).toBeGreaterThan(2)
    expect(temporary()).toEqual([])
  })

  it('now and then, in the hands of several processes in turn, loses nothing any of them has committed', async () => {
    const random = randomOf(11)
    let unplaced = 0
    for (let life = 0; life < extent('CERTWARD_SHARED_LIVES', { all: 100, some: 30 }); life++) {
      const system = new SimulatedFileSystem()
      const processes = new SimulatedProcesses()
      const model = new Model()
      const stores = [
        await openSimulated(system, processes.start()),
        await openSimulated(system, processes.start()),
        await openSimulated(system, processes.start()),
      ]
      let at = 0
      for (let number = 1; number <= 80; number++) {
        // Often the same again, so that each settles what it has written alone, too.
        if (random() < 0.3) at = Math.floor(random() * stores.length)
        const storage = stores[at]?.storage
        if (storage === undefined) throw new Error('no store')
        // Files that are there already: one left as it was is not seen by its absence.
        const puts = [sampleSetting(String(Math.floor(random() * 20)), number, scopeOf('a'))]
        const change = random() < 0.1 ? changeOf(number, random) : { puts, deletes: [], appends: [] }
        // Of the records' files only: the commit stands, and is not done in full.
        const isUnlucky = random() < 0.2
        system.faultAt = (_, operation, path) => {
          if (!isUnlucky || operation !== 'rename' || !path.startsWith('/store/records')) return undefined
          unplaced++
          return { code: 'EIO', when: 'before' }
        }
        await model.commit(change)
        const failure = await failureOf(commitChange(storage, change))
        system.faultAt = () => undefined
        // One who has to mend first what it could not do before, and cannot.
        if (failure !== undefined) await commitChange(storage, change)
        if (random() < 0.1) await Promise.all(stores.map((one) => contentOf(one.storage)))
      }
      const expected = await model.content()
      const fresh = await openSimulated(system, processes.start())
      for (const { storage } of [...stores, fresh]) expect(await contentOf(storage)).toBe(expected)
      expect(fresh.problems()).toStrictEqual([])
      await fresh.close()
      // What is in the records' files alone, without the journal.
      const last = await openSimulated(system, processes.start())
      expect(await contentOf(last.storage)).toBe(expected)
      expect(last.repairs).toStrictEqual([])
    }
    expect(unplaced).toBeGreaterThan(50)
  }, 120_000)

  it.each(faults.slice(2))(
    'of those that write, all of them, for $name, leaves a store that opens and is read',
    async ({ fault, codes }) => {
      const system = new SimulatedFileSystem()
      const processes = new SimulatedProcesses()
      const first = await openSimulated(system, processes.start())
      for (let number = 1; number <= 7; number++) await commitChange(first.storage, changeOf(number, randomOf(number)))
      const content = await contentOf(first.storage)
      system.faultAt = (_, operation) => (writes.includes(operation) ? fault : undefined)
      const store = await openSimulated(system, processes.start())
      expect(store.problems()).toMatchObject([{ code: codes[0] }])
      for (const one of [first, store]) {
        expect(await contentOf(one.storage)).toBe(content)
        expect(await failureOf(commitChange(one.storage, changeOf(8, randomOf(8))))).toMatchObject({ code: codes[0] })
        expect(await contentOf(one.storage)).toBe(content)
      }
      system.faultAt = () => undefined
      await commitChange(store.storage, changeOf(8, randomOf(8)))
      expect(store.problems()).toStrictEqual([])
      expect(await contentOf(first.storage)).toBe(await contentOf(store.storage))
    },
  )

  it('of those that write leaves a store in which all that is damaged is named', async () => {
    const system = new SimulatedFileSystem()
    const processes = new SimulatedProcesses()
    const store = await openSimulated(system, processes.start())
    for (let number = 1; number <= 7; number++) await commitChange(store.storage, changeOf(number, randomOf(number)))
    await store.close()
    const record = system.paths().find((path) => path.startsWith('/store/records/') && path.endsWith('.pem'))
    system.tamper(record ?? '', () => new Uint8Array())
    system.faultAt = (_, operation) => (writes.includes(operation) ? { code: 'EROFS', when: 'before' } : undefined)
    const unwritable = await openSimulated(system, processes.start())
    expect(unwritable.problems().map(({ code }) => code)).toStrictEqual(['damaged', 'read-only'])
  })

  it.each(faults.slice(2))(
    'from one call on for good, for $name, leaves a store that can be read',
    async ({ fault, codes }) => {
      const { calls } = await runWith(() => undefined)
      for (let at = 0; at < calls; at += 7) {
        const { errors } = await runWith((call, operation) =>
          call >= at && writes.includes(operation) ? fault : undefined,
        )
        for (const { code } of errors) expect([...codes, 'unconfirmed'], `where call ${at} fails`).toContain(code)
      }
    },
    600_000,
  )
})

/** A commit survives power failures and kills at any call of the file system. CERTWARD_CRASHES sets how many are tried. */

import { expect, it } from 'vitest'
import type { FileStore, FileStoreError } from '../../../src/adapters/file-storage/index.js'
import type { ChangeSet } from '../../../src/inventory/index.js'
import { extent } from '../../support/extent.js'
import { changeOf, commitChange, contentOf, failureOf, Model, openSimulated, SimulatedProcesses } from './scene.js'
import { type Random, randomOf, SimulatedFileSystem } from './simulated-file-system.js'

const rounds = extent('CERTWARD_CRASHES', { all: 400, some: 100 })

type Change = Omit<ChangeSet, 'relies'>

/** Works with a store until its file system fails. Every commit the store acknowledges is the model's too. */
class Life {
  /** What the model had before the last commit. */
  before = ''
  private number = 0

  constructor(
    readonly model: Model,
    readonly keys: Set<string>,
    private readonly random: Random,
  ) {}

  /** Returns the commit that was under way at the end, which the model has already. */
  async live(store: FileStore): Promise<Change | undefined> {
    for (;;) {
      const change = changeOf(++this.number, this.random)
      this.before = await this.model.content()
      await this.model.commit(change)
      if ((await failureOf(commitChange(store.storage, change))) !== undefined) return change
      if (this.random() > 0.1) continue
      const generating = store.keys.generate({ type: 'ec', curve: 'P-256' }).then((handle) => this.keys.add(handle))
      if ((await failureOf(generating)) !== undefined) return undefined
    }
  }
}

it.each(['power failure', 'kill'] as const)(
  'after a %s at any call a store has all that was acknowledged, and of the commit under way all or nothing',
  async (crash) => {
    const random = randomOf(crash === 'kill' ? 1 : 2)
    const processes = new SimulatedProcesses()
    const life = new Life(new Model(), new Set(), random)
    let system = new SimulatedFileSystem()
    let repairs = 0
    let stood = 0
    for (let round = 0; round < rounds; round++) {
      const started = processes.start()
      const dying = system
      // Often while opening, so that mending itself is interrupted.
      let interrupted: Change | undefined
      const end = system.calls + Math.floor(random() * 300)
      system.faultAt = (call) => {
        if (call === end) dying.cutPower()
        return undefined
      }
      const open = await openSimulated(system, started).catch(() => undefined)
      if (open !== undefined) {
        repairs += open.repairs.length
        interrupted = await life.live(open)
      }
      started.kill()

      system = crash === 'kill' ? system.afterKill() : system.afterPowerFailure(random)
      const witness = processes.start()
      const store = await openSimulated(system, witness)
      repairs += store.repairs.length
      expect(store.problems()).toStrictEqual([])
      expect(await store.keys.handles()).toEqual(expect.arrayContaining([...life.keys]))
      const after = await life.model.content()
      const found = await contentOf(store.storage)
      if (interrupted === undefined || found === after) expect(found).toBe(after)
      else {
        expect(found).toBe(life.before)
        await commitChange(store.storage, interrupted)
        expect(await contentOf(store.storage)).toBe(after)
      }
      if (interrupted !== undefined && found === after) stood++
      if (random() < 0.3) await store.close()
      witness.kill()
    }
    expect(repairs).toBeGreaterThan(rounds / 20)
    expect(stood).toBeGreaterThan(0)
  },
  // Hours, where somebody asks for them.
  24 * 3_600_000,
)

/** The commit that fills the journal, and the settling after it, interrupted at a call. */
class LastCommit {
  private readonly started
  private readonly random = randomOf(5)
  readonly system = new SimulatedFileSystem()
  readonly model = new Model()
  /** What there was before it, and is after it. */
  before = ''
  after = ''
  /** Its calls. */
  first = 0
  end = 0
  error: FileStoreError | undefined

  constructor(processes: SimulatedProcesses) {
    this.started = processes.start()
  }

  async run(faultAt: SimulatedFileSystem['faultAt']): Promise<this> {
    const { system, model, random } = this
    const { storage } = await openSimulated(system, this.started)
    for (let number = 1; number <= 4; number++) {
      const change = changeOf(number, random)
      await model.commit(change)
      await commitChange(storage, change)
    }
    const last = changeOf(5, random)
    this.first = system.calls
    this.before = await model.content()
    system.faultAt = faultAt
    await model.commit(last)
    this.error = await failureOf(commitChange(storage, last))
    this.after = await model.content()
    this.end = system.calls
    this.started.kill()
    return this
  }

  static async callsOf(processes: SimulatedProcesses): Promise<readonly number[]> {
    const { first, end } = await new LastCommit(processes).run(() => undefined)
    return Array.from({ length: end - first }, (_, index) => first + index)
  }
}

it('a power failure at each call of a commit and of the settling after it leaves all of it, or nothing, and nothing damaged', async () => {
  const processes = new SimulatedProcesses()
  let undone = 0
  for (const cutAt of await LastCommit.callsOf(processes)) {
    const commit = new LastCommit(processes)
    const { system, before, after, error } = await commit.run((call) => {
      if (call === cutAt) commit.system.cutPower()
      return undefined
    })
    for (let seed = 0; seed < 12; seed++) {
      const store = await openSimulated(system.afterPowerFailure(randomOf(seed)), processes.start())
      const found = await contentOf(store.storage)
      expect(error === undefined ? [after] : [before, after], `power lost at call ${cutAt}`).toContain(found)
      expect(store.problems(), `power lost at call ${cutAt}`).toStrictEqual([])
      if (found === before) undone++
    }
  }
  expect(undone).toBeGreaterThan(0)
}, 60_000)

it('what was seen after a kill at each call is there after a power failure that follows', async () => {
  const processes = new SimulatedProcesses()
  for (const killAt of await LastCommit.callsOf(processes)) {
    const commit = new LastCommit(processes)
    await commit.run((call) => {
      if (call === killAt) commit.system.cutPower()
      return undefined
    })
    const system = commit.system.afterKill()
    const witness = processes.start()
    const seen = await contentOf((await openSimulated(system, witness)).storage)
    witness.kill()
    for (let seed = 0; seed < 6; seed++) {
      const { storage } = await openSimulated(system.afterPowerFailure(randomOf(seed)), processes.start())
      expect(await contentOf(storage), `killed at call ${killAt}`).toBe(seen)
    }
  }
}, 60_000)

it('a commit that was refused at any call does not come back after a power failure', async () => {
  const processes = new SimulatedProcesses()
  let refused = 0
  for (const failAt of await LastCommit.callsOf(processes)) {
    const commit = new LastCommit(processes)
    await commit.run((call) => (call === failAt ? { code: 'EIO', when: 'before' } : undefined))
    if (commit.error === undefined) continue
    refused++
    for (let seed = 0; seed < 6; seed++) {
      const { storage } = await openSimulated(commit.system.afterPowerFailure(randomOf(seed)), processes.start())
      expect(await contentOf(storage), `refused at call ${failAt}`).toBe(commit.before)
    }
  }
  expect(refused).toBeGreaterThan(3)
}, 60_000)

it('a commit that can neither be made nor taken back is unconfirmed, and says why', async () => {
  const commit = new LastCommit(new SimulatedProcesses())
  await commit.run((_, operation, path) =>
    path.startsWith('/store/journal/') && (operation === 'link' || operation === 'remove')
      ? { code: 'EIO', when: 'before' }
      : undefined,
  )
  expect(commit.error).toMatchObject({ code: 'unconfirmed', path: '/store/journal/000000000005.pending' })
  expect(commit.error?.cause).toMatchObject({ message: expect.stringContaining('.json') as string })
})

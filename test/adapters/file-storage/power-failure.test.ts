/** A commit survives power failures and kills at any call of the file system. CERTWARD_CRASHES sets how many are tried. */

import { expect, it } from 'vitest'
import type { FileStore } from '../../../src/adapters/file-storage/index.js'
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

it('a power failure at each call of a commit and of the settling after it leaves all of it, or nothing, and nothing damaged', async () => {
  const processes = new SimulatedProcesses()
  /** Five commits fill the journal. Returns the calls of the last, and what is there if the power goes at one. */
  const run = async (cutAt?: number) => {
    const system = new SimulatedFileSystem()
    const started = processes.start()
    const store = await openSimulated(system, started)
    const model = new Model()
    const random = randomOf(5)
    for (let number = 1; number <= 4; number++) {
      const change = changeOf(number, random)
      await model.commit(change)
      await commitChange(store.storage, change)
    }
    const [first, before, last] = [system.calls, await model.content(), changeOf(5, random)]
    system.faultAt = (call) => {
      if (call === cutAt) system.cutPower()
      return undefined
    }
    await model.commit(last)
    const isAcknowledged = (await failureOf(commitChange(store.storage, last))) === undefined
    started.kill()
    return { system, first, end: system.calls, before, after: await model.content(), isAcknowledged }
  }
  const { first, end } = await run()
  let undone = 0
  for (let cutAt = first; cutAt < end; cutAt++) {
    const { system, before, after, isAcknowledged } = await run(cutAt)
    for (let seed = 0; seed < 12; seed++) {
      const store = await openSimulated(system.afterPowerFailure(randomOf(seed)), processes.start())
      const found = await contentOf(store.storage)
      expect(isAcknowledged ? [after] : [before, after], `power lost at call ${cutAt}`).toContain(found)
      expect(store.problems(), `power lost at call ${cutAt}`).toStrictEqual([])
      if (found === before) undone++
    }
  }
  expect(undone).toBeGreaterThan(0)
}, 60_000)

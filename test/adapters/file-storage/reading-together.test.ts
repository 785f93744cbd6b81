/** One process reads while another writes, whatever comes between what: it sees the state before or after, never between. */

import { expect, it } from 'vitest'
import { InterruptedFileSystem } from './interrupted-file-system.js'
import { changeOf, commitChange, momentOf, openSimulated, SimulatedProcesses } from './scene.js'
import { randomOf } from './simulated-file-system.js'

/** How far the reader is behind, and how many commits come between two of its calls. */
interface Case {
  readonly behind: number
  readonly between: number
}

/** False where the reading has no such call. */
async function readInterruptedAt(at: number, { behind, between }: Case): Promise<boolean> {
  const system = new InterruptedFileSystem()
  const processes = new SimulatedProcesses()
  const writer = await openSimulated(system, processes.start())
  let number = 0
  /** Every moment there has been. */
  const moments = new Set<string>()
  const write = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left--) {
      await commitChange(writer.storage, changeOf(++number, randomOf(number)))
      moments.add(await momentOf(writer.storage))
    }
  }
  await write(3)
  const reader = await openSimulated(system, processes.start())
  await write(behind)
  const before = await momentOf(writer.storage)
  moments.clear()
  moments.add(before)
  let isReached = false
  system.restart(async (call) => {
    if (call !== at || isReached) return
    isReached = true
    await write(between)
  })
  const seen = await momentOf(reader.storage)
  system.restart(() => Promise.resolve())
  expect(moments, `call ${at}`).toContain(seen)
  expect(await momentOf(reader.storage)).toBe(await momentOf(writer.storage))
  expect(reader.problems()).toStrictEqual([])
  return isReached
}

// The journal is settled at every sixth commit: what is further behind reads the whole store again.
it.each([
  { behind: 0, between: 1 },
  { behind: 0, between: 7 },
  { behind: 2, between: 1 },
  { behind: 2, between: 7 },
  { behind: 8, between: 1 },
  { behind: 8, between: 2 },
  { behind: 8, between: 7 },
  { behind: 8, between: 14 },
])(
  '$between commits of another at any moment of a reading $behind behind are seen whole or not at all',
  async (one) => {
    let calls = 0
    while (await readInterruptedAt(calls, one)) calls++
    expect(calls).toBeGreaterThan(one.behind > 6 ? 20 : 0)
  },
)

it('a store that others change faster than it can be read says so, and is read once they pause', async () => {
  const system = new InterruptedFileSystem()
  const processes = new SimulatedProcesses()
  const writer = await openSimulated(system, processes.start())
  const reader = await openSimulated(system, processes.start())
  let number = 0
  const write = async (): Promise<void> => {
    for (let left = 7; left > 0; left--) await commitChange(writer.storage, changeOf(++number, randomOf(number)))
  }
  await write()
  let isWriting = false
  system.restart(async () => {
    if (isWriting) return
    isWriting = true
    await write()
    isWriting = false
  })
  await expect(momentOf(reader.storage)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining('faster than it can be read: try again'),
  })
  // It has tried again and again, and not for ever.
  expect(number).toBeGreaterThan(7 * 20)
  system.restart(() => Promise.resolve())
  expect(await momentOf(reader.storage)).toBe(await momentOf(writer.storage))
})

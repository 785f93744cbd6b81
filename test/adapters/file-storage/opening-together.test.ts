/** Two processes that open a new directory at the same time: whatever comes between what, one makes the store and both have it. */

import { describe, expect, it } from 'vitest'
import type { FileStore } from '../../../src/adapters/file-storage/index.js'
import { InterruptedFileSystem } from './interrupted-file-system.js'
import { changeOf, commitChange, contentOf, openSimulated, SimulatedProcesses } from './scene.js'
import { randomOf } from './simulated-file-system.js'

/** Opens a new directory, which another process makes a store of before call `at`; false where there is no such call. */
async function openInterruptedAt(at: number): Promise<boolean> {
  const system = new InterruptedFileSystem()
  const processes = new SimulatedProcesses()
  const others: FileStore[] = []
  let isReached = false
  system.restart(async (call) => {
    if (call !== at || isReached) return
    isReached = true
    // Where this one has the lock already the other gives up.
    const other = await openSimulated(system, processes.start(), { lockTimeout: 5 }).catch(() => undefined)
    if (other === undefined) return
    others.push(other)
    await commitChange(other.storage, changeOf(1, randomOf(1)))
  })
  const store = await openSimulated(system, processes.start())
  for (const other of others) expect(await contentOf(store.storage)).toBe(await contentOf(other.storage))
  await commitChange(store.storage, changeOf(2, randomOf(2)))
  return isReached
}

describe('a new directory', () => {
  it('made into a store by another process at any moment of the opening is opened', async () => {
    let calls = 0
    while (await openInterruptedAt(calls)) calls++
    expect(calls).toBeGreaterThan(10)
  })
})

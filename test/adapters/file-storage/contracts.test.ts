/** The contracts, on the store in files. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { type FileStore, openFileStore } from '../../../src/adapters/file-storage/index.js'
import { keyStoreContract, type Storage, storageContract } from '../../../src/inventory/index.js'
import { openSimulated, SimulatedProcesses } from './scene.js'
import { SimulatedFileSystem } from './simulated-file-system.js'

const directory = mkdtempSync(join(tmpdir(), 'certward-store-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

let count = 0
const open = (): Promise<FileStore> => openFileStore(join(directory, String(count++)), { passphrase: () => 'secret' })

describe('the storage in files', () => {
  for (const { name, run } of storageContract(async () => (await open()).storage)) it(name, run)
})

describe('the storage in files, written by one process and read by another', () => {
  for (const { name, run } of storageContract(async () => {
    const system = new SimulatedFileSystem()
    const processes = new SimulatedProcesses()
    const writer = (await openSimulated(system, processes.start(), { lockTimeout: 20_000 })).storage
    const reader = (await openSimulated(system, processes.start(), { lockTimeout: 20_000 })).storage
    return { ...reader, commit: (change) => writer.commit(change) }
  })) {
    it(name, run)
  }
})

describe('the storage in files, opened anew for every call but commits', () => {
  // Several at once would be several hundred stores at once.
  const cases = storageContract(async () => {
    const system = new SimulatedFileSystem()
    const processes = new SimulatedProcesses()
    const anew = async (): Promise<Storage> =>
      (await openSimulated(system, processes.start(), { lockTimeout: 20_000 })).storage
    const writer = await anew()
    return {
      commit: (change) => writer.commit(change),
      read: async (scopes) => (await anew()).read(scopes),
      query: async (query) => (await anew()).query(query),
      list: async (kind, page) => (await anew()).list(kind, page),
      find: async (places) => (await anew()).find(places),
      claimDue: async (task, before, limit, lease) => (await anew()).claimDue(task, before, limit, lease),
      finishDue: async (finished, owner) => (await anew()).finishDue(finished, owner),
      nextDue: async (task) => (await anew()).nextDue(task),
    }
  })
  for (const { name, run } of cases.filter((one) => !/^50 writers/.test(one.name))) it(name, run)
})

describe('the key store in files', () => {
  for (const { name, run } of keyStoreContract(async () => (await open()).keys)) it(name, run)
})

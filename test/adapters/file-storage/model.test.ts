// The manager on files agrees with the same model as in memory: the same sequences come to the same state.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, it } from 'vitest'
import { type FileStore, openFileStore } from '../../../src/adapters/file-storage/index.js'
import type { Storage } from '../../../src/inventory/index.js'
import { extent } from '../../support/extent.js'
import { holdAgainstModel } from '../../support/manager-model.js'

const SEQUENCES = extent('CERTWARD_FILE_SEQUENCES', { all: 200, some: 7 })

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'certward-model-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

it('UPL-8, CSR-6, DEL-3: any sequence of operations on files agrees with the model that the memory agrees with', async () => {
  const stores: FileStore[] = []
  const openStorage = async (): Promise<Storage> => {
    const store = await openFileStore(join(directory, String(stores.length)), { keysUnencrypted: 'accept' })
    stores.push(store)
    return store.storage
  }
  await holdAgainstModel(openStorage, { numRuns: SEQUENCES, maxCommands: 30 })
  for (const store of stores) await store.close()
}, 600_000)

/** The same contracts on a store in files, in runtimes that have a disk. */

import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type FileStore, openFileStore } from '../../../src/adapters/file-storage/index.js'
import { contractJudge } from './storage.js'

// Where the program was begun, which is a directory made for it.
const directory = mkdtempSync('stores-')
let count = 0
const open = (): Promise<FileStore> => openFileStore(join(directory, String(count++)), { passphrase: () => 'secret' })

export const judgeFiles = contractJudge(
  async () => (await open()).storage,
  async () => (await open()).keys,
)

/** The contracts, on the implementations in memory. */

import { describe, it } from 'vitest'
import {
  createMemoryKeyStore,
  createMemoryStorage,
  keyStoreContract,
  storageContract,
} from '../../src/inventory/index.js'

describe('the storage in memory', () => {
  for (const { name, run } of storageContract(() => Promise.resolve(createMemoryStorage()))) it(name, run)
})

describe('the key store in memory', () => {
  for (const { name, run } of keyStoreContract(() => Promise.resolve(createMemoryKeyStore()))) it(name, run)
})

/** The contracts, on PGlite in memory and in a directory, and on PostgreSQL. */

import { describe, it } from 'vitest'
import { keyStoreContract, storageContract } from '../../../src/inventory/index.js'
import { describeEngines } from './describe-engines.js'

describeEngines(
  'the contracts',
  (engine) => {
    describe('as a storage', () => {
      for (const { name: rule, run } of storageContract(async () => (await engine.open()).storage)) it(rule, run)
    })
    describe('as a key store', () => {
      for (const { name: rule, run } of keyStoreContract(async () => (await engine.open()).keys)) it(rule, run)
    })
  },
  { inDirectory: true },
)

/** The contracts, on PGlite in memory and in a directory, and on PostgreSQL. */

import { afterAll, beforeAll, describe, it } from 'vitest'
import { keyStoreContract, storageContract } from '../../../src/inventory/index.js'
import { hasPostgres } from '../../support/postgres.js'
import { type Engine, pgliteEngine, postgresEngine } from './engines.js'

const engines = [
  ['PGlite in memory', true, () => pgliteEngine('memory')],
  ['PGlite in a directory', true, () => pgliteEngine('directory')],
  ['PostgreSQL', hasPostgres('the contracts on PostgreSQL'), () => postgresEngine()],
] as const

for (const [name, isHere, start] of engines) {
  describe.runIf(isHere)(name, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await start()
    }, 60_000)
    afterAll(() => engine.close())

    describe('as a storage', () => {
      for (const { name: rule, run } of storageContract(async () => (await engine.open()).storage)) it(rule, run)
    })
    describe('as a key store', () => {
      for (const { name: rule, run } of keyStoreContract(async () => (await engine.open()).keys)) it(rule, run)
    })
  })
}

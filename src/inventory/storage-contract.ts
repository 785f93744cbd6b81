// What every Storage keeps to, as cases any test runner can run.

import type { ContractCase } from './contract-case.js'
import { commitCases } from './contract-commits.js'
import { dueCases } from './contract-due.js'
import { pagingCases } from './contract-pages.js'
import type { Storage } from './storage.js'

/**
 * The contract of {@link Storage}. An implementation passes when every case resolves. What it cannot show is that a commit
 * survives a crash: that is for the implementation to prove.
 *
 * @param make makes a new, empty storage for each case; it is dropped afterwards
 * @example
 * ```ts
 * for (const { name, run } of storageContract(() => Promise.resolve(createMemoryStorage()))) it(name, run)
 * ```
 */
export function storageContract(make: () => Promise<Storage>): readonly ContractCase[] {
  return [...commitCases(), ...pagingCases(), ...dueCases()].map(([name, check]) => ({
    name,
    run: async () => check(await make()),
  }))
}

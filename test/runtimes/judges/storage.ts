/** The contracts that every storage and key store must pass, on those in memory. */

import {
  createMemoryKeyStore,
  createMemoryStorage,
  type KeyStore,
  keyStoreContract,
  type Storage,
  storageContract,
} from '../../../src/inventory/index.js'

export interface ContractCaseName {
  readonly id: string
  readonly contract: 'storage' | 'keys'
}

/** Judges by the contracts what the functions make. */
export function contractJudge(
  makeStorage: () => Promise<Storage>,
  makeKeys: () => Promise<KeyStore>,
): (testCase: ContractCaseName) => Promise<void> {
  const contracts = { storage: storageContract(makeStorage), keys: keyStoreContract(makeKeys) }
  return async ({ id, contract }) => {
    const found = contracts[contract].find(({ name }) => name === id)
    if (found === undefined) throw new Error('the contract has no such case')
    await found.run()
  }
}

export const judgeContract = contractJudge(
  () => Promise.resolve(createMemoryStorage()),
  () => Promise.resolve(createMemoryKeyStore()),
)

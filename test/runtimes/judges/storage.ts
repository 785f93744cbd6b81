/** The contracts that every storage and key store must pass, on those in memory. */

import {
  createMemoryKeyStore,
  createMemoryStorage,
  keyStoreContract,
  storageContract,
} from '../../../src/inventory/index.js'

export interface ContractCaseName {
  readonly id: string
  readonly contract: 'storage' | 'keys'
}

const contracts = {
  storage: storageContract(() => Promise.resolve(createMemoryStorage())),
  keys: keyStoreContract(() => Promise.resolve(createMemoryKeyStore())),
}

export async function judgeContract({ id, contract }: ContractCaseName): Promise<void> {
  const found = contracts[contract].find(({ name }) => name === id)
  if (found === undefined) throw new Error('the contract has no such case')
  await found.run()
}

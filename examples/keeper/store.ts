// The store the example's commands work on: a directory of files, and a manager over it.

import { openFileStore, type FileStore } from '../../src/adapters/file-storage/index.js'
import { type CertificateManager, createCertificateManager, unifiedCommunications } from '../../src/index.js'

/** The only node of the example's cluster. */
export const NODE = 'cucm1'

export interface OpenKeeper {
  readonly manager: CertificateManager
  readonly store: FileStore
}

/** Opens the keeper in a directory. The passphrase protects the private keys in it. */
export async function openKeeper(directory: string, passphrase: string): Promise<OpenKeeper> {
  const store = await openFileStore(directory, { passphrase: () => passphrase })
  for (const repair of store.repairs) console.log(`repaired: ${repair}`)
  for (const { message } of store.problems()) console.error(`problem: ${message}`)
  const { storage, keys } = store
  const cluster = { publisher: NODE, nodes: [NODE, 'cucm2'] }
  return { manager: createCertificateManager({ catalogue: unifiedCommunications, storage, keys, cluster }), store }
}

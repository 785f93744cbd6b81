/** A key store in memory whose keys others had before: an RSA key takes a sixth of a second to make, and tests need hundreds. */

import { createMemoryKeyStore, type KeyStore, KeyStoreError } from '../../src/inventory/index.js'

const made = createMemoryKeyStore()
/** Handles in `made`, by specification. */
const handlesOf = new Map<string, string[]>()

/** No two keys of one store are the same; stores share them. */
export function recycledKeyStore(): KeyStore {
  const held = new Map<string, string>()
  const taken = new Map<string, number>()
  return {
    async generate(specification) {
      const name = JSON.stringify(specification)
      const handles = handlesOf.get(name) ?? []
      handlesOf.set(name, handles)
      const at = taken.get(name) ?? 0
      taken.set(name, at + 1)
      // Calls at once come here in any order, so each keeps to its own place.
      const key = handles[at] ?? (handles[at] = await made.generate(specification))
      const handle = crypto.randomUUID()
      held.set(handle, key)
      return handle
    },
    async signer(handle, hash) {
      const key = held.get(handle)
      if (key === undefined) throw new KeyStoreError('no-such-key', `there is no key ${handle}`)
      return made.signer(key, hash)
    },
    destroy(handle) {
      held.delete(handle)
      return Promise.resolve()
    },
    handles: () => Promise.resolve([...held.keys()]),
  }
}

/** The contracts, on the implementations in memory. */

import { describe, expect, it } from 'vitest'
import {
  createMemoryKeyStore,
  createMemoryStorage,
  keyStoreContract,
  storageContract,
} from '../../src/inventory/index.js'

describe('the storage in memory', () => {
  for (const { name, run } of storageContract(() => Promise.resolve(createMemoryStorage()))) it(name, run)

  it('LST-1 refuses cursors of its own form that no page ended with', async () => {
    const storage = createMemoryStorage()
    for (const forged of [
      ['commonName', 'ascending', 'value', 1],
      ['commonName', 'ascending', 'value'],
      ['commonName', 'ascending', 1, 'key'],
      ['notAfter', 'ascending', 'value', 'key'],
    ] as const) {
      const query = { sort: { by: forged[0] }, cursor: JSON.stringify(forged) }
      await expect(storage.query(query)).rejects.toThrow(`a page sorted ascending by ${forged[0]} ended with`)
    }
    const cursor = JSON.stringify(['commonName', 'ascending', 'value', 'key'])
    expect(await storage.query({ cursor })).toMatchObject({ records: [] })
  })
})

describe('the key store in memory', () => {
  for (const { name, run } of keyStoreContract(() => Promise.resolve(createMemoryKeyStore()))) it(name, run)
})

/** Both crypto providers against the FIPS 180-4 vectors for "abc", and the choice between them. */

import { describe, expect, it } from 'vitest'
import { digest, type DigestAlgorithm } from '../../src/crypto/index.js'
import { provider as node } from '../../src/crypto/node.js'
import { provider as web } from '../../src/crypto/web.js'
import { provider as chosen } from '#crypto'

const vectors: Readonly<Record<DigestAlgorithm, string>> = {
  'sha-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'sha-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'sha-384': 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  'sha-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
}
const algorithms = Object.keys(vectors) as DigestAlgorithm[]
const abc = new TextEncoder().encode('abc')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe.each([
  ['node:crypto', node],
  ['Web Crypto', web],
])('the provider over %s', (_name, provider) => {
  it.each(algorithms)('computes %s', async (algorithm) => {
    expect(hex(await provider.digest(algorithm, abc))).toBe(vectors[algorithm])
  })

  it('digests the bytes of a view, not of the buffer behind it', async () => {
    const view = new TextEncoder().encode('xabcx').subarray(1, 4)
    expect(hex(await provider.digest('sha-256', view))).toBe(vectors['sha-256'])
  })

  it('returns a plain Uint8Array that owns its memory', async () => {
    const bytes = await provider.digest('sha-1', abc)
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    expect(bytes.buffer.byteLength).toBe(20)
  })

  it('reads a view on shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(3))
    shared.set(abc)
    expect(hex(await provider.digest('sha-1', shared))).toBe(vectors['sha-1'])
  })
})

describe('digest', () => {
  it('uses the provider of node:crypto on Node', async () => {
    expect(chosen).toBe(node)
    expect(hex(await digest('sha-256', abc))).toBe(vectors['sha-256'])
  })
})

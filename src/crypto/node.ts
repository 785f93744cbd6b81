/** The provider over `node:crypto`, chosen by the `node` condition. The only file outside `adapters` that imports Node. */

import { createHash } from 'node:crypto'
import type { CryptoProvider, DigestAlgorithm } from './provider.js'

const nodeName: Readonly<Record<DigestAlgorithm, string>> = {
  'sha-1': 'sha1',
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

export const provider: CryptoProvider = {
  digest(algorithm, data) {
    // Copied out of the Buffer: `Buffer#slice` shares memory where `Uint8Array#slice` copies.
    return Promise.resolve(new Uint8Array(createHash(nodeName[algorithm]).update(data).digest()))
  },
}

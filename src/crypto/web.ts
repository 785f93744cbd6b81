/** The provider over Web Crypto, for browsers, workers, Deno and every runtime without the `node` condition. */

import type { CryptoProvider } from './provider.js'

export const provider: CryptoProvider = {
  async digest(algorithm, data) {
    // Web Crypto refuses views on a SharedArrayBuffer, which the copy is not; the length of a digest's input is small.
    return new Uint8Array(await globalThis.crypto.subtle.digest(algorithm, new Uint8Array(data)))
  },
}

/** The provider over Web Crypto, for browsers, workers, Deno and every runtime without the `node` condition. */

import type { CryptoProvider } from './provider.js'
import { type SubtleCryptoLike, webCryptoProvider } from './web-crypto.js'

export const provider: CryptoProvider = webCryptoProvider((): SubtleCryptoLike => globalThis.crypto.subtle)

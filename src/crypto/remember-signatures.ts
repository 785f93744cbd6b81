// Signatures known to be valid. An authority's certificate is verified with everything it has issued, each time anew.

import { latin1 } from '../base/bytes.js'
import { RecentMap } from '../base/recent-map.js'
import type { SignatureAlgorithm, SubjectPublicKeyInfo } from '../x509/index.js'
import type { CryptoProvider } from './provider.js'

/** Signatures remembered. Each takes the bytes of key, signature and message: two or three thousand, of a certificate. */
const MOST = 512

/** Longest message remembered, in bytes. Certificates are shorter; of large CRLs it would keep megabytes. */
const LONGEST = 8192

/**
 * A provider that verifies no signature twice: what a key has signed, it has signed for ever. Remembers the 512 valid
 * ones used last, byte for byte with algorithm, key and message, so that nothing else is taken for one of them; never an
 * invalid one, nor one over more than 8 KiB. A path is still judged anew each time: only the arithmetic is spared.
 *
 * For validating many certificates of few authorities with one provider. The manager does so by itself.
 *
 * @example
 * const crypto = rememberSignatures(runtimeCrypto)
 * for (const certificate of certificates) await validatePath({ certificate, intermediates, anchors, at, crypto })
 */
export function rememberSignatures(provider: CryptoProvider): CryptoProvider {
  /** What each has signed, by the signature: it is short, and looking up a long text costs what comparing it does not. */
  const known = new RecentMap<string, string>(MOST)
  return {
    digest: (algorithm, data) => provider.digest(algorithm, data),

    verify(algorithm, publicKey, signature, data) {
      if (data.length > LONGEST) return provider.verify(algorithm, publicKey, signature, data)
      const key = latin1(signature, 0, signature.length)
      const signed = textOf(algorithm, publicKey, data)
      if (known.get(key) === signed) return 'valid'
      const verdict = provider.verify(algorithm, publicKey, signature, data)
      if (verdict === 'valid') known.set(key, signed)
      if (!(verdict instanceof Promise)) return verdict
      return verdict.then((later) => {
        if (later === 'valid') known.set(key, signed)
        return later
      })
    },
  }
}

/** All else that a verdict depends on, as one text: no two questions have the same, since the key's length precedes it. */
function textOf({ oid, hash, pss }: SignatureAlgorithm, { der }: SubjectPublicKeyInfo, data: Uint8Array): string {
  const head = `${oid} ${hash ?? ''} ${pss === undefined ? '' : JSON.stringify(pss)} ${der.length} `
  return head + latin1(der, 0, der.length) + latin1(data, 0, data.length)
}

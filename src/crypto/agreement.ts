// Whether a key can have made a signature at all: the same answer for every provider.

import type { PublicKey, SignatureAlgorithm } from '../x509/index.js'

/** Whether a key of this kind signs with this algorithm (RFC 4055 §1.2, §3.3 for the restrictions of RSA-PSS keys). */
export function keyFitsAlgorithm(key: PublicKey, { scheme, pss }: SignatureAlgorithm): boolean {
  switch (scheme) {
    case undefined:
      return false
    case 'rsa-pkcs1':
      return key.type === 'rsa'
    case 'rsa-pss': {
      if (key.type === 'rsa') return true
      if (key.type !== 'rsa-pss' || pss === undefined) return false
      const bound = key.pss
      return (
        bound === undefined ||
        (bound.hash === pss.hash && bound.maskHash === pss.maskHash && pss.saltLength >= bound.saltLength)
      )
    }
    case 'ecdsa':
      return key.type === 'ec'
    default:
      return key.type === scheme
  }
}

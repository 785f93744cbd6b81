// A provider over any implementation of Web Crypto: a runtime's own, or a package that knows more curves.

import { ensure } from '../base/ensure.js'
import { readOr } from '../base/errors.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import type { PublicKey, SignatureAlgorithm, SubjectPublicKeyInfo } from '../x509/index.js'
import { keyFitsAlgorithm } from './agreement.js'
import { KeyCache } from './key-cache.js'
import type { CryptoProvider, SignatureVerdict } from './provider.js'

/**
 * What is used of SubtleCrypto, by its shape: whoever imports this need not have the types of the DOM. `ArrayBuffer` stands
 * for its BufferSource, of which versions of TypeScript think differently; what comes is a Uint8Array.
 */
export interface SubtleCryptoLike {
  digest(algorithm: string, data: ArrayBuffer): Promise<ArrayBuffer>
  importKey(
    format: 'spki',
    keyData: ArrayBuffer,
    algorithm: { name: string; hash?: string; namedCurve?: string },
    extractable: boolean,
    keyUsages: 'verify'[],
  ): Promise<unknown>
  verify(
    algorithm: { name: string; hash?: string; saltLength?: number },
    key: never,
    signature: ArrayBuffer,
    data: ArrayBuffer,
  ): Promise<boolean>
}

/**
 * A copy, since Web Crypto takes no views on shared memory. An array and not its buffer: that Node tells by its class, which
 * in sandboxes is another.
 */
const copied = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes) as object as ArrayBuffer

/** DER of r and s (RFC 5480 appendix A) as Web Crypto's two numbers side by side; undefined where they do not fit. */
function rawEcdsa(der: Uint8Array, length: number): Uint8Array | undefined {
  const reader = new DerReader(der, 'signature')
  const raw = new Uint8Array(2 * length)
  const readNumbers = (): Uint8Array | undefined => {
    const outerEnd = reader.enter(tags.SEQUENCE)
    for (const end of [length, 2 * length]) {
      reader.skipInteger()
      const content = der.subarray(reader.contentStart, reader.position)
      const magnitude = content[0] === 0 ? content.subarray(1) : content
      if ((content[0] ?? 0) >= 0x80 || magnitude.length > length) return undefined
      raw.set(magnitude, end - magnitude.length)
    }
    reader.leave(outerEnd)
    reader.finish()
    return raw
  }
  return readOr(readNumbers, () => undefined)
}

/** Parameters of Web Crypto. */
interface AlgorithmParameters {
  name: string
  hash?: string
  namedCurve?: string
  saltLength?: number
}

interface Verification {
  readonly importParameters: AlgorithmParameters
  readonly verifyParameters: AlgorithmParameters
  /** The signature as Web Crypto takes it. */
  readonly signature: Uint8Array
}

/** How Web Crypto verifies the signature, or the verdict where that needs none. */
function verificationOf(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  signature: Uint8Array,
): Verification | SignatureVerdict {
  const { scheme, pss } = algorithm
  const hash = algorithm.hash?.toUpperCase()
  if (scheme === undefined) return 'unsupported'
  if (!keyFitsAlgorithm(key, algorithm)) return 'invalid'
  if (scheme === 'rsa-pkcs1' && hash !== undefined) {
    const parameters = { name: 'RSASSA-PKCS1-v1_5', hash }
    return { importParameters: parameters, verifyParameters: parameters, signature }
  }
  if (scheme === 'rsa-pss') {
    // Web Crypto takes one hash for the message and the mask, and keys of type rsaEncryption only.
    if (key.type !== 'rsa' || pss === undefined || pss.hash !== pss.maskHash) return 'unsupported'
    const name = 'RSA-PSS'
    return {
      importParameters: { name, hash: pss.hash.toUpperCase() },
      verifyParameters: { name, saltLength: pss.saltLength },
      signature,
    }
  }
  if (key.type === 'ec' && hash !== undefined) {
    const { curve, point } = key
    if (curve === undefined) return 'unsupported'
    // A point is one coordinate, or two where it is not compressed, and the byte that says which.
    const raw = rawEcdsa(signature, (point.length - 1) / (point[0] === 4 ? 2 : 1))
    if (raw === undefined) return 'invalid'
    const name = 'ECDSA'
    return {
      importParameters: { name, namedCurve: curve === 'secp256k1' ? 'K-256' : curve },
      verifyParameters: { name, hash },
      signature: raw,
    }
  }
  // The others are called here as there, but for capitals, which do not matter to it; what it does not know, it refuses.
  const parameters = { name: scheme }
  return { importParameters: parameters, verifyParameters: parameters, signature }
}

/**
 * A provider over an implementation of Web Crypto, such as `globalThis.crypto.subtle` or that of `@peculiar/webcrypto`,
 * which adds brainpool and secp256k1. What the implementation does not know is `unsupported`. Imported keys are kept,
 * bounded in number.
 */
export function webCryptoProvider(subtle: () => SubtleCryptoLike): CryptoProvider {
  // A key is imported for one algorithm and hash; the few in use stand side by side.
  const keys = new KeyCache<Map<string, Promise<unknown>>>(() => new Map())
  const importedKey = (publicKey: SubjectPublicKeyInfo, { importParameters }: Verification): Promise<unknown> =>
    ensure(keys.get(publicKey), JSON.stringify(importParameters), () =>
      subtle()
        .importKey('spki', copied(publicKey.der), importParameters, false, ['verify'])
        .catch(() => undefined),
    )
  return {
    async digest(algorithm, data) {
      return new Uint8Array(await subtle().digest(algorithm.toUpperCase(), copied(data)))
    },

    async verify(algorithm, publicKey, signature, data) {
      const key = readOr(
        () => publicKey.key,
        () => 'unsupported' as const,
      )
      if (key === 'unsupported') return key
      const verification = verificationOf(algorithm, key, signature)
      if (typeof verification === 'string') return verification
      const imported = await importedKey(publicKey, verification)
      if (imported === undefined) return 'unsupported'
      try {
        const { verifyParameters, signature: bytes } = verification
        const isValid = await subtle().verify(verifyParameters, imported as never, copied(bytes), copied(data))
        return isValid ? 'valid' : 'invalid'
      } catch {
        // Implementations reject with errors of their own making where they do not know a hash or a curve.
        return 'unsupported'
      }
    },
  }
}

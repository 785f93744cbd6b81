// Imported keys, kept for the next signature: importing one costs as much as verifying with it.

import { latin1 } from '../base/bytes.js'
import type { SubjectPublicKeyInfo } from '../x509/index.js'

/**
 * How many keys are kept by their bytes. A deployment meets some hundred issuers; 1,024 imported keys take about 4 MB.
 * The oldest go first, so that a flood of hostile keys costs imports and no memory.
 */
const CAPACITY = 1024

/** A bounded cache of what `importKey` makes of a subjectPublicKeyInfo, by its bytes. Failures are kept too. */
export class KeyCache<Key> {
  private readonly byBytes = new Map<string, Key>()

  constructor(private readonly importKey: (publicKey: SubjectPublicKeyInfo) => Key) {}

  get(publicKey: SubjectPublicKeyInfo): Key {
    // The object first: looking up bytes costs a copy of them as text.
    if (publicKey.imported?.by === this) return publicKey.imported.key as Key
    const { der } = publicKey
    const text = latin1(der, 0, der.length)
    const key = this.byBytes.get(text) ?? this.importKey(publicKey)
    this.keep(text, publicKey, key)
    return key
  }

  /** Replaces what is kept for a key. */
  put(publicKey: SubjectPublicKeyInfo, key: Key): void {
    const { der } = publicKey
    this.keep(latin1(der, 0, der.length), publicKey, key)
  }

  private keep(text: string, publicKey: SubjectPublicKeyInfo, key: Key): void {
    publicKey.imported = { by: this, key }
    if (this.byBytes.size >= CAPACITY && !this.byBytes.has(text)) {
      for (const oldest of this.byBytes.keys()) {
        this.byBytes.delete(oldest)
        break
      }
    }
    this.byBytes.set(text, key)
  }
}

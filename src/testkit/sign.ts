// The frame certificates, CRLs and OCSP responses share: what is signed, the algorithm, the signature. Each part can be
// made wrong.

import type { Signer } from '../authoring/index.js'
import { algorithmIdentifier } from '../authoring/signer.js'
import { bitString, sequence } from '../der/writer.js'
import { algorithmOf, type TestAlgorithm } from './identifiers.js'

/** How a signature may depart from the right one. */
export interface SignatureChanges {
  /** Signs in place of the key that ought to; the algorithm named is this key's. */
  readonly signingKey?: Signer
  /** The algorithm named, whatever key signs: inside the signed part, outside it, or in both places. */
  readonly signatureAlgorithm?: TestAlgorithm | { readonly inside?: TestAlgorithm; readonly outside?: TestAlgorithm }
  /** `broken` changes one bit of the signature; bytes stand in its place; a function makes another of it. */
  readonly signature?: 'broken' | Uint8Array | ((signature: Uint8Array) => Uint8Array)
  /** Bytes signed in place of those that would be, or a function that makes them of those. */
  readonly tbs?: Uint8Array | ((tbs: Uint8Array) => Uint8Array)
}

type Changed = Uint8Array | ((bytes: Uint8Array) => Uint8Array) | undefined

const changed = (change: Changed, bytes: Uint8Array): Uint8Array =>
  change === undefined ? bytes : ArrayBuffer.isView(change) ? change : change(bytes)

/** Of an ECDSA signature the last byte ends s, so that its DER stays well-formed. */
function broken(signature: Uint8Array): Uint8Array {
  const copy = new Uint8Array(signature)
  const last = copy.length - 1
  copy[last] = (copy[last] ?? 0) ^ 1
  return copy
}

interface Algorithms {
  readonly inside: Uint8Array
  readonly outside: Uint8Array
}

function algorithmsOf(key: Signer, named: SignatureChanges['signatureAlgorithm']): Algorithms {
  const right = algorithmIdentifier(key.algorithm)
  const both = typeof named === 'string' || ArrayBuffer.isView(named) ? { inside: named, outside: named } : named
  return { inside: algorithmOf(both?.inside ?? right), outside: algorithmOf(both?.outside ?? right) }
}

/**
 * Signs what `write` makes, given the algorithm named inside.
 * @param more elements behind the signature
 */
export async function signed(
  write: (algorithm: Uint8Array) => Uint8Array,
  key: Signer,
  changes: SignatureChanges,
  ...more: readonly Uint8Array[]
): Promise<Uint8Array> {
  const signer = changes.signingKey ?? key
  const { inside, outside } = algorithmsOf(signer, changes.signatureAlgorithm)
  const tbs = changed(changes.tbs, write(inside))
  const signature = changed(changes.signature === 'broken' ? broken : changes.signature, await signer.sign(tbs))
  return sequence(tbs, outside, bitString(signature), ...more)
}

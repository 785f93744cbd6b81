// Names that follow from a text: the same for the same text, and of no other.

import { provider } from '#crypto'
import { toHex } from '../base/bytes.js'

/** A short name for a text: the first half of its SHA-256, as hex. Nobody finds two texts with the same. */
export async function textDigest(text: string): Promise<string> {
  return toHex((await provider.digest('sha-256', new TextEncoder().encode(text))).subarray(0, 16))
}

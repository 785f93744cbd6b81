// Named bit lists: a BIT STRING whose set bits are looked up in a list of names.

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'

/**
 * Names of the set bits, in order. Trailing zero bits, which X.690 §11.2.2 removes, are accepted as every validator
 * accepts them: they change no meaning, and CAs write them. Bits beyond the names are ignored, as extensible lists ask.
 */
export function readNamedBits<Bit extends string>(
  reader: DerReader,
  names: readonly Bit[],
  tag = tags.BIT_STRING,
): readonly Bit[] {
  reader.skipBitString(tag)
  const { bytes, contentStart, position } = reader
  return names.filter((_, bit) => {
    const at = contentStart + (bit >> 3)
    return at < position && ((bytes[at] ?? 0) & (0x80 >> (bit & 7))) !== 0
  })
}

/**
 * Whether the bits of a list, from the first on, hold one RFC 5280 does not name: its lists end with the ninth. Appendix B
 * would have it ignored, but where the extension is critical.
 */
export const hasUnnamedBit = (bits: Uint8Array): boolean =>
  bits.some((byte, at) => (at > 1 && byte > 0) || (at === 1 && (byte & 0x7f) > 0))

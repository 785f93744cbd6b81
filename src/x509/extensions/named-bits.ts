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

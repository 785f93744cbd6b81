// SEQUENCE OF: the shape of most extensions.

import type { DerReader } from './reader.js'
import { SEQUENCE } from './tags.js'

/** Reads the elements of a SEQUENCE OF, or of an implicitly tagged one. Nearly all are `SIZE (1..MAX)`. */
export function readSequenceOf<T>(
  reader: DerReader,
  readElement: (reader: DerReader) => T,
  tag = SEQUENCE,
  least: 0 | 1 = 1,
): readonly T[] {
  const outerEnd = reader.enter(tag)
  // Often the only one; an array that grows makes room for sixteen more.
  const elements = least === 0 && reader.atEnd() ? [] : [readElement(reader)]
  while (!reader.atEnd()) elements.push(readElement(reader))
  reader.leave(outerEnd)
  return elements
}

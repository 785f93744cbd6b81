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
  const elements: T[] = []
  while (elements.length < least || !reader.atEnd()) elements.push(readElement(reader))
  reader.leave(outerEnd)
  return elements
}

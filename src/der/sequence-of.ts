// SEQUENCE SIZE (1..MAX) OF: the shape of most extensions.

import type { DerReader } from './reader.js'
import { SEQUENCE } from './tags.js'

/** Reads the elements of a SEQUENCE OF with at least one element, or of an implicitly tagged one. */
export function readSequenceOf<T>(
  reader: DerReader,
  readElement: (reader: DerReader) => T,
  tag = SEQUENCE,
): readonly T[] {
  const outerEnd = reader.enter(tag)
  const elements: T[] = []
  do {
    elements.push(readElement(reader))
  } while (!reader.atEnd())
  reader.leave(outerEnd)
  return elements
}

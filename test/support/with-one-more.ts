// Encodings with an element too many.

import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import { element, nullValue } from '../../src/der/writer.js'

/**
 * The encoding with a NULL more at the end of one constructed element, each in its turn.
 * @param holdsDer says of an OCTET STRING's content whether it is to be gone into as well; by default none is
 */
export function* withOneMore(
  der: Uint8Array,
  holdsDer: (content: Uint8Array) => boolean = () => false,
): Generator<Uint8Array> {
  const reader = new DerReader(der, 'element')
  const tag = reader.peek()
  const content = reader.readContent(tag)
  const isWrapper = tag === tags.OCTET_STRING && holdsDer(content)
  if ((tag & tags.CONSTRUCTED) === 0 && !isWrapper) return
  yield element(tag, content, nullValue())
  const inside = new DerReader(content, 'content')
  while (!inside.atEnd()) {
    const start = inside.position
    inside.skipAny()
    const end = inside.position
    for (const edited of withOneMore(content.subarray(start, end), holdsDer)) {
      yield element(tag, content.subarray(0, start), edited, content.subarray(end))
    }
  }
}

// nameConstraints (RFC 5280 §4.2.1.10).

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import { context, contextConstructed } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralName } from '../general-name.js'

/** One subtree of names. RFC 5280 profiles `minimum` to 0 and `maximum` to absent; others are for the validator. */
export interface GeneralSubtree {
  readonly base: GeneralName
  readonly minimum: number
  readonly maximum: number | undefined
}

/** The names an authority may issue for, and may not (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  /** Subtrees names must lie in; undefined where the field is absent. */
  readonly permittedSubtrees: readonly GeneralSubtree[] | undefined
  /** Subtrees names must not lie in; undefined where the field is absent. */
  readonly excludedSubtrees: readonly GeneralSubtree[] | undefined
}

export function readNameConstraints(reader: DerReader): NameConstraints {
  const outerEnd = reader.enter(tags.SEQUENCE)
  // §4.2.1.10: "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
  if (reader.atEnd()) {
    reader.fail('invalid-extension', reader.position, 'one field or both', 'neither')
  }
  const permittedSubtrees = readSubtrees(reader, contextConstructed(0))
  const excludedSubtrees = readSubtrees(reader, contextConstructed(1))
  reader.leave(outerEnd)
  return { permittedSubtrees, excludedSubtrees }
}

const readSubtrees = (reader: DerReader, tag: number): readonly GeneralSubtree[] | undefined =>
  reader.optional(tag, () => readSequenceOf(reader, readSubtree, tag))

function readSubtree(reader: DerReader): GeneralSubtree {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const base = readGeneralName(reader, 'constraint')
  let minimum = 0
  if (reader.peek() === context(0)) {
    const start = reader.position
    minimum = reader.readUnsigned(undefined, context(0))
    if (minimum === 0) {
      reader.failDefault(start, 'minimum')
    }
  }
  const maximum = reader.optional(context(1), (tag) => reader.readUnsigned(undefined, tag))
  reader.leave(outerEnd)
  return { base, minimum, maximum }
}

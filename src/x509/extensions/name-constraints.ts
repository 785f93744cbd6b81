// nameConstraints (RFC 5280 §4.2.1.10).

import type { DerReader } from '../../der/reader.js'
import { context, contextConstructed } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralName } from '../general-name.js'

/** One subtree of names. RFC 5280 profiles `minimum` to 0 and `maximum` to absent; others are for the validator. */
export interface GeneralSubtree {
  readonly base: GeneralName
  readonly minimum: number
  readonly maximum: number | undefined
}

export interface NameConstraints {
  /** Subtrees names must lie in; undefined where the field is absent. */
  readonly permittedSubtrees: readonly GeneralSubtree[] | undefined
  /** Subtrees names must not lie in; undefined where the field is absent. */
  readonly excludedSubtrees: readonly GeneralSubtree[] | undefined
}

export function readNameConstraints(reader: DerReader, where: string): NameConstraints {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  // §4.2.1.10: "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
  if (reader.atEnd()) {
    reader.fail('invalid-extension', where, reader.position, 'permittedSubtrees, excludedSubtrees or both', 'neither')
  }
  const permittedSubtrees = readSubtrees(reader, contextConstructed(0), `${where}.permittedSubtrees`)
  const excludedSubtrees = readSubtrees(reader, contextConstructed(1), `${where}.excludedSubtrees`)
  reader.leave(outerEnd, where)
  return { permittedSubtrees, excludedSubtrees }
}

function readSubtrees(reader: DerReader, tag: number, where: string): readonly GeneralSubtree[] | undefined {
  if (reader.peek() !== tag) return undefined
  const outerEnd = reader.enter(tag, where)
  const subtrees: GeneralSubtree[] = []
  do {
    subtrees.push(readSubtree(reader, where))
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return subtrees
}

function readSubtree(reader: DerReader, where: string): GeneralSubtree {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const base = readGeneralName(reader, `${where}.base`, 'constraint')
  let minimum = 0
  if (reader.peek() === context(0)) {
    const start = reader.position
    minimum = reader.readUnsigned(`${where}.minimum`, undefined, context(0))
    if (minimum === 0) {
      reader.fail('explicit-default', `${where}.minimum`, start, 'minimum left out where it is 0', '0')
    }
  }
  const maximum =
    reader.peek() === context(1) ? reader.readUnsigned(`${where}.maximum`, undefined, context(1)) : undefined
  reader.leave(outerEnd, where)
  return { base, minimum, maximum }
}

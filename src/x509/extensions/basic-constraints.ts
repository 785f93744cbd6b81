// basicConstraints (RFC 5280 §4.2.1.9).

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'

/** Whether the subject is an authority, and of how long paths (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  /** Whether the subject is a certification authority. */
  readonly cA: boolean
  /** How many non-self-issued intermediates may follow; undefined for any number. */
  readonly pathLenConstraint: number | undefined
}

export function readBasicConstraints(reader: DerReader): BasicConstraints {
  const outerEnd = reader.enter(tags.SEQUENCE)
  let cA = false
  if (reader.peek() === tags.BOOLEAN) {
    const start = reader.position
    cA = reader.readBoolean()
    if (!cA) reader.failDefault(start, 'cA')
  }
  // A pathLenConstraint without cA is meaningless, not malformed: RFC 5280 forbids CAs to write it, which is
  // a rule of profiles, and path validation reads it only where cA holds.
  const pathLenConstraint = reader.atEnd() ? undefined : reader.readUnsigned()
  reader.leave(outerEnd)
  return { cA, pathLenConstraint }
}

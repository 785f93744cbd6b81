// The small ones: ocspNoCheck (RFC 6960 §4.2.2.2.1), noRevAvail (RFC 9608), precertificate poison (RFC 6962 §3.1),
// tlsFeature (RFC 7633) and subjectDirectoryAttributes (RFC 5280 §4.2.1.8).

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import { checkSetOrder } from '../../der/set-order.js'
import * as tags from '../../der/tags.js'
import { readIdentifier } from '../object-identifiers.js'

/** A directory attribute: its OID and values, DER each. */
export interface DirectoryAttribute {
  readonly type: string
  readonly values: readonly Uint8Array[]
}

/** An extension that says all by being there. Its value is NULL. */
export function readPresence(reader: DerReader): true {
  reader.readNull()
  return true
}

/** TLS extension numbers the server promises to support; 5 is status_request ("must staple"). */
export const readTlsFeature = (reader: DerReader): readonly number[] =>
  readSequenceOf(reader, () => reader.readUnsigned(0xffff), tags.SEQUENCE, 0)

export const readDirectoryAttributes = (reader: DerReader): readonly DirectoryAttribute[] =>
  readSequenceOf(reader, readDirectoryAttribute)

/** Reads `Attribute ::= SEQUENCE { type, values SET SIZE (1..MAX) OF ANY }` (RFC 2986 §4.1, X.501 §8.2). */
export function readDirectoryAttribute(reader: DerReader): DirectoryAttribute {
  const attributeEnd = reader.enter(tags.SEQUENCE)
  const { oid: type } = readIdentifier(reader)
  const valuesEnd = reader.enter(tags.SET)
  if (reader.atEnd()) reader.fail('invalid-extension', reader.position, 'one value or more', 'none')
  const values: Uint8Array[] = []
  let previous = -1
  while (!reader.atEnd()) {
    const start = reader.position
    reader.skipAny()
    values.push(reader.bytes.subarray(start, reader.position))
    if (previous >= 0) checkSetOrder(reader, previous, start)
    previous = start
  }
  reader.leave(valuesEnd)
  reader.leave(attributeEnd)
  return { type, values }
}

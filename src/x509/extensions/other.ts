// The small ones: ocspNoCheck (RFC 6960 §4.2.2.2.1), noRevAvail (RFC 9608), precertificate poison (RFC 6962 §3.1),
// tlsFeature (RFC 7633) and subjectDirectoryAttributes (RFC 5280 §4.2.1.8).

import type { DerReader } from '../../der/reader.js'
import { checkSetOrder } from '../../der/set-order.js'
import * as tags from '../../der/tags.js'
import { identifierText } from '../object-identifiers.js'

/** A directory attribute: its OID and values, DER each. */
export interface DirectoryAttribute {
  readonly type: string
  readonly values: readonly Uint8Array[]
}

/** An extension that says all by being there. Its value is NULL. */
export function readPresence(reader: DerReader, where: string): true {
  reader.readNull(where)
  return true
}

/** TLS extension numbers the server promises to support; 5 is status_request ("must staple"). */
export function readTlsFeature(reader: DerReader, where: string): readonly number[] {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const features: number[] = []
  while (!reader.atEnd()) features.push(reader.readUnsigned(where, 0xffff))
  reader.leave(outerEnd, where)
  return features
}

export function readDirectoryAttributes(reader: DerReader, where: string): readonly DirectoryAttribute[] {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const attributes: DirectoryAttribute[] = []
  do {
    attributes.push(readDirectoryAttribute(reader, where))
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return attributes
}

/** Reads `Attribute ::= SEQUENCE { type, values SET OF ANY }`. */
export function readDirectoryAttribute(reader: DerReader, where: string): DirectoryAttribute {
  const attributeEnd = reader.enter(tags.SEQUENCE, where)
  reader.skipObjectIdentifier(`${where}.type`)
  const type = identifierText(reader.bytes, reader.contentStart, reader.position)
  const valuesEnd = reader.enter(tags.SET, `${where}.values`)
  const values: Uint8Array[] = []
  let previous = -1
  while (!reader.atEnd()) {
    const start = reader.position
    reader.skipAny(`${where}.values`)
    values.push(reader.bytes.subarray(start, reader.position))
    if (previous >= 0) checkSetOrder(reader, previous, start, `${where}.values`)
    previous = start
  }
  reader.leave(valuesEnd, `${where}.values`)
  reader.leave(attributeEnd, where)
  return { type, values }
}

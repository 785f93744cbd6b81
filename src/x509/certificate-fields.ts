// The version of a tbsCertificate, and the fields that only some versions have (RFC 5280 §4.1.2).

import type { DerReader } from '../der/reader.js'
import { context, contextConstructed } from '../der/tags.js'
import { skipExtensions } from './extension.js'

/** RFC 5280 §4.1.2.1: absent for version 1. */
export function readVersion(reader: DerReader): 1 | 2 | 3 {
  if (reader.peek() !== contextConstructed(0)) return 1
  const outerEnd = reader.enter(contextConstructed(0))
  const version = reader.readUnsigned() + 1
  if (version === 1) {
    reader.failDefault(reader.contentStart, 'version')
  }
  if (version !== 2 && version !== 3) {
    reader.fail('invalid-version', reader.contentStart, 'version 1, 2 or 3', String(version))
  }
  reader.leave(outerEnd)
  return version
}

/** RFC 5280 §4.1.2.8: unique identifiers "MUST only appear if the version is 2 or 3". */
export function skipUniqueIdentifiers(reader: DerReader, version: number): void {
  for (let tag = context(1); tag <= context(2); tag++) {
    if (reader.peek() !== tag) continue
    reader.where = tag === context(1) ? 'Certificate.issuerUniqueID' : 'Certificate.subjectUniqueID'
    if (version === 1) failVersion(reader, 'version 2 or 3', version)
    reader.skipBitString(tag)
  }
}

function failVersion(reader: DerReader, expected: string, version: number): never {
  return reader.fail('unexpected-field', reader.position, expected, `version ${version}`)
}

/** Steps over the extensions; returns where their SEQUENCE starts, or -1. §4.1.2.9: they "MUST only appear in v3". */
export function skipExtensionsField(reader: DerReader, version: number, limit: number): number {
  if (reader.peek() !== contextConstructed(3)) return -1
  if (version !== 3) {
    failVersion(reader, 'version 3', version)
  }
  const outerEnd = reader.enter(contextConstructed(3))
  const start = reader.position
  skipExtensions(reader, limit)
  reader.leave(outerEnd)
  return start
}

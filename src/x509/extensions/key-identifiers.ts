// authorityKeyIdentifier (RFC 5280 §4.2.1.1) and subjectKeyIdentifier (§4.2.1.2).

import type { DerReader } from '../../der/reader.js'
import { context, contextConstructed } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralNames } from '../general-name.js'

/** Which of the issuer’s keys signed (RFC 5280 §4.2.1.1). A hint for the search of a path, and no proof. */
export interface AuthorityKeyIdentifier {
  /** The issuer's subjectKeyIdentifier. */
  readonly keyIdentifier: Uint8Array | undefined
  /** Issuer of the issuer's certificate; present exactly when the serial number is. */
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Serial number of the issuer's certificate, INTEGER content octets. */
  readonly authorityCertSerialNumber: Uint8Array | undefined
}

export function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const keyIdentifier = reader.optional(context(0), (tag) => reader.readContent(tag))
  const authorityCertIssuer = reader.optional(contextConstructed(1), (tag) => readGeneralNames(reader, tag))
  const authorityCertSerialNumber = reader.optional(context(2), (tag) => {
    reader.skipInteger(tag)
    return reader.bytes.subarray(reader.contentStart, reader.position)
  })
  // X.509 §9.2.2.1 constrains the two fields to be present or absent together.
  if ((authorityCertIssuer === undefined) !== (authorityCertSerialNumber === undefined)) {
    const expected = 'issuer and serial number together'
    reader.fail('invalid-extension', reader.position, expected, 'one without the other')
  }
  reader.leave(outerEnd)
  return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }
}

export function readSubjectKeyIdentifier(reader: DerReader): Uint8Array {
  return reader.readContent(tags.OCTET_STRING)
}

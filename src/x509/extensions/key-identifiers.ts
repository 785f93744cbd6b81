// authorityKeyIdentifier (RFC 5280 §4.2.1.1) and subjectKeyIdentifier (§4.2.1.2).

import type { DerReader } from '../../der/reader.js'
import { context, contextConstructed } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralNames } from '../general-name.js'

export interface AuthorityKeyIdentifier {
  /** The issuer's subjectKeyIdentifier. */
  readonly keyIdentifier: Uint8Array | undefined
  /** Issuer of the issuer's certificate; present exactly when the serial number is. */
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Serial number of the issuer's certificate, INTEGER content octets. */
  readonly authorityCertSerialNumber: Uint8Array | undefined
}

export function readAuthorityKeyIdentifier(reader: DerReader, where: string): AuthorityKeyIdentifier {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const keyIdentifier =
    reader.peek() === context(0) ? reader.readContent(context(0), `${where}.keyIdentifier`) : undefined
  const authorityCertIssuer =
    reader.peek() === contextConstructed(1)
      ? readGeneralNames(reader, `${where}.authorityCertIssuer`, contextConstructed(1))
      : undefined
  let authorityCertSerialNumber: Uint8Array | undefined
  if (reader.peek() === context(2)) {
    reader.skipInteger(`${where}.authorityCertSerialNumber`, context(2))
    authorityCertSerialNumber = reader.bytes.subarray(reader.contentStart, reader.position)
  }
  // X.509 §9.2.2.1 constrains the two fields to be present or absent together.
  if ((authorityCertIssuer === undefined) !== (authorityCertSerialNumber === undefined)) {
    const expected = 'authorityCertIssuer and authorityCertSerialNumber together'
    reader.fail('invalid-extension', where, reader.position, expected, 'one without the other')
  }
  reader.leave(outerEnd, where)
  return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }
}

export function readSubjectKeyIdentifier(reader: DerReader, where: string): Uint8Array {
  return reader.readContent(tags.OCTET_STRING, where)
}

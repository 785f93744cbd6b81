// extendedKeyUsage (RFC 5280 §4.2.1.12).

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'
import { identifierText, knownIdentifierAt } from '../object-identifiers.js'

/** A purpose by registered name, or by OID in dotted decimal where it has none here. */
export type ExtendedKeyUsagePurpose =
  | 'serverAuth'
  | 'clientAuth'
  | 'codeSigning'
  | 'emailProtection'
  | 'ipsecEndSystem'
  | 'ipsecTunnel'
  | 'ipsecUser'
  | 'ipsecIKE'
  | 'timeStamping'
  | 'ocspSigning'
  | 'smartcardLogon'
  | 'anyExtendedKeyUsage'
  | (string & {})

/** Purposes the key is certified for, in encoded order. */
export type ExtendedKeyUsage = readonly ExtendedKeyUsagePurpose[]

export function readExtendedKeyUsage(reader: DerReader, where: string): ExtendedKeyUsage {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const purposes: ExtendedKeyUsagePurpose[] = []
  do {
    reader.skipObjectIdentifier(where)
    const { bytes, contentStart, position } = reader
    purposes.push(knownIdentifierAt(bytes, contentStart, position)?.name ?? identifierText(bytes, contentStart, position))
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return purposes
}

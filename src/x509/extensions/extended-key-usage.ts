// extendedKeyUsage (RFC 5280 §4.2.1.12).

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import { readIdentifierName } from '../object-identifiers.js'

/** A purpose by registered name, or by OID in dotted decimal where it has none here. */
export type ExtendedKeyUsagePurpose =
  | 'serverAuth'
  | 'clientAuth'
  | 'codeSigning'
  | 'emailProtection'
  | 'ipsecEndSystem'
  | 'timeStamping'
  | 'ocspSigning'
  | 'smartcardLogon'
  | 'anyExtendedKeyUsage'
  | (string & {})

/** Purposes the key is certified for, in encoded order. */
export type ExtendedKeyUsage = readonly ExtendedKeyUsagePurpose[]

export const readExtendedKeyUsage = (reader: DerReader): ExtendedKeyUsage => readSequenceOf(reader, readIdentifierName)

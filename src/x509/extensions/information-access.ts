// authorityInfoAccess (RFC 5280 §4.2.2.1) and subjectInfoAccess (§4.2.2.2).

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralName } from '../general-name.js'
import { readIdentifierName } from '../object-identifiers.js'

/** One entry of authorityInfoAccess or subjectInfoAccess: what is found where (RFC 5280 §4.2.2). */
export interface AccessDescription {
  /** `ocsp`, `caIssuers`, `caRepository`, `timeStampingLocation`, or an OID. */
  readonly accessMethod: 'ocsp' | 'caIssuers' | 'caRepository' | 'timeStampingLocation' | (string & {})
  readonly accessLocation: GeneralName
}

export const readInformationAccess = (reader: DerReader): readonly AccessDescription[] =>
  readSequenceOf(reader, readAccessDescription)

function readAccessDescription(reader: DerReader): AccessDescription {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const accessMethod = readIdentifierName(reader)
  const accessLocation = readGeneralName(reader)
  reader.leave(outerEnd)
  return { accessMethod, accessLocation }
}

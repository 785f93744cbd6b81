// authorityInfoAccess (RFC 5280 §4.2.2.1) and subjectInfoAccess (§4.2.2.2).

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralName } from '../general-name.js'
import { identifierText, knownIdentifier } from '../object-identifiers.js'

export interface AccessDescription {
  /** `ocsp`, `caIssuers`, `caRepository`, `timeStampingLocation`, or an OID. */
  readonly accessMethod: 'ocsp' | 'caIssuers' | 'caRepository' | 'timeStampingLocation' | (string & {})
  readonly accessLocation: GeneralName
}

export function readInformationAccess(reader: DerReader, where: string): readonly AccessDescription[] {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const descriptions: AccessDescription[] = []
  do {
    const descriptionEnd = reader.enter(tags.SEQUENCE, where)
    reader.skipObjectIdentifier(`${where}.accessMethod`)
    const oid = identifierText(reader.bytes, reader.contentStart, reader.position)
    const accessLocation = readGeneralName(reader, `${where}.accessLocation`)
    reader.leave(descriptionEnd, where)
    descriptions.push({ accessMethod: knownIdentifier(oid)?.name ?? oid, accessLocation })
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return descriptions
}

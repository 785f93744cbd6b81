// Critical extensions of a CRL and of its entries: one that is not processed makes the list unusable (RFC 5280 §5.2, §5.3).

import type { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import type { Extension } from '../x509/extension.js'
import { crlIdentifiers } from './crl-extensions.js'

const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35'

/** Those processed here and by RFC 5280 §6.3. */
const processed = {
  list: [crlIdentifiers.deltaCRLIndicator, crlIdentifiers.issuingDistributionPoint, AUTHORITY_KEY_IDENTIFIER],
  entry: [crlIdentifiers.reasonCode, crlIdentifiers.certificateIssuer],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Whether some extension is critical: a look at each, since nearly all entries have none. */
export function hasCritical(reader: DerReader): boolean {
  let isCritical = false
  const outerEnd = reader.enter(tags.SEQUENCE)
  while (!reader.atEnd()) {
    const extensionEnd = reader.enter(tags.SEQUENCE)
    reader.skip(tags.OBJECT_IDENTIFIER)
    isCritical ||= reader.peek() === tags.BOOLEAN
    reader.position = reader.end
    reader.leave(extensionEnd)
  }
  reader.leave(outerEnd)
  return isCritical
}

/** Why the list cannot be used, as a clause; undefined where no extension is the reason. */
export function unusableExtension(extensions: readonly Extension[], of: 'list' | 'entry'): string | undefined {
  const known: readonly string[] = processed[of]
  // RFC 5280 §5.2.3: "CRL issuers … MUST mark this extension as non-critical", and so of the others.
  const unknown = extensions.find(({ critical, oid }) => critical && !known.includes(oid))
  return unknown && `its critical extension ${unknown.name ?? unknown.oid} is not to be processed`
}

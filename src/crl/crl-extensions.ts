// Extensions of CRLs and their entries (RFC 5280 §5.2, §5.3), which certificates do not have.

import type { DerReader } from '../der/reader.js'
import { context } from '../der/tags.js'
import * as tags from '../der/tags.js'
import type { DistributionPointName, GeneralName, ReasonFlag } from '../x509/index.js'
import { readDistributionPointName, reasonFlags } from '../x509/extensions/distribution-points.js'
import { hasUnnamedBit, readNamedBits } from '../x509/extensions/named-bits.js'
import { readGeneralNames } from '../x509/general-name.js'

/** OIDs of the extensions, all below 2.5.29. */
export const crlIdentifiers = {
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
} as const

/** Reasons an entry may give (RFC 5280 §5.3.1), by their number; 7 is not used. */
const reasonCodes = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

/** Why a certificate was revoked. `removeFromCRL`, of delta CRLs alone, takes a hold back. */
export type RevocationReason = Exclude<(typeof reasonCodes)[number], undefined>

export function readReasonCode(reader: DerReader): RevocationReason {
  const code = reader.readUnsigned(reasonCodes.length - 1, tags.ENUMERATED)
  return (
    reasonCodes[code] ??
    reader.fail('invalid-extension', reader.contentStart, 'a reason of RFC 5280 §5.3.1', String(code))
  )
}

/** RFC 5280 §5.3.2: a GeneralizedTime, whatever the year. */
export const readInvalidityDate = (reader: DerReader): Date => new Date(reader.readTime(tags.GENERALIZED_TIME))

/** A CRL number: non-negative, at most 20 octets (RFC 5280 §5.2.3). */
export function readCrlNumber(reader: DerReader): bigint {
  reader.skipInteger()
  const { bytes, contentStart, position } = reader
  if ((bytes[contentStart] ?? 0) >= 0x80 || position - contentStart > 20) {
    reader.fail('integer-out-of-range', contentStart, 'a non-negative INTEGER of at most 20 octets', 'another')
  }
  let value = 0n
  for (let i = contentStart; i < position; i++) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  return value
}

/** What a CRL is about (RFC 5280 §5.2.5). */
export interface IssuingDistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  /** Undefined where the CRL covers all reasons. */
  readonly onlySomeReasons: readonly ReasonFlag[] | undefined
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

export function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const start = reader.position
  const outerEnd = reader.enter(tags.SEQUENCE)
  // "CRL issuers MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty sequence."
  if (reader.atEnd()) reader.fail('invalid-extension', start, 'one field or more', 'none')
  const distributionPoint = readDistributionPointName(reader, 0)
  const onlyContainsUserCerts = readFlag(reader, 1)
  const onlyContainsCACerts = readFlag(reader, 2)
  const onlySomeReasons = reader.optional(context(3), (tag) => readReasons(reader, tag))
  const indirectCRL = readFlag(reader, 4)
  const onlyContainsAttributeCerts = readFlag(reader, 5)
  reader.leave(outerEnd)
  // "… at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE."
  const kinds = [onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts].filter(Boolean).length
  if (kinds > 1) reader.fail('invalid-extension', start, 'one kind of certificate at most', `${kinds}`)
  return {
    distributionPoint,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
  }
}

/** The extension is critical by §5.2.5, so that Appendix B refuses what is not known. */
function readReasons(reader: DerReader, tag: number): readonly ReasonFlag[] {
  const reasons = readNamedBits(reader, reasonFlags, tag)
  const { bytes, contentStart, position } = reader
  if (hasUnnamedBit(bytes.subarray(contentStart, position))) {
    reader.fail('invalid-extension', contentStart, 'reasons of RFC 5280 §4.2.1.13', 'another')
  }
  return reasons
}

/** `[number] BOOLEAN DEFAULT FALSE`. */
function readFlag(reader: DerReader, number: number): boolean {
  if (reader.peek() !== context(number)) return false
  const start = reader.position
  const value = reader.readBoolean(context(number))
  if (!value) reader.failDefault(start, `[${number}]`)
  return value
}

/** RFC 5280 §5.3.3: "CRL issuers MUST include … the distinguished name (DN)"; without it nobody knows whom it speaks of. */
export function readCertificateIssuer(reader: DerReader): readonly GeneralName[] {
  const start = reader.position
  const names = readGeneralNames(reader)
  if (names.some(({ type }) => type === 'directoryName')) return names
  return reader.fail('invalid-extension', start, 'a directoryName (RFC 5280 §5.3.3)', 'other names alone')
}

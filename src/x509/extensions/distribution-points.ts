// cRLDistributionPoints (RFC 5280 §4.2.1.13) and freshestCRL (§4.2.1.15), which share one form.

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import { context, contextConstructed } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type GeneralName, readGeneralNames } from '../general-name.js'
import { decodeRelativeDistinguishedName, skipRelativeDistinguishedName } from '../name.js'
import type { RelativeDistinguishedName } from '../name-attribute.js'
import { readNamedBits } from './named-bits.js'

/** Reasons a CRL covers, in the order of the standard; the first bit is unused and has no meaning. */
export const reasonFlags = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const

/** A reason of revocation as distribution points name them (RFC 5280 §4.2.1.13). */
export type ReasonFlag = (typeof reasonFlags)[number]

/** The name of a distribution point: whole names, or what is added to the issuer’s name (RFC 5280 §4.2.1.13). */
export type DistributionPointName =
  | { readonly type: 'fullName'; readonly names: readonly GeneralName[] }
  | { readonly type: 'nameRelativeToCRLIssuer'; readonly relativeName: RelativeDistinguishedName }

/** Where a CRL is found, for which reasons, and who issues it (RFC 5280 §4.2.1.13). */
export interface DistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined
  /** Undefined where the CRL covers all reasons. */
  readonly reasons: readonly ReasonFlag[] | undefined
  /** Undefined where the certificate's issuer issues the CRL. */
  readonly cRLIssuer: readonly GeneralName[] | undefined
}

export const readDistributionPoints = (reader: DerReader): readonly DistributionPoint[] =>
  readSequenceOf(reader, readDistributionPoint)

function readDistributionPoint(reader: DerReader): DistributionPoint {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const distributionPoint = readDistributionPointName(reader, 0)
  const reasons = reader.optional(context(1), (tag) => readNamedBits(reader, reasonFlags, tag))
  const cRLIssuer = reader.optional(contextConstructed(2), (tag) => readGeneralNames(reader, tag))
  // §4.2.1.13: "a DistributionPoint MUST NOT consist of only the reasons field; either distributionPoint or cRLIssuer
  // MUST be present."
  if (distributionPoint === undefined && cRLIssuer === undefined) {
    reader.fail('invalid-extension', reader.position, 'a distributionPoint or a cRLIssuer', 'neither')
  }
  reader.leave(outerEnd)
  return { distributionPoint, reasons, cRLIssuer }
}

/** Reads `[number] DistributionPointName OPTIONAL`, explicitly tagged because it is a CHOICE. */
export function readDistributionPointName(reader: DerReader, number: number): DistributionPointName | undefined {
  if (reader.peek() !== contextConstructed(number)) return undefined
  const outerEnd = reader.enter(contextConstructed(number))
  let name: DistributionPointName
  if (reader.peek() === contextConstructed(1)) {
    const start = reader.position
    skipRelativeDistinguishedName(reader, contextConstructed(1))
    reader.position = start
    name = {
      type: 'nameRelativeToCRLIssuer',
      relativeName: decodeRelativeDistinguishedName(reader, contextConstructed(1)),
    }
  } else {
    name = { type: 'fullName', names: readGeneralNames(reader, contextConstructed(0)) }
  }
  reader.leave(outerEnd)
  return name
}

// Distribution points and reasons, as certificates (RFC 5280 §4.2.1.13) and CRLs (§5.2.5) write them.

import { DerReader } from '../der/reader.js'
import { context, contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { booleanValue, element, explicit, namedBits, sequence } from '../der/writer.js'
import type { ReasonFlag } from '../x509/index.js'
import { generalNames, implicit, nameOf, type TestGeneralNames, type TestName } from './names.js'

/** Where a CRL is: a URI, general names, or a name relative to the CRL issuer's, of one level. */
export type TestDistributionPointName = string | TestGeneralNames | { readonly relativeName: TestName }

/** One distribution point. A URI alone stands for `{ distributionPoint: uri }`. */
export type TestDistributionPoint =
  | string
  | {
      readonly distributionPoint?: TestDistributionPointName
      readonly reasons?: readonly ReasonFlag[]
      readonly cRLIssuer?: TestGeneralNames
    }

/** Scope of a CRL. What is true of nothing is left out. */
export interface TestIssuingDistributionPoint {
  readonly distributionPoint?: TestDistributionPointName
  readonly onlyContainsUserCerts?: boolean
  readonly onlyContainsCACerts?: boolean
  readonly onlySomeReasons?: readonly ReasonFlag[]
  readonly indirectCRL?: boolean
  readonly onlyContainsAttributeCerts?: boolean
}

const reasonBits: Readonly<Record<ReasonFlag, number>> = {
  unused: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 7,
  aACompromise: 8,
}

const reasonFlags = (number: number, reasons: readonly ReasonFlag[]): Uint8Array =>
  implicit(context(number), namedBits(reasons.map((reason) => reasonBits[reason])))

/** `[0] DistributionPointName`, explicitly tagged because it is a CHOICE. */
function pointName(name: TestDistributionPointName): Uint8Array {
  if (typeof name !== 'string' && 'relativeName' in name) {
    // The one level of the name: a Name without its SEQUENCE.
    const level = new DerReader(nameOf(name.relativeName), 'relativeName').readContent(tags.SEQUENCE)
    return explicit(0, implicit(contextConstructed(1), level))
  }
  const names = typeof name === 'string' ? { uri: [name] } : name
  return explicit(0, element(contextConstructed(0), ...generalNames(names)))
}

/** `CRLDistributionPoints`, also freshestCRL's. */
export const distributionPoints = (points: readonly TestDistributionPoint[]): Uint8Array =>
  sequence(
    ...points.map((point) => {
      const { distributionPoint, reasons, cRLIssuer } =
        typeof point === 'string' ? { distributionPoint: point } : { ...point }
      return sequence(
        ...(distributionPoint === undefined ? [] : [pointName(distributionPoint)]),
        ...(reasons === undefined ? [] : [reasonFlags(1, reasons)]),
        ...(cRLIssuer === undefined ? [] : [element(contextConstructed(2), ...generalNames(cRLIssuer))]),
      )
    }),
  )

/** `IssuingDistributionPoint`. */
export function issuingDistributionPoint(scope: TestIssuingDistributionPoint): Uint8Array {
  const { distributionPoint, onlySomeReasons } = scope
  // DEFAULT FALSE: DER writes it only where it is TRUE (X.690 §11.5).
  const flag = (number: number, value = false): readonly Uint8Array[] =>
    value ? [implicit(context(number), booleanValue(true))] : []
  return sequence(
    ...(distributionPoint === undefined ? [] : [pointName(distributionPoint)]),
    ...flag(1, scope.onlyContainsUserCerts),
    ...flag(2, scope.onlyContainsCACerts),
    ...(onlySomeReasons === undefined ? [] : [reasonFlags(3, onlySomeReasons)]),
    ...flag(4, scope.indirectCRL),
    ...flag(5, scope.onlyContainsAttributeCerts),
  )
}

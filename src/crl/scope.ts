// What a CRL speaks of (RFC 5280 §6.3.3 (b), (d)): whose certificates, of which kind, for which reasons.

import {
  type Certificate,
  type DistributionPoint,
  type DistributionPointName,
  type GeneralName,
  type Name,
  parseName,
} from '../x509/index.js'
import { reasonFlags } from '../x509/extensions/distribution-points.js'
import { objectIdentifier, sequence, setOf } from '../der/writer.js'
import type { CertificateList } from './certificate-list.js'

/** Reasons a status is complete with (RFC 5280 §6.3.2 (a), all-reasons). */
export const allReasons: readonly string[] = reasonFlags.filter((reason) => reason !== 'unused')

/** Where a certificate says its status is to be found; the RFC's stand-in where it does not say. */
export type CrlLocation = Pick<DistributionPoint, 'distributionPoint' | 'reasons' | 'cRLIssuer'>

/**
 * The reasons the list covers for the certificate, of all that one of the locations is for; where the list is outside of
 * every location, why it is outside of each.
 */
export function coverageOf(
  list: CertificateList,
  certificate: Certificate,
  locations: readonly CrlLocation[],
): ReadonlySet<string> | { readonly outside: readonly string[] } {
  const scope = list.issuingDistributionPoint
  const point = scope?.distributionPoint
  // Of the names on either side there may be very many.
  const own = point && new Set(fullNames(point, list.issuer).map(keyOf))
  const faultOf = (location: CrlLocation): string | undefined => {
    const issuers = location.cRLIssuer
    // (b) (1)
    if (issuers !== undefined) {
      if (!holdsName(issuers, list.issuer)) return 'its issuer is not the cRLIssuer the certificate names'
      if (scope?.indirectCRL !== true) return 'it is not marked as indirect'
    } else if (!list.issuer.equals(certificate.issuer)) {
      return 'its issuer is not the certificate’s'
    }
    // (b) (2) (i)
    if (own !== undefined && !namesAt(location, list.issuer).some((name) => own.has(keyOf(name)))) {
      return 'its distribution point is not one the certificate names'
    }
    // (b) (2) (ii) to (iv)
    if (scope === undefined) return undefined
    const isAuthority = certificate.basicConstraints?.cA === true
    if (scope.onlyContainsUserCerts && isAuthority) return 'it holds no certificates of authorities'
    if (scope.onlyContainsCACerts && !isAuthority) return 'it holds certificates of authorities alone'
    return scope.onlyContainsAttributeCerts ? 'it holds attribute certificates alone' : undefined
  }
  // (d)
  const covered: readonly string[] = scope?.onlySomeReasons ?? allReasons
  const reasons = new Set<string>()
  const outside: string[] = []
  for (const location of locations) {
    const fault = faultOf(location)
    if (fault !== undefined) {
      outside.push(fault)
      continue
    }
    const wanted: readonly string[] = location.reasons ?? allReasons
    for (const reason of covered) if (reason !== 'unused' && wanted.includes(reason)) reasons.add(reason)
  }
  return outside.length < locations.length ? reasons : { outside }
}

/** Whether the name is among them. */
export const holdsName = (names: readonly GeneralName[], name: Name): boolean =>
  names.some((one) => one.type === 'directoryName' && one.value.equals(name))

/** "… verify that one of the names in the IDP matches one of the names in the DP", or of the cRLIssuer without one. */
const namesAt = ({ distributionPoint, cRLIssuer = [] }: CrlLocation, issuer: Name): readonly GeneralName[] =>
  distributionPoint === undefined ? cRLIssuer : fullNames(distributionPoint, issuer)

/** The point's names; a relative one hangs below the name of the CRL's issuer (§4.2.1.13). */
function fullNames(point: DistributionPointName, issuer: Name): readonly GeneralName[] {
  if (point.type === 'fullName') return point.names
  const levels = issuer.der.subarray(contentOffset(issuer.der))
  const relative = setOf(...point.relativeName.map(({ type, der }) => sequence(objectIdentifier(type), der)))
  return [{ type: 'directoryName', value: parseName(sequence(levels, relative)) }]
}

/** Where the content of a DER element starts. */
const contentOffset = (der: Uint8Array): number => ((der[1] ?? 0) < 0x80 ? 2 : 2 + ((der[1] ?? 0) & 0x7f))

/** Alike for names that are the same; names of forms nobody compares are not even the same as themselves. */
function keyOf({ type, value }: GeneralName): unknown {
  if (type === 'directoryName') return type + value.canonicalKey
  return typeof value === 'string' ? type + value : Symbol(type)
}

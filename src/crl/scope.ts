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

/** The reasons the list covers for the certificate, or why it does not cover it. */
export function coverageOf(
  list: CertificateList,
  certificate: Certificate,
  location: CrlLocation,
): ReadonlySet<string> | { readonly outside: string } {
  const scope = list.issuingDistributionPoint
  const issuers = location.cRLIssuer
  // (b) (1)
  if (issuers !== undefined) {
    if (!holdsName(issuers, list.issuer)) return { outside: 'its issuer is not the cRLIssuer the certificate names' }
    if (scope?.indirectCRL !== true) return { outside: 'it is not marked as indirect' }
  } else if (!list.issuer.equals(certificate.issuer)) {
    return { outside: 'its issuer is not the certificate’s' }
  }
  if (scope !== undefined) {
    // (b) (2) (i)
    if (scope.distributionPoint !== undefined && !isNamed(scope.distributionPoint, list, location)) {
      return { outside: 'its distribution point is not one the certificate names' }
    }
    // (b) (2) (ii) to (iv)
    const isAuthority = certificate.basicConstraints?.cA === true
    if (scope.onlyContainsUserCerts && isAuthority) return { outside: 'it holds no certificates of authorities' }
    if (scope.onlyContainsCACerts && !isAuthority) return { outside: 'it holds certificates of authorities alone' }
    if (scope.onlyContainsAttributeCerts) return { outside: 'it holds attribute certificates alone' }
  }
  // (d)
  const covered: readonly string[] = scope?.onlySomeReasons ?? allReasons
  const wanted: readonly string[] = location.reasons ?? allReasons
  return new Set(covered.filter((reason) => reason !== 'unused' && wanted.includes(reason)))
}

const holdsName = (names: readonly GeneralName[], name: Name): boolean =>
  names.some((one) => one.type === 'directoryName' && one.value.equals(name))

/** "… verify that one of the names in the IDP matches one of the names in the DP", or of the cRLIssuer without one. */
function isNamed(
  point: DistributionPointName,
  list: CertificateList,
  { distributionPoint, cRLIssuer }: CrlLocation,
): boolean {
  const own = fullNames(point, list.issuer)
  const wanted =
    distributionPoint === undefined
      ? (cRLIssuer ?? [])
      : fullNames(distributionPoint, (cRLIssuer && directoryOf(cRLIssuer)) ?? list.issuer)
  return own.some((name) => wanted.some((other) => isSameName(name, other)))
}

const directoryOf = (names: readonly GeneralName[]): Name | undefined => {
  for (const name of names) if (name.type === 'directoryName') return name.value
  return undefined
}

/** The point's names; a relative one hangs below the name of the CRL's issuer (§4.2.1.13). */
function fullNames(point: DistributionPointName, issuer: Name): readonly GeneralName[] {
  if (point.type === 'fullName') return point.names
  const levels = issuer.der.subarray(contentOffset(issuer.der))
  const relative = setOf(...point.relativeName.map(({ type, der }) => sequence(objectIdentifier(type), der)))
  return [{ type: 'directoryName', value: parseName(sequence(levels, relative)) }]
}

/** Where the content of a DER element starts. */
const contentOffset = (der: Uint8Array): number => ((der[1] ?? 0) < 0x80 ? 2 : 2 + ((der[1] ?? 0) & 0x7f))

function isSameName(a: GeneralName, b: GeneralName): boolean {
  if (a.type === 'directoryName') return b.type === 'directoryName' && a.value.equals(b.value)
  return a.type === b.type && typeof a.value === 'string' && a.value === b.value
}

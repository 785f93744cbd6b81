// The extensions a profile and its names come to, and the checks both make: shared by requests and certificates.

import { uniqueBytes } from '../base/bytes.js'
import { booleanValue, namedBits, objectIdentifier, octetString, sequence } from '../der/writer.js'
import { keyUsageBits } from '../x509/extensions/key-usage.js'
import { parseIpAddress } from '../x509/ip-address.js'
import { identifierOf } from '../x509/object-identifiers.js'
import { type AlternativeNamesInput, alternativeNameFaults, alternativeNames } from './alternative-names.js'
import { hostName } from './host-name.js'
import { subjectFaults, type SubjectInput } from './subject.js'

/** The usages to ask for; what `profileOf` of `certward/purposes` returns is one. */
export interface RequestProfile {
  readonly keyUsage: readonly { readonly usage: string }[]
  /** Registered names (`serverAuth`) or OIDs. */
  readonly extendedKeyUsage: readonly { readonly usage: string }[]
  /** Whether one certificate may, or must, carry every node's name. Undefined: either. */
  readonly distributions?: readonly Distribution['type'][]
}

/** One certificate for each server, or one for all, with the name of each (CSR-9). */
export type Distribution =
  | { readonly type: 'this-server' }
  /** `hosts`: the host names of all nodes, which the certificate is then for, besides its other names. */
  | { readonly type: 'multi-server'; readonly hosts: readonly string[] }

/** What a request or a self-signed certificate says. */
export interface SubjectDescription {
  readonly profile: RequestProfile
  readonly subject: SubjectInput
  /** Names the certificate is for. The common name is added where it is a host name or an IP address. */
  readonly subjectAltNames?: AlternativeNamesInput
  /** Default `this-server`. */
  readonly distribution?: Distribution
  /** Whether names such as `*.example.com` may stand in it. Default `refused`. */
  readonly wildcards?: 'refused' | 'accepted'
}

/** The OID of a registered name, or the OID given. @throws TypeError where the name is not registered */
export const identifierFrom = (nameOrOid: string): string =>
  /^\d/.test(nameOrOid) ? nameOrOid : identifierOf(nameOrOid)

/** One Extension; `name` is registered or an OID, `value` is DER. */
export function extension(name: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [booleanValue(true)] : []
  return sequence(objectIdentifier(identifierFrom(name)), ...flag, octetString(value))
}

/** keyUsage, critical as RFC 5280 §4.2.1.3 wants it. The usages are bits of the standard, at least one. */
export function keyUsageExtension(usages: readonly string[]): Uint8Array {
  const bits = keyUsageBits.flatMap((bit, index) => (usages.includes(bit) ? [index] : []))
  return extension('keyUsage', namedBits(bits), true)
}

// The registry knows many names, and an attribute's is no usage: these are the OIDs of usages.
const EXTENDED_KEY_USAGE = /^(1\.3\.6\.1\.5\.5\.7\.3\.\d+|2\.5\.29\.37\.0|1\.3\.6\.1\.4\.1\.311\.20\.2\.2)$/

/** DER of the usage's OID; undefined where it is neither an OID nor the registered name of a usage. */
function extendedKeyUsageIdentifier(usage: string): Uint8Array | undefined {
  try {
    const oid = identifierFrom(usage)
    return oid === usage || EXTENDED_KEY_USAGE.test(oid) ? objectIdentifier(oid) : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function profileFaults({ keyUsage, extendedKeyUsage }: RequestProfile): readonly string[] {
  const unknown = keyUsage.filter(({ usage }) => !keyUsageBits.some((bit) => bit === usage))
  const unknownExtended = extendedKeyUsage.filter(({ usage }) => extendedKeyUsageIdentifier(usage) === undefined)
  return [
    ...(keyUsage.length === 0 ? ['profile.keyUsage is empty'] : []),
    ...unknown.map(({ usage }) => `profile.keyUsage holds "${usage}", which is no key usage of RFC 5280`),
    ...unknownExtended.map(
      ({ usage }) => `profile.extendedKeyUsage holds "${usage}", which is neither a registered usage nor an OID`,
    ),
  ]
}

function distributionFaults(distribution: Distribution, { distributions }: RequestProfile): readonly string[] {
  const { type } = distribution
  return [
    ...(distributions?.includes(type) === false
      ? [`distribution is ${type}, and the profile allows only ${distributions.join(', ')} (CSR-9)`]
      : []),
    ...(type === 'multi-server' && distribution.hosts.length === 0 ? ['distribution.hosts is empty'] : []),
  ]
}

/** @throws TypeError naming every fault once, where there are any */
export function refuseFaults(faults: readonly string[], caller: string): void {
  if (faults.length > 0) throw new TypeError(`${caller}: ${[...new Set(faults)].join('; ')}`)
}

/** Every name the description comes to: the common name's first, then each node's, then the rest. */
function allNames({ subject, subjectAltNames, distribution }: SubjectDescription): AlternativeNamesInput {
  const { commonName } = subject
  const nodes = distribution?.type === 'multi-server' ? distribution.hosts : []
  // A common name with a wildcard is meant as a host, and is held to what hosts are held to.
  const isHost = hostName(commonName) !== undefined || commonName.includes('*')
  const isAddress = parseIpAddress(commonName) !== undefined
  return {
    ...subjectAltNames,
    dns: [...(isHost ? [commonName] : []), ...nodes, ...(subjectAltNames?.dns ?? [])],
    ip: [...(isAddress ? [commonName] : []), ...(subjectAltNames?.ip ?? [])],
  }
}

/**
 * keyUsage (critical), extendedKeyUsage and subjectAltName, exactly as described.
 * @param otherFaults what else `caller` found wrong
 * @throws TypeError, from `caller`, naming every fault of subject, names, profile, distribution and the others at once
 */
export function describedExtensions(
  description: SubjectDescription,
  caller: string,
  otherFaults: readonly string[] = [],
): readonly Uint8Array[] {
  const { profile, subject, distribution = { type: 'this-server' }, wildcards = 'refused' } = description
  const names = allNames(description)
  const faults = [
    ...subjectFaults(subject),
    ...alternativeNameFaults(names, wildcards),
    ...profileFaults(profile),
    ...distributionFaults(distribution, profile),
    ...otherFaults,
  ]
  refuseFaults(faults, caller)
  const purposes = profile.extendedKeyUsage.flatMap(({ usage }) => extendedKeyUsageIdentifier(usage) ?? [])
  const generalNames = alternativeNames(names)
  return [
    keyUsageExtension(profile.keyUsage.map(({ usage }) => usage)),
    ...(purposes.length === 0 ? [] : [extension('extendedKeyUsage', sequence(...uniqueBytes(purposes)))]),
    ...(generalNames === undefined ? [] : [extension('subjectAltName', generalNames)]),
  ]
}

// The extensions a profile and its names come to, and the checks both make: shared by requests and certificates.

import { booleanValue, objectIdentifier, octetString, sequence } from '../der/writer.js'
import { keyUsageBits } from '../x509/extensions/key-usage.js'
import { identifierOf } from '../x509/object-identifiers.js'
import { type AlternativeNamesInput, alternativeNameFaults, alternativeNames, hostName } from './alternative-names.js'
import { namedBits } from './signer.js'
import { subjectFaults, type SubjectInput } from './subject.js'

/** The usages to ask for; a `CsrProfile` of `certward/purposes` is one. */
export interface RequestProfile {
  readonly keyUsage: readonly { readonly usage: string }[]
  /** Registered names (`serverAuth`) or OIDs. */
  readonly extendedKeyUsage: readonly { readonly usage: string }[]
}

/** What a request or a self-signed certificate says. */
export interface SubjectDescription {
  readonly profile: RequestProfile
  readonly subject: SubjectInput
  /**
   * Names the certificate is for. The common name is added where it is a host name. For a multi-server certificate give
   * the names of every node.
   */
  readonly subjectAltNames?: AlternativeNamesInput
  /** Whether names such as `*.example.com` may stand in it. Default `refused`. */
  readonly wildcards?: 'refused' | 'accepted'
}

const isOid = (text: string): boolean => /^\d+(\.\d+)+$/.test(text)

/** One Extension; `value` is DER. */
export function extension(name: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [booleanValue(true)] : []
  return sequence(objectIdentifier(identifierOf(name)), ...flag, octetString(value))
}

function profileFaults({ keyUsage }: RequestProfile): readonly string[] {
  const unknown = keyUsage.filter(({ usage }) => !keyUsageBits.some((bit) => bit === usage))
  return [
    ...(keyUsage.length === 0 ? ['profile.keyUsage is empty'] : []),
    ...unknown.map(({ usage }) => `profile.keyUsage holds "${usage}", which is no key usage of RFC 5280`),
  ]
}

/**
 * keyUsage (critical), extendedKeyUsage and subjectAltName, exactly as described.
 * @throws TypeError, from `caller`, naming every fault of subject, names and profile at once
 */
export function describedExtensions(description: SubjectDescription, caller: string): readonly Uint8Array[] {
  const { profile, subject, subjectAltNames, wildcards = 'refused' } = description
  const host = hostName(subject.commonName)
  const dns = [...(host === undefined ? [] : [subject.commonName]), ...(subjectAltNames?.dns ?? [])]
  const names = { ...subjectAltNames, dns }
  const faults = [...subjectFaults(subject), ...alternativeNameFaults(names, wildcards), ...profileFaults(profile)]
  if (faults.length > 0) throw new TypeError(`${caller}: ${[...new Set(faults)].join('; ')}`)
  const bits = profile.keyUsage.map(({ usage }) => keyUsageBits.findIndex((bit) => bit === usage))
  const purposes = profile.extendedKeyUsage.map(({ usage }) =>
    objectIdentifier(isOid(usage) ? usage : identifierOf(usage)),
  )
  const generalNames = alternativeNames(names)
  return [
    extension('keyUsage', namedBits(bits), true),
    ...(purposes.length === 0 ? [] : [extension('extendedKeyUsage', sequence(...purposes))]),
    ...(generalNames === undefined ? [] : [extension('subjectAltName', generalNames)]),
  ]
}

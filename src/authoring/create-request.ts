// Writes PKCS#10 requests with exactly the usages a profile fixes (CSR-1 to CSR-5, CSR-9, CSR-11).

import type { Der } from '../base/brands.js'
import { contextConstructed } from '../der/tags.js'
import {
  bitString,
  booleanValue,
  element,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../der/writer.js'
import { writePem } from '../pem/write-pem.js'
import { keyUsageBits } from '../x509/extensions/key-usage.js'
import { identifierOf } from '../x509/object-identifiers.js'
import { type AlternativeNamesInput, alternativeNameFaults, alternativeNames, hostName } from './alternative-names.js'
import { algorithmIdentifier, namedBits, type Signer } from './signer.js'
import { subjectFaults, type SubjectInput, subjectName } from './subject.js'

/** The usages to ask for; a `CsrProfile` of `certward/purposes` is one. */
export interface RequestProfile {
  readonly keyUsage: readonly { readonly usage: string }[]
  /** Registered names (`serverAuth`) or OIDs. */
  readonly extendedKeyUsage: readonly { readonly usage: string }[]
}

export interface RequestInput {
  readonly profile: RequestProfile
  readonly subject: SubjectInput
  /**
   * Names the certificate is asked for. The common name is added where it is a host name. For a multi-server
   * certificate give the names of every node.
   */
  readonly subjectAltNames?: AlternativeNamesInput
  /** Signs the request, which proves possession of the key. */
  readonly key: Signer
  /** Whether names such as `*.example.com` may stand in the request. Default `refused`. */
  readonly wildcards?: 'refused' | 'accepted'
}

export interface CreatedRequest {
  readonly der: Der<'CertificationRequest'>
  readonly pem: string
}

const isOid = (text: string): boolean => /^\d+(\.\d+)+$/.test(text)

function extension(name: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [booleanValue(true)] : []
  return sequence(objectIdentifier(identifierOf(name)), ...flag, octetString(value))
}

/** The ExtensionRequest attribute (RFC 2985 §5.4.2) with the profile's usages and the names. */
function extensionRequest({ keyUsage, extendedKeyUsage }: RequestProfile, names: Uint8Array | undefined): Uint8Array {
  const bits = keyUsage.map(({ usage }) => keyUsageBits.findIndex((bit) => bit === usage))
  const purposes = extendedKeyUsage.map(({ usage }) => objectIdentifier(isOid(usage) ? usage : identifierOf(usage)))
  const extensions = sequence(
    extension('keyUsage', namedBits(bits), true),
    ...(purposes.length === 0 ? [] : [extension('extendedKeyUsage', sequence(...purposes))]),
    ...(names === undefined ? [] : [extension('subjectAltName', names)]),
  )
  return sequence(objectIdentifier(identifierOf('extensionRequest')), setOf(extensions))
}

function profileFaults({ keyUsage }: RequestProfile): readonly string[] {
  const unknown = keyUsage.filter(({ usage }) => !keyUsageBits.some((bit) => bit === usage))
  return [
    ...(keyUsage.length === 0 ? ['profile.keyUsage is empty'] : []),
    ...unknown.map(({ usage }) => `profile.keyUsage holds "${usage}", which is no key usage of RFC 5280`),
  ]
}

/**
 * Makes a certificate signing request: subject, key, and an ExtensionRequest with exactly the usages of the profile and
 * the names asked for, signed with the key. A certification authority may grant, change or ignore what it asks for.
 *
 * @throws TypeError naming every fault of subject, names and profile at once
 * @example
 * const { pem } = await createCertificateRequest({
 *   profile: profileOf(unifiedCommunications, tomcat),
 *   subject: { commonName: 'cucm1.example.com', organization: 'Example', country: 'US' },
 *   key: await signerFromWebCrypto(keyPair),
 * })
 */
export async function createCertificateRequest(input: RequestInput): Promise<CreatedRequest> {
  const { profile, subject, key, wildcards = 'refused' } = input
  const host = hostName(subject.commonName)
  const dns = [...(host === undefined ? [] : [subject.commonName]), ...(input.subjectAltNames?.dns ?? [])]
  const names = { ...input.subjectAltNames, dns }
  const faults = [...subjectFaults(subject), ...alternativeNameFaults(names, wildcards), ...profileFaults(profile)]
  if (faults.length > 0) throw new TypeError(`createCertificateRequest: ${[...new Set(faults)].join('; ')}`)
  const info = sequence(
    integer(0),
    subjectName(subject),
    key.publicKey,
    element(contextConstructed(0), extensionRequest(profile, alternativeNames(names))),
  )
  const signature = await key.sign(info)
  const der = sequence(info, algorithmIdentifier(key.algorithm), bitString(signature)) as Der<'CertificationRequest'>
  return { der, pem: writePem('CERTIFICATE REQUEST', der) }
}

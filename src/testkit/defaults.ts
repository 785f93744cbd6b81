// What makes a certificate of each kind right when its options say nothing: leaves, authorities, OCSP responders, and
// answers to requests.

import { hostName } from '../authoring/host-name.js'
import type { CertificationRequest } from '../pkcs10/index.js'
import { alternativeNamesOf, type CertificateDefaults, type CertificateOptions } from './certificate.js'
import type { TestExtension } from './extensions.js'
import type { TestName } from './names.js'
import { DAY } from './times.js'

// The longest the CA/Browser Forum's Baseline Requirements allow from March 2029 on is 47 days (§6.3.2).
const LEAF_LIFETIME = 45 * DAY
const AUTHORITY_LIFETIME = 3650 * DAY

/** Host a leaf is for when its options name nobody. */
const DEFAULT_HOST = 'leaf.example'

/**
 * A TLS server's certificate, for the hosts of its options or for the host it is named after.
 * @param keyKind what kind of key it certifies: one that starts with `rsa` can also encrypt
 */
export function leafDefaults(options: CertificateOptions, keyKind: string): CertificateDefaults {
  const { name } = options
  const given = alternativeNamesOf(options)
  const isHost = typeof name === 'string' && name.includes('.') && hostName(name) !== undefined
  const host = given === undefined ? (isHost ? name : DEFAULT_HOST) : given.dns?.[0]
  return {
    name: host ?? 'Test Leaf',
    extensions: {
      basicConstraints: {},
      keyUsage: keyKind.startsWith('rsa') ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
      extendedKeyUsage: ['serverAuth'],
      subjectAltName: { dns: [host ?? DEFAULT_HOST] },
    },
    lifetime: LEAF_LIFETIME,
  }
}

/** An authority that signs certificates, CRLs, and OCSP responses of its own. */
export function authorityDefaults(name: TestName, pathLenConstraint: number | undefined): CertificateDefaults {
  return {
    name,
    extensions: {
      basicConstraints: { cA: true, ...(pathLenConstraint === undefined ? {} : { pathLenConstraint }) },
      keyUsage: ['digitalSignature', 'keyCertSign', 'cRLSign'],
    },
    lifetime: AUTHORITY_LIFETIME,
  }
}

/** A responder with the usage RFC 6960 §4.2.2.2 asks of it, whose own status nobody need ask for. */
export const responderDefaults = (name: TestName): CertificateDefaults => ({
  name,
  extensions: {
    basicConstraints: {},
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['ocspSigning'],
    ocspNoCheck: true,
  },
  lifetime: LEAF_LIFETIME,
})

/** An issuer of CRLs that is no authority. */
export const crlIssuerDefaults = (name: TestName): CertificateDefaults => ({
  name,
  extensions: { basicConstraints: {}, keyUsage: ['cRLSign'] },
  lifetime: LEAF_LIFETIME,
})

// What an authority states itself is not the requester's to ask for.
const AUTHORITYS_OWN: readonly string[] = ['basicConstraints', 'subjectKeyIdentifier', 'authorityKeyIdentifier']

/** The extensions a request asks for that are granted: all but the authority's own and those its options speak of. */
export function grantedExtensions(
  request: CertificationRequest,
  options: CertificateOptions,
): readonly TestExtension[] {
  const spoken = [...AUTHORITYS_OWN, ...Object.keys(options), ...Object.keys(options.replace ?? {})]
  if (alternativeNamesOf(options) !== undefined) spoken.push('subjectAltName')
  return request.extensions
    .filter(({ name = '' }) => !spoken.includes(name) && !options.without?.some((left) => left === name))
    .map(({ oid, critical, bytes }) => ({ oid, critical, value: bytes }))
}

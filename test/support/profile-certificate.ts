// Certificates with chosen usages, keys and names, for checks that look at nothing else.

import { context } from '../../src/der/tags.js'
import {
  bitString,
  booleanValue,
  element,
  integer,
  namedBits,
  nullValue,
  objectIdentifier,
  sequence,
} from '../../src/der/writer.js'
import { keyUsageBits } from '../../src/x509/extensions/key-usage.js'
import { type Certificate, type KeyUsageBit, parseCertificate } from '../../src/x509/index.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'
import { extension, makeCertificate, name, sha256WithRsa } from './make-certificate.js'

export const rsaKey = (bits: number): Uint8Array =>
  sequence(
    sequence(objectIdentifier(identifierOf('rsaEncryption')), nullValue()),
    bitString(sequence(integer((1n << BigInt(bits - 1)) + 1n), integer(65537))),
  )

const coordinates = { 'P-256': 32, 'P-384': 48, 'P-521': 66, secp256k1: 32 }
export const ecKey = (curve: keyof typeof coordinates): Uint8Array =>
  sequence(
    sequence(objectIdentifier(identifierOf('ecPublicKey')), objectIdentifier(identifierOf(curve))),
    bitString(Uint8Array.of(4, ...new Uint8Array(2 * coordinates[curve]).fill(1))),
  )

export const ecdsaWithSha256 = (): Uint8Array => sequence(objectIdentifier(identifierOf('ecdsaWithSHA256')))

const keyUsageValue = (bits: readonly KeyUsageBit[]): Uint8Array =>
  namedBits(bits.map((bit) => keyUsageBits.indexOf(bit)))

export interface ProfileParts {
  readonly subject?: string
  readonly issuer?: string
  readonly publicKey?: Uint8Array
  readonly signature?: Uint8Array
  readonly keyUsage?: readonly KeyUsageBit[]
  readonly extendedKeyUsage?: readonly string[]
  readonly dnsNames?: readonly string[]
  readonly cA?: boolean
}

export function profileCertificate(parts: ProfileParts = {}): Certificate {
  const { keyUsage = [], extendedKeyUsage = [], dnsNames = [], cA } = parts
  const oids = extendedKeyUsage.map((usage) => objectIdentifier(/^\d/.test(usage) ? usage : identifierOf(usage)))
  const names = dnsNames.map((dnsName) => element(context(2), new TextEncoder().encode(dnsName)))
  const extensions = [
    ...(keyUsage.length > 0 ? [extension('keyUsage', keyUsageValue(keyUsage), true)] : []),
    ...(oids.length > 0 ? [extension('extendedKeyUsage', sequence(...oids))] : []),
    ...(names.length > 0 ? [extension('subjectAltName', sequence(...names))] : []),
    ...(cA === undefined ? [] : [extension('basicConstraints', sequence(...(cA ? [booleanValue(true)] : [])), true)]),
  ]
  return parseCertificate(
    makeCertificate({
      subject: name(parts.subject ?? 'host.example.com'),
      issuer: name(parts.issuer ?? 'CA'),
      publicKey: parts.publicKey ?? rsaKey(2048),
      signature: parts.signature ?? sha256WithRsa(),
      ...(extensions.length > 0 ? { extensions } : {}),
    }),
  )
}

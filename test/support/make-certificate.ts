// Builds certificates and requests byte by byte, right or wrong as a test wants them. Signatures are not real.

import {
  bitString,
  booleanValue,
  element,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../src/der/writer.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))

export const name = (commonName: string): Uint8Array =>
  sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))))

export const sha256WithRsa = (): Uint8Array =>
  sequence(objectIdentifier(identifierOf('sha256WithRSAEncryption')), nullValue())

export const ed25519 = (): Uint8Array => sequence(objectIdentifier('1.3.101.112'))

export const ed25519Key = (): Uint8Array => sequence(ed25519(), bitString(new Uint8Array(32).fill(7)))

/** `Extension`, its value already encoded. */
export const extension = (oidOrName: string, value: Uint8Array, critical = false): Uint8Array => {
  const oid = /^\d/.test(oidOrName) ? oidOrName : identifierOf(oidOrName)
  return sequence(objectIdentifier(oid), ...(critical ? [booleanValue(true)] : []), octetString(value))
}

export interface CertificateParts {
  version?: Uint8Array
  serial?: Uint8Array
  signature?: Uint8Array
  issuer?: Uint8Array
  validity?: Uint8Array
  subject?: Uint8Array
  publicKey?: Uint8Array
  uniqueIdentifiers?: Uint8Array
  /** The Extension elements; undefined leaves the field out. */
  extensions?: readonly Uint8Array[]
  /** The whole `[3]` field instead. */
  extensionsField?: Uint8Array
  outerSignature?: Uint8Array
  signatureValue?: Uint8Array
  trailing?: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** DER of a v3 certificate whose parts are the given ones, and else unremarkable. */
export function makeCertificate(parts: CertificateParts = {}): Uint8Array {
  const signature = parts.signature ?? ed25519()
  const extensions = parts.extensions === undefined ? NOTHING : explicit(3, sequence(...parts.extensions))
  const tbs = sequence(
    parts.version ?? explicit(0, integer(2)),
    parts.serial ?? integer(1),
    signature,
    parts.issuer ?? name('Issuer'),
    parts.validity ?? sequence(time(Date.UTC(2020, 0, 1)), time(Date.UTC(2060, 0, 1))),
    parts.subject ?? name('Subject'),
    parts.publicKey ?? ed25519Key(),
    parts.uniqueIdentifiers ?? NOTHING,
    parts.extensionsField ?? extensions,
  )
  return sequence(
    tbs,
    parts.outerSignature ?? signature,
    parts.signatureValue ?? bitString(new Uint8Array(64)),
    parts.trailing ?? NOTHING,
  )
}

export interface RequestParts {
  version?: Uint8Array
  subject?: Uint8Array
  attributes?: readonly Uint8Array[]
  attributesField?: Uint8Array
  publicKey?: Uint8Array
  signature?: Uint8Array
}

/** DER of a PKCS#10 request. */
export function makeRequest(parts: RequestParts = {}): Uint8Array {
  const info = sequence(
    parts.version ?? integer(0),
    parts.subject ?? name('Requester'),
    parts.publicKey ?? ed25519Key(),
    parts.attributesField ?? element(0xa0, ...(parts.attributes ?? [])),
  )
  return sequence(info, parts.signature ?? ed25519(), bitString(new Uint8Array(64)))
}

/** `Attribute` of a request. */
export const attribute = (oidOrName: string, ...values: readonly Uint8Array[]): Uint8Array =>
  sequence(objectIdentifier(/^\d/.test(oidOrName) ? oidOrName : identifierOf(oidOrName)), element(0x31, ...values))

/** DER of an empty CRL. */
export function makeCrl(version: 1 | 2 = 2): Uint8Array {
  const tbs = [...(version === 2 ? [integer(1)] : []), ed25519(), name('CA'), time(0), time(Date.UTC(2030, 0, 1))]
  return sequence(sequence(...tbs), ed25519(), bitString(new Uint8Array(64)))
}

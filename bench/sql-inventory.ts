// An inventory of any size for the benchmarks of a database, made of numbers: the same one for the same size.

import type { CertificateRecord, DueRecord, InventoryRecord, Scope } from '../src/inventory/index.js'

/** 2026-01-01, in milliseconds since 1970. */
export const EPOCH = 1_767_225_600_000
const DAY = 86_400_000
/** Nodes are as many as this part of the certificates. */
const CERTIFICATES_OF_A_NODE = 100

const authorities = [
  'Example Issuing CA 1',
  'Example Issuing CA 2',
  'Let’s Issue R11',
  'Corporate Device CA G3',
  'Partner CA',
]
const purposes = ['tomcat', 'tomcat-trust', 'CallManager', 'CallManager-trust', 'ipsec-trust', 'phones']
const keyTypes = ['EC P-256', 'RSA 2048 bit', 'RSA 3072 bit', 'EC P-384']

/** A number that looks like chance: 32 bits from an index and a salt. */
export function mixed(index: number, salt: number): number {
  let value = Math.imul(index ^ (salt * 0x9e3779b1), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

const of = <T>(items: readonly [T, ...T[]] | readonly T[], index: number, salt: number): T =>
  items[mixed(index, salt) % items.length] as T

const scopeAt = (index: number): Scope => ({
  node: `node-${Math.floor(index / CERTIFICATES_OF_A_NODE)}.site${index % 37}.example.com`,
  purpose: of(purposes, index, 1),
})

const hex = (index: number, salt: number): string => mixed(index, salt).toString(16).padStart(8, '0').toUpperCase()

/** A certificate as inventories hold them: DER of a kilobyte, names of the usual length. */
export function certificateAt(index: number, version = 0): CertificateRecord {
  const commonName = `host${index}.dept${mixed(index, 2) % 500}.example.com`
  const der = new Uint8Array(1_000)
  new DataView(der.buffer).setUint32(0, index)
  const notBefore = EPOCH - (mixed(index, 3) % (300 * DAY))
  return {
    ...scopeAt(index),
    kind: index % 10 === 0 ? 'identity' : 'trust',
    id: index % 10 === 0 ? 'current' : `${hex(index, 4)}${hex(index, 5)}`,
    commonName,
    subject: `CN=${commonName},OU=Department ${mixed(index, 2) % 500},O=Example ${index % 20},C=DE`,
    issuer: `CN=${of(authorities, index, 6)},O=Example Trust,C=DE`,
    serialNumber: [7, 8, 9, 10].map((salt) => hex(index, salt)).join(''),
    notBefore,
    notAfter: notBefore + (90 + (mixed(index, 11) % 700)) * DAY + version,
    keyType: of(keyTypes, index, 12),
    der,
    type: mixed(index, 13) % 20 === 0 ? 'self-signed' : 'ca-signed',
    origin: 'uploaded',
    description: mixed(index, 14) % 5 === 0 ? `installed by ticket ${mixed(index, 15) % 100_000}` : '',
    installedAt: EPOCH + index,
    sha256: [16, 17, 18, 19, 20, 21, 22, 23].map((salt) => hex(index, salt).toLowerCase()).join(''),
    sha1: [24, 25, 26, 27, 28].map((salt) => hex(index, salt).toLowerCase()).join(''),
    keyHandle: undefined,
    mark: undefined,
  }
}

/** When a certificate is to be looked at: spread over the year that follows. */
const dueAt = (index: number): DueRecord => ({
  ...scopeAt(index),
  kind: 'due',
  id: `expiry ${index}`,
  task: 'expiry',
  dueAt: EPOCH + (mixed(index, 30) % (365 * DAY)),
  data: { kind: 'trust', id: String(index) },
})

/** Certificates from `first` on, each with what is due for it. */
export function inventoryFrom(first: number, count: number): readonly InventoryRecord[] {
  return Array.from({ length: count }, (_, at) => [certificateAt(first + at), dueAt(first + at)]).flat()
}

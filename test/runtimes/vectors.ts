/** Makes the vectors of the portable suite: what others say of certificates, and what the rules come to when counted out. */

import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import {
  type CertificateRecord,
  createMemoryKeyStore,
  createMemoryStorage,
  keyStoreContract,
  storageContract,
} from '../../src/inventory/index.js'
import { type IdentityPurpose, profileOf, unifiedCommunications } from '../../src/purposes/index.js'
import { certificateFrom, describe, parseCertificate, ParseError } from '../../src/x509/index.js'
import { loadLimbo } from '../conformance/formats/limbo.js'
import { loadOcsp } from '../conformance/formats/ocsp.js'
import { loadPkits } from '../conformance/formats/pkits.js'
import { rootCorpus } from '../support/corpus.js'
import { bareRecord, DAY, HOUR, start } from '../support/monitor.js'
import { ecdsaWithSha256, ecKey, profileCertificate } from '../support/profile-certificate.js'
import type { ChainCase } from './judges/chains.js'
import type { NoticesCase } from './judges/notices.js'
import type { ProfileCase, RequestCase } from './judges/purposes.js'
import type { ReadCase, RefusedCase } from './judges/reading.js'
import type { ContractCaseName } from './judges/storage.js'
import type { Vectors } from './vector.js'

/** Groups of cases; those of the conformance suites only where their data is. */
export function makeVectors(conformance: string | undefined): readonly Vectors[] {
  return [
    { group: 'reading', cases: readCases() },
    { group: 'refusals', cases: refusedCases() },
    ...(conformance === undefined
      ? []
      : [
          { group: 'limbo', cases: loadLimbo(conformance) },
          { group: 'pkits', cases: loadPkits(join(conformance, 'pkits')) },
          { group: 'ocsp', cases: loadOcsp(join(conformance, 'openssl-ocsp')) },
        ]),
    { group: 'chains', cases: keyTypes.map((keyType): ChainCase => ({ id: keyType, keyType })) },
    { group: 'profiles', cases: identities.flatMap(profileCases) },
    { group: 'requests', cases: identities.map(({ id }): RequestCase => ({ id, purpose: id })) },
    { group: 'contracts', cases: contractCases() },
    { group: 'notices', cases: noticesCases() },
  ]
}

const keyTypes = ['rsa-2048', 'rsa-3072', 'rsa-pss-2048', 'p256', 'p384', 'p521', 'ed25519'] as const

const identities = unifiedCommunications.purposes.filter(
  (purpose): purpose is IdentityPurpose => purpose.usage === 'identity',
)

function readCases(): readonly ReadCase[] {
  return rootCertificates.map((pem, index) => {
    const known = new X509Certificate(pem)
    return {
      id: `root ${index}`,
      pem,
      sha256: known.fingerprint256.replaceAll(':', '').toLowerCase(),
      // Whole bytes, where Node writes zero as one digit.
      serialNumber: known.serialNumber.padStart(2, '0'),
      notBefore: Date.parse(known.validFrom),
      notAfter: Date.parse(known.validTo),
      keyType: known.publicKey.asymmetricKeyType ?? 'none',
      isAuthority: known.ca,
      description: describe(certificateFrom(pem)),
    }
  })
}

/** Roots with one byte changed where the bytes of their hash say. What is refused, where and why must not differ. */
function refusedCases(): readonly RefusedCase[] {
  return rootCorpus().flatMap(({ id, der }) =>
    Array.from({ length: 8 }, (_, round) => damaged(id, der, round)).filter((one) => one !== undefined),
  )
}

function damaged(id: string, der: Uint8Array, round: number): RefusedCase | undefined {
  const choice = createHash('sha256').update(der).update(Uint8Array.of(round)).digest()
  const changed = Uint8Array.from(der)
  const at = choice.readUInt16BE(0) % der.length
  changed[at] = choice.readUInt8(2)
  try {
    parseCertificate(changed)
    return undefined
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return { id: `${id} changed at ${at}`, der: changed, code: error.code, offset: error.offset }
  }
}

/** A certificate with all the profile asks for, and one without each usage it requires. */
function profileCases(purpose: IdentityPurpose): readonly ProfileCase[] {
  const { keyUsage, extendedKeyUsage } = profileOf(unifiedCommunications, purpose)
  const usages = [
    ...keyUsage.map((one) => ({ ...one, kind: 'key-usage' })),
    ...extendedKeyUsage.map((one) => ({ ...one, kind: 'extended-key-usage' })),
  ]
  const isEc = purpose.keys[0]?.type === 'ec'
  const make = (without: string | undefined): Uint8Array<ArrayBuffer> => {
    const certificate = profileCertificate({
      subject: 'pub.example.com',
      ...(isEc ? { publicKey: ecKey('P-384'), signature: ecdsaWithSha256() } : {}),
      keyUsage: keyUsage.map(({ usage }) => usage).filter((usage) => usage !== without),
      extendedKeyUsage: extendedKeyUsage.map(({ usage }) => usage).filter((usage) => usage !== without),
      ...(keyUsage.some(({ usage }) => usage === 'keyCertSign') ? { cA: true } : {}),
    })
    return Uint8Array.from(certificate.der)
  }
  return [
    { id: `${purpose.id} conforms`, purpose: purpose.id, der: make(undefined), errors: [] },
    ...usages
      .filter(({ required }) => required === 'always' || (required === 'rsa' && !isEc))
      .map(({ usage, kind }) => ({
        id: `${purpose.id} without ${usage}`,
        purpose: purpose.id,
        der: make(usage),
        errors: [`${kind}-missing ${usage}`],
      })),
  ]
}

export function contractCases(): readonly ContractCaseName[] {
  const storage = storageContract(() => Promise.resolve(createMemoryStorage()))
  const keys = keyStoreContract(() => Promise.resolve(createMemoryKeyStore()))
  return [
    ...storage.map(({ name }): ContractCaseName => ({ id: name, contract: 'storage' })),
    ...keys.map(({ name }): ContractCaseName => ({ id: name, contract: 'keys' })),
  ]
}

/** Certificates that end all through a year, and the notices due for them, counted out (MON-1, MON-2). */
function noticesCases(): readonly NoticesCase[] {
  const frequencies = [
    { every: 7, unit: 'days' },
    { every: 1, unit: 'days' },
    { every: 5, unit: 'hours' },
  ] as const
  return frequencies.map((notificationFrequency, index) => {
    const notificationStartDays = [30, 90, 3][index] ?? 30
    const certificates = Array.from({ length: 24 }, (_, number) =>
      bareRecord(20 + number * 15, {
        node: `node-${number}`,
        sha256: createHash('sha256').update(`${number}`).digest('hex'),
      }),
    )
    const until = start + 365 * DAY
    const step = notificationFrequency.every * (notificationFrequency.unit === 'days' ? DAY : HOUR)
    const due = ({ sha256, notAfter }: CertificateRecord): string[] => {
      const notices: string[] = []
      for (let at = notAfter - notificationStartDays * DAY; at <= until; at += step) notices.push(`${sha256} ${at}`)
      return notices
    }
    return {
      id: `every ${notificationFrequency.every} ${notificationFrequency.unit}`,
      settings: { notificationStartDays, notificationFrequency },
      certificates,
      from: start - 100 * DAY,
      until,
      notices: certificates.flatMap(due).sort(),
    }
  })
}

// Laws of authoring: what goes in comes out, a certificate issued for a request conforms, and one that is not says how.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hostName } from '../../src/authoring/host-name.js'
import {
  createCertificateRequest,
  type CreatedCertificate,
  createSelfSignedCertificate,
  issueCertificate,
  type Signer,
  validFor,
  verifyRequestSignature,
} from '../../src/authoring/index.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { checkProfile, unifiedCommunications } from '../../src/purposes/index.js'
import { parseIpAddress } from '../../src/x509/ip-address.js'
import { keyUsageBits } from '../../src/x509/extensions/key-usage.js'
import { type CertificationRequest, type GeneralName, parseCertificate } from '../../src/index.js'
import { identities, makeAuthority, profile, requestOf, signerFor, signerOf } from '../support/authoring.js'

const now = new Date('2026-11-24T12:00:00Z')
const validity = validFor(90, now)

let ecSigner: Signer
let root: CreatedCertificate & { readonly key: Signer }
beforeAll(async () => {
  ecSigner = await signerOf({ type: 'ec', curve: 'P-256' })
  root = await makeAuthority(signerOf({ type: 'rsa', modulusLength: 2048 }), now)
})

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/).filter((text) => !/^..--/.test(text))
const host = fc.tuple(label, label, fc.constantFrom('test', 'example', 'com')).map((labels) => labels.join('.'))
const text = (max: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter(
      (value) =>
        /[^\s\p{DI}]/u.test(value) && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value) && Array.from(value).length <= max,
    )
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const subject = fc.record({
  commonName: host.filter((name) => name.length <= 64),
  organization: optional(text(64)),
  organizationalUnit: optional(fc.oneof(text(64), fc.array(text(64), { maxLength: 3 }))),
  locality: optional(text(128)),
  state: optional(text(128)),
  country: optional(fc.stringMatching(/^[A-Za-z]{2}$/)),
})
const mailbox = fc.tuple(fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/), host).map((parts) => parts.join('@'))
const uri = fc.tuple(host, fc.webPath()).map(([name, path]) => `https://${name}${path}`)
const names = fc.record({
  dns: fc.array(host, { maxLength: 5 }),
  ip: fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 4 }),
  email: fc.array(mailbox, { maxLength: 3 }),
  uri: fc.array(uri, { maxLength: 3 }),
})

const valueOf = (name: GeneralName): string =>
  name.type === 'iPAddress' ? Buffer.from(name.address).toString('hex') : String('value' in name ? name.value : '')
const unique = (values: readonly string[]): readonly string[] => [...new Set(values)]
const hexAddress = (address: string): string => Buffer.from(parseIpAddress(address) ?? []).toString('hex')

describe('authoring', () => {
  it('CSR-1 CSR-9 any valid subject and names round-trip, through requests and certificates', async () => {
    await fc.assert(
      fc.asyncProperty(subject, names, fc.array(host, { minLength: 1, maxLength: 4 }), async (who, san, hosts) => {
        const { der } = await createCertificateRequest({
          profile: profile('CallManager'),
          subject: who,
          subjectAltNames: san,
          distribution: { type: 'multi-server', hosts },
          key: ecSigner,
        })
        const request = parseCertificationRequest(der)
        const { certificate } = await issueCertificate({
          request,
          issuer: root.certificate,
          key: root.key,
          requestedExtensions: 'grant',
          ...validity,
        })
        const units = who.organizationalUnit ?? []
        for (const { subject: read } of [request, parseCertificate(certificate.der)]) {
          expect(read.get('commonName')).toBe(who.commonName)
          expect(read.get('organizationName')).toBe(who.organization)
          expect(read.getAll('organizationalUnitName')).toEqual(typeof units === 'string' ? [units] : units)
          expect(read.get('localityName')).toBe(who.locality)
          expect(read.get('stateOrProvinceName')).toBe(who.state)
          expect(read.get('countryName')).toBe(who.country?.toUpperCase())
        }
        for (const read of [request.extension('subjectAltName')?.value, certificate.subjectAltName]) {
          expect(read?.map(valueOf)).toEqual([
            ...unique([who.commonName, ...hosts, ...san.dns]),
            ...unique(san.ip.map(hexAddress)),
            ...unique(san.email),
            ...unique(san.uri),
          ])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a text is a host name exactly if what it is written as is one, and then once is enough', () => {
    const anything = fc.oneof(
      host,
      fc.domain(),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.ipV4(),
    )
    fc.assert(
      fc.property(anything, (input) => {
        const written = hostName(input)
        if (written === undefined) return
        expect(written).toMatch(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/)
        expect(hostName(written)).toBe(written)
      }),
      { numRuns: 3000 },
    )
  })

  it('every text for an address or none: what is accepted has 4 or 16 bytes, and a URL agrees', () => {
    const close = fc.string({ unit: fc.constantFrom('0', '1', 'f', ':', '::', '.', '255'), maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), close, fc.string()), (input) => {
        const bytes = parseIpAddress(input)
        if (bytes === undefined) return
        expect([4, 16]).toContain(bytes.length)
        const groups = Array.from({ length: bytes.length / 2 }, (_, at) =>
          (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
        )
        const again = bytes.length === 4 ? bytes.join('.') : `[${groups.join(':')}]`
        const given = bytes.length === 4 ? input : `[${input}]`
        expect(new URL(`http://${given}`).hostname).toBe(new URL(`http://${again}`).hostname)
      }),
      { numRuns: 3000 },
    )
  })

  it('whatever the input, a request comes out that verifies, or one TypeError', async () => {
    const wild = fc.oneof(host, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constant(''))
    const list = fc.array(fc.oneof(wild, fc.ipV6(), mailbox, uri), { maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(wild, wild, fc.record({ dns: list, ip: list, email: list, uri: list }), async (cn, o, san) => {
        let request: CertificationRequest
        try {
          request = await requestOf({ subject: { commonName: cn, organization: o }, subjectAltNames: san })
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          expect(String(error)).toContain('createCertificateRequest: ')
          return
        }
        expect(request.subject.get('commonName')).toBe(cn)
        expect(request.extension('subjectAltName')?.error).toBeUndefined()
        expect(await verifyRequestSignature(request)).toEqual({ ok: true })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('conformance of what is issued', () => {
  const purposes = fc.constantFrom(...identities)

  it('CSR-7 for every purpose, a certificate issued for its own request conforms', async () => {
    await fc.assert(
      fc.asyncProperty(purposes, subject, names, async (purpose, who, subjectAltNames) => {
        const key = await signerFor(purpose)
        const { request } = await createCertificateRequest({
          profile: profile(purpose.id),
          subject: who,
          subjectAltNames,
          key,
        })
        const { certificate } = await issueCertificate({
          request,
          issuer: root.certificate,
          key: root.key,
          requestedExtensions: 'grant',
          ...(purpose.id === 'CAPF' ? { authority: { pathLenConstraint: 0 } } : {}),
          ...validity,
        })
        expect(checkProfile(certificate, purpose, unifiedCommunications)).toEqual({ ok: true, findings: [] })
      }),
      { numRuns: 200 },
    )
  })

  it.each(identities.map((purpose) => [purpose.id, purpose] as const))(
    'CSR-7 a certificate for %s whose issuer ignored the request is refused with every missing usage named',
    async (id, purpose) => {
      const wanted = profile(id)
      const request = await requestOf({ profile: wanted, key: await signerFor(purpose) })
      const { certificate } = await issueCertificate({
        request,
        issuer: root.certificate,
        key: root.key,
        requestedExtensions: 'ignore',
        ...validity,
      })
      const isRsa = request.publicKey.key.type === 'rsa'
      const required = [...wanted.keyUsage, ...wanted.extendedKeyUsage]
        .filter((usage) => usage.required === 'always' || (usage.required === 'rsa' && isRsa))
        .map(({ usage }) => usage)
      const { ok, findings } = checkProfile(certificate, purpose, unifiedCommunications)
      expect(ok).toBe(false)
      expect(findings.map(({ severity, subject: usage }) => [severity, usage])).toEqual(
        required.map((usage) => ['error', usage]),
      )
    },
  )

  it('CSR-7 checkProfile accepts exactly the certificates whose usages contain the required set', async () => {
    const extendedUsages = ['serverAuth', 'clientAuth', 'ipsecEndSystem', 'codeSigning', '1.2.3.4']
    await fc.assert(
      fc.asyncProperty(
        purposes,
        fc.subarray([...keyUsageBits], { minLength: 1 }),
        fc.subarray(extendedUsages),
        fc.boolean(),
        async (purpose, keyUsage, extendedKeyUsage, isSelfSigned) => {
          const drawn = {
            keyUsage: keyUsage.map((usage) => ({ usage })),
            extendedKeyUsage: extendedKeyUsage.map((usage) => ({ usage })),
          }
          const key = await signerFor(purpose)
          const who = { commonName: 'host.test' }
          const { certificate } = isSelfSigned
            ? await createSelfSignedCertificate({ profile: drawn, subject: who, key, ...validity })
            : await issueCertificate({
                request: await requestOf({ profile: drawn, subject: who, key }),
                issuer: root.certificate,
                key: root.key,
                requestedExtensions: 'grant',
                ...(keyUsage.includes('keyCertSign') ? { authority: {} } : {}),
                ...validity,
              })
          expect(certificate.keyUsage).toEqual(keyUsage)
          const { keyUsage: bits, extendedKeyUsage: extended } = profile(purpose.id)
          const isRsa = purpose.keys[0]?.type === 'rsa'
          const required = [...bits, ...extended].filter(
            (usage) => usage.required === 'always' || (usage.required === 'rsa' && isRsa),
          )
          const found: readonly string[] = [...keyUsage, ...extendedKeyUsage]
          const { ok } = checkProfile(certificate, purpose, unifiedCommunications)
          expect(ok).toBe(required.every(({ usage }) => found.includes(usage)))
        },
      ),
      { numRuns: 600 },
    )
  })
})

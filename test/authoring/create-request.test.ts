// Requests with exact usages: read back, and accepted by openssl with the lines the appliance's guide prints.

import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createCertificateRequest,
  type RequestInput,
  type Signer,
  signerFromKeyObject,
  type SignerHash,
  signerFromWebCrypto,
} from '../../src/authoring/index.js'
import { addressBytes, hostName } from '../../src/authoring/alternative-names.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { type IdentityPurpose, profileOf, purposeOf, unifiedCommunications } from '../../src/purposes/index.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'requests checked by openssl')
const run = (arguments_: readonly string[], input: string | Uint8Array): string =>
  execFileSync(openssl ?? 'openssl', arguments_, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })

const identity = (id: string): IdentityPurpose => {
  const purpose = purposeOf(unifiedCommunications, id)
  if (purpose.usage !== 'identity') throw new TypeError(id)
  return purpose
}
const profile = (id: string): RequestInput['profile'] => profileOf(unifiedCommunications, identity(id))
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey

let rsaSigner: Signer
let ecSigner: Signer
beforeAll(async () => {
  rsaSigner = await signerFromKeyObject(rsa(2048))
  ecSigner = await signerFromKeyObject(ec('P-256'))
})

const subject = {
  commonName: 'cucm1.example.com',
  organization: 'Example',
  organizationalUnit: ['IT', 'Voice'],
  locality: 'San José',
  state: 'CA',
  country: 'us',
}

describe('createCertificateRequest', () => {
  it('CSR-1 writes subject, key and extensions that read back as they were given', async () => {
    const { der, pem } = await createCertificateRequest({
      profile: profile('tomcat'),
      subject,
      subjectAltNames: {
        dns: ['Bücher.example', 'cucm2.example.com', 'CUCM1.example.com'],
        ip: ['192.0.2.1', '2001:db8::1'],
        email: ['ops@example.com'],
        uri: ['sip:ops@example.com'],
      },
      key: rsaSigner,
    })
    const request = parseCertificationRequest(der)
    expect(request.subject.toOneLine()).toBe(
      'C = US, ST = CA, L = San José, O = Example, OU = IT, OU = Voice, CN = cucm1.example.com',
    )
    expect(request.publicKey.der).toEqual(rsaSigner.publicKey)
    expect(request.extension('keyUsage')).toMatchObject({
      critical: true,
      value: ['digitalSignature', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
    })
    expect(request.extension('extendedKeyUsage')?.value).toEqual(['serverAuth', 'clientAuth', 'ipsecEndSystem'])
    const values = request.extension('subjectAltName')?.value.map((name) => name.value)
    expect(values).toEqual([
      'cucm1.example.com',
      'xn--bcher-kva.example',
      'cucm2.example.com',
      '192.0.2.1',
      '2001:db8::1',
      'ops@example.com',
      'sip:ops@example.com',
    ])
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/)
  })

  it.skipIf(openssl === undefined).each([
    ['CSR-2 CAPF', 'CAPF', 'TLS Web Server Authentication', 'Digital Signature, Certificate Sign'],
    [
      'CSR-3 tomcat',
      'tomcat',
      'TLS Web Server Authentication, TLS Web Client Authentication, IPSec End System',
      'Digital Signature, Key Encipherment, Data Encipherment, Key Agreement',
    ],
    [
      'CSR-3 tomcat-ECDSA',
      'tomcat-ECDSA',
      'TLS Web Server Authentication, TLS Web Client Authentication, IPSec End System',
      'Digital Signature, Key Encipherment, Data Encipherment, Key Agreement',
    ],
    [
      'CSR-4 ipsec',
      'ipsec',
      'TLS Web Server Authentication, TLS Web Client Authentication, IPSec End System',
      'Digital Signature, Key Encipherment, Data Encipherment, Key Agreement',
    ],
    [
      'CSR-5 CallManager',
      'CallManager',
      'TLS Web Server Authentication, TLS Web Client Authentication',
      'Digital Signature, Key Encipherment, Data Encipherment, Key Agreement',
    ],
  ])('%s: openssl verifies it and prints the guide’s lines', async (_, id, extendedKeyUsage, keyUsage) => {
    const key = id.endsWith('ECDSA') ? ecSigner : rsaSigner
    const { pem } = await createCertificateRequest({ profile: profile(id), subject, key })
    const text = run(['req', '-verify', '-text', '-noout'], pem)
    const lines = text.split('\n').map((line) => line.trim())
    expect(lines[lines.findIndex((line) => line.startsWith('X509v3 Extended Key Usage')) + 1]).toBe(extendedKeyUsage)
    expect(lines[lines.findIndex((line) => line.startsWith('X509v3 Key Usage')) + 1]).toBe(keyUsage)
  })

  const keys: [string, () => KeyObject][] = [
    ['RSA 2048', () => rsa(2048)],
    ['RSA 3072', () => rsa(3072)],
    ['RSA 4096', () => rsa(4096)],
    ['P-256', () => ec('P-256')],
    ['P-384', () => ec('P-384')],
    ['P-521', () => ec('P-521')],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ]
  it.skipIf(openssl === undefined).each(keys)(
    'CSR-8 CSR-11 proves possession of a key %s with every hash',
    async (_, make) => {
      const key = make()
      for (const hash of ['sha-256', 'sha-384', 'sha-512'] as SignerHash[]) {
        const signer = await signerFromKeyObject(key, hash)
        expect(signer.publicKey).toEqual(new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })))
        const { pem, der } = await createCertificateRequest({ profile: profile('tomcat'), subject, key: signer })
        // Throws where the signature does not verify.
        run(['req', '-verify', '-noout'], pem)
        const { scheme, hash: read } = parseCertificationRequest(der).signatureAlgorithm
        expect(scheme === 'ed25519' || read === hash).toBe(true)
      }
    },
  )

  it('signs with Web Crypto’s own key pairs, which need not be extractable', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign', 'verify'])
    const signer = await signerFromWebCrypto(pair, 'sha-384')
    const { der } = await createCertificateRequest({ profile: profile('tomcat-ECDSA'), subject, key: signer })
    expect(parseCertificationRequest(der).publicKey.key).toMatchObject({ type: 'ec', curve: 'P-384' })
  })

  it('refuses keys that cannot sign requests', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    await expect(signerFromKeyObject(publicKey)).rejects.toThrow(/expected a private key, found a public one/)
    await expect(signerFromKeyObject(ec('secp256k1'))).rejects.toThrow(/found secp256k1/)
    const pss = await crypto.subtle.generateKey(
      { name: 'RSA-PSS', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' },
      true,
      ['sign', 'verify'],
    )
    await expect(signerFromWebCrypto(pss)).rejects.toThrow(/found one for RSA-PSS/)
  })

  it('names every fault of the input in one error', async () => {
    const attempt = createCertificateRequest({
      profile: { keyUsage: [{ usage: 'everything' }], extendedKeyUsage: [] },
      subject: { commonName: 'a'.repeat(65), organization: ' ', country: 'USA', locality: 'a\nb' },
      subjectAltNames: {
        dns: ['bad_host', '*.example.com', 'a..b', '-a.test', 'host:443'],
        ip: ['256.1.1.1', '1.2.3', '::g', '01.2.3.4'],
        email: ['nobody'],
        uri: ['no uri'],
      },
      key: rsaSigner,
    })
    const message = await attempt.then(
      () => '',
      (error: unknown) => (error instanceof TypeError ? error.message : String(error)),
    )
    for (const fault of [
      'subject.commonName has 65 characters: at most 64',
      'subject.organization is empty',
      'subject.country is "USA"',
      'subject.locality holds a control character',
      '"bad_host" is no host name',
      '"a..b" is no host name',
      '"-a.test" is no host name',
      '"host:443" is no host name',
      '"*.example.com" is a wildcard name',
      '"256.1.1.1" is no IPv4',
      '"1.2.3" is no IPv4',
      '"::g" is no IPv4',
      '"01.2.3.4" is no IPv4',
      '"nobody" is no mailbox',
      '"no uri" is no absolute URI',
      'profile.keyUsage holds "everything"',
    ])
      expect(message).toContain(fault)
    const wild = await createCertificateRequest({
      profile: profile('tomcat'),
      subject: { commonName: '*.example.com' },
      key: rsaSigner,
      wildcards: 'accepted',
    })
    expect(parseCertificationRequest(wild.der).extension('subjectAltName')?.value).toEqual([
      { type: 'dNSName', value: '*.example.com' },
    ])
  })

  it('CSR-9 any valid subject and names round-trip', async () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/).filter((text) => !/^(xn--|..--)/.test(text))
    const host = fc.tuple(label, label, fc.constantFrom('test', 'example', 'com')).map((labels) => labels.join('.'))
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((value) => value.trim() !== '' && !/\p{Cc}/u.test(value) && Array.from(value).length <= 64)
    await fc.assert(
      fc.asyncProperty(
        host,
        text,
        fc.uniqueArray(host, { maxLength: 5 }),
        fc.array(fc.ipV4(), { maxLength: 3 }),
        async (commonName, organization, dns, ip) => {
          const { der } = await createCertificateRequest({
            profile: profile('CallManager'),
            subject: { commonName, organization },
            subjectAltNames: { dns, ip },
            key: ecSigner,
          })
          const request = parseCertificationRequest(der)
          expect(request.subject.get('organizationName')).toBe(organization)
          const names = request.extension('subjectAltName')?.value ?? []
          const values = names.map((name) => ('value' in name ? name.value : ''))
          expect(values).toEqual([...new Set([commonName, ...dns]), ...ip])
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('names', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['1.2.3.4', undefined],
    ['a.*.test', undefined],
    [`${'a'.repeat(64)}.test`, undefined],
    [`${'a.'.repeat(130)}test`, undefined],
    ['user@host', undefined],
    ['', undefined],
  ])('the host name %s is %s', (text, expected) => {
    expect(hostName(text)).toBe(expected)
  })

  it.each([
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['127.0.0.1', '7f000001'],
    [':::', undefined],
    ['12345::', undefined],
    ['1.2.3.4.5', undefined],
  ])('the address %s is %s', (text, expected) => {
    const bytes = addressBytes(text)
    expect(bytes && Buffer.from(bytes).toString('hex')).toBe(expected)
  })
})

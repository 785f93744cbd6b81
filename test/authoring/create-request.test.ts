// Requests with exact usages: read back, and accepted by openssl with the lines the appliance's guide prints.

import { createPublicKey, type KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createCertificateRequest,
  type RequestInput,
  type Signer,
  signerFromKeyObject,
  type SignerHash,
} from '../../src/authoring/index.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { formatGeneralName } from '../../src/x509/index.js'
import { ec, ed25519, identities, profile, requestOf, rsa, signerFor, signerOf } from '../support/authoring.js'
import { openssl as runOpenssl } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'requests checked by openssl')
const run = (args: readonly string[], input: string | Uint8Array): string =>
  runOpenssl(openssl ?? 'openssl', args, input).toString()

let rsaSigner: Signer
let ecSigner: Signer
beforeAll(async () => {
  rsaSigner = await signerOf({ type: 'rsa', modulusLength: 2048 })
  ecSigner = await signerOf({ type: 'ec', curve: 'P-256' })
})

/** The one TypeError an attempt ends in. */
async function faultsOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof TypeError ? error.message : String(error)),
  )
}

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
    ['Ed25519', ed25519],
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

  it.each(identities.map((purpose) => [purpose.id, purpose] as const))(
    'CSR-1 asks for exactly the usages of %s, with a key it takes',
    async (id, purpose) => {
      const { keyUsage, extendedKeyUsage } = profile(id)
      const { request } = await createCertificateRequest({
        profile: profile(id),
        subject,
        key: await signerFor(purpose),
      })
      expect(request.extensions.map(({ name }) => name)).toEqual(['keyUsage', 'extendedKeyUsage', 'subjectAltName'])
      expect(request.extension('keyUsage')?.value).toEqual(keyUsage.map(({ usage }) => usage))
      expect(request.extension('extendedKeyUsage')?.value).toEqual(extendedKeyUsage.map(({ usage }) => usage))
    },
  )

  it('returns the request parsed, in DER and in PEM', async () => {
    const { request, der, pem } = await createCertificateRequest({
      profile: profile('tomcat'),
      subject,
      key: rsaSigner,
    })
    expect(request.der).toEqual(der)
    expect(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')).toEqual(Buffer.from(der))
  })

  it('writes usages given as OIDs or twice, each once', async () => {
    const request = await requestOf({
      profile: {
        keyUsage: [{ usage: 'decipherOnly' }, { usage: 'keyAgreement' }, { usage: 'keyAgreement' }],
        extendedKeyUsage: [{ usage: 'serverAuth' }, { usage: '1.3.6.1.5.5.7.3.1' }, { usage: '1.2.3.4' }],
      },
    })
    expect(request.extension('keyUsage')?.value).toEqual(['keyAgreement', 'decipherOnly'])
    expect(request.extension('extendedKeyUsage')?.value).toEqual(['serverAuth', '1.2.3.4'])
  })

  it('names every fault of the input in one error', async () => {
    const attempt = createCertificateRequest({
      profile: {
        keyUsage: [{ usage: 'everything' }],
        extendedKeyUsage: [{ usage: 'commonName' }, { usage: 'nonsense' }, { usage: '9.9.9' }],
        distributions: ['this-server'],
      },
      subject: { commonName: 'a'.repeat(65), organization: ' ', country: 'USA', locality: 'a\nb', state: 'a\ud800' },
      subjectAltNames: {
        dns: ['bad_host', '*.example.com'],
        ip: ['256.1.1.1', '::g'],
        email: ['nobody'],
        uri: ['no uri'],
      },
      distribution: { type: 'multi-server', hosts: [] },
      key: rsaSigner,
    })
    const message = await faultsOf(attempt)
    for (const fault of [
      'createCertificateRequest: ',
      'subject.commonName has 65 characters: at most 64 (RFC 5280 appendix A.1)',
      'subject.organization is empty',
      'subject.country is "USA": expected two letters such as US',
      'subject.locality holds a control character or a line break',
      'subject.state holds half a surrogate pair',
      '"bad_host" is no host name',
      '"*.example.com" is a wildcard name',
      '"256.1.1.1" is no IPv4 or IPv6 address',
      '"::g" is no IPv4 or IPv6 address',
      '"nobody" is no mailbox',
      '"no uri" is no absolute URI',
      'profile.keyUsage holds "everything"',
      // Names are registered for more than usages.
      'profile.extendedKeyUsage holds "commonName"',
      'profile.extendedKeyUsage holds "nonsense"',
      'profile.extendedKeyUsage holds "9.9.9"',
      'distribution is multi-server, and the profile allows only this-server (CSR-9)',
      'distribution.hosts is empty',
    ]) {
      expect(message).toContain(fault)
    }
  })

  it.each([
    ['spaces', '   '],
    ['what cannot be seen', '\u200b\u00ad'],
    ['a line separator', 'a\u2028b'],
    ['half a character', '\udc00a'],
    ['129 characters', '😀'.repeat(129)],
  ])('refuses %s in a subject', async (_, locality) => {
    expect(await faultsOf(requestOf({ subject: { commonName: 'a.test', locality } }))).toContain('subject.locality')
  })

  it.each([
    ['state', 128],
    ['locality', 128],
    ['organization', 64],
    ['organizationalUnit', 64],
    ['commonName', 64],
  ] as const)('takes a %s of %i characters and no more (RFC 5280 appendix A.1)', async (field, most) => {
    const subjectWith = (length: number) => ({ commonName: 'a.test', [field]: 'x'.repeat(length) })
    expect(await faultsOf(requestOf({ subject: subjectWith(most) }))).toBe('none')
    expect(await faultsOf(requestOf({ subject: subjectWith(most + 1) }))).toContain(
      `subject.${field} has ${most + 1} characters: at most ${most} (RFC 5280 appendix A.1)`,
    )
  })

  it('refuses a profile without a key usage', async () => {
    const empty = { keyUsage: [], extendedKeyUsage: [{ usage: 'serverAuth' }] }
    expect(await faultsOf(requestOf({ profile: empty }))).toBe('createCertificateRequest: profile.keyUsage is empty')
  })

  it('counts characters, not code units, against the upper bounds', async () => {
    const locality = '😀'.repeat(128)
    const request = await requestOf({ subject: { commonName: 'a.test', locality } })
    expect(request.subject.get('localityName')).toBe(locality)
  })
})

describe('names of requests', () => {
  const namesOf = async (input: Partial<RequestInput>): Promise<readonly string[]> =>
    ((await requestOf(input)).extension('subjectAltName')?.value ?? []).map(formatGeneralName)

  it('hold the common name’s host or address, and nothing of a common name that is neither', async () => {
    expect(await namesOf({ subject: { commonName: 'CUCM1.example.com' } })).toEqual(['DNS:cucm1.example.com'])
    expect(await namesOf({ subject: { commonName: 'bücher.example' } })).toEqual(['DNS:xn--bcher-kva.example'])
    expect(await namesOf({ subject: { commonName: '192.0.2.1' } })).toEqual(['IP Address:192.0.2.1'])
    expect(await namesOf({ subject: { commonName: '2001:DB8::1' } })).toEqual(['IP Address:2001:db8::1'])
    expect(await namesOf({ subject: { commonName: 'ITLRECOVERY_cucm1' } })).toEqual([])
  })

  it('stand once each, however they are written', async () => {
    const names = await namesOf({
      subject: { commonName: 'host.test' },
      subjectAltNames: {
        dns: ['HOST.test', 'b.test', 'b.test'],
        ip: ['192.0.2.1', '::1', '0:0::1', '192.0.2.1'],
        email: ['a@host.test', 'a@host.test'],
        uri: ['sip:a@host.test', 'sip:a@host.test'],
      },
    })
    expect(names).toHaveLength(6)
  })

  it('may be wildcards only where the caller says so', async () => {
    const subject = { commonName: '*.example.com' }
    expect(await faultsOf(requestOf({ subject }))).toContain('"*.example.com" is a wildcard name')
    expect(await namesOf({ subject, wildcards: 'accepted' })).toEqual(['DNS:*.example.com'])
    // A wildcard that is no host name would be refused nowhere else.
    for (const commonName of ['*.bad_host.test', 'a*.test', '*']) {
      expect(await faultsOf(requestOf({ subject: { commonName }, wildcards: 'accepted' }))).toContain('is no host name')
    }
  })

  it('CSR-9 are every node’s for a multi-server certificate', async () => {
    const distribution = { type: 'multi-server', hosts: ['cucm1.example.com', 'cucm2.example.com'] } as const
    const subject = { commonName: 'cucm1-ms.example.com' }
    const subjectAltNames = { dns: ['voice.example.com'] }
    for (const { id } of identities.filter(({ distributions }) => distributions.includes('multi-server'))) {
      expect(await namesOf({ profile: profile(id), subject, subjectAltNames, distribution })).toEqual([
        'DNS:cucm1-ms.example.com',
        'DNS:cucm1.example.com',
        'DNS:cucm2.example.com',
        'DNS:voice.example.com',
      ])
    }
  })

  it('CSR-9 refuses a multi-server certificate for purposes that have none, and a single one where all share', async () => {
    const distribution = { type: 'multi-server', hosts: ['cucm1.example.com'] } as const
    for (const { id } of identities.filter(({ distributions }) => !distributions.includes('multi-server'))) {
      expect(await faultsOf(requestOf({ profile: profile(id), distribution }))).toContain(
        'distribution is multi-server, and the profile allows only this-server (CSR-9)',
      )
    }
    const shared = { ...profile('tomcat'), distributions: ['multi-server'] as const }
    expect(await faultsOf(requestOf({ profile: shared }))).toContain('distribution is this-server')
  })

  it.skipIf(openssl === undefined)('CSR-9 read the same in openssl', async () => {
    const { pem } = await createCertificateRequest({
      profile: profile('CallManager-ECDSA'),
      subject: { commonName: 'cucm1-ms.example.com' },
      subjectAltNames: { ip: ['192.0.2.10', '2001:db8::a'] },
      distribution: { type: 'multi-server', hosts: ['cucm1.example.com', 'cucm2.example.com'] },
      key: ecSigner,
    })
    expect(run(['req', '-verify', '-text', '-noout'], pem)).toContain(
      'DNS:cucm1-ms.example.com, DNS:cucm1.example.com, DNS:cucm2.example.com, IP Address:192.0.2.10, IP Address:2001:DB8:0:0:0:0:0:A\n',
    )
  })
})

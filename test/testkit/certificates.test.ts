// What an authority issues by default is right: openssl and GnuTLS accept it, and every extension says what it was given.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createCertificateRequest } from '../../src/authoring/index.js'
import { fixedClock } from '../../src/base/clock.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { createTestCa, generateTestKey, testKey, type TestKeyType } from '../../src/testkit/index.js'
import { gnutlsVerify, gnutlsVerifyChain, opensslText, opensslVerify, without } from './oracles.js'

const at = new Date('2026-03-01T12:00:00.750Z')

describe('a chain of the test kit', () => {
  it.skipIf(without.openssl).each<TestKeyType>(['p256', 'p384', 'p521', 'ed25519', 'rsa-2048', 'rsa-pss-2048'])(
    'of keys of type %s is one that openssl and GnuTLS accept',
    async (keyType) => {
      const root = await createTestCa({ keyType })
      const intermediate = await root.issueIntermediate({ pathLenConstraint: 0 })
      const leaf = await intermediate.issue({ dns: ['a.example'] })
      expect(leaf.chain).toStrictEqual([leaf, intermediate])
      expect(
        opensslVerify(leaf, { root }, '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'a.example'),
      ).toBe('OK')
      if (without.certtool) return
      expect(gnutlsVerify(leaf, { root })).toContain('Verified. The certificate is trusted.')
      expect(gnutlsVerifyChain(leaf, root)).toContain(
        'Chain verification output: Verified. The certificate is trusted.',
      )
    },
  )

  it.skipIf(without.openssl)('holds to name constraints, as openssl judges them', async () => {
    const root = await createTestCa()
    const intermediate = await root.issueIntermediate({
      nameConstraints: {
        permitted: { dns: ['example'], ip: ['192.0.2.0/24', '2001:db8::/32'], email: ['mail.example'] },
        excluded: { dns: ['secret.example'], ip: ['192.0.2.128/255.255.255.128'] },
      },
    })
    const verdict = async (names: { dns?: string[]; ip?: string[]; email?: string[] }): Promise<string> =>
      opensslVerify(await intermediate.issue(names), { root })
    expect(await verdict({ dns: ['a.example'], ip: ['192.0.2.1', '2001:db8::1'], email: ['x@mail.example'] })).toBe(
      'OK',
    )
    expect(await verdict({ dns: ['a.test'] })).toBe('permitted subtree violation')
    expect(await verdict({ ip: ['198.51.100.1'] })).toBe('permitted subtree violation')
    expect(await verdict({ dns: ['a.secret.example'] })).toBe('excluded subtree violation')
    expect(await verdict({ ip: ['192.0.2.200'] })).toBe('excluded subtree violation')
  })

  it.skipIf(without.openssl)('leads to another root over a cross certificate', async () => {
    const old = await createTestCa({ name: 'Old Root' })
    const young = await createTestCa({ name: 'Young Root' })
    const leaf = await young.issue()
    const cross = await old.crossSign(young)
    expect(cross.chain).toStrictEqual([cross])
    expect(opensslVerify(leaf, { root: young })).toBe('OK')
    expect(opensslVerify(leaf, { root: old, between: [cross] })).toBe('OK')
    expect(opensslVerify(leaf, { root: old, between: [] })).toBe('unable to get local issuer certificate')
    if (!without.certtool) expect(gnutlsVerify(leaf, { root: old, between: [cross] })).toContain('is trusted.')
  })

  it('leads from every leaf by default to the authority that issued it and no other of the same name', async () => {
    const [one, other] = [await createTestCa(), await createTestCa()]
    expect(one.key.publicKey).not.toEqual(other.key.publicKey)
    const leaf = new X509Certificate((await one.issue()).pem)
    expect(leaf.verify(new X509Certificate(one.pem).publicKey)).toBe(true)
    expect(leaf.verify(new X509Certificate(other.pem).publicKey)).toBe(false)
  })
})

describe('a leaf', () => {
  it('is a TLS server’s certificate by default, for the host it is named after', async () => {
    const ca = await createTestCa({ clock: fixedClock(at) })
    const { certificate } = await ca.issue({ name: 'b.example' })
    expect(certificate.subject.toString()).toBe('CN=b.example')
    expect(certificate.subjectAltName).toEqual([{ type: 'dNSName', value: 'b.example' }])
    expect(certificate.extendedKeyUsage).toEqual(['serverAuth'])
    expect(certificate.keyUsage).toEqual(['digitalSignature'])
    expect(certificate.basicConstraints).toEqual({ cA: false, pathLenConstraint: undefined })
    expect(certificate.authorityKeyIdentifier?.keyIdentifier).toEqual(ca.certificate.subjectKeyIdentifier)
    expect(certificate.serialNumberBytes).toHaveLength(20)
    expect(certificate.extensionErrors).toEqual([])
    expect((await ca.issue()).certificate.subject.toString()).toBe('CN=leaf.example')
    expect((await ca.issue({ email: ['a@b.example'] })).certificate.subjectAltName).toEqual([
      { type: 'rfc822Name', value: 'a@b.example' },
    ])
    const rsa = await ca.issue({ keyType: 'rsa-2048' })
    expect(rsa.certificate.keyUsage).toEqual(['digitalSignature', 'keyEncipherment'])
  })

  it('has dates that the clock alone decides, in whole seconds', async () => {
    const make = async (): Promise<readonly Date[]> => {
      const ca = await createTestCa({ clock: fixedClock(at) })
      const { certificate } = await ca.issue()
      return [ca.certificate.notBefore, ca.certificate.notAfter, certificate.notBefore, certificate.notAfter]
    }
    expect(await make()).toStrictEqual(await make())
    expect((await make()).map((date) => date.toISOString())).toStrictEqual([
      '2026-03-01T11:00:00.000Z',
      '2036-02-27T11:00:00.000Z',
      '2026-03-01T11:00:00.000Z',
      '2026-04-15T11:00:00.000Z',
    ])
  })

  it('shares its key with other leaves unless it is given one, and the key can be exported', async () => {
    const ca = await createTestCa()
    const leaf = await ca.issue()
    expect(leaf.key).toBe(await testKey('p256'))
    expect(leaf.key).not.toBe(await testKey('p256', 'another'))
    const key = await generateTestKey()
    expect((await ca.issue({ key })).certificate.publicKey.der).toEqual(key.publicKey)
    expect(new X509Certificate(leaf.pem).checkPrivateKey(createPrivateKey(leaf.key.pem))).toBe(true)
  })

  it('costs little enough that a test can have a thousand, each with its own serial number', async () => {
    const ca = await createTestCa()
    const leaves = await Promise.all(Array.from({ length: 1000 }, (_, i) => ca.issue({ dns: [`h${i}.example`] })))
    expect(new Set(leaves.map(({ serialNumber }) => serialNumber)).size).toBe(1000)
    expect(leaves[999]?.certificate.subject.toString()).toBe('CN=h999.example')
  })
})

describe('an answer to a request', () => {
  const requested = async (): Promise<ReturnType<typeof parseCertificationRequest>> => {
    const { der } = await createCertificateRequest({
      profile: { keyUsage: [{ usage: 'keyAgreement' }], extendedKeyUsage: [{ usage: 'clientAuth' }] },
      subject: { commonName: 'client.example', organization: 'Example' },
      key: await generateTestKey('p384'),
    })
    return parseCertificationRequest(der)
  }

  it('CSR-7 grants the extensions asked for, but for those the options speak of', async () => {
    const ca = await createTestCa()
    const request = await requested()
    const granted = (await ca.issue({ request })).certificate
    expect(granted.subject.toString()).toBe('CN=client.example,O=Example')
    expect(granted.publicKey.der).toEqual(request.publicKey.der)
    expect(granted.keyUsage).toEqual(['keyAgreement'])
    expect(granted.extendedKeyUsage).toEqual(['clientAuth'])
    const changed = await ca.issue({
      request,
      extendedKeyUsage: ['emailProtection'],
      dns: ['x.example'],
      without: ['keyUsage'],
    })
    expect(changed.certificate.extendedKeyUsage).toEqual(['emailProtection'])
    expect(changed.certificate.subjectAltName).toEqual([{ type: 'dNSName', value: 'x.example' }])
    expect(changed.certificate.keyUsage).toBeUndefined()
  })

  it('CSR-7 ignores the extensions asked for when told so', async () => {
    const ca = await createTestCa()
    const { certificate } = await ca.issue({
      request: await requested(),
      requestedExtensions: 'ignore',
      name: 'c.example',
    })
    expect(certificate.subject.toString()).toBe('CN=c.example')
    expect(certificate.extendedKeyUsage).toEqual(['serverAuth'])
    expect(certificate.keyUsage).toEqual(['digitalSignature'])
  })
})

describe('extensions', () => {
  it.skipIf(without.openssl)('are written from friendly inputs, as openssl reads them', async () => {
    const ca = await createTestCa()
    const intermediate = await ca.issueIntermediate({
      keyUsage: ['keyCertSign', 'decipherOnly'],
      extendedKeyUsage: ['anyExtendedKeyUsage', '1.3.6.1.4.1.1'],
      issuerAltName: { uri: ['http://ca.example'] },
      subjectAltName: {
        directory: [{ organization: 'O' }],
        otherName: [{ typeId: '1.2.3', value: Uint8Array.of(5, 0) }],
        registeredId: ['1.2.840'],
        raw: [Uint8Array.of(0x82, 1, 0x61)],
      },
      nameConstraints: {
        permitted: { directory: [{ country: 'us' }], uri: ['.example'] },
        excluded: { ip: ['10.0.0.0/9'] },
      },
      certificatePolicies: [
        'anyPolicy',
        { policyIdentifier: '1.2.3', cps: 'http://cps.example', userNotice: 'Notice' },
      ],
      policyMappings: [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }],
      policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 1 },
      inhibitAnyPolicy: 2,
      cRLDistributionPoints: [
        'http://crl.example/a.crl',
        {
          distributionPoint: { relativeName: 'Point' },
          reasons: ['keyCompromise', 'aACompromise'],
          cRLIssuer: { directory: ['I'] },
        },
      ],
      freshestCRL: ['http://crl.example/delta.crl'],
      authorityInfoAccess: { ocsp: ['http://ocsp.example'], caIssuers: ['http://ca.example/ca.crt'] },
      subjectInfoAccess: { caRepository: ['http://ca.example/'] },
      ocspNoCheck: true,
      noRevAvail: true,
      tlsFeature: [5, 17],
      subjectKeyIdentifier: Uint8Array.of(1, 2, 3),
      authorityKeyIdentifier: {
        keyIdentifier: Uint8Array.of(4),
        authorityCertIssuer: { directory: ['R'] },
        authorityCertSerialNumber: 300n,
      },
    })
    expect(intermediate.certificate.extensionErrors).toEqual([])
    const lines = opensslText(intermediate)
      .split('\n')
      .map((line) => line.trim())
    expect(lines).toEqual(
      expect.arrayContaining([
        'CA:TRUE',
        'Certificate Sign, Decipher Only',
        'Any Extended Key Usage, 1.3.6.1.4.1.1',
        'URI:http://ca.example',
        'URI:.example',
        'IP:10.0.0.0/255.128.0.0',
        'Policy: X509v3 Any Policy',
        'CPS: http://cps.example',
        'Explicit Text: Notice',
        '1.2.3:1.2.4',
        'Require Explicit Policy:0, Inhibit Policy Mapping:1',
        'URI:http://crl.example/a.crl',
        'CN = Point',
        'Key Compromise, AA Compromise',
        'URI:http://crl.example/delta.crl',
        'OCSP - URI:http://ocsp.example',
        'CA Issuers - URI:http://ca.example/ca.crt',
        'CA Repository - URI:http://ca.example/',
        'status_request, status_request_v2',
        '01:02:03',
        'serial:01:2C',
      ]),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(/^DirName:.*O.*, othername: 1\.2\.3:.*, Registered ID:.*, DNS:a$/),
    )
  })

  it('are left out, replaced, made critical or not, and appended on demand', async () => {
    const ca = await createTestCa()
    const { certificate } = await ca.issue({
      without: ['extendedKeyUsage', 'subjectKeyIdentifier'],
      replace: { keyUsage: Uint8Array.of(1, 2), inhibitAnyPolicy: Uint8Array.of(2, 1, 0) },
      critical: { basicConstraints: false, subjectAltName: true },
      extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(9) }],
    })
    const flags = certificate.extensions.map(
      ({ name, oid, critical }) => `${name ?? oid}${critical ? ' critical' : ''}`,
    )
    expect(flags).toStrictEqual([
      'basicConstraints',
      'keyUsage critical',
      'subjectAltName critical',
      'authorityKeyIdentifier',
      'inhibitAnyPolicy critical',
      '1.2.3.4 critical',
    ])
    expect(certificate.extension('keyUsage')?.bytes).toEqual(Uint8Array.of(1, 2))
    expect(certificate.extension('inhibitAnyPolicy')?.value).toBe(0)
  })

  it('make subjectAltName critical where the subject is empty', async () => {
    const { certificate } = await (await createTestCa()).issue({ name: '', dns: ['a.example'] })
    expect(certificate.subject.isEmpty).toBe(true)
    expect(certificate.extension('subjectAltName')?.critical).toBe(true)
  })
})

describe('names', () => {
  it('are common names, fields, attributes in levels, names read elsewhere, or DER', async () => {
    const ca = await createTestCa()
    const nameOf = async (name: Parameters<typeof ca.issue>[0] & object): Promise<string> =>
      (await ca.issue(name)).certificate.subject.toOneLine()
    expect(await nameOf({ name: { country: 'de', organization: 'O', organizationalUnit: ['A', 'B'] } })).toBe(
      'C = DE, O = O, OU = A, OU = B',
    )
    expect(
      await nameOf({
        name: [
          { type: 'domainComponent', value: 'example', stringType: 'IA5String' },
          [
            { type: 'commonName', value: 'é', stringType: 'BMPString' },
            { type: '2.5.4.5', value: '7', stringType: 'PrintableString' },
          ],
        ],
      }),
    ).toBe('DC = example, serialNumber = 7 + CN = é')
    expect(await nameOf({ name: ca.certificate.subject })).toBe('CN = Test Root')
    expect(await nameOf({ name: ca.certificate.subject.der })).toBe('CN = Test Root')
  })

  it('refuse text that is no address, since nothing could be written for it', async () => {
    const ca = await createTestCa()
    await expect(ca.issue({ ip: ['not an address'] })).rejects.toThrow('expected an address such as 192.0.2.1')
    await expect(ca.issue({ nameConstraints: { permitted: { ip: ['10.0.0.0'] } } })).rejects.toThrow(
      'expected a range such as 192.0.2.0/24',
    )
  })
})

/** Certificates, requests and bundles made by openssl while the test runs: certward reads what was asked for. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { afterAll, beforeAll, describe as group, expect, it } from 'vitest'
import {
  type Certificate,
  certificateFrom,
  describe,
  formatGeneralName,
  parseCertificate,
  parseCertificationRequest,
  readCertificates,
  readPem,
  readPkcs7,
  writePem,
  writePkcs7,
} from '../../src/index.js'
import { openssl, temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'
import { disagreements, factsOf } from './facts.js'
import { nodeFacts } from './node-facts.js'
import { pkijsFacts } from './pkijs-facts.js'

const executable = tool('openssl', 'certificates generated with openssl')

const configuration = `
[req]
distinguished_name = subject
prompt = no
utf8 = yes
string_mask = utf8only
[subject]
C = CH
O = Müller & Söhne
CN = generated.example
[ca]
default_ca = lists
[lists]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
[many]
basicConstraints = critical,CA:TRUE,pathlen:3
keyUsage = critical,digitalSignature,nonRepudiation,keyCertSign,cRLSign,encipherOnly,decipherOnly,keyAgreement
extendedKeyUsage = serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,1.2.3.4.5
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
subjectAltName = @names
issuerAltName = email:issuer@example.com,URI:https://example.com/ca
nameConstraints = critical,@constraints
certificatePolicies = 1.2.3.4,2.5.29.32.0,@policy
policyMappings = 1.2.3.4:1.2.3.5,1.2.3.6:1.2.3.7
policyConstraints = requireExplicitPolicy:3,inhibitPolicyMapping:1
inhibitAnyPolicy = 2
authorityInfoAccess = OCSP;URI:http://ocsp.example.com/,caIssuers;URI:http://ca.example.com/ca.crt
subjectInfoAccess = caRepository;URI:http://ca.example.com/
crlDistributionPoints = full,relative
freshestCRL = URI:http://crl.example.com/delta.crl
tlsfeature = status_request,status_request_v2
noCheck = ignored
1.2.3.4.6 = ASN1:UTF8String:unknown extension
[names]
otherName.1 = 1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:юзер@пример.рф
otherName.2 = 1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com
otherName.3 = 1.2.3.4;UTF8:other
email.1 = user@example.com
DNS.1 = example.com
DNS.2 = *.xn--bcher-kva.example
dirName.1 = directory
URI.1 = https://example.com/path?query
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1
IP.3 = ::
RID.1 = 1.2.3.4
[directory]
C = CH
O = Directory, \\"quoted\\" + more
[constraints]
permitted;DNS.1 = example.com
permitted;email.1 = .example.com
permitted;IP.1 = 192.0.2.0/255.255.255.0
permitted;IP.2 = 2001:db8::/ffff:ffff::
permitted;dirName.1 = directory
excluded;URI.1 = .example.org
excluded;DNS.1 = bad.example.com
[policy]
policyIdentifier = 1.2.3.6
CPS.1 = https://example.com/cps
userNotice.1 = @notice
[notice]
explicitText = UTF8:Grüße
organization = Example
noticeNumbers = 1,2,3
[full]
fullname = URI:http://crl.example.com/full.crl
CRLissuer = dirName:directory
reasons = keyCompromise,CACompromise,affiliationChanged,superseded,cessationOfOperation,certificateHold,privilegeWithdrawn,AACompromise
[relative]
relativename = relativeName
[relativeName]
CN = relative
[requested]
subjectAltName = DNS:requested.example,IP:192.0.2.7
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
[withPassword]
challengePassword = sécret & more
unstructuredName = A company
[reqPassword]
distinguished_name = subject
attributes = withPassword
prompt = no
utf8 = yes
string_mask = utf8only
`

const temporary = temporaryDirectory()
afterAll(temporary.remove)

const run = (...args: readonly string[]): Buffer => openssl(executable ?? '', args, '', temporary.path)
const pipe = (input: Uint8Array | string, ...args: readonly string[]): Buffer =>
  openssl(executable ?? '', args, input, temporary.path)
const path = (file: string): string => join(temporary.path, file)
const bytes = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path(file)))
const text = (file: string): string => readFileSync(path(file), 'utf8')

/** A self-signed certificate over `key`, its DER read back. */
function selfSigned(key: string, ...options: readonly string[]): Certificate {
  run(
    'req',
    '-x509',
    '-config',
    'openssl.cnf',
    '-key',
    key,
    '-days',
    '30',
    '-outform',
    'DER',
    '-out',
    `${key}.crt`,
    ...options,
  )
  return parseCertificate(bytes(`${key}.crt`))
}

function generateKey(name: string, algorithm: string, ...options: readonly string[]): string {
  run('genpkey', '-algorithm', algorithm, ...options.flatMap((option) => ['-pkeyopt', option]), '-out', name)
  return name
}

/** Frames, dates, names and hex as `openssl x509 -text` shows them; what describe.test.ts normalises is not in these. */
const opensslText = (der: Uint8Array): string =>
  pipe(der, 'x509', '-inform', 'DER', '-text', '-noout', '-nameopt', 'oneline,utf8,-esc_msb')
    .toString()
    .replace(/[ \t]+$/gm, '')

const agreesWithOracles = (certificate: Certificate, der: Uint8Array<ArrayBuffer>): void => {
  expect(disagreements('node', factsOf(certificate), nodeFacts(der))).toEqual([])
  expect(disagreements('pkijs', factsOf(certificate), pkijsFacts(der))).toEqual([])
}

group.skipIf(executable === undefined)('what openssl generates', () => {
  beforeAll(() => {
    writeFileSync(path('openssl.cnf'), configuration)
    generateKey('rsa2048', 'RSA', 'rsa_keygen_bits:2048')
    generateKey('p256', 'EC', 'ec_paramgen_curve:P-256')
  })

  group('keys', () => {
    it.each([
      ['RSA', ['rsa_keygen_bits:2048'], { type: 'rsa', modulusLength: 2048, publicExponent: 65537n }],
      ['RSA', ['rsa_keygen_bits:3072'], { type: 'rsa', modulusLength: 3072, publicExponent: 65537n }],
      [
        'RSA',
        ['rsa_keygen_bits:2049', 'rsa_keygen_pubexp:3'],
        { type: 'rsa', modulusLength: 2049, publicExponent: 3n },
      ],
      ['RSA-PSS', ['rsa_keygen_bits:2048'], { type: 'rsa-pss', modulusLength: 2048, pss: undefined }],
      ['EC', ['ec_paramgen_curve:P-256'], { type: 'ec', curve: 'P-256' }],
      ['EC', ['ec_paramgen_curve:P-384'], { type: 'ec', curve: 'P-384' }],
      ['EC', ['ec_paramgen_curve:P-521'], { type: 'ec', curve: 'P-521' }],
      ['EC', ['ec_paramgen_curve:secp256k1'], { type: 'ec', curve: 'secp256k1' }],
      ['EC', ['ec_paramgen_curve:brainpoolP256r1'], { type: 'ec', curve: 'brainpoolP256r1' }],
      ['ED25519', [], { type: 'ed25519' }],
      ['ED448', [], { type: 'ed448' }],
    ] as const)('%s with %j is read as it was asked for, and described as openssl does', (algorithm, options, key) => {
      const certificate = selfSigned(generateKey('key', algorithm, ...options))
      expect(certificate.publicKey.key).toMatchObject(key)
      expect(certificate.extensionErrors).toEqual([])
      agreesWithOracles(certificate, bytes('key.crt'))
      if (algorithm !== 'RSA-PSS') expect(describe(certificate)).toBe(opensslText(certificate.der))
    })

    it('an RSA-PSS key with restrictions is read with them', () => {
      const restrictions = ['rsa_pss_keygen_md:sha384', 'rsa_pss_keygen_mgf1_md:sha256', 'rsa_pss_keygen_saltlen:40']
      generateKey('pss', 'RSA-PSS', 'rsa_keygen_bits:2048', ...restrictions)
      const pss = { hash: 'sha-384', maskHash: 'sha-256', saltLength: 40 }
      const certificate = selfSigned('pss', '-sha384', '-sigopt', 'rsa_mgf1_md:sha256', '-sigopt', 'rsa_pss_saltlen:40')
      expect(certificate.publicKey.key).toMatchObject({ type: 'rsa-pss', pss })
      expect(certificate.signatureAlgorithm).toMatchObject({ scheme: 'rsa-pss', pss })
    })

    it.each([
      ['sha256', 32],
      ['sha384', 48],
      ['sha512', 64],
      ['sha256', 0],
      ['sha1', 20],
      ['sha224', 130],
    ])('an RSA-PSS signature with %s and %i bytes of salt is read with both', (hash, saltLength) => {
      const options = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', `rsa_pss_saltlen:${saltLength}`]
      const certificate = selfSigned('rsa2048', `-${hash}`, ...options)
      const name = hash.replace('sha', 'sha-')
      expect(certificate.signatureAlgorithm).toMatchObject({
        scheme: 'rsa-pss',
        hash: name,
        pss: { hash: name, maskHash: name, saltLength },
      })
      agreesWithOracles(certificate, bytes('rsa2048.crt'))
    })

    it.each(['sha1', 'sha256'])('an RSA-PSS signature with %s is described as openssl does', (hash) => {
      const certificate = selfSigned(
        'rsa2048',
        `-${hash}`,
        '-sigopt',
        'rsa_padding_mode:pss',
        '-sigopt',
        'rsa_pss_saltlen:20',
      )
      expect(describe(certificate)).toBe(opensslText(certificate.der))
    })

    it('a DSA key is read with its sizes', () => {
      const parameters = ['dsa_paramgen_bits:1024', 'dsa_paramgen_q_bits:160'].flatMap((option) => ['-pkeyopt', option])
      run('genpkey', '-genparam', '-algorithm', 'DSA', ...parameters, '-out', 'dsa.parameters')
      run('genpkey', '-paramfile', 'dsa.parameters', '-out', 'dsa')
      const certificate = selfSigned('dsa', '-sha256')
      expect(certificate.publicKey.key).toMatchObject({
        type: 'dsa',
        modulusLength: 1024,
        parameters: { q: { length: 20 } },
      })
      expect(certificate.signatureAlgorithm).toMatchObject({ scheme: 'dsa', hash: 'sha-256' })
      agreesWithOracles(certificate, bytes('dsa.crt'))
    })

    it('an EC key with explicit parameters is read as such', () => {
      generateKey('explicit', 'EC', 'ec_paramgen_curve:P-256', 'ec_param_enc:explicit')
      const { publicKey } = selfSigned('explicit')
      expect(publicKey.key).toMatchObject({ type: 'ec-explicit' })
      expect(publicKey.keyBytes).toHaveLength(65)
    })

    it('an X25519 key, which cannot sign, is read from a certificate another key signed', () => {
      generateKey('x25519', 'X25519')
      selfSigned('p256')
      run('pkey', '-in', 'x25519', '-pubout', '-out', 'x25519.pub')
      run(
        'x509',
        '-new',
        '-force_pubkey',
        'x25519.pub',
        '-subj',
        '/CN=x',
        '-key',
        'p256',
        '-outform',
        'DER',
        '-out',
        'x.crt',
      )
      expect(parseCertificate(bytes('x.crt')).publicKey.key).toMatchObject({ type: 'x25519' })
    })
  })

  group('a certificate with many extensions', () => {
    let certificate: Certificate
    beforeAll(() => {
      certificate = selfSigned('rsa2048', '-extensions', 'many')
    })

    it('decodes in full', () => {
      expect(certificate.extensionErrors).toEqual([])
      expect(certificate.extensions.filter(({ isDecodable }) => !isDecodable).map(({ oid }) => oid)).toEqual([
        '1.2.3.4.6',
      ])
      agreesWithOracles(certificate, bytes('rsa2048.crt'))
    })

    it('says in its constraints and usages what was asked for', () => {
      expect(certificate.basicConstraints).toEqual({ cA: true, pathLenConstraint: 3 })
      expect(certificate.keyUsage).toEqual([
        'digitalSignature',
        'contentCommitment',
        'keyAgreement',
        'keyCertSign',
        'cRLSign',
        'encipherOnly',
        'decipherOnly',
      ])
      expect(certificate.extension('policyConstraints')?.value).toEqual({
        requireExplicitPolicy: 3,
        inhibitPolicyMapping: 1,
      })
      expect(certificate.extension('inhibitAnyPolicy')?.value).toBe(2)
      expect(certificate.extension('tlsFeature')?.value).toEqual([5, 17])
      expect(certificate.extension('ocspNoCheck')?.value).toBe(true)
    })

    it('has every form of name', () => {
      const names = certificate.subjectAltName?.map((name) =>
        name.type === 'directoryName' ? `directoryName ${name.value.toString()}` : formatGeneralName(name),
      )
      expect(names).toEqual([
        expect.stringContaining('юзер@пример.рф'),
        expect.stringContaining('user@example.com'),
        expect.stringContaining('1.2.3.4'),
        'email:user@example.com',
        'DNS:example.com',
        'DNS:*.xn--bcher-kva.example',
        'directoryName O=Directory\\, \\"quoted\\" \\+ more,C=CH',
        'URI:https://example.com/path?query',
        'IP Address:192.0.2.1',
        expect.stringContaining('IP Address:2001:'),
        expect.stringMatching(/^IP Address:(::|0:0:0:0:0:0:0:0)$/),
        'Registered ID:1.2.3.4',
      ])
    })

    it('has policies with their qualifiers, and mappings', () => {
      expect(certificate.extension('certificatePolicies')?.value).toEqual([
        { policyIdentifier: '1.2.3.4', policyQualifiers: [] },
        { policyIdentifier: '2.5.29.32.0', policyQualifiers: [] },
        {
          policyIdentifier: '1.2.3.6',
          policyQualifiers: [
            { type: 'cps', uri: 'https://example.com/cps' },
            {
              type: 'userNotice',
              noticeRef: { organization: 'Example', noticeNumbers: [1, 2, 3] },
              explicitText: 'Grüße',
            },
          ],
        },
      ])
      expect(certificate.extension('policyMappings')?.value).toEqual([
        { issuerDomainPolicy: '1.2.3.4', subjectDomainPolicy: '1.2.3.5' },
        { issuerDomainPolicy: '1.2.3.6', subjectDomainPolicy: '1.2.3.7' },
      ])
    })

    it('has distribution points with reasons, an issuer and a relative name', () => {
      const [full, relative] = certificate.extension('cRLDistributionPoints')?.value ?? []
      expect(full?.distributionPoint).toMatchObject({ type: 'fullName' })
      expect(full?.cRLIssuer).toMatchObject([{ type: 'directoryName' }])
      expect(full?.reasons).toEqual([
        'keyCompromise',
        'cACompromise',
        'affiliationChanged',
        'superseded',
        'cessationOfOperation',
        'certificateHold',
        'privilegeWithdrawn',
        'aACompromise',
      ])
      expect(relative).toMatchObject({
        distributionPoint: { type: 'nameRelativeToCRLIssuer', relativeName: [{ text: 'relative' }] },
        reasons: undefined,
        cRLIssuer: undefined,
      })
      expect(certificate.extension('freshestCRL')?.value).toHaveLength(1)
    })

    it('has name constraints with address ranges', () => {
      const { permittedSubtrees, excludedSubtrees } = certificate.extension('nameConstraints')?.value ?? {}
      expect(permittedSubtrees?.map(({ base }) => base.type)).toEqual([
        'dNSName',
        'rfc822Name',
        'iPAddress',
        'iPAddress',
        'directoryName',
      ])
      expect(permittedSubtrees?.[2]?.base).toMatchObject({
        address: Uint8Array.of(192, 0, 2, 0),
        mask: Uint8Array.of(255, 255, 255, 0),
      })
      expect(excludedSubtrees?.map(({ base }) => base)).toEqual([
        { type: 'uniformResourceIdentifier', value: '.example.org' },
        { type: 'dNSName', value: 'bad.example.com' },
      ])
    })
  })

  group('requests', () => {
    const request = (...options: readonly string[]): ReturnType<typeof parseCertificationRequest> => {
      run('req', '-new', '-config', 'openssl.cnf', '-key', 'p256', '-outform', 'DER', '-out', 'request', ...options)
      return parseCertificationRequest(bytes('request'))
    }

    it('without extensions are read with name, key and signed bytes', () => {
      const { subject, publicKey, extensions, attributes, challengePassword, certificationRequestInfo } = request()
      expect(subject.toString()).toBe('CN=generated.example,O=Müller & Söhne,C=CH')
      expect(publicKey.key).toMatchObject({ type: 'ec', curve: 'P-256' })
      expect({ extensions, attributes, challengePassword }).toEqual({
        extensions: [],
        attributes: [],
        challengePassword: undefined,
      })
      const theirs = pkijs.CertificationRequest.fromBER(bytes('request'))
      expect(Buffer.compare(certificationRequestInfo, new Uint8Array(theirs.tbsView))).toBe(0)
    })

    it('with extensions are read with what they ask for', () => {
      const asked = request('-reqexts', 'requested')
      expect(asked.extension('subjectAltName')?.value.map(formatGeneralName)).toEqual([
        'DNS:requested.example',
        'IP Address:192.0.2.7',
      ])
      expect(asked.extension('keyUsage')?.value).toEqual(['digitalSignature'])
      expect(asked.extension('extendedKeyUsage')?.value).toEqual(['serverAuth'])
      expect(asked.signatureAlgorithm).toMatchObject({ scheme: 'ecdsa', hash: 'sha-256' })
    })

    it('with a challenge password are read with it, and print without it', () => {
      const asked = request('-section', 'reqPassword', '-reqexts', 'requested')
      expect(asked.challengePassword).toBe('sécret & more')
      expect(JSON.stringify(asked)).not.toContain('cret')
      expect(asked.extensions).toHaveLength(3)
    })

    it('under the labels CERTIFICATE REQUEST and NEW CERTIFICATE REQUEST are read alike (FMT-1)', () => {
      const pem = run('req', '-new', '-config', 'openssl.cnf', '-key', 'p256')
      const older = run('req', '-new', '-config', 'openssl.cnf', '-key', 'p256', '-newhdr')
      expect(readCertificates(pem).blocks).toMatchObject([{ kind: 'request', label: 'CERTIFICATE REQUEST' }])
      expect(readCertificates(older).blocks).toMatchObject([{ kind: 'request', label: 'NEW CERTIFICATE REQUEST' }])
      expect(readCertificates(older).requests).toHaveLength(1)
    })
  })

  group('bundles', () => {
    let chain: readonly Certificate[]
    beforeAll(() => {
      chain = ['rsa2048', 'p256'].flatMap((key) => [selfSigned(key), selfSigned(key, '-extensions', 'many')])
      writeFileSync(path('chain.pem'), chain.map(({ der }) => writePem('CERTIFICATE', der)).join(''))
      writeFileSync(
        path('others.pem'),
        chain
          .slice(1)
          .map(({ der }) => writePem('CERTIFICATE', der))
          .join(''),
      )
      writeFileSync(path('signer.pem'), writePem('CERTIFICATE', chain[0]?.der ?? Buffer.of()))
      writeFileSync(path('index.txt'), '')
      writeFileSync(path('crlnumber'), '01\n')
      run('ca', '-gencrl', '-config', 'openssl.cnf', '-keyfile', 'rsa2048', '-cert', 'signer.pem', '-out', 'list.pem')
      run('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.crl')
    })

    const derOf = (certificates: readonly Certificate[]): readonly string[] =>
      certificates.map(({ der }) => Buffer.from(der).toString('base64'))

    it.each(['DER', 'PEM'])('of crl2pkcs7 as %s are read with certificates in order, and the CRL (FMT-1)', (form) => {
      run('crl2pkcs7', '-in', 'list.pem', '-certfile', 'chain.pem', '-outform', form, '-out', 'bundle')
      const { format, certificates, crls } = readCertificates(bytes('bundle'))
      expect(format).toBe(form === 'DER' ? 'pkcs7' : 'pem')
      expect(derOf(certificates)).toEqual(derOf(chain))
      expect(crls).toEqual([bytes('list.crl')])
    })

    const sign = (...options: readonly string[]): void => {
      const files = [
        '-signer',
        'signer.pem',
        '-inkey',
        'rsa2048',
        '-certfile',
        'others.pem',
        '-in',
        'message',
        '-out',
        'signed',
      ]
      writeFileSync(path('message'), 'x'.repeat(100_000))
      run('cms', '-sign', '-outform', 'DER', '-nodetach', '-binary', ...files, ...options)
    }

    /** Certificates as pkijs reads them, DER or BER. */
    function pkijsCertificates(data: Uint8Array<ArrayBuffer>): readonly string[] {
      const { result, offset } = asn1js.fromBER(data)
      expect(offset, 'asn1js reads it').not.toBe(-1)
      const signed = new pkijs.SignedData({ schema: new pkijs.ContentInfo({ schema: result }).content })
      const certificates = signed.certificates ?? []
      return certificates.map((one) => Buffer.from(one.toSchema().toBER()).toString('base64'))
    }

    it('of cms -sign are read like pkijs reads them', () => {
      sign()
      const { certificates, encoding } = readPkcs7(bytes('signed'))
      expect(encoding).toBe('der')
      expect(certificates).toHaveLength(chain.length)
      expect(derOf(certificates)).toEqual(pkijsCertificates(bytes('signed')))
    })

    it('of cms -sign -stream, BER with indefinite lengths and strings in pieces, are read like pkijs reads them (FMT-1)', () => {
      sign('-stream')
      // SEQUENCE of indefinite length; the message in it is a constructed OCTET STRING.
      expect([...bytes('signed').subarray(0, 2)]).toEqual([0x30, 0x80])
      expect(Buffer.from(bytes('signed')).includes(Buffer.of(0x24, 0x80))).toBe(true)
      const { certificates, encoding } = readPkcs7(bytes('signed'))
      expect(encoding).toBe('ber')
      expect(derOf(certificates)).toEqual(pkijsCertificates(bytes('signed')))
      expect(readCertificates(bytes('signed')).format).toBe('pkcs7')
      expect(derOf(readCertificates(writePem('CMS', bytes('signed'))).certificates)).toEqual(derOf(certificates))
    })

    it('with every length indefinite or padded are read as the DER they were made from (FMT-1)', () => {
      const der = writePkcs7({ certificates: chain, crls: [bytes('list.crl')] })
      for (const rewritten of [indefinite(der, 4), padded(der, 4)]) {
        const { certificates, crls, encoding } = readPkcs7(rewritten)
        expect(encoding).toBe('ber')
        expect(derOf(certificates)).toEqual(derOf(chain))
        expect(crls).toEqual([bytes('list.crl')])
        expect(derOf(certificates)).toEqual(pkijsCertificates(rewritten))
      }
    })

    it('of other kinds are refused by the name of their type (FMT-3)', () => {
      run('cms', '-encrypt', '-in', 'message', '-outform', 'DER', '-out', 'enveloped', 'signer.pem')
      expect(() => readPkcs7(bytes('enveloped'))).toThrow(expect.objectContaining({ code: 'unsupported-content-type' }))
      expect(() => readPkcs7(bytes('enveloped'))).toThrow(/envelopedData/)
    })

    it('that certward writes are read by openssl and pkijs in the same order (FMT-2)', () => {
      const der = writePkcs7({ certificates: chain, crls: [bytes('list.crl')] })
      const printed = pipe(der, 'pkcs7', '-inform', 'DER', '-print_certs').toString()
      expect(derOf(readCertificates(printed).certificates)).toEqual(derOf(chain))
      expect(printed).toContain('-----BEGIN X509 CRL-----')
      expect(pkijsCertificates(new Uint8Array(der))).toEqual(derOf(chain))
      expect(pipe(writePem('PKCS7', der), 'pkcs7', '-print_certs', '-noout').toString()).toContain('generated.example')
    })
  })

  group('PEM', () => {
    it.each([
      ['CERTIFICATE', 'x509', 'rsa2048.crt'],
      ['CERTIFICATE REQUEST', 'req', 'request'],
      ['X509 CRL', 'crl', 'list.crl'],
    ])('of %s is written as openssl writes it, character for character (FMT-2)', (label, command, file) => {
      const theirs = pipe(bytes(file), command, '-inform', 'DER', '-outform', 'PEM').toString()
      expect(writePem(label, bytes(file))).toBe(theirs)
      expect(readPem(theirs)).toMatchObject([{ label, offset: 0, headers: '' }])
      expect(Buffer.compare(readPem(theirs)[0]?.bytes ?? Buffer.of(), bytes(file))).toBe(0)
    })

    it('of a TRUSTED CERTIFICATE is read as the certificate in it (FMT-1)', () => {
      const options = ['-trustout', '-addtrust', 'serverAuth', '-addreject', 'emailProtection', '-setalias', 'An alias']
      const trusted = pipe(bytes('rsa2048.crt'), 'x509', '-inform', 'DER', ...options)
      const { certificates, blocks } = readCertificates(trusted)
      expect(blocks).toMatchObject([{ kind: 'trusted-certificate', label: 'TRUSTED CERTIFICATE' }])
      expect(certificates[0]?.equals(parseCertificate(bytes('rsa2048.crt')))).toBe(true)
    })

    it('of an X509 CRL is read as the CRL (FMT-1)', () => {
      const { crls, blocks } = readCertificates(text('list.pem'))
      expect(blocks).toMatchObject([{ kind: 'crl', label: 'X509 CRL' }])
      expect(crls).toEqual([bytes('list.crl')])
    })

    it('with the text of -text around it is read (FMT-1)', () => {
      const pem = pipe(bytes('rsa2048.crt'), 'x509', '-inform', 'DER', '-text').toString()
      expect(readCertificates(pem).certificates[0]?.equals(certificateFrom(bytes('rsa2048.crt')))).toBe(true)
    })

    it('of every private key is refused, and the message holds nothing of it (FMT-3)', () => {
      const forms: readonly (readonly string[])[] = [
        ['pkey', '-in', 'rsa2048'],
        ['rsa', '-in', 'rsa2048', '-traditional'],
        ['rsa', '-in', 'rsa2048', '-traditional', '-aes128', '-passout', 'pass:x'],
        ['ec', '-in', 'p256'],
        ['pkcs8', '-topk8', '-in', 'rsa2048', '-passout', 'pass:x'],
        ['pkey', '-in', 'rsa2048', '-outform', 'DER'],
        ['rsa', '-in', 'rsa2048', '-traditional', '-outform', 'DER'],
        ['ec', '-in', 'p256', '-outform', 'DER'],
        ['pkcs8', '-topk8', '-in', 'rsa2048', '-passout', 'pass:x', '-outform', 'DER'],
      ]
      for (const form of forms) {
        const key = run(...form)
        const error = errorOf(() => readCertificates(new Uint8Array(key)))
        expect(error, form.join(' ')).toMatchObject({ code: 'private-key' })
        const base64 = key.toString('latin1').includes('-----') ? key.toString() : key.toString('base64')
        const parts = base64.split('\n').filter((line) => /^[A-Za-z0-9+/=]{32,}$/.test(line))
        for (const part of parts) expect(error?.message).not.toContain(part.slice(0, 12))
      }
    })

    it.each(['CERTIFICATE', 'X509 CRL', 'CERTIFICATE REQUEST', 'PKCS7', 'TRUSTED CERTIFICATE'])(
      'of a private key under the label %s is refused as a private key (FMT-3)',
      (label) => {
        for (const key of ['rsa2048', 'p256']) {
          const der = new Uint8Array(run('pkey', '-in', key, '-outform', 'DER'))
          expect(errorOf(() => readCertificates(writePem(label, der)))).toMatchObject({ code: 'private-key' })
        }
      },
    )
  })
})

function errorOf(action: () => unknown): Error | undefined {
  try {
    action()
  } catch (error) {
    return error instanceof Error ? error : undefined
  }
  return undefined
}

interface Element {
  readonly tag: number
  readonly content: Uint8Array
  readonly length: number
}

function elementAt(der: Uint8Array, at: number): Element {
  const first = der[at + 1] ?? 0
  const count = first < 0x80 ? 0 : first & 0x7f
  let length = first
  if (count > 0) length = der.subarray(at + 2, at + 2 + count).reduce((value, byte) => value * 256 + byte, 0)
  const start = at + 2 + count
  return { tag: der[at] ?? 0, content: der.subarray(start, start + length), length: 2 + count + length }
}

/** `der` with `change` made of each constructed element down to `depth`, the certificates' own level left alone. */
function rewrite(
  der: Uint8Array,
  depth: number,
  change: (tag: number, content: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  for (let at = 0; at < der.length;) {
    const { tag, content, length } = elementAt(der, at)
    const isFrame = (tag & 0x20) !== 0 && depth > 0
    parts.push(isFrame ? change(tag, rewrite(content, depth - 1, change)) : der.subarray(at, at + length))
    at += length
  }
  return new Uint8Array(Buffer.concat(parts))
}

const indefinite = (der: Uint8Array, depth: number): Uint8Array<ArrayBuffer> =>
  rewrite(der, depth, (tag, content) => Buffer.concat([Buffer.of(tag, 0x80), content, Buffer.of(0, 0)]))

const padded = (der: Uint8Array, depth: number): Uint8Array<ArrayBuffer> =>
  rewrite(der, depth, (tag, content) => {
    const header = Buffer.alloc(6)
    header[0] = tag
    header[1] = 0x84
    header.writeUInt32BE(content.length, 2)
    return Buffer.concat([header, content])
  })

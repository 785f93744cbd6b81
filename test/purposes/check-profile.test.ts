// Certificates held against profiles: every missing usage named, extras told, keys, signatures and names checked.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { webFarm } from '../../examples/catalogues/web-farm.js'
import {
  type Catalogue,
  checkProfile,
  type IdentityPurpose,
  profileOf,
  type ProfileVerdict,
  purposeOf,
  unifiedCommunications,
} from '../../src/purposes/index.js'
import { keyUsageBits } from '../../src/x509/extensions/key-usage.js'
import { type Certificate, type KeyUsageBit, parseCertificate } from '../../src/x509/index.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'
import { bitString, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { createTestCa } from '../../src/testkit/index.js'
import { extension, makeCertificate } from '../support/make-certificate.js'
import {
  ecdsaWithSha256,
  ecKey,
  profileCertificate,
  type ProfileParts,
  rsaKey,
} from '../support/profile-certificate.js'

const identity = (id: string, catalogue: Catalogue = unifiedCommunications): IdentityPurpose => {
  const purpose = purposeOf(catalogue, id)
  if (purpose.usage !== 'identity') throw new TypeError(id)
  return purpose
}
const check = (certificate: Certificate, id: string, catalogue: Catalogue = unifiedCommunications): ProfileVerdict =>
  checkProfile(certificate, identity(id, catalogue), catalogue)
const findings = (verdict: ProfileVerdict, severity = 'error'): string[] =>
  verdict.findings.filter((finding) => finding.severity === severity).map(({ code, subject }) => `${code} ${subject}`)

const server: ProfileParts = {
  keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
}

describe('checkProfile', () => {
  it('CSR-7 names every missing usage of a certificate whose CA ignored the request', () => {
    const verdict = check(profileCertificate(), 'tomcat')
    expect(verdict.ok).toBe(false)
    expect(findings(verdict)).toEqual([
      'key-usage-missing digitalSignature',
      'key-usage-missing keyEncipherment',
      'key-usage-missing dataEncipherment',
      'extended-key-usage-missing serverAuth',
      'extended-key-usage-missing clientAuth',
    ])
    expect(verdict.findings[0]?.message).toMatch(
      /lacks the key usage digitalSignature: ask the certification authority/,
    )
    expect(verdict.findings[0]?.rule).toBe('CSR-7, CSR-3, CSR-5')
  })

  it('CSR-3 does without keyAgreement and ipsecEndSystem for tomcat; CSR-4 does not for ipsec', () => {
    const certificate = profileCertificate({
      ...server,
      keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
    })
    expect(check(certificate, 'tomcat')).toEqual({ ok: true, findings: [] })
    expect(findings(check(certificate, 'ipsec'))).toEqual([
      'key-usage-missing keyAgreement',
      'extended-key-usage-missing ipsecEndSystem',
    ])
  })

  it('CSR-5 does without the encipherments in an EC certificate, as RFC 5480 §3 asks', () => {
    const parts: ProfileParts = { ...server, keyUsage: ['digitalSignature', 'keyAgreement'] }
    expect(check(profileCertificate({ ...parts, publicKey: ecKey('P-384') }), 'CallManager-ECDSA').ok).toBe(true)
    expect(findings(check(profileCertificate(parts), 'CallManager'))).toEqual([
      'key-usage-missing keyEncipherment',
      'key-usage-missing dataEncipherment',
    ])
  })

  it('CSR-7 tells extra usages without refusing for them', () => {
    const verdict = check(
      profileCertificate({
        ...server,
        keyUsage: [...(server.keyUsage ?? []), 'cRLSign'],
        extendedKeyUsage: ['serverAuth', 'clientAuth', 'codeSigning'],
      }),
      'CallManager',
    )
    expect(verdict.ok).toBe(true)
    expect(findings(verdict, 'information')).toEqual([
      'key-usage-extra cRLSign',
      'extended-key-usage-extra codeSigning',
    ])
  })

  it('PUR-9 holds key types and signatures against the purpose', () => {
    const ec = profileCertificate({ ...server, publicKey: ecKey('P-256'), signature: ecdsaWithSha256() })
    expect(findings(check(ec, 'tomcat'))).toEqual(['key-type EC P-256', 'signature-algorithm ecdsaWithSHA256'])
    expect(check(ec, 'tomcat-ECDSA').ok).toBe(true)
    expect(check(profileCertificate({ ...server, publicKey: ecKey('P-256') }), 'tomcat-ECDSA').ok).toBe(true)
    expect(findings(check(profileCertificate(server), 'tomcat-ECDSA'))).toEqual(['key-type RSA 2048 bit'])
    expect(findings(check(profileCertificate({ ...server, publicKey: ecKey('secp256k1') }), 'tomcat-ECDSA'))).toEqual([
      'key-size EC secp256k1',
    ])
    const pss = sequence(objectIdentifier(identifierOf('rsassaPss')), sequence())
    expect(check(profileCertificate({ ...server, signature: pss }), 'tomcat').ok).toBe(true)
  })

  it('PUR-9 PUR-10 CSR-7 says what was expected and what was found', () => {
    const sentences = (parts: ProfileParts, id: string, catalogue?: Catalogue): readonly string[] =>
      check(profileCertificate({ ...server, ...parts }), id, catalogue).findings.map(
        ({ message, rule }) => `${message} (${rule})`,
      )
    expect(sentences({ publicKey: ecKey('P-256'), signature: ecdsaWithSha256() }, 'tomcat')).toEqual([
      'tomcat takes a certificate with an RSA key, and this one has EC P-256 (PUR-9)',
      'tomcat takes a certificate signed with RSA, and this one is signed with ecdsaWithSHA256 (PUR-9)',
    ])
    expect(sentences({ publicKey: ecKey('secp256k1') }, 'tomcat-ECDSA')).toEqual([
      'tomcat-ECDSA takes the curves P-384, P-256, P-521, and this key is EC secp256k1 (PUR-9, CSR-8)',
    ])
    expect(sentences({ publicKey: rsaKey(1024) }, 'tomcat')).toEqual([
      'tomcat takes RSA keys of 2048 to 4096 bits, and this one has 1024 (PUR-10, CSR-8)',
    ])
    const limits = { ...unifiedCommunications.limits, rsaModulusLength: undefined }
    expect(sentences({ publicKey: rsaKey(1024) }, 'tomcat', { ...unifiedCommunications, limits })).toEqual([
      'tomcat takes RSA keys of 2048 bits or more, and this one has 1024 (PUR-10, CSR-8)',
    ])
    expect(sentences({ extendedKeyUsage: ['serverAuth', 'clientAuth', 'codeSigning'] }, 'tomcat')).toEqual([
      'the certificate also has the extended key usage codeSigning (CSR-7)',
    ])
  })

  it('PUR-10 CSR-8 bounds RSA keys, unless the catalogue switches the bound off', () => {
    const sized = (bits: number): Certificate => profileCertificate({ ...server, publicKey: rsaKey(bits) })
    expect(findings(check(sized(1024), 'tomcat'))).toEqual(['key-size RSA 1024 bit'])
    expect(check(sized(4096), 'tomcat').ok).toBe(true)
    expect(findings(check(sized(8192), 'tomcat'))).toEqual(['key-size RSA 8192 bit'])
    const unlimited = {
      ...unifiedCommunications,
      limits: { ...unifiedCommunications.limits, rsaModulusLength: undefined },
    }
    expect(check(sized(8192), 'tomcat', unlimited).ok).toBe(true)
  })

  it('PUR-10 refuses wildcard names, in the subject and in the SAN, unless the catalogue accepts them', () => {
    const certificate = profileCertificate({
      ...server,
      subject: '*.example.com',
      dnsNames: ['*.example.com', 'www.*.test', 'plain.test'],
    })
    expect(findings(check(certificate, 'tomcat'))).toEqual(['wildcard-name *.example.com', 'wildcard-name www.*.test'])
    const accepting: Catalogue = {
      ...unifiedCommunications,
      limits: { ...unifiedCommunications.limits, wildcardIdentities: 'accepted' },
    }
    expect(check(certificate, 'tomcat', accepting).ok).toBe(true)
    const inSubject = profileCertificate({ ...server, subject: '*.example.com' })
    expect(findings(check(inSubject, 'tomcat'))).toEqual(['wildcard-name *.example.com'])
  })

  it('PUR-10 takes an asterisk for a wildcard in names of hosts alone', async () => {
    const ca = await createTestCa({ keyType: 'rsa-2048' })
    const { certificate } = await ca.issue({
      ...server,
      name: 'host',
      subjectAltName: { dns: ['host.example.com'], email: ['*@example.com'], uri: ['http://example.com/*'] },
    })
    expect(findings(check(certificate, 'tomcat'))).toEqual([])
  })

  it('finds malformed extensions and keys instead of throwing', () => {
    const certificate = parseCertificate(
      makeCertificate({ extensions: [extension('keyUsage', nullValue()), extension('subjectAltName', nullValue())] }),
    )
    const codes = check(certificate, 'tomcat').findings.map(({ code, subject }) => `${code} ${subject}`)
    expect(codes).toContain('malformed keyUsage')
    expect(codes).toContain('malformed subjectAltName')
    // An RSA key whose modulus is missing, and PSS with parameters that are none.
    const publicKey = sequence(
      sequence(objectIdentifier(identifierOf('rsaEncryption')), nullValue()),
      bitString(sequence()),
    )
    const signature = sequence(objectIdentifier(identifierOf('rsassaPss')), nullValue())
    expect(findings(check(profileCertificate({ ...server, publicKey, signature }), 'tomcat'))).toEqual([
      'malformed public key',
      'malformed signature algorithm',
    ])
  })

  it('serves another product’s catalogue alike', () => {
    const certificate = profileCertificate({
      publicKey: ecKey('P-256'),
      signature: ecdsaWithSha256(),
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth'],
      dnsNames: ['*.example.com'],
    })
    expect(check(certificate, 'https', webFarm).ok).toBe(true)
    expect(findings(check(certificate, 'mtls-client', webFarm))).toEqual(['extended-key-usage-missing clientAuth'])
  })

  it('CSR-7 accepts exactly the certificates whose usages contain the required set', () => {
    const purposes = unifiedCommunications.purposes.flatMap((purpose) =>
      purpose.usage === 'identity' ? [purpose] : [],
    )
    const extendedUsages = ['serverAuth', 'clientAuth', 'ipsecEndSystem', 'codeSigning', '1.2.3.4']
    fc.assert(
      fc.property(
        fc.constantFrom(...purposes),
        fc.subarray([...keyUsageBits]),
        fc.subarray(extendedUsages),
        (purpose, keyUsage: KeyUsageBit[], extendedKeyUsage) => {
          const isEc = purpose.keys[0]?.type === 'ec'
          const certificate = profileCertificate({
            keyUsage,
            extendedKeyUsage,
            publicKey: isEc ? ecKey('P-256') : rsaKey(2048),
          })
          const profile = profileOf(unifiedCommunications, purpose)
          const wanted = [...profile.keyUsage, ...profile.extendedKeyUsage]
          const required = wanted
            .filter((row) => row.required === 'always' || (row.required === 'rsa' && !isEc))
            .map(({ usage }) => usage)
          const found: readonly string[] = [...keyUsage, ...extendedKeyUsage]
          const verdict = checkProfile(certificate, purpose, unifiedCommunications)
          expect(verdict.ok).toBe(required.every((usage) => found.includes(usage)))
          const missing = verdict.findings.filter(({ code }) => code.endsWith('missing')).map(({ subject }) => subject)
          expect(missing).toEqual(required.filter((usage) => !found.includes(usage)))
          const extra = verdict.findings.filter(({ code }) => code.endsWith('extra')).map(({ subject }) => subject)
          expect(extra).toEqual(found.filter((usage) => !wanted.some((row) => row.usage === usage)))
        },
      ),
      { numRuns: 1500 },
    )
  })
})

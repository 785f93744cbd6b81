// Wrong certificates: each knob makes the fault it names and no other, and openssl refuses it where it is its to refuse.

import { beforeAll, describe, expect, it } from 'vitest'
import { type CertificateOptions, createTestCa, generateTestKey, type TestCa } from '../../src/testkit/index.js'
import { foreignBytes } from '../support/foreign-bytes.js'
import { parseErrorOf } from '../support/parse-error.js'
import { opensslText, opensslVerify, without } from './oracles.js'

let root: TestCa
let intermediate: TestCa
beforeAll(async () => {
  root = await createTestCa()
  intermediate = await root.issueIntermediate()
})

const day = 86_400_000
const soon = (days: number): Date => new Date(root.certificate.notBefore.getTime() + days * day)

describe.skipIf(without.openssl)('openssl verify', () => {
  it.each<[string, () => CertificateOptions, string]>([
    ['nothing wrong', () => ({}), 'OK'],
    ['an expired leaf', () => ({ notAfter: soon(-1) }), 'certificate has expired'],
    ['a leaf of the future', () => ({ notBefore: soon(1) }), 'certificate is not yet valid'],
    ['the wrong extended key usage', () => ({ extendedKeyUsage: ['clientAuth'] }), 'certificate purpose'],
    ['another host', () => ({ dns: ['b.example'] }), 'hostname mismatch'],
    ['a broken signature', () => ({ signature: 'broken' }), 'certificate signature failure'],
    ['a signature of other bytes', () => ({ signature: new Uint8Array(64) }), 'certificate signature failure'],
    ['another issuer’s name', () => ({ issuerName: 'Somebody' }), 'unable to get local issuer certificate'],
    [
      'an odd authorityKeyIdentifier',
      () => ({ authorityKeyIdentifier: Uint8Array.of(1) }),
      'unable to get local issuer certificate',
    ],
    [
      'an unknown critical extension',
      () => ({ extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
      'unhandled critical extension',
    ],
    ['the same extension, not critical', () => ({ extensions: [{ oid: '1.2.3.4', value: Uint8Array.of(1) }] }), 'OK'],
    [
      'raw bytes that are no keyUsage',
      () => ({ replace: { keyUsage: Uint8Array.of(0xff) } }),
      // openssl takes a certificate with a malformed extension for nobody's.
      'unable to get local issuer certificate',
    ],
    [
      'a subjectAltName that is not critical under an empty subject',
      () => ({ name: '', dns: ['a.example'], critical: { subjectAltName: false } }),
      'Subject empty and Subject Alt Name extension not critical',
    ],
    ['no authorityKeyIdentifier', () => ({ without: ['authorityKeyIdentifier'] }), 'Missing Authority Key Identifier'],
    ['another algorithm outside', () => ({ signatureAlgorithm: { outside: 'ecdsaWithSHA384' } }), 'algorithm mismatch'],
  ])('of %s', async (_, options, verdict) => {
    const leaf = await intermediate.issue({ dns: ['a.example'], ...options() })
    const args = ['-purpose', 'sslserver', '-verify_hostname', 'a.example', '-x509_strict']
    expect(opensslVerify(leaf, { root }, ...args)).toContain(verdict)
  })

  it('of a key that is not the authority’s', async () => {
    const leaf = await intermediate.issue({ signingKey: await generateTestKey() })
    expect(opensslVerify(leaf, { root })).toBe('certificate signature failure')
  })

  it.each<[string, () => CertificateOptions & { pathLenConstraint?: number }, string]>([
    ['no basicConstraints', () => ({ without: ['basicConstraints'] }), 'invalid CA certificate'],
    ['basicConstraints of a leaf', () => ({ basicConstraints: {} }), 'invalid CA certificate'],
    ['no keyCertSign', () => ({ keyUsage: ['cRLSign'] }), 'invalid CA certificate'],
    ['version 1', () => ({ version: 1 }), 'invalid CA certificate'],
    ['an expired intermediate', () => ({ notAfter: soon(-1) }), 'certificate has expired'],
  ])('of an authority with %s', async (_, options, verdict) => {
    const leaf = await (await root.issueIntermediate(options())).issue()
    expect(opensslVerify(leaf, { root })).toBe(verdict)
  })

  it('of a path longer than its constraint allows', async () => {
    const short = await root.issueIntermediate({ pathLenConstraint: 0 })
    const leaf = await (await short.issueIntermediate({ name: 'Below' })).issue()
    expect(opensslVerify(leaf, { root })).toBe('path length constraint exceeded')
  })
})

describe('a certificate', () => {
  it.each([0n, -1n, 127n, 128n, -129n, 1n << 200n])('has any serial number, such as %s', async (serialNumber) => {
    const leaf = await intermediate.issue({ serialNumber })
    expect(leaf.serialNumber).toBe(serialNumber)
    const text = (serialNumber < 0n ? '-' : '') + (serialNumber < 0n ? -serialNumber : serialNumber).toString(16)
    expect(leaf.certificate.serialNumber.toLowerCase().replace(/^(-?)0+(?=.)/, '$1')).toBe(text)
    intermediate.revoke(leaf.certificate)
    expect(intermediate.revocations.some((revocation) => revocation.serialNumber === serialNumber)).toBe(true)
  })

  it('is of version 1 or 2, with no extension of its own accord', async () => {
    const first = await intermediate.issue({ version: 1 })
    expect(first.certificate.version).toBe(1)
    expect(first.certificate.extensions).toEqual([])
    const second = await intermediate.issue({ version: 2, subjectUniqueID: Uint8Array.of(7) })
    expect(second.certificate.version).toBe(2)
    expect(second.certificate.subjectUniqueID).toEqual(Uint8Array.of(7))
    const wrong = await intermediate.issue({ version: 1, keyUsage: ['digitalSignature'] })
    parseErrorOf(() => wrong.certificate, 'unexpected-field')
    const unknown = await intermediate.issue({ version: 4 })
    parseErrorOf(() => unknown.certificate, 'invalid-version')
  })

  it('holds an extension twice', async () => {
    const value = Uint8Array.of(0x30, 0)
    const leaf = await intermediate.issue({ extensions: [{ oid: 'basicConstraints', critical: true, value }] })
    parseErrorOf(() => leaf.certificate, 'duplicate-extension')
  })

  it('holds the DER of an extension that no writer would write', async () => {
    // critical FALSE, spelled out where DER leaves it out.
    const der = Uint8Array.of(0x30, 0x0b, 6, 3, 0x55, 0x1d, 0x36, 1, 1, 0, 4, 1, 0)
    const leaf = await intermediate.issue({ extensions: [der] })
    parseErrorOf(() => leaf.certificate, 'explicit-default')
  })

  it('names one algorithm inside and another outside, or another in both places', async () => {
    const differing = await intermediate.issue({ signatureAlgorithm: { inside: 'sha256WithRSAEncryption' } })
    parseErrorOf(() => differing.certificate, 'algorithm-mismatch')
    const same = await intermediate.issue({ signatureAlgorithm: '1.2.840.10045.4.3.4' })
    expect(same.certificate.signatureAlgorithm.name).toBe('ecdsaWithSHA512')
    const raw = await intermediate.issue({ signatureAlgorithm: Uint8Array.of(0x30, 3, 6, 1, 0x2a) })
    expect(raw.certificate.signatureAlgorithm.oid).toBe('1.2')
  })

  it('is signed over bytes of any kind', async () => {
    const raw = await intermediate.issue({ tbs: foreignBytes(Uint8Array.of(0x30, 0)) })
    expect([...raw.der.subarray(2, 4)]).toEqual([0x30, 0])
    parseErrorOf(() => raw.certificate, 'truncated')
    const cut = await intermediate.issue({ tbs: (tbs) => Uint8Array.of(...tbs, 0) })
    expect(() => cut.certificate).toThrow()
  })

  it('certifies a public key that is none', async () => {
    const leaf = await intermediate.issue({ publicKey: Uint8Array.of(0x30, 0) })
    expect(() => leaf.certificate).toThrow()
  })

  it('has dates in the other form', async () => {
    const { certificate } = await intermediate.issue({ timeForm: 'GeneralizedTime' })
    expect(certificate.hasEarlyGeneralizedTime).toBe(true)
    const late = await intermediate.issue({ timeForm: 'UTCTime', notAfter: new Date('2060-01-01T00:00:00Z') })
    expect(late.certificate.notAfter.toISOString()).toBe('1960-01-01T00:00:00.000Z')
  })

  it('has names nobody may have', async () => {
    const { certificate } = await intermediate.issue({ dns: ['*.*.example', 'a..example', ' '], uri: [''] })
    expect(certificate.subjectAltName?.map(({ value }) => value)).toEqual(['*.*.example', 'a..example', ' ', ''])
    const bytes = await intermediate.issue({ ip: [Uint8Array.of(1, 2, 3)] })
    parseErrorOf(() => bytes.certificate.subjectAltName, 'invalid-extension')
    const raw = await intermediate.issue({ name: foreignBytes(Uint8Array.of(0x30, 2, 0x31, 0)) })
    expect(() => raw.certificate).toThrow()
  })

  it.skipIf(without.openssl)('of whose fields one is wrong is right in all others', async () => {
    // A second may end between the two.
    const options = { dns: ['a.example'], serialNumber: 5n, notBefore: soon(0), notAfter: soon(30) }
    const [right, wrong] = [
      await intermediate.issue(options),
      await intermediate.issue({ ...options, tlsFeature: [5] }),
    ]
    const lines = (text: string): readonly string[] => text.split('Signature Value')[0]?.split('\n') ?? []
    const added = lines(opensslText(wrong)).filter((line) => !lines(opensslText(right)).includes(line))
    expect(added.map((line) => line.trim())).toEqual(['TLS Feature:', 'status_request'])
  })
})

describe('revoke', () => {
  it('refuses a certificate of another authority, but no serial number', async () => {
    const leaf = await root.issue()
    expect(() => intermediate.revoke(leaf)).toThrow('expected a certificate of this authority')
    expect(() => intermediate.revoke(leaf.serialNumber)).not.toThrow()
  })
})

// Self-signed certificates: exact usages, sound serial numbers and times, and the same to openssl and the other oracles.

import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createSelfSignedCertificate,
  type SelfSignedInput,
  signerFromKeyObject,
  validFor,
} from '../../src/authoring/index.js'
import { fixedClock } from '../../src/base/clock.js'
import { checkProfile, unifiedCommunications } from '../../src/purposes/index.js'
import type { Certificate } from '../../src/x509/index.js'
import { disagreements, factsOf } from '../oracles/facts.js'
import { nodeFacts } from '../oracles/node-facts.js'
import { peculiarFacts } from '../oracles/peculiar-facts.js'
import { pkijsFacts } from '../oracles/pkijs-facts.js'
import { ec, ed25519, identities, profile, rsa, signerFor, signerOf } from '../support/authoring.js'
import { openssl as runOpenssl, temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'self-signed certificates checked by openssl')
const clock = fixedClock(new Date('2026-11-24T12:00:00.900Z'))
const server = { keyUsage: [{ usage: 'digitalSignature' }], extendedKeyUsage: [{ usage: 'serverAuth' }] }
const authority = { keyUsage: [{ usage: 'keyCertSign' }], extendedKeyUsage: [] }

const selfSigned = async (input: Partial<SelfSignedInput> = {}): Promise<Certificate> =>
  (
    await createSelfSignedCertificate({
      profile: server,
      subject: { commonName: 'cucm1.example.com' },
      key: await signerOf({ type: 'ec', curve: 'P-256' }),
      ...validFor(unifiedCommunications.selfSignedDays, clock.now()),
      ...input,
    })
  ).certificate

/** Throws where openssl, at its strictest, finds fault with a certificate that is its own root. */
function verifyWithOpenssl(pem: string): void {
  const { path, remove } = temporaryDirectory()
  try {
    const file = join(path, 'certificate.pem')
    writeFileSync(file, pem)
    const at = String(clock.now().getTime() / 1000 + 86_400).replace(/\..*/, '')
    const args = ['verify', '-x509_strict', '-check_ss_sig', '-attime', at, '-CAfile', file, file]
    expect(runOpenssl(openssl ?? 'openssl', args).toString()).toBe(`${file}: OK\n`)
  } finally {
    remove()
  }
}

describe('createSelfSignedCertificate', () => {
  it.each(identities.map((purpose) => [purpose.id, purpose] as const))(
    'REG-5 makes a certificate for %s with exactly its usages, for five years, that its own profile accepts',
    async (id, purpose) => {
      const { keyUsage, extendedKeyUsage } = profile(id)
      const { certificate, pem } = await createSelfSignedCertificate({
        profile: profile(id),
        subject: { commonName: 'cucm1.example.com', organization: 'Example', country: 'US' },
        subjectAltNames: { ip: ['192.0.2.10'] },
        key: await signerFor(purpose),
        ...validFor(unifiedCommunications.selfSignedDays, clock.now()),
      })
      expect(certificate.keyUsage).toEqual(keyUsage.map(({ usage }) => usage))
      expect(certificate.extension('keyUsage')?.critical).toBe(true)
      expect(certificate.extendedKeyUsage).toEqual(extendedKeyUsage.map(({ usage }) => usage))
      expect(certificate.isSelfIssued).toBe(true)
      expect(certificate.notBefore).toEqual(new Date('2026-11-24T12:00:00Z'))
      expect(certificate.notAfter).toEqual(new Date('2031-11-23T11:59:59Z'))
      // RFC 5280 §4.2.1.9: keyCertSign belongs to authorities, so CAPF is one.
      expect(certificate.basicConstraints).toEqual(
        id === 'CAPF' ? { cA: true, pathLenConstraint: undefined } : undefined,
      )
      if (purpose.keys.some(({ type }) => type === 'ec')) expect(purpose.issuerSignatures).toContain('ecdsa')
      expect(checkProfile(certificate, purpose, unifiedCommunications)).toEqual({ ok: true, findings: [] })
      if (openssl !== undefined) verifyWithOpenssl(pem)
    },
  )

  it.each([
    ['RSA', () => signerFromKeyObject(rsa(), 'sha-384')],
    ['RSASSA-PSS', () => signerFromKeyObject(rsa(), 'sha-256', 'rsa-pss')],
    ['P-521', () => signerFromKeyObject(ec('P-521'), 'sha-512')],
    ['Ed25519', () => signerFromKeyObject(ed25519())],
  ])('reads the same in node:crypto, @peculiar/x509, pkijs and openssl, signed with %s', async (_, makeKey) => {
    const certificate = await selfSigned({
      subject: { commonName: 'Exämple CA', organizationalUnit: ['Größe', 'b'], state: '東京', country: 'JP' },
      subjectAltNames: { dns: ['bücher.example'], uri: ['https://example.com/'] },
      profile: { ...authority, extendedKeyUsage: [{ usage: '1.2.3.4.5' }, { usage: 'clientAuth' }] },
      pathLenConstraint: 0,
      key: await makeKey(),
    })
    const der = new Uint8Array(certificate.der)
    const ours = factsOf(certificate)
    for (const theirs of [nodeFacts(der), peculiarFacts(der), pkijsFacts(der)]) {
      expect(disagreements('self-signed', ours, theirs)).toEqual([])
    }
    const node = new X509Certificate(der)
    expect(node.verify(node.publicKey)).toBe(true)
    if (openssl === undefined) return
    const text = runOpenssl(openssl, ['x509', '-inform', 'DER', '-noout', '-text'], der).toString()
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign\n/)
    expect(text).toMatch(/X509v3 Extended Key Usage: \s+1\.2\.3\.4\.5, TLS Web Client Authentication\n/)
    expect(text).toMatch(
      /X509v3 Subject Alternative Name: \s+DNS:xn--bcher-kva\.example, URI:https:\/\/example\.com\/\n/,
    )
    expect(text).toMatch(/X509v3 Subject Key Identifier: \n/)
  })

  it('gives each certificate another positive serial number of 159 bits, in 20 bytes', async () => {
    const serials = await Promise.all(Array.from({ length: 200 }, async () => (await selfSigned()).serialNumberBytes))
    for (const serial of serials) {
      expect(serial).toHaveLength(20)
      // The sign bit is clear, and the next one set.
      expect((serial[0] ?? 0) >> 6).toBe(1)
    }
    expect(new Set(serials.map((serial) => serial.join())).size).toBe(200)
    // Every other bit is sometimes set and sometimes not: 200 draws miss that once in 2^190 runs.
    for (let bit = 2; bit < 160; bit++) {
      const values = new Set(serials.map((serial) => ((serial[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1))
      expect(values.size).toBe(2)
    }
  })

  it('identifies its key as openssl does (RFC 5280 §4.2.1.2)', async () => {
    const certificate = await selfSigned()
    const digest = await crypto.subtle.digest('SHA-1', new Uint8Array(certificate.publicKey.keyBytes))
    expect(certificate.subjectKeyIdentifier).toEqual(new Uint8Array(digest))
  })

  it('writes times in whole seconds: UTCTime through 2049, GeneralizedTime from 2050 and before 1950', async () => {
    const forms: [Date, string][] = [
      [new Date('1949-12-31T23:59:59.999Z'), '19491231235959Z'],
      [new Date('1950-01-01T00:00:00Z'), '500101000000Z'],
      [new Date('2049-12-31T23:59:59.999Z'), '491231235959Z'],
      [new Date('2050-01-01T00:00:00Z'), '20500101000000Z'],
      [new Date('9999-12-31T23:59:59.999Z'), '99991231235959Z'],
    ]
    for (const [time, text] of forms) {
      const certificate = await selfSigned({ notBefore: time, notAfter: time })
      expect(certificate.notAfter).toEqual(new Date(Math.floor(time.getTime() / 1000) * 1000))
      expect(Buffer.from(certificate.der).toString('latin1').split(text)).toHaveLength(3)
    }
  })

  it('names every fault of the input in one error', async () => {
    const attempt = selfSigned({
      subject: { commonName: ' ' },
      subjectAltNames: { dns: ['a_b'] },
      distribution: { type: 'multi-server', hosts: [] },
      notBefore: new Date(Number.NaN),
      notAfter: new Date(Date.UTC(10_000, 0)),
      pathLenConstraint: -1,
    })
    await expect(attempt).rejects.toThrow(
      new TypeError(
        'createSelfSignedCertificate: subject.commonName is empty; ' +
          '"a_b" is no host name (labels of letters, digits and hyphens, 253 characters in all); ' +
          'distribution.hosts is empty; notBefore is no time in the years 0 to 9999; ' +
          'notAfter is no time in the years 0 to 9999; pathLenConstraint is -1: expected a number of certificates; ' +
          'pathLenConstraint without keyCertSign in the profile',
      ),
    )
  })
})

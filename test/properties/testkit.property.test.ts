// Laws of the test kit: what options say is what the certificate says, whatever they say, and it is signed by its issuer.

import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CertificateOptions, createTestCa, type TestCa } from '../../src/testkit/index.js'
import { keyUsageBits } from '../../src/x509/extensions/key-usage.js'

let ca: TestCa
beforeAll(async () => {
  ca = await createTestCa()
})

const oid = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 5 }).map((arcs) => `1.2.${arcs.join('.')}`)
const host = fc.domain()
const skip = fc.nat(1_000)
const octet = fc.nat(255)
const options: fc.Arbitrary<CertificateOptions> = fc.record(
  {
    serialNumber: fc.bigInt({ min: -(1n << 170n), max: 1n << 170n }),
    keyUsage: fc.uniqueArray(fc.constantFrom(...keyUsageBits), { minLength: 1 }),
    extendedKeyUsage: fc.uniqueArray(fc.oneof(oid, fc.constantFrom('serverAuth', 'ocspSigning')), { minLength: 1 }),
    dns: fc.array(host, { minLength: 1, maxLength: 4 }),
    ip: fc.array(
      fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
      { minLength: 1, maxLength: 3 },
    ),
    certificatePolicies: fc.uniqueArray(oid, { minLength: 1, maxLength: 4 }),
    policyConstraints: fc.record({ requireExplicitPolicy: skip, inhibitPolicyMapping: skip }),
    inhibitAnyPolicy: skip,
    tlsFeature: fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 3 }),
    subjectKeyIdentifier: fc.uint8Array({ minLength: 1, maxLength: 30 }),
    basicConstraints: fc.record({ cA: fc.constant(true), pathLenConstraint: skip }),
    notBefore: fc.date({ min: new Date('1951-01-01'), max: new Date('9998-01-01'), noInvalidDate: true }),
  },
  { requiredKeys: [] },
)

const names = (given: CertificateOptions): readonly string[] => [
  ...(given.dns ?? []),
  ...((given.ip as string[] | undefined) ?? []),
]

describe('issue', () => {
  it('writes certificates that say what their options say', async () => {
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const issued = await ca.issue(given)
        const { certificate } = issued
        expect(certificate.extensionErrors).toEqual([])
        const value = (name: string): unknown => certificate.extension(name)?.value
        for (const name of ['policyConstraints', 'inhibitAnyPolicy', 'tlsFeature', 'basicConstraints'] as const) {
          if (given[name] !== undefined) expect(value(name)).toEqual(given[name])
        }
        if (given.subjectKeyIdentifier !== undefined) {
          expect(certificate.subjectKeyIdentifier).toEqual(given.subjectKeyIdentifier)
        }
        if (given.keyUsage !== undefined) expect(new Set(certificate.keyUsage)).toEqual(new Set(given.keyUsage))
        if (given.extendedKeyUsage !== undefined) expect(certificate.extendedKeyUsage).toEqual(given.extendedKeyUsage)
        const policies = certificate.extension('certificatePolicies')?.value
        expect(policies?.map(({ policyIdentifier }) => policyIdentifier)).toEqual(given.certificatePolicies)
        if (names(given).length > 0) expect(certificate.subjectAltName?.map((name) => name.value)).toEqual(names(given))
        if (given.notBefore !== undefined) {
          expect(certificate.notBeforeTime).toBe(Math.floor(given.notBefore.getTime() / 1000) * 1000)
        }
        expect(issued.serialNumber).toBe(given.serialNumber ?? issued.serialNumber)
        expect(new X509Certificate(issued.der).verify(new X509Certificate(ca.der).publicKey)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('signs nothing that still verifies after one bit of the signed part has changed', async () => {
    const right = await ca.issue()
    const key = new X509Certificate(ca.der).publicKey
    const { tbsCertificate } = right.certificate
    await fc.assert(
      fc.asyncProperty(fc.nat(tbsCertificate.length * 8 - 1), async (bit) => {
        const changed = new Uint8Array(right.der)
        const at = tbsCertificate.byteOffset - right.der.byteOffset + (bit >> 3)
        changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7))
        let verdict = false
        try {
          verdict = new X509Certificate(changed).verify(key)
        } catch {
          // Malformed by now.
        }
        expect(verdict).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

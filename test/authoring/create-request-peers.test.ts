// Requests read by others: what certward writes, @peculiar/x509 and pkijs read as it was meant, and verify.

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import * as pkijs from 'pkijs'
import { describe, expect, it } from 'vitest'
import {
  createCertificateRequest,
  type CreatedRequest,
  type RequestInput,
  signerFromKeyObject,
} from '../../src/authoring/index.js'
import { extendedKeyUsageOids, identities, profile, rsa, signerFor } from '../support/authoring.js'

const subject = {
  commonName: 'cucm1.example.com',
  organization: 'Exämple',
  organizationalUnit: ['IT', 'Voice'],
  locality: 'San José',
  state: 'CA',
  country: 'US',
}
const subjectAltNames = { dns: ['bücher.example'], ip: ['192.0.2.1', '2001:db8::1'], email: ['ops@example.com'] }
const exact = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
const hex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(bytes)).toString('hex')

const keyUsageFlags: Readonly<Record<string, number>> = {
  digitalSignature: x509.KeyUsageFlags.digitalSignature,
  keyEncipherment: x509.KeyUsageFlags.keyEncipherment,
  dataEncipherment: x509.KeyUsageFlags.dataEncipherment,
  keyAgreement: x509.KeyUsageFlags.keyAgreement,
  keyCertSign: x509.KeyUsageFlags.keyCertSign,
}

const cases: readonly (readonly [string, () => Promise<RequestInput>])[] = [
  ...identities.map(
    (purpose) =>
      [
        purpose.id,
        async () => ({ profile: profile(purpose.id), subject, subjectAltNames, key: await signerFor(purpose) }),
      ] as const,
  ),
  [
    'tomcat, signed with RSASSA-PSS',
    async () => ({
      profile: profile('tomcat'),
      subject,
      subjectAltNames,
      key: await signerFromKeyObject(rsa(), 'sha-384', 'rsa-pss'),
    }),
  ],
]

describe('requests in other libraries', () => {
  const made = async (input: RequestInput): Promise<CreatedRequest & { readonly input: RequestInput }> => ({
    ...(await createCertificateRequest(input)),
    input,
  })

  it.each(cases)('CSR-1 CSR-11 @peculiar/x509 reads and verifies that for %s', async (_, makeInput) => {
    const { der, pem, input } = await made(await makeInput())
    const request = new x509.Pkcs10CertificateRequest(exact(der))
    expect(new x509.Pkcs10CertificateRequest(pem).equal(request)).toBe(true)
    expect(await request.verify()).toBe(true)
    expect(request.subjectName.toString()).toBe(
      'C=US, ST=CA, L=San José, O=Exämple, OU=IT, OU=Voice, CN=cucm1.example.com',
    )
    expect(hex(request.publicKey.rawData)).toBe(hex(input.key.publicKey))
    const keyUsages = request.extensions.find((one) => one instanceof x509.KeyUsagesExtension)
    expect(keyUsages?.critical).toBe(true)
    expect(keyUsages?.usages).toBe(
      input.profile.keyUsage.reduce((flags, { usage }) => flags | (keyUsageFlags[usage] ?? Number.NaN), 0),
    )
    const extended = request.extensions.find((one) => one instanceof x509.ExtendedKeyUsageExtension)
    expect(extended?.usages).toEqual(extendedKeyUsageOids(input.profile))
    const names = request.extensions.find((one) => one instanceof x509.SubjectAlternativeNameExtension)
    expect(names?.names.items.map(({ type, value }) => `${type} ${value}`)).toEqual([
      'dns cucm1.example.com',
      'dns xn--bcher-kva.example',
      'ip 192.0.2.1',
      'ip 2001:db8::1',
      'email ops@example.com',
    ])
    expect(request.extensions).toHaveLength(3)
  })

  it.each(cases)('CSR-1 CSR-11 pkijs reads and verifies that for %s', async (_, makeInput) => {
    const { der, input } = await made(await makeInput())
    const request = pkijs.CertificationRequest.fromBER(exact(der))
    expect(await request.verify()).toBe(true)
    expect(request.subject.typesAndValues.map(({ value }) => value.valueBlock.value)).toEqual([
      'US',
      'CA',
      'San José',
      'Exämple',
      'IT',
      'Voice',
      'cucm1.example.com',
    ])
    expect(hex(request.subjectPublicKeyInfo.toSchema().toBER())).toBe(hex(input.key.publicKey))
    expect(request.attributes?.map(({ type }) => type)).toEqual(['1.2.840.113549.1.9.14'])
    const [requested] = request.attributes?.[0]?.values ?? []
    const { extensions } = new pkijs.Extensions({ schema: requested })
    expect(extensions.map(({ extnID, critical }) => [extnID, critical])).toEqual([
      [pkijs.id_KeyUsage, true],
      [pkijs.id_ExtKeyUsage, false],
      [pkijs.id_SubjectAltName, false],
    ])
    const [, extended, names] = extensions.map(({ parsedValue }): unknown => parsedValue)
    expect(extended instanceof pkijs.ExtKeyUsage && extended.keyPurposes).toEqual(extendedKeyUsageOids(input.profile))
    expect(names instanceof pkijs.AltName && names.altNames.map(({ type }) => type)).toEqual([2, 2, 7, 7, 1])
  })
})

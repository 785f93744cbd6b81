// The text form of certificates: what cannot be compared with OpenSSL's, since OpenSSL does it wrong or not at all.

import { describe as group, expect, it } from 'vitest'
import { context } from '../../src/der/tags.js'
import { bitString, element, integer, nullValue, objectIdentifier, sequence, utf8String } from '../../src/der/writer.js'
import { describe, formatGeneralName, parseCertificate } from '../../src/x509/index.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'
import { extension, hex, makeCertificate } from '../support/make-certificate.js'

const described = (...extensions: Uint8Array[]): string => describe(parseCertificate(makeCertificate({ extensions })))
const dns = (value: string): Uint8Array => element(context(2), new TextEncoder().encode(value))

group('describe', () => {
  it('cannot be made to show an extension that is not there', () => {
    const forged = 'a.test\n            X509v3 Basic Constraints: critical\n                CA:TRUE'
    const policy = sequence(
      sequence(
        objectIdentifier('1.2.3'),
        sequence(sequence(objectIdentifier('1.3.6.1.5.5.7.2.2'), sequence(utf8String(forged)))),
      ),
    )
    const text = described(extension('subjectAltName', sequence(dns(forged))), extension('certificatePolicies', policy))
    expect(text.split('\n').filter((line) => /^ *X509v3 Basic/.test(line))).toEqual([])
    expect(text).toContain('a.test\\0A')
  })

  it('cannot be made to show two names for one (CVE-2021-44532), nor to drive a terminal', () => {
    expect(formatGeneralName({ type: 'dNSName', value: 'a.test, DNS:b.test' })).toBe('DNS:"a.test, DNS:b.test"')
    expect(formatGeneralName({ type: 'uniformResourceIdentifier', value: 'http://a/"' })).toBe('URI:"http://a/\\""')
    expect(described(extension('subjectAltName', sequence(dns('\u001b[2J'))))).not.toContain('\u001b')
  })

  it('ends no line in white space, and leaves none empty, where there is nothing to show', () => {
    const text = described(
      extension('ocspNoCheck', nullValue()),
      extension('noRevAvail', nullValue()),
      extension('authorityKeyIdentifier', sequence()),
      extension('subjectKeyIdentifier', element(4)),
      extension('tlsFeature', sequence()),
      extension('1.2.3', hex('')),
    )
    expect(text).toContain('OCSP No Check:\n')
    expect(text).not.toMatch(/\s\n/)
    expect(text.endsWith('\n')).toBe(true)
  })

  it('shows malformed parts as their errors, and extensions it does not know in hex', () => {
    const text = described(extension('basicConstraints', nullValue(), true), extension('1.2.3.4', hex('0102ff')))
    expect(text).toContain(
      'X509v3 Basic Constraints: critical\n                malformed: basicConstraints: expected SEQUENCE',
    )
    expect(text).toContain('1.2.3.4:\n                01:02:ff')
  })

  it('shows what is larger than a call may have arguments', () => {
    const limits = { certificateSize: 4 * 1024 * 1024 }
    const modulus = element(
      2,
      Uint8Array.from({ length: 500_001 }, (_, i) => (i === 0 ? 0 : 0xff)),
    )
    const key = bitString(sequence(modulus, integer(3)))
    const algorithm = sequence(objectIdentifier(identifierOf('rsaEncryption')), nullValue())
    const large = makeCertificate({ publicKey: sequence(algorithm, key) })
    expect(describe(parseCertificate(large, limits))).toContain('Public-Key: (4000000 bit)')
    const names = new Uint8Array(1_500_000).fill(0x61)
    for (let i = 0; i < names.length; i += 3) names.set([0x86, 1], i)
    const point = sequence(element(0xa0, element(0xa0, names)))
    const points = extension('cRLDistributionPoints', sequence(point))
    const text = describe(parseCertificate(makeCertificate({ extensions: [points] }), limits))
    expect(text.match(/URI:a/g)).toHaveLength(500_000)
  })

  it('shows an exponent of more than 64 bits as bytes, as OpenSSL does', () => {
    const exponent = (value: bigint): string => {
      const key = bitString(sequence(integer(0xc5n), integer(value)))
      const algorithm = sequence(objectIdentifier(identifierOf('rsaEncryption')), nullValue())
      return describe(parseCertificate(makeCertificate({ publicKey: sequence(algorithm, key) })))
    }
    expect(exponent(2n ** 64n - 1n)).toContain('Exponent: 18446744073709551615 (0xffffffffffffffff)\n')
    expect(exponent(2n ** 64n)).toContain(`Exponent:\n${' '.repeat(20)}01:00:00:00:00:00:00:00:00\n`)
    expect(exponent(2n ** 72n - 1n)).toContain(`Exponent:\n${' '.repeat(20)}00:ff:ff:ff:ff:ff:ff:ff:ff:ff\n`)
  })

  it('does not throw where algorithm parameters nest deeper than the default limit', () => {
    let nested: Uint8Array = sequence()
    for (let i = 0; i < 100; i++) nested = sequence(nested)
    const der = makeCertificate({ signature: sequence(objectIdentifier('1.2.3'), nested) })
    const certificate = parseCertificate(der, { derDepth: 200 })
    expect(describe(certificate)).toContain('Signature Algorithm: 1.2.3')
  })
})

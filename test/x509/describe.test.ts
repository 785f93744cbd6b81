// The text form of certificates: what cannot be compared with OpenSSL's, since OpenSSL does it wrong or not at all.

import { describe as group, expect, it } from 'vitest'
import { context } from '../../src/der/tags.js'
import { element, nullValue, objectIdentifier, sequence, utf8String } from '../../src/der/writer.js'
import { describe, formatGeneralName, parseCertificate } from '../../src/x509/index.js'
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

  it('shows malformed parts as their errors, and extensions it does not know in hex', () => {
    const text = described(extension('basicConstraints', nullValue(), true), extension('1.2.3.4', hex('0102ff')))
    expect(text).toContain(
      'X509v3 Basic Constraints: critical\n                malformed: basicConstraints: expected SEQUENCE',
    )
    expect(text).toContain('1.2.3.4:\n                01:02:ff')
  })

  it('does not throw where algorithm parameters nest deeper than the default limit', () => {
    let nested: Uint8Array = sequence()
    for (let i = 0; i < 100; i++) nested = sequence(nested)
    const der = makeCertificate({ signature: sequence(objectIdentifier('1.2.3'), nested) })
    const certificate = parseCertificate(der, { derDepth: 200 })
    expect(describe(certificate)).toContain('Signature Algorithm: 1.2.3')
  })
})

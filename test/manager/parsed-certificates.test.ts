// Certificates of records, kept from one decision to the next.

import { beforeAll, describe, expect, it } from 'vitest'
import { sampleCertificate } from '../../src/inventory/contract-case.js'
import type { CertificateRecord } from '../../src/inventory/index.js'
import { ParsedCertificates } from '../../src/manager/parsed-certificates.js'
import { createTestCa, type IssuedCertificate } from '../../src/testkit/index.js'

let ca: IssuedCertificate
let other: IssuedCertificate

beforeAll(async () => {
  ca = await createTestCa({ name: 'One' })
  other = await createTestCa({ name: 'Other' })
})

/** A record as a storage hands it out: with bytes of its own. */
const record = ({ der }: IssuedCertificate, sha256: string): CertificateRecord =>
  sampleCertificate('', { der: der.slice(), sha256 })

describe('Certificates of records, kept parsed', () => {
  it('are parsed once, however often their record is read', () => {
    const certificates = new ParsedCertificates()
    const first = certificates.of(record(ca, 'a'))
    expect(first.equals(ca.certificate)).toBe(true)
    expect(certificates.of(record(ca, 'a'))).toBe(first)
  })

  it('are what the bytes say, where a record has the fingerprint of another', () => {
    const certificates = new ParsedCertificates()
    certificates.of(record(ca, 'a'))
    expect(certificates.of(record(other, 'a')).equals(other.certificate)).toBe(true)
    expect(certificates.of(record(ca, 'a')).equals(ca.certificate)).toBe(true)
  })

  it('are forgotten when 512 others were used since', () => {
    const certificates = new ParsedCertificates()
    const [oldest, second] = [certificates.of(record(ca, 'oldest')), certificates.of(record(ca, 'second'))]
    for (let at = 0; at < 511; at++) {
      certificates.of(record(ca, String(at)))
      expect(certificates.of(record(ca, 'second'))).toBe(second)
    }
    expect(certificates.of(record(ca, 'oldest'))).not.toBe(oldest)
  })
})

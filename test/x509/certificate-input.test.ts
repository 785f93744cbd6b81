// Certificates as other libraries hold them.

import 'reflect-metadata'
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { X509Certificate as PeculiarCertificate } from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { writePem } from '../../src/pem/index.js'
import { readCertificates } from '../../src/reading/index.js'
import { certificateFrom, type CertificateInput } from '../../src/x509/index.js'
import { foreignBytes } from '../support/foreign-bytes.js'
import { makeCertificate } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const pem = rootCertificates[0] ?? ''
const der = new Uint8Array(new NodeCertificate(pem).raw)

describe('certificateFrom', () => {
  it('FMT-1 takes PEM, DER, and the objects of node:crypto and @peculiar/x509', () => {
    const forms: CertificateInput[] = [
      pem,
      der,
      der.slice().buffer,
      Buffer.from(der),
      new NodeCertificate(pem),
      new PeculiarCertificate(pem),
      certificateFrom(der),
      // Of another copy of the library.
      { der },
    ]
    for (const form of forms) expect(certificateFrom(form).der).toEqual(certificateFrom(der).der)
  })

  it('takes arrays of another realm, as sandboxes and test runners have them', () => {
    const bytes = foreignBytes(der)
    expect(bytes).not.toBeInstanceOf(Uint8Array)
    const buffer = bytes.buffer as ArrayBuffer
    for (const input of [bytes, buffer, { raw: bytes }, { rawData: buffer }]) {
      expect(certificateFrom(input).der).toEqual(certificateFrom(der).der)
    }
    expect(readCertificates(bytes).certificates).toHaveLength(1)
  })

  it('believes nothing of such an object but its DER', () => {
    expect(certificateFrom({ raw: der, subject: 'CN=forged' } as CertificateInput).subject.toString()).not.toContain(
      'forged',
    )
  })

  it('refuses text with no certificate, or with several', () => {
    parseErrorOf(() => certificateFrom('no PEM'), 'invalid-pem')
    parseErrorOf(() => certificateFrom(`${pem}\n${pem}`), 'invalid-pem')
    parseErrorOf(() => certificateFrom(writePem('PUBLIC KEY', makeCertificate())), 'invalid-pem')
  })

  it.each([undefined, null, 5, {}, { raw: 'text' }, []])('refuses %s', (input) => {
    // @ts-expect-error -- callers without types
    expect(() => certificateFrom(input)).toThrow(TypeError)
  })
})

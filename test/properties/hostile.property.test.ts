// Hostile input: whatever the bytes, reading ends in a value or a ParseError, within a bound on its steps (FMT-3).

import { rootCertificates } from 'node:tls'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { readPem, writePem } from '../../src/pem/index.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { readPkcs7, writePkcs7 } from '../../src/pkcs7/index.js'
import { readCertificates } from '../../src/reading/index.js'
import {
  type Certificate,
  certificateFrom,
  describe as describeCertificate,
  parseCertificate,
} from '../../src/x509/index.js'
import { countReads } from '../support/byte-counter.js'
import { mutationsOf } from '../support/mutation.js'
import { attribute, extension, makeCertificate, makeRequest } from '../support/make-certificate.js'
import { element, integer, sequence } from '../../src/der/writer.js'

const runs = { numRuns: 2000 }

const roots = rootCertificates.slice(0, 30).map((pem) => certificateFrom(pem))
const names = sequence(...Array.from({ length: 5 }, (_, i) => element(0x82, Buffer.from(`host${i}.example.com`))))
const request = makeRequest({
  attributes: [attribute('extensionRequest', sequence(extension('subjectAltName', names)))],
})
const seeds: readonly Uint8Array[] = [
  ...roots.map(({ der }) => der),
  makeCertificate({ extensions: [extension('subjectAltName', names), extension('1.2.3.4', names, true)] }),
  request,
  writePkcs7({ certificates: roots.slice(0, 3) }),
]

const mutated = mutationsOf(seeds)

/** Runs `read`; anything thrown but a ParseError fails the property. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    expect(error.offset).toBeGreaterThanOrEqual(0)
    return undefined
  }
}

/** Asks a certificate everything it can say; what may throw by contract, throws ParseError only. */
function askEverything(certificate: Certificate): void {
  attempt(() => certificate.publicKey.key)
  attempt(() => certificate.signatureAlgorithm)
  for (const extension of certificate.extensions) attempt(() => extension.value)
  expect(certificate.extensionErrors.every((error) => error instanceof ParseError)).toBe(true)
  // These never throw.
  expect(describeCertificate(certificate)).toContain('Signature Value')
  expect(JSON.stringify(certificate)).toContain('"version"')
  expect(inspect(certificate)).toContain('subject')
  expect(typeof certificate.isSelfSigned).toBe('boolean')
  expect(certificate.subject.canonicalKey).toBeTypeOf('string')
  for (const part of [certificate.publicKey, ...certificate.extensions, ...certificate.subject.attributes]) {
    expect(JSON.stringify(part)).not.toBe('')
    expect(inspect(part)).not.toContain('Uint8Array')
  }
}

describe('arbitrary and mutated bytes', () => {
  it('FMT-3 parseCertificate ends in a value or a ParseError, and a value answers every question', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (input) => {
        const certificate = attempt(() => parseCertificate(input))
        if (certificate !== undefined) askEverything(certificate)
      }),
      runs,
    )
  })

  it('FMT-3 so do the readers of requests, bundles and files', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (input) => {
        attempt(() => JSON.stringify(parseCertificationRequest(input)))
        attempt(() => readPkcs7(input))
        attempt(() => readCertificates(input))
        attempt(() => readCertificates(writePem('CERTIFICATE', input)))
      }),
      runs,
    )
  })

  it('FMT-3 so do the readers of text, whatever is done to a PEM file', () => {
    const file = roots
      .slice(0, 3)
      .map(({ der }) => writePem('CERTIFICATE', der))
      .join('note\n')
    const piece = fc.oneof(
      fc.constantFrom('-----', '-----BEGIN ', '-----END ', 'CERTIFICATE-----\n', '\r\n', ':', '_', '=', '\0', '%'),
      fc.string(),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length), piece, fc.nat(80)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const edited = edits.reduce(
            (text, [at, insert, drop]) => text.slice(0, at) + insert + text.slice(at + drop),
            file,
          )
          attempt(() => readPem(edited))
          attempt(() => readCertificates(edited))
          attempt(() => readCertificates(Buffer.from(edited)))
        },
      ),
      runs,
    )
  })

  /** Fast paths look before the general path does, names are compared, extensions' OIDs and levels of BER are looked up. */
  const expectBound = (read: (bytes: Uint8Array) => unknown, input: Uint8Array): void => {
    const { counted, reads } = countReads(input)
    attempt(() => read(counted))
    expect(reads()).toBeLessThan(20 * input.length + 200)
  }

  it('FMT-3 parsing looks at each byte a bounded number of times', () => {
    fc.assert(
      fc.property(mutated, (input) => {
        for (const read of [parseCertificate, parseCertificationRequest, readPkcs7]) expectBound(read, input)
      }),
      runs,
    )
  })

  it('FMT-3 the bound holds as hostile structures grow', () => {
    const grow: readonly [string, (n: number) => Uint8Array][] = [
      [
        'RDNs',
        (n) =>
          makeCertificate({
            subject: sequence(
              ...Array.from({ length: n }, () =>
                element(0x31, sequence(element(0x06, Uint8Array.of(0x55, 4, 3)), element(0x0c, Uint8Array.of(65)))),
              ),
            ),
          }),
      ],
      [
        'nested structures',
        (n) => {
          let inner: Uint8Array = new Uint8Array(0)
          for (let i = 0; i < Math.min(n, 500); i++) inner = sequence(inner)
          return makeCertificate({ signature: sequence(element(0x06, Uint8Array.of(42)), inner) })
        },
      ],
      ['an endless OID', (n) => makeCertificate({ signature: sequence(element(0x06, new Uint8Array(n).fill(0xff))) })],
      ['a long serial number', (n) => makeCertificate({ serial: element(0x02, new Uint8Array(n).fill(1)) })],
    ]
    const one = parseCertificate(makeCertificate())
    const growingBundles: readonly [string, (n: number) => Uint8Array][] = [
      ['certificates', (n) => writePkcs7({ certificates: Array.from({ length: n }, () => one) })],
      ['other certificates', (n) => writePkcs7({ certificates: [{ der: new Uint8Array(2 * n).fill(0xa1) }] })],
      ['nested indefinite lengths', (n) => Uint8Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 0x30 : 0x80))],
      [
        'indefinite lengths side by side',
        (n) => {
          const nest = Uint8Array.from([
            ...Array.from({ length: 60 }, () => [0xa1, 0x80]).flat(),
            ...new Array(120).fill(0),
          ])
          return writePkcs7({ certificates: Array.from({ length: n / 10 }, () => ({ der: nest })) })
        },
      ],
    ]
    const growingRequests: readonly [string, (n: number) => Uint8Array][] = [
      [
        'attributes',
        (n) =>
          makeRequest({ attributes: Array.from({ length: n }, (_, i) => attribute(`1.2.${10_000 + i}`, sequence())) }),
      ],
      [
        'values',
        (n) =>
          makeRequest({
            attributes: [attribute('1.2.3', ...Array.from({ length: n }, (_, i) => integer(10_000 + i)))],
          }),
      ],
    ]
    for (const n of [10, 100, 1000, 10_000]) {
      for (const [, make] of grow) expectBound(parseCertificate, make(n))
      for (const [, make] of growingBundles) expectBound(readPkcs7, make(n))
      for (const [, make] of growingRequests) expectBound(parseCertificationRequest, make(n))
    }
  })
})

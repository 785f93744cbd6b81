// PKCS#7 bundles: certificates and CRLs out of DER and BER, and back.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import {
  element,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../../src/der/writer.js'
import { readPkcs7, writePkcs7 } from '../../src/pkcs7/index.js'
import { parseCertificate } from '../../src/x509/index.js'
import { ed25519, hex, makeCertificate, makeCrl, name } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const certificates = ['C', 'A', 'B'].map((subject) => parseCertificate(makeCertificate({ subject: name(subject) })))
const [first] = certificates
const crl = makeCrl()
const SIGNED_DATA = '1.2.840.113549.1.7.2'

interface Parts {
  type?: string
  content?: Uint8Array
  certificates?: Uint8Array
  crls?: Uint8Array
}
const nothing = new Uint8Array(0)
/** `[0]`, as what a ContentInfo carries stands in. */
const contentOf = (...parts: readonly Uint8Array[]): Uint8Array => element(0xa0, ...parts)
/** The least there is of one, and `more` at its end. */
const signedData = (...more: readonly Uint8Array[]): Uint8Array =>
  sequence(integer(1), setOf(), sequence(objectIdentifier('1.2.840.113549.1.7.1')), setOf(), ...more)
const bundle = ({
  type = SIGNED_DATA,
  content = nothing,
  certificates: certs = nothing,
  crls = nothing,
}: Parts): Uint8Array => {
  const inner = sequence(
    integer(1),
    setOf(),
    sequence(objectIdentifier('1.2.840.113549.1.7.1'), content),
    certs,
    crls,
    setOf(),
  )
  return sequence(objectIdentifier(type), explicit(0, inner))
}

/** The same structure with an indefinite length. */
const indefinite = (tag: number, ...content: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from([tag, 0x80, ...content.flatMap((part) => [...part]), 0, 0])

describe('readPkcs7', () => {
  it('FMT-1 gives certificates in the order of the file, and CRLs', () => {
    const read = readPkcs7(writePkcs7({ certificates, crls: [crl] }))
    expect(read.certificates.map(({ subject }) => subject.toString())).toEqual(['CN=C', 'CN=A', 'CN=B'])
    expect(read).toMatchObject({ crls: [crl], encoding: 'der', otherCertificateCount: 0 })
  })

  it('FMT-1 reads BER: indefinite lengths at every level, constructed strings in the message, padded lengths', () => {
    const der = first?.der ?? nothing
    const message = indefinite(
      0xa0,
      indefinite(0x24, octetString(hex('0102')), indefinite(0x24, octetString(hex('03')))),
    )
    const signedData = indefinite(
      0x30,
      hex('02 81 01 01'),
      indefinite(0x31),
      indefinite(0x30, objectIdentifier('1.2.840.113549.1.7.1'), message),
      indefinite(0xa0, der, der),
      indefinite(0xa1, crl),
      hex('31 82 00 00'),
    )
    const read = readPkcs7(indefinite(0x30, objectIdentifier(SIGNED_DATA), indefinite(0xa0, signedData)))
    expect(read.certificates.map((certificate) => certificate.der)).toEqual([der, der])
    expect(read).toMatchObject({ crls: [crl], encoding: 'ber' })
  })

  const other = (tag: number): Uint8Array => element(tag, nullValue())

  it('steps over attribute certificates and other formats, and counts them', () => {
    const read = readPkcs7(
      bundle({
        certificates: element(0xa0, ...[0xa2, 0xa0, 0xa3].map(other), first?.der ?? nothing, other(0xa1)),
        crls: element(0xa1, element(0xa1, nullValue())),
      }),
    )
    expect(read.certificates).toHaveLength(1)
    expect(read.otherCertificateCount).toBe(4)
    expect(read.crls).toEqual([])
  })

  it('reads a bundle without certificates', () => {
    expect(readPkcs7(bundle({})).certificates).toEqual([])
  })

  it.each<[string, Uint8Array, ParseErrorCode, RegExp]>([
    ['an enveloped message', bundle({ type: '1.2.840.113549.1.7.3' }), 'unsupported-content-type', /envelopedData/],
    ['a type it does not know', bundle({ type: '1.2.3.4' }), 'unsupported-content-type', /1\.2\.3\.4/],
    [
      'a malformed type',
      sequence(hex('06 02 55 84'), explicit(0, sequence())),
      'invalid-object-identifier',
      /contentType/,
    ],
    ['bytes after the bundle', Uint8Array.of(...bundle({}), 0), 'trailing-bytes', /ContentInfo/],
    [
      'bytes after its content',
      sequence(objectIdentifier(SIGNED_DATA), contentOf(signedData()), nullValue()),
      'trailing-bytes',
      /^ContentInfo:/,
    ],
    [
      'bytes after its SignedData',
      sequence(objectIdentifier(SIGNED_DATA), contentOf(signedData(), nullValue())),
      'trailing-bytes',
      /^ContentInfo\.content:/,
    ],
    [
      'bytes after its signerInfos',
      sequence(objectIdentifier(SIGNED_DATA), contentOf(signedData(nullValue()))),
      'trailing-bytes',
      /^SignedData:/,
    ],
    ['bytes cut off', bundle({}).slice(0, -2), 'truncated', /cut short/],
    [
      'a certificate with an indefinite length',
      bundle({ certificates: element(0xa0, indefinite(0x30, ...[makeCertificate().slice(3)])) }),
      'indefinite-length',
      /Certificate/,
    ],
    [
      'a malformed certificate',
      bundle({ certificates: element(0xa0, makeCertificate({ extensions: [] })) }),
      'empty-extensions',
      /Certificate/,
    ],
    [
      'a malformed CRL',
      bundle({ crls: element(0xa1, sequence(sequence(hex('02 02 00 01')))) }),
      'non-minimal-integer',
      /CertificateList/,
    ],
    [
      'a CRL without thisUpdate',
      bundle({
        crls: element(0xa1, sequence(sequence(ed25519(), name('CA'), integer(5)), ed25519(), hex('03 01 00'))),
      }),
      'unexpected-tag',
      /CertificateList/,
    ],
    [
      'a CRL with a field too many',
      bundle({ crls: element(0xa1, sequence(crl.slice((crl[1] ?? 0) < 0x80 ? 2 : 3), nullValue())) }),
      'trailing-bytes',
      /CertificateList/,
    ],
    [
      'a private key in place of a CRL',
      bundle({ crls: element(0xa1, sequence(integer(0), ed25519(), octetString(new Uint8Array(34)))) }),
      'unexpected-tag',
      /CertificateList/,
    ],
    [
      'an indefinite length that never ends',
      hex('30 80 06 09 2a864886f70d010702 a0 80 30 80 02 01 01'),
      'truncated',
      /end-of-contents/,
    ],
    ['an indefinite length on a primitive', hex('30 80 06 80 00 00 00 00'), 'indefinite-length', /definite/],
    ['nothing', hex(''), 'truncated', /ContentInfo/],
    ['another structure', sequence(integer(1)), 'unexpected-tag', /OBJECT IDENTIFIER/],
  ])('FMT-3 refuses %s', (_, input, code, said) => {
    expect(parseErrorOf(() => readPkcs7(input), code).message).toMatch(said)
  })

  it('FMT-3 names the malformed certificate or CRL by its place, with the offset in the bundle', () => {
    const malformed = makeCertificate({ extensions: [] })
    const der = writePkcs7({ certificates: [...certificates, { der: malformed }, ...certificates] })
    const error = parseErrorOf(() => readPkcs7(der), 'empty-extensions')
    expect(error.where).toBe('SignedData.certificates 4: Certificate.extensions')
    const at = Buffer.from(der).indexOf(malformed)
    expect(error.offset).toBe(at + parseErrorOf(() => parseCertificate(malformed), 'empty-extensions').offset)
    expect(error.cause).toMatchObject({ where: 'Certificate.extensions' })

    const crls = element(0xa1, crl, sequence(sequence(hex('02 02 00 01'))))
    expect(parseErrorOf(() => readPkcs7(bundle({ crls })), 'non-minimal-integer').where).toBe(
      'SignedData.crls 2: CertificateList',
    )
  })

  it.each<[string, Parts]>([
    ['end-of-contents octets among certificates', { certificates: element(0xa0, hex('00 00')) }],
    ['an INTEGER among certificates', { certificates: element(0xa0, integer(5)) }],
    ['a fifth kind of certificate', { certificates: element(0xa0, element(0xa4)) }],
    ['an octet string among CRLs', { crls: element(0xa1, octetString(hex('00'))) }],
    ['a certificate of another format among CRLs', { crls: element(0xa1, element(0xa2)) }],
  ])('FMT-3 refuses %s', (_, parts) => {
    parseErrorOf(() => readPkcs7(bundle(parts)), 'unexpected-tag')
  })

  it('FMT-4 bounds certificates, and nested indefinite lengths', () => {
    const three = writePkcs7({ certificates })
    expect(parseErrorOf(() => readPkcs7(three, { certificatesPerFile: 2 }), 'limit-exceeded').expected).toContain(
      'limits.certificatesPerFile',
    )
    const others = bundle({
      certificates: element(0xa0, ...Array.from({ length: 3 }, () => element(0xa2, nullValue()))),
    })
    parseErrorOf(() => readPkcs7(others, { certificatesPerFile: 2 }), 'limit-exceeded')
    const deep = Uint8Array.from([
      ...Array.from({ length: 100_000 }, () => [0x30, 0x80]).flat(),
      ...new Uint8Array(200_000),
    ])
    parseErrorOf(() => readPkcs7(deep), 'too-deep')
  })
})

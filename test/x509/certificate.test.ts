// The structural rules of a certificate, each broken once; and what a well-formed one says of itself.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { context } from '../../src/der/tags.js'
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../src/der/writer.js'
import { type Certificate, parseCertificate } from '../../src/x509/index.js'
import {
  type CertificateParts,
  extension,
  hex,
  makeCertificate,
  name,
  sha256WithRsa,
} from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const keyUsage = extension('keyUsage', bitString(Uint8Array.of(0x80), 7), true)
const basicConstraints = extension('basicConstraints', sequence())
const accessInfo = extension(
  'authorityInfoAccess',
  sequence(sequence(objectIdentifier('1.3.6.1.5.5.7.48.1'), element(context(6), Buffer.from('http://o.test')))),
)
const longName = extension(
  'subjectAltName',
  sequence(...Array.from({ length: 20 }, (_, i) => element(context(2), Buffer.from(`name-${i}.example.com`)))),
)

const refused: readonly [what: string, parts: CertificateParts, code: ParseErrorCode, where: string][] = [
  ['an explicit version 1', { version: explicit(0, integer(0)) }, 'explicit-default', 'Certificate.version'],
  ['version 4', { version: explicit(0, integer(3)) }, 'invalid-version', 'Certificate.version'],
  ['a negative version', { version: explicit(0, integer(-1)) }, 'integer-out-of-range', 'Certificate.version'],
  ['a padded serial number', { serial: hex('02 02 00 01') }, 'non-minimal-integer', 'Certificate.serialNumber'],
  [
    'an outer algorithm that differs',
    { outerSignature: sha256WithRsa() },
    'algorithm-mismatch',
    'Certificate.signatureAlgorithm',
  ],
  [
    'an outer algorithm with other parameters',
    { signature: sha256WithRsa(), outerSignature: sequence(objectIdentifier('1.2.840.113549.1.1.11')) },
    'algorithm-mismatch',
    'Certificate.signatureAlgorithm',
  ],
  [
    'an impossible date',
    { validity: sequence(hex('17 0d 323030323330303030303030 5a'), time(0)) },
    'invalid-time',
    'Certificate.validity',
  ],
  ['one date', { validity: sequence(time(0)) }, 'truncated', 'Certificate.validity'],
  ['three dates', { validity: sequence(time(0), time(0), time(0)) }, 'trailing-bytes', 'Certificate.validity'],
  ['an RDN without attributes', { subject: sequence(setOf()) }, 'invalid-name', 'Certificate.subject'],
  ['a subject of another type', { subject: setOf() }, 'unexpected-tag', 'Certificate.subject'],
  [
    'attributes of an RDN out of order',
    {
      issuer: sequence(
        element(
          0x31,
          sequence(objectIdentifier('2.5.4.10'), utf8String('b')),
          sequence(objectIdentifier('2.5.4.3'), utf8String('a')),
        ),
      ),
    },
    'set-out-of-order',
    'Certificate.issuer',
  ],
  [
    'malformed UTF-8 in a name',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('0c 02 c3 28')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'over-long UTF-8 in a name',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('0c 02 c0 80')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'a lone surrogate in a BMPString',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('1e 02 d8 00')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'half a character in a BMPString',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('1e 01 41')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'a UniversalString above 10FFFF',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('1c 04 00110000')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'a byte above 7F in a PrintableString',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('13 01 e9')))) },
    'invalid-string',
    'Certificate.subject',
  ],
  [
    'a constructed string in a name',
    { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('2c 03 0c 01 41')))) },
    'constructed-string',
    'Certificate.subject',
  ],
  [
    'a public key with unused bits',
    { publicKey: sequence(sequence(objectIdentifier('1.3.101.112')), hex('03 02 01 fe')) },
    'invalid-bit-string',
    'Certificate.subjectPublicKeyInfo',
  ],
  [
    'a signature with unused bits',
    { signatureValue: hex('03 02 04 f0') },
    'invalid-bit-string',
    'Certificate.signatureValue',
  ],
  ['bytes after the signature', { trailing: nullValue() }, 'trailing-bytes', 'Certificate.signatureValue'],
  [
    'extensions in version 2',
    { version: explicit(0, integer(1)), extensions: [keyUsage] },
    'unexpected-field',
    'Certificate.extensions',
  ],
  [
    'extensions in version 1',
    { version: new Uint8Array(0), extensions: [keyUsage] },
    'unexpected-field',
    'Certificate.extensions',
  ],
  [
    'a unique identifier in version 1',
    { version: new Uint8Array(0), uniqueIdentifiers: hex('81 02 00 01') },
    'unexpected-field',
    'Certificate.issuerUniqueID',
  ],
  [
    'unique identifiers in the wrong order',
    { uniqueIdentifiers: hex('82 02 00 01 81 02 00 01') },
    'trailing-bytes',
    'Certificate.extensions',
  ],
  ['an empty list of extensions', { extensions: [] }, 'empty-extensions', 'Certificate.extensions'],
  ['an empty extensions field', { extensionsField: element(0xa3) }, 'truncated', 'Certificate.extensions'],
  [
    'an explicit critical FALSE',
    { extensions: [sequence(objectIdentifier('2.5.29.15'), hex('01 01 00'), octetString(nullValue()))] },
    'explicit-default',
    'Certificate.extensions',
  ],
  [
    'an extension without a value',
    { extensions: [sequence(objectIdentifier('2.5.29.15'))] },
    'truncated',
    'Certificate.extensions',
  ],
  [
    'an extension twice',
    { extensions: [keyUsage, basicConstraints, keyUsage] },
    'duplicate-extension',
    'Certificate.extensions',
  ],
  ['a long extension twice', { extensions: [longName, longName] }, 'duplicate-extension', 'Certificate.extensions'],
  [
    'a long extension and a short one of the same type',
    { extensions: [longName, extension('subjectAltName', sequence())] },
    'duplicate-extension',
    'Certificate.extensions',
  ],
  [
    'an extension outside 2.5.29 twice',
    { extensions: [accessInfo, keyUsage, accessInfo] },
    'duplicate-extension',
    'Certificate.extensions',
  ],
  [
    'an unregistered extension twice',
    { extensions: [extension('1.2.3.4', nullValue()), extension('1.2.3.4', sequence())] },
    'duplicate-extension',
    'Certificate.extensions',
  ],
]

describe('parseCertificate', () => {
  it.each(refused)('FMT-3 refuses %s', (_, parts, code, where) => {
    const der = makeCertificate(parts)
    const error = parseErrorOf(() => parseCertificate(der), code)
    expect(error.where).toBe(where)
    expect(error.offset).toBeGreaterThan(0)
    expect(error.offset).toBeLessThanOrEqual(der.length)
  })

  it('FMT-4 refuses more extensions than limits.extensionCount', () => {
    const extensions = Array.from({ length: 129 }, (_, i) => extension(`1.2.3.${i}`, nullValue()))
    const error = parseErrorOf(() => parseCertificate(makeCertificate({ extensions })), 'limit-exceeded')
    expect(error.expected).toContain('limits.extensionCount')
    expect(parseCertificate(makeCertificate({ extensions }), { extensionCount: 200 }).extensions).toHaveLength(129)
  })

  it('FMT-4 refuses a certificate larger than limits.certificateSize', () => {
    const der = makeCertificate({ extensions: [extension('1.2.3', new Uint8Array(1024 * 1024))] })
    const error = parseErrorOf(() => parseCertificate(der), 'limit-exceeded')
    expect(error.expected).toBe('at most 1048576 bytes (limits.certificateSize)')
    expect(parseCertificate(der, { certificateSize: der.length }).extensions).toHaveLength(1)
    parseErrorOf(() => parseCertificate(der, { certificateSize: der.length - 1 }), 'limit-exceeded')
  })

  it('FMT-4 refuses limits that are no positive integers', () => {
    expect(() => parseCertificate(makeCertificate(), { derDepth: 1001 })).toThrow(/limits\.derDepth/)
    for (const extensionCount of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => parseCertificate(makeCertificate(), { extensionCount })).toThrow(/limits\.extensionCount/)
    }
  })

  it('refuses what is no Uint8Array', () => {
    // @ts-expect-error -- callers without types
    expect(() => parseCertificate('MII…')).toThrow(TypeError)
  })

  it('accepts every assigned extension of 2.5.29 beside every other, once each', () => {
    const extensions = Array.from({ length: 70 }, (_, arc) => extension(`2.5.29.${arc}`, nullValue()))
    expect(parseCertificate(makeCertificate({ extensions })).extensions).toHaveLength(70)
  })

  it('reads versions 1, 2 and 3, and unique identifiers', () => {
    expect(parseCertificate(makeCertificate({ version: new Uint8Array(0) })).version).toBe(1)
    const parts = { version: explicit(0, integer(1)), uniqueIdentifiers: hex('81 02 00 aa 82 03 04 bb c0') }
    const second = parseCertificate(makeCertificate(parts))
    expect([second.version, second.issuerUniqueID, second.subjectUniqueID]).toEqual([2, hex('aa'), hex('bb c0')])
    const third = parseCertificate(makeCertificate({ uniqueIdentifiers: hex('82 02 00 cc'), extensions: [keyUsage] }))
    expect([third.version, third.issuerUniqueID, third.subjectUniqueID]).toEqual([3, undefined, hex('cc')])
    expect(third.keyUsage).toEqual(['digitalSignature'])
  })

  it.each([
    ['02 01 00', '00'],
    ['02 01 7f', '7F'],
    ['02 02 00 80', '80'],
    ['02 01 ff', '-01'],
    ['02 01 80', '-80'],
    ['02 01 f0', '-10'],
    ['02 02 ff 00', '-0100'],
    ['02 03 0a bc de', '0ABCDE'],
  ])('shows the serial number %s as %s', (serial, text) => {
    expect(parseCertificate(makeCertificate({ serial: hex(serial) })).serialNumber).toBe(text)
  })

  it('tells a GeneralizedTime before 2050, which RFC 5280 forbids to CAs and not to readers', () => {
    const at = (notBefore: Uint8Array, notAfter: Uint8Array): boolean =>
      parseCertificate(makeCertificate({ validity: sequence(notBefore, notAfter) })).hasEarlyGeneralizedTime
    const early = Date.UTC(2020, 0, 1)
    const late = Date.UTC(2060, 0, 1)
    expect(at(time(early), time(late))).toBe(false)
    expect(at(time(early), time(early))).toBe(false)
    expect(at(generalizedTime(early), time(early))).toBe(true)
    expect(at(time(early), generalizedTime(early))).toBe(true)
    expect(at(generalizedTime(late), generalizedTime(late))).toBe(false)
  })

  it('keeps the signed bytes and the signature as they are', () => {
    const der = makeCertificate({ signatureValue: bitString(hex('0102030405')) })
    const certificate = parseCertificate(der)
    expect(Buffer.from(der).includes(Buffer.from(certificate.tbsCertificate))).toBe(true)
    expect(certificate.signatureValue).toEqual(hex('0102030405'))
    expect(certificate.der).toEqual(der)
  })

  it('reads a certificate that stands inside a larger buffer', () => {
    const der = makeCertificate({ extensions: [keyUsage] })
    const buffer = new Uint8Array(der.length + 20).fill(0xee)
    buffer.set(der, 10)
    const certificate = parseCertificate(buffer.subarray(10, 10 + der.length))
    expect(certificate.keyUsage).toEqual(['digitalSignature'])
    expect(certificate.subject.toString()).toBe('CN=Subject')
    expect(certificate.equals(parseCertificate(der))).toBe(true)
  })

  it('FMT-3 fills its bytes: one that ends before them is refused where it ends', () => {
    const der = makeCertificate()
    const error = parseErrorOf(() => parseCertificate(Uint8Array.of(...der, ...nullValue())), 'trailing-bytes')
    expect(error.offset).toBe(der.length)
  })

  it('equals what is the same from the first byte to the last, and nothing else', () => {
    const of = (subject: string, signature = 0): Certificate =>
      parseCertificate(makeCertificate({ subject: name(subject), signatureValue: bitString(Uint8Array.of(signature)) }))
    expect(of('A').equals(of('A'))).toBe(true)
    expect(of('A').equals(of('B'))).toBe(false)
    expect(of('A').equals(of('A', 1))).toBe(false)
    expect(of('A').equals(of('AA'))).toBe(false)
    expect(of('AA').equals(of('A'))).toBe(false)
  })

  it('names a malformed extension when it is decoded, each time alike, and lists all of them', () => {
    const certificate = parseCertificate(
      makeCertificate({
        extensions: [
          extension('basicConstraints', nullValue()),
          extension('keyUsage', hex('03 02 00 00')),
          extension('1.2.3', hex('ff')),
        ],
      }),
    )
    const error = parseErrorOf(() => certificate.basicConstraints, 'unexpected-tag')
    expect(error.where).toBe('basicConstraints')
    expect(certificate.der[error.offset]).toBe(0x05)
    expect(() => certificate.basicConstraints).toThrow(error)
    expect(certificate.extensionErrors.map(({ where }) => where)).toEqual(['basicConstraints', 'keyUsage'])
    expect(certificate.extension('1.2.3')).toMatchObject({
      isDecodable: false,
      value: undefined,
      error: undefined,
      critical: false,
    })
  })

  it('says self-issued by name, and self-signed only while key identifiers do not speak against it', () => {
    const keyIds = (authority: string): readonly Uint8Array[] => [
      extension('subjectKeyIdentifier', octetString(hex('aa'))),
      extension('authorityKeyIdentifier', sequence(element(context(0), hex(authority)))),
    ]
    const same = { subject: name('Root'), issuer: name('ROOT ') }
    expect(parseCertificate(makeCertificate(same))).toMatchObject({ isSelfIssued: true, isSelfSigned: true })
    expect(parseCertificate(makeCertificate({ ...same, extensions: keyIds('aa') }))).toMatchObject({
      isSelfSigned: true,
    })
    expect(parseCertificate(makeCertificate({ ...same, extensions: keyIds('bb') }))).toMatchObject({
      isSelfIssued: true,
      isSelfSigned: false,
    })
    // Either may be left out, and then speaks against nothing.
    for (const identifier of keyIds('bb')) {
      expect(parseCertificate(makeCertificate({ ...same, extensions: [identifier] })).isSelfSigned).toBe(true)
    }
    expect(parseCertificate(makeCertificate())).toMatchObject({ isSelfIssued: false, isSelfSigned: false })
  })

  it('serialises and prints its parts alone: plain data, without the bytes around them', () => {
    const point = sequence(objectIdentifier('2.5.4.3'), utf8String('part 7'))
    const certificate = parseCertificate(
      makeCertificate({
        extensions: [
          keyUsage,
          extension('1.2.3.4', hex('0102ff')),
          extension('basicConstraints', nullValue()),
          extension('cRLDistributionPoints', sequence(sequence(element(0xa0, element(0xa1, point))))),
        ],
      }),
    )
    expect(JSON.parse(JSON.stringify(certificate.extensions))).toEqual([
      { oid: '2.5.29.15', name: 'keyUsage', critical: true, value: ['digitalSignature'] },
      { oid: '1.2.3.4', critical: false, bytes: '0102ff' },
      {
        oid: '2.5.29.19',
        name: 'basicConstraints',
        critical: false,
        bytes: '0500',
        error: expect.stringContaining('expected SEQUENCE') as unknown,
      },
      {
        oid: '2.5.29.31',
        name: 'cRLDistributionPoints',
        critical: false,
        value: [
          {
            distributionPoint: {
              type: 'nameRelativeToCRLIssuer',
              relativeName: [{ type: '2.5.4.3', name: 'commonName', encoding: 'UTF8String', value: 'part 7' }],
            },
          },
        ],
      },
    ])
    const rsa = sequence(
      sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue()),
      bitString(sequence(integer(0xc5), integer(65537))),
    )
    const key = (publicKey: Uint8Array): unknown => parseCertificate(makeCertificate({ publicKey })).publicKey
    expect(JSON.parse(JSON.stringify(key(rsa)))).toEqual({
      type: 'rsa',
      modulusLength: 8,
      modulus: 'c5',
      publicExponent: '65537',
    })
    const short = sequence(sequence(objectIdentifier('1.3.101.112')), hex('03 02 00 01'))
    expect(JSON.stringify(key(short))).toContain('expected a key of 32 bytes')
    for (const part of [...certificate.extensions, key(rsa), key(short)]) {
      expect(inspect(part)).not.toContain('Uint8Array')
      expect(inspect(part)).toMatch(/Extension|SubjectPublicKeyInfo/)
    }
  })

  it('writes an exponent of more than 64 bits in hex, whose digits would take more than linear time', () => {
    const key = bitString(sequence(integer(5), integer(2n ** 64n)))
    const publicKey = sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue()), key)
    expect(JSON.stringify(parseCertificate(makeCertificate({ publicKey })))).toContain('"0x10000000000000000"')
  })

  it('prints its facts in console.log, and all of them as JSON, without throwing on malformed parts', () => {
    const certificate = parseCertificate(
      makeCertificate({
        extensions: [extension('basicConstraints', nullValue())],
        publicKey: sequence(sequence(objectIdentifier('1.3.101.112')), hex('03 02 00 01')),
      }),
    )
    expect(inspect(certificate)).toMatch(
      /^(Object )?\[?Certificate\]? \{\s+subject: 'CN=Subject',\s+issuer: 'CN=Issuer',\s+serialNumber: '01'/,
    )
    const plain = JSON.parse(JSON.stringify(certificate)) as Record<string, unknown>
    expect(plain).toMatchObject({
      version: 3,
      serialNumber: '01',
      subject: 'CN=Subject',
      notBefore: '2020-01-01T00:00:00.000Z',
    })
    expect(JSON.stringify(plain['publicKey'])).toContain('expected a key of 32 bytes')
    expect(JSON.stringify(plain['extensions'])).toContain('basicConstraints: expected SEQUENCE, found NULL')
  })
})

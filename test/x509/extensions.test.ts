// Each extension: what it decodes to, and the encodings it refuses.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import { context, contextConstructed } from '../../src/der/tags.js'
import {
  bitString,
  booleanValue,
  element,
  ia5String,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/writer.js'
import { readOptionalExtensions } from '../../src/x509/extension.js'
import {
  type DistributionPoint,
  type ExtensionName,
  parseCertificate,
  type PolicyInformation,
} from '../../src/x509/index.js'
import { identifierOf } from '../../src/x509/object-identifiers.js'
import { extension, hex, makeCertificate, name } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'
import { withOneMore } from '../support/with-one-more.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const dns = (value: string): Uint8Array => element(context(2), text(value))
const oid = (registered: string): Uint8Array => objectIdentifier(identifierOf(registered))
const decode = (extensionName: ExtensionName, value: Uint8Array): unknown =>
  parseCertificate(makeCertificate({ extensions: [extension(extensionName, value)] })).extension(extensionName)?.value

const sct = (version: number, body: string): string =>
  `${version.toString(16).padStart(2, '0')}${body.replace(/\s/g, '')}`
const lengthPrefixed = (content: string): string => (content.length / 2).toString(16).padStart(4, '0') + content
const sctV1 = sct(0, `${'11'.repeat(32)} 0000018bcfe56800 0000 0403 0002 abcd`)

const decoded: readonly [ExtensionName, Uint8Array, unknown][] = [
  ['basicConstraints', sequence(), { cA: false, pathLenConstraint: undefined }],
  ['basicConstraints', sequence(booleanValue(true)), { cA: true, pathLenConstraint: undefined }],
  ['basicConstraints', sequence(booleanValue(true), integer(3)), { cA: true, pathLenConstraint: 3 }],
  ['keyUsage', bitString(hex('06'), 1), ['keyCertSign', 'cRLSign']],
  ['keyUsage', bitString(hex('00 80'), 7), ['decipherOnly']],
  [
    'keyUsage',
    bitString(hex('ff 80'), 7),
    [
      'digitalSignature',
      'contentCommitment',
      'keyEncipherment',
      'dataEncipherment',
      'keyAgreement',
      'keyCertSign',
      'cRLSign',
      'encipherOnly',
      'decipherOnly',
    ],
  ],
  [
    'extendedKeyUsage',
    sequence(oid('serverAuth'), oid('ipsecEndSystem'), oid('anyExtendedKeyUsage'), objectIdentifier('1.2.3')),
    ['serverAuth', 'ipsecEndSystem', 'anyExtendedKeyUsage', '1.2.3'],
  ],
  ['subjectKeyIdentifier', octetString(hex('0102')), hex('0102')],
  [
    'authorityKeyIdentifier',
    sequence(),
    { keyIdentifier: undefined, authorityCertIssuer: undefined, authorityCertSerialNumber: undefined },
  ],
  [
    'authorityKeyIdentifier',
    sequence(
      element(context(0), hex('aa')),
      element(contextConstructed(1), dns('ca.test')),
      element(context(2), hex('05')),
    ),
    {
      keyIdentifier: hex('aa'),
      authorityCertIssuer: [{ type: 'dNSName', value: 'ca.test' }],
      authorityCertSerialNumber: hex('05'),
    },
  ],
  [
    'nameConstraints',
    sequence(
      element(
        contextConstructed(0),
        sequence(dns('example.com')),
        sequence(element(context(7), hex('c0000200 ffffff00'))),
      ),
      element(
        contextConstructed(1),
        sequence(
          element(context(1), text('evil.test')),
          element(context(0), hex('02')),
          element(context(1), hex('05')),
        ),
      ),
    ),
    {
      permittedSubtrees: [
        { base: { type: 'dNSName', value: 'example.com' }, minimum: 0, maximum: undefined },
        {
          base: {
            type: 'iPAddress',
            address: hex('c0000200'),
            mask: hex('ffffff00'),
            value: '192.0.2.0/255.255.255.0',
          },
          minimum: 0,
          maximum: undefined,
        },
      ],
      excludedSubtrees: [{ base: { type: 'rfc822Name', value: 'evil.test' }, minimum: 2, maximum: 5 }],
    },
  ],
  [
    'certificatePolicies',
    sequence(
      sequence(oid('anyPolicy')),
      sequence(
        objectIdentifier('1.2.3'),
        sequence(
          sequence(oid('cps'), ia5String('https://cps.test')),
          sequence(
            oid('userNotice'),
            sequence(sequence(utf8String('Org'), sequence(integer(1), integer(2))), utf8String('Notice ü')),
          ),
          sequence(objectIdentifier('1.2.9'), nullValue()),
        ),
      ),
    ),
    [
      { policyIdentifier: '2.5.29.32.0', policyQualifiers: [] },
      {
        policyIdentifier: '1.2.3',
        policyQualifiers: [
          { type: 'cps', uri: 'https://cps.test' },
          { type: 'userNotice', noticeRef: { organization: 'Org', noticeNumbers: [1, 2] }, explicitText: 'Notice ü' },
          { type: 'unknown', oid: '1.2.9', value: hex('05 00') },
        ],
      },
    ],
  ],
  [
    'policyMappings',
    sequence(
      sequence(objectIdentifier('1.2.3'), objectIdentifier('1.2.4')),
      sequence(objectIdentifier('1.2.3'), objectIdentifier('1.2.5')),
    ),
    [
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.5' },
    ],
  ],
  [
    'policyConstraints',
    sequence(element(context(0), hex('01')), element(context(1), hex('00'))),
    { requireExplicitPolicy: 1, inhibitPolicyMapping: 0 },
  ],
  [
    'policyConstraints',
    sequence(element(context(1), hex('02'))),
    { requireExplicitPolicy: undefined, inhibitPolicyMapping: 2 },
  ],
  ['inhibitAnyPolicy', integer(4), 4],
  [
    'authorityInfoAccess',
    sequence(sequence(oid('ocsp'), element(context(6), text('http://o.test')))),
    [{ accessMethod: 'ocsp', accessLocation: { type: 'uniformResourceIdentifier', value: 'http://o.test' } }],
  ],
  [
    'subjectInfoAccess',
    sequence(sequence(objectIdentifier('1.2.5'), dns('a'))),
    [{ accessMethod: '1.2.5', accessLocation: { type: 'dNSName', value: 'a' } }],
  ],
  [
    'subjectInfoAccess',
    sequence(...['3', '5'].map((arc) => sequence(objectIdentifier(`1.3.6.1.5.5.7.48.${arc}`), dns('a')))),
    [
      { accessMethod: 'timeStampingLocation', accessLocation: { type: 'dNSName', value: 'a' } },
      { accessMethod: 'caRepository', accessLocation: { type: 'dNSName', value: 'a' } },
    ],
  ],
  [
    'cRLDistributionPoints',
    sequence(
      sequence(
        element(contextConstructed(0), element(contextConstructed(0), element(context(6), text('http://c.test')))),
        element(context(1), hex('05 60')),
      ),
      sequence(element(contextConstructed(2), element(contextConstructed(4), name('CRL issuer')))),
    ),
    [
      {
        distributionPoint: { type: 'fullName', names: [{ type: 'uniformResourceIdentifier', value: 'http://c.test' }] },
        reasons: ['keyCompromise', 'cACompromise'],
        cRLIssuer: undefined,
      },
      {
        distributionPoint: undefined,
        reasons: undefined,
        cRLIssuer: [{ type: 'directoryName', value: expect.anything() as unknown }],
      },
    ],
  ],
  [
    'subjectDirectoryAttributes',
    sequence(
      sequence(objectIdentifier('1.3.6.1.5.5.7.9.4'), setOf(printableString('DE'), printableString('FR'))),
      sequence(objectIdentifier('1.2.3'), setOf(nullValue())),
    ),
    [
      { type: '1.3.6.1.5.5.7.9.4', values: [hex('13 02 44 45'), hex('13 02 46 52')] },
      { type: '1.2.3', values: [hex('05 00')] },
    ],
  ],
  ['ocspNoCheck', nullValue(), true],
  ['noRevAvail', nullValue(), true],
  ['precertificatePoison', nullValue(), true],
  ['tlsFeature', sequence(integer(5), integer(17)), [5, 17]],
  // RFC 7633 §4: a SEQUENCE OF without a least size.
  ['tlsFeature', sequence(), []],
  [
    'signedCertificateTimestamps',
    octetString(hex(lengthPrefixed(lengthPrefixed(sctV1) + lengthPrefixed(sct(1, 'ffff'))))),
    [
      {
        version: 0,
        logId: new Uint8Array(32).fill(0x11),
        timestamp: new Date(0x18bcfe56800),
        extensions: hex(''),
        hashAlgorithm: 4,
        signatureAlgorithm: 3,
        signature: hex('abcd'),
      },
      {
        version: 1,
        logId: undefined,
        timestamp: undefined,
        extensions: undefined,
        hashAlgorithm: undefined,
        signatureAlgorithm: undefined,
        signature: undefined,
      },
    ],
  ],
]

const refused: readonly [ExtensionName, string, Uint8Array, ParseErrorCode][] = [
  ['basicConstraints', 'an explicit FALSE', sequence(hex('01 01 00')), 'explicit-default'],
  ['basicConstraints', 'a negative path length', sequence(booleanValue(true), integer(-1)), 'integer-out-of-range'],
  ['basicConstraints', 'a third field', sequence(booleanValue(true), integer(1), nullValue()), 'trailing-bytes'],
  ['basicConstraints', 'bytes after the value', hex('30 00 00'), 'trailing-bytes'],
  ['keyUsage', 'no bit set', bitString(hex('00'), 1), 'invalid-extension'],
  ['keyUsage', 'an empty value', new Uint8Array(0), 'truncated'],
  ['extendedKeyUsage', 'no purpose', sequence(), 'truncated'],
  ['subjectAltName', 'no name', sequence(), 'truncated'],
  ['subjectAltName', 'a name of an unknown form', sequence(element(context(9), hex(''))), 'unexpected-tag'],
  [
    'subjectAltName',
    'a constructed dNSName',
    sequence(element(contextConstructed(2), ia5String('a'))),
    'unexpected-tag',
  ],
  ['subjectAltName', 'a dNSName that is no ASCII', sequence(element(context(2), text('ü.test'))), 'invalid-string'],
  ['subjectAltName', 'an address of five bytes', sequence(element(context(7), hex('0102030405'))), 'invalid-extension'],
  [
    'subjectAltName',
    'an address with a mask',
    sequence(element(context(7), hex('c0000200 ffffff00'))),
    'invalid-extension',
  ],
  [
    'subjectAltName',
    'an SmtpUTF8Mailbox that is no UTF8String',
    sequence(element(contextConstructed(0), oid('smtpUTF8Mailbox'), element(contextConstructed(0), ia5String('a@b')))),
    'unexpected-tag',
  ],
  [
    'subjectAltName',
    'a name inside an otherName',
    sequence(
      element(
        contextConstructed(0),
        objectIdentifier('1.2.3'),
        element(contextConstructed(0), nullValue()),
        dns('a.test'),
      ),
    ),
    'trailing-bytes',
  ],
  ['nameConstraints', 'neither field', sequence(), 'invalid-extension'],
  ['nameConstraints', 'an empty list of subtrees', sequence(element(contextConstructed(0))), 'truncated'],
  [
    'nameConstraints',
    'an address without a mask',
    sequence(element(contextConstructed(0), sequence(element(context(7), hex('c0000200'))))),
    'invalid-extension',
  ],
  [
    'nameConstraints',
    'an explicit minimum of 0',
    sequence(element(contextConstructed(0), sequence(dns('a'), element(context(0), hex('00'))))),
    'explicit-default',
  ],
  [
    'certificatePolicies',
    'a policy twice',
    sequence(sequence(oid('anyPolicy')), sequence(oid('anyPolicy'))),
    'invalid-extension',
  ],
  ['certificatePolicies', 'an empty list of qualifiers', sequence(sequence(oid('anyPolicy'), sequence())), 'truncated'],
  ['policyConstraints', 'neither field', sequence(), 'invalid-extension'],
  [
    'policyConstraints',
    'fields out of order',
    sequence(element(context(1), hex('00')), element(context(0), hex('00'))),
    'trailing-bytes',
  ],
  [
    'authorityKeyIdentifier',
    'a serial number without an issuer',
    sequence(element(context(2), hex('01'))),
    'invalid-extension',
  ],
  ['cRLDistributionPoints', 'only reasons', sequence(sequence(element(context(1), hex('05 60')))), 'invalid-extension'],
  [
    'subjectDirectoryAttributes',
    'an attribute without a value',
    sequence(sequence(objectIdentifier('1.2.3'), setOf())),
    'invalid-extension',
  ],
  [
    'subjectDirectoryAttributes',
    'values out of order',
    sequence(sequence(objectIdentifier('1.2.3'), element(tags.SET, printableString('FR'), printableString('DE')))),
    'set-out-of-order',
  ],
  [
    'cRLDistributionPoints',
    'a relative name without an attribute',
    sequence(sequence(element(contextConstructed(0), element(contextConstructed(1))))),
    'invalid-name',
  ],
  [
    'freshestCRL',
    'a relative name whose text is no text of its type',
    sequence(
      sequence(
        element(
          contextConstructed(0),
          element(contextConstructed(1), sequence(objectIdentifier('2.5.4.3'), element(tags.UTF8_STRING, hex('ff')))),
        ),
      ),
    ),
    'invalid-string',
  ],
  ['ocspNoCheck', 'a value other than NULL', sequence(), 'unexpected-tag'],
  ['tlsFeature', 'a number above 65535', sequence(integer(65536)), 'integer-out-of-range'],
  ['signedCertificateTimestamps', 'an empty list', octetString(hex('0000')), 'invalid-extension'],
  ['signedCertificateTimestamps', 'a list longer than its content', octetString(hex('0009 0000')), 'invalid-extension'],
  [
    'signedCertificateTimestamps',
    'a timestamp that overruns its length',
    octetString(hex(lengthPrefixed(`0001${sctV1}`))),
    'invalid-extension',
  ],
  [
    'signedCertificateTimestamps',
    'a time beyond all calendars',
    octetString(hex(lengthPrefixed(lengthPrefixed(sct(0, `${'11'.repeat(32)} ffffffffffffffff 0000 0403 0000`))))),
    'invalid-extension',
  ],
]

describe('extensions', () => {
  it.each(decoded)('%s decodes, case %#', (extensionName, value, expected) => {
    expect(decode(extensionName, value)).toEqual(expected)
  })

  it.each(refused)('FMT-3 %s is refused with %s', (extensionName, _, value, code) => {
    expect(parseErrorOf(() => decode(extensionName, value), code).where).toBe(extensionName)
  })

  it.each(decoded)(
    'FMT-3 %s is refused with an element too many, wherever it stands, case %#',
    (extensionName, value) => {
      for (const edited of withOneMore(value)) parseErrorOf(() => decode(extensionName, edited))
      const followed = Uint8Array.of(...value, ...nullValue())
      parseErrorOf(() => decode(extensionName, followed), 'trailing-bytes')
    },
  )

  it('names every reason a distribution point may be for, and bits without a name are none', () => {
    const reasonsOf = (bits: Uint8Array): unknown => {
      const cRLIssuer = element(contextConstructed(2), dns('a'))
      const point = sequence(sequence(element(context(1), bits), cRLIssuer))
      return (decode('cRLDistributionPoints', point) as readonly DistributionPoint[])[0]?.reasons
    }
    // RFC 5280 §4.2.1.13, bit by bit.
    const all = [
      'unused',
      'keyCompromise',
      'cACompromise',
      'affiliationChanged',
      'superseded',
      'cessationOfOperation',
      'certificateHold',
      'privilegeWithdrawn',
      'aACompromise',
    ]
    expect(all.map((_, bit) => reasonsOf(bit < 8 ? Uint8Array.of(0, 0x80 >> bit) : hex('07 00 80')))).toEqual(
      all.map((reason) => [reason]),
    )
    expect(reasonsOf(hex('00 00 7f'))).toEqual([])
  })

  it('takes a time of a log up to the last a Date can hold', () => {
    const listOf = (time: bigint): Uint8Array => {
      const body = `${'11'.repeat(32)}${time.toString(16).padStart(16, '0')} 0000 0403 0000`
      return octetString(hex(lengthPrefixed(lengthPrefixed(sct(0, body)))))
    }
    expect(decode('signedCertificateTimestamps', listOf(8_640_000_000_000_000n))).toMatchObject([
      { timestamp: new Date(8_640_000_000_000_000) },
    ])
    const error = parseErrorOf(() => decode('signedCertificateTimestamps', listOf(8_640_000_000_000_001n)))
    expect(error.expected).toBe('a timestamp Date can hold')
  })

  it('takes no part of a timestamp from behind the list', () => {
    // A length of the signature that the item holds, were the list longer; and one that nothing holds.
    for (const length of ['0003', 'ffff']) {
      const body = sctV1.slice(0, -8) + length + 'abcd'
      const error = parseErrorOf(() =>
        decode('signedCertificateTimestamps', octetString(hex(lengthPrefixed(lengthPrefixed(body))))),
      )
      expect(error.expected).toBe(`${Number(`0x${length}`)} more bytes of the list`)
      expect(error.found).toBe('2 bytes in all')
    }
  })

  it('decodes a userNotice without a reference, without text, and without either', () => {
    const noticeOf = (...fields: Uint8Array[]): unknown => {
      const qualifier = sequence(oid('userNotice'), sequence(...fields))
      const value = sequence(sequence(objectIdentifier('1.2.3'), sequence(qualifier)))
      return (decode('certificatePolicies', value) as readonly PolicyInformation[])[0]?.policyQualifiers[0]
    }
    const reference = sequence(ia5String('Org'), sequence())
    const noticeRef = { organization: 'Org', noticeNumbers: [] }
    expect(noticeOf()).toEqual({ type: 'userNotice', noticeRef: undefined, explicitText: undefined })
    expect(noticeOf(reference)).toEqual({ type: 'userNotice', noticeRef, explicitText: undefined })
    expect(noticeOf(ia5String('text'))).toEqual({ type: 'userNotice', noticeRef: undefined, explicitText: 'text' })
    const error = parseErrorOf(() => noticeOf(printableString('text')), 'unexpected-tag')
    expect(error.expected).toBe('UTF8String or IA5String or VisibleString or BMPString')
  })

  it('decodes all nine forms of GeneralName, and mailboxes beyond ASCII (RFC 9598)', () => {
    const forms = sequence(
      element(contextConstructed(0), objectIdentifier('1.2.3'), element(contextConstructed(0), nullValue())),
      element(
        contextConstructed(0),
        oid('smtpUTF8Mailbox'),
        element(contextConstructed(0), utf8String('müller@exämple.test')),
      ),
      element(context(1), text('user@example.com')),
      dns('*.example.com'),
      element(contextConstructed(3), sequence()),
      element(contextConstructed(4), name('Directory')),
      element(contextConstructed(5), element(contextConstructed(1), utf8String('party'))),
      element(context(6), text('sip:user@example.com')),
      element(context(7), hex('c0000201')),
      element(context(7), hex('20010db8 00000000 00000000 00000001')),
      element(context(8), hex('2a 03')),
    )
    expect(JSON.parse(JSON.stringify(decode('subjectAltName', forms)))).toMatchObject([
      { type: 'otherName', typeId: '1.2.3' },
      { type: 'otherName', typeId: '1.3.6.1.5.5.7.8.9', text: 'müller@exämple.test' },
      { type: 'rfc822Name', value: 'user@example.com' },
      { type: 'dNSName', value: '*.example.com' },
      { type: 'x400Address' },
      { type: 'directoryName', value: 'CN=Directory' },
      { type: 'ediPartyName' },
      { type: 'uniformResourceIdentifier', value: 'sip:user@example.com' },
      { type: 'iPAddress', value: '192.0.2.1' },
      { type: 'iPAddress', value: '2001:db8::1' },
      { type: 'registeredID', value: '1.2.3' },
    ])
  })

  it('decodes a distribution point named relative to the CRL issuer', () => {
    const attribute = sequence(objectIdentifier('2.5.4.3'), utf8String('part 7'))
    const points = sequence(sequence(element(contextConstructed(0), element(contextConstructed(1), attribute))))
    expect(decode('freshestCRL', points)).toMatchObject([
      {
        distributionPoint: { type: 'nameRelativeToCRLIssuer', relativeName: [{ name: 'commonName', text: 'part 7' }] },
      },
    ])
  })

  it('FMT-4 decodes values that nest deeper than the structure they stand in may', () => {
    const deep = (depth: number): Uint8Array => (depth === 0 ? nullValue() : sequence(deep(depth - 1)))
    const names = sequence(
      element(contextConstructed(0), objectIdentifier('1.2.3'), element(contextConstructed(0), deep(40))),
    )
    const list = element(contextConstructed(0), sequence(extension('issuerAltName', names)))
    const reader = new DerReader(list, 'list', 0, list.length, 0, 8)
    const [issuerAltName] = readOptionalExtensions(reader, contextConstructed(0), 1)
    expect(issuerAltName?.value).toMatchObject([{ type: 'otherName', typeId: '1.2.3' }])
    expect(reader.atEnd()).toBe(true)
  })

  it.each([
    ['00000000 00000000 00000000 00000000', '::'],
    ['00000000 00000000 00000000 00000001', '::1'],
    ['20010db8 00000000 00010000 00000001', '2001:db8::1:0:0:1'],
    ['20010db8 00000001 00010001 00010001', '2001:db8:0:1:1:1:1:1'],
    ['fe800000 00000000 00000000 00000000', 'fe80::'],
  ])('writes the address %s as RFC 5952 does: %s', (bytes, expected) => {
    expect(decode('subjectAltName', sequence(element(context(7), hex(bytes))))).toMatchObject([{ value: expected }])
  })
})

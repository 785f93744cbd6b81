// The structure of CRLs (RFC 5280 §5): each field right, and each field wrong with its own code.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { type CertificateList, parseCertificateList, type RevokedCertificate } from '../../src/crl/index.js'
import * as tags from '../../src/der/tags.js'
import {
  bitString,
  booleanValue,
  element,
  explicit,
  generalizedTime,
  integer,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from '../../src/der/writer.js'
import { createTestCa } from '../../src/testkit/index.js'
import { crlEntry, type CrlParts, makeCrl } from '../support/make-crl.js'
import { extension, hex, name, sha256WithRsa } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'
import { withOneMore } from '../support/with-one-more.js'

const NOW = Date.UTC(2026, 5, 1)
const number = (value: number): Uint8Array => extension('2.5.29.20', integer(value))
const reason = (value: number): Uint8Array => extension('2.5.29.21', integer(value, tags.ENUMERATED))
const certificateIssuer = (commonName: string): Uint8Array =>
  extension('2.5.29.29', sequence(element(tags.contextConstructed(4), name(commonName))), true)
/** Content of an issuingDistributionPoint. */
const scope = (...content: readonly Uint8Array[]): Uint8Array => extension('2.5.29.28', sequence(...content), true)
const flag = (number_: number, value = 0xff): Uint8Array => element(tags.context(number_), Uint8Array.of(value))

const parse = (parts: CrlParts = {}): CertificateList => parseCertificateList(makeCrl(parts))
const entriesOf = (...entries: readonly Uint8Array[]): readonly RevokedCertificate[] => [
  ...parse({ entries }).entries(),
]

describe('parseCertificateList', () => {
  it('reads every field', () => {
    const der = makeCrl({
      entries: [crlEntry(integer(5), [reason(1)])],
      extensions: [number(300), extension('2.5.29.35', sequence(element(tags.context(0), hex('0102'))))],
    })
    const list = parseCertificateList(der)
    expect(list).toMatchObject({
      version: 2,
      entryCount: 1,
      thisUpdate: new Date(NOW),
      nextUpdate: new Date(NOW + 86_400_000),
      crlNumber: 300n,
      baseCRLNumber: undefined,
      issuingDistributionPoint: undefined,
      freshestCRL: undefined,
      authorityKeyIdentifier: { keyIdentifier: hex('0102') },
      unusable: undefined,
      signatureAlgorithm: { scheme: 'ed25519' },
      signatureValue: new Uint8Array(64),
    })
    expect(list.issuer.toString()).toBe('CN=Issuer')
    expect(list.der).toEqual(der)
    expect(list.tbsCertList).toEqual(der.subarray(3, 3 + list.tbsCertList.length))
  })

  it('reads version 1, no nextUpdate, no entries, and an empty list of them, which some issuers write', () => {
    expect(parse({ version: new Uint8Array(0) })).toMatchObject({ version: 1, extensions: [], entryCount: 0 })
    expect(parse({ nextUpdate: new Uint8Array(0) })).toMatchObject({ nextUpdate: undefined })
    expect(parse({ nextUpdate: new Uint8Array(0), entries: [crlEntry(integer(1))] }).entryCount).toBe(1)
    expect(parse({ entries: [] })).toMatchObject({ entryCount: 0, unusable: undefined })
    expect([...parse({ entries: [] }).entries()]).toEqual([])
    expect(parse().revocationsOf(hex('01'))).toEqual([])
  })

  it('reads times in either form', () => {
    const list = parse({
      thisUpdate: generalizedTime(NOW),
      entries: [crlEntry(integer(1), undefined, generalizedTime(NOW))],
    })
    expect(list.thisUpdate).toEqual(new Date(NOW))
    expect([...list.entries()][0]?.revocationDate).toEqual(new Date(NOW))
  })

  it('reads a scope of every kind', () => {
    const point = explicit(0, element(tags.contextConstructed(0), element(tags.context(6), Buffer.from('http://a/'))))
    const { issuingDistributionPoint } = parse({
      extensions: [scope(point, flag(1), element(tags.context(3), namedBits([1, 6]).subarray(2)), flag(4))],
    })
    expect(issuingDistributionPoint).toMatchObject({
      distributionPoint: { type: 'fullName', names: [{ type: 'uniformResourceIdentifier', value: 'http://a/' }] },
      onlyContainsUserCerts: true,
      onlyContainsCACerts: false,
      onlySomeReasons: ['keyCompromise', 'certificateHold'],
      indirectCRL: true,
      onlyContainsAttributeCerts: false,
    })
    expect(parse({ extensions: [scope(flag(2))] }).issuingDistributionPoint?.onlyContainsCACerts).toBe(true)
    expect(parse({ extensions: [scope(flag(5))] }).issuingDistributionPoint?.onlyContainsAttributeCerts).toBe(true)
    const relative = explicit(0, element(tags.contextConstructed(1), name('CRL 1').subarray(4)))
    expect(parse({ extensions: [scope(relative)] }).issuingDistributionPoint?.distributionPoint).toMatchObject({
      type: 'nameRelativeToCRLIssuer',
    })
  })

  it('is unusable where its scope has reasons nobody knows (RFC 5280 §5.2.5, Appendix B)', () => {
    const of = (bits: readonly number[]): CertificateList =>
      parse({ extensions: [scope(element(tags.context(3), namedBits(bits).subarray(2)))] })
    expect(of([1, 8]).unusable).toBeUndefined()
    for (const unknown of [9, 15, 16]) {
      expect(of([1, unknown]).unusable, String(unknown)).toContain(
        'expected reasons of RFC 5280 §4.2.1.13, found another',
      )
    }
  })

  it('reads delta CRLs and where they are', () => {
    const delta = extension('2.5.29.27', integer(7), true)
    expect(parse({ extensions: [number(8), delta] }).baseCRLNumber).toBe(7n)
    const uri = element(tags.context(6), Buffer.from('http://a/'))
    const points = sequence(sequence(explicit(0, element(tags.contextConstructed(0), uri))))
    expect(parse({ extensions: [extension('2.5.29.46', points)] }).freshestCRL).toHaveLength(1)
  })

  it('reads numbers of up to 20 octets', () => {
    const longest = 2n ** 159n - 1n
    expect(parse({ extensions: [extension('2.5.29.20', integer(longest))] }).crlNumber).toBe(longest)
  })

  const flagged = (bytes: Uint8Array): CrlParts => ({ extensions: [extension('2.5.29.28', bytes, true)] })
  it.each<[string, CrlParts, ParseErrorCode]>([
    ['version 1, written out', { version: integer(0) }, 'invalid-version'],
    ['version 3', { version: integer(2) }, 'invalid-version'],
    ['a negative version', { version: integer(-1) }, 'integer-out-of-range'],
    ['an algorithm that is none', { signature: nullValue(), outerSignature: nullValue() }, 'unexpected-tag'],
    ['two algorithms', { outerSignature: sha256WithRsa() }, 'algorithm-mismatch'],
    [
      'two algorithms of one length',
      { outerSignature: sequence(objectIdentifier('1.3.101.113')) },
      'algorithm-mismatch',
    ],
    [
      'the same algorithm with parameters',
      { outerSignature: sequence(objectIdentifier('1.3.101.112'), nullValue()) },
      'algorithm-mismatch',
    ],
    ['an issuer that is none', { issuer: integer(1) }, 'unexpected-tag'],
    ['no thisUpdate', { thisUpdate: new Uint8Array(0), nextUpdate: new Uint8Array(0) }, 'truncated'],
    ['three times', { more: time(NOW) }, 'trailing-bytes'],
    ['a time with an offset', { thisUpdate: element(tags.UTC_TIME, Buffer.from('260601000000+0100')) }, 'invalid-time'],
    ['a time without seconds', { nextUpdate: element(tags.UTC_TIME, Buffer.from('2606010000Z')) }, 'invalid-time'],
    ['an entry that is none', { entries: [nullValue()] }, 'unexpected-tag'],
    ['an entry without a time', { entries: [sequence(integer(1))] }, 'truncated'],
    ['an entry whose number is padded', { entries: [crlEntry(hex('02020001'))] }, 'non-minimal-integer'],
    ['an entry whose number is empty', { entries: [crlEntry(hex('0200'))] }, 'empty-integer'],
    ['an entry whose time is none', { entries: [crlEntry(integer(1), undefined, nullValue())] }, 'unexpected-tag'],
    ['an entry of no extensions', { entries: [crlEntry(integer(1), [])] }, 'empty-extensions'],
    [
      'an entry of an extension twice',
      { entries: [crlEntry(integer(1), [reason(1), reason(1)])] },
      'duplicate-extension',
    ],
    [
      'an entry with more behind it',
      { entries: [sequence(integer(1), time(NOW), sequence(reason(1)), nullValue())] },
      'trailing-bytes',
    ],
    [
      'an entry with an extension that says it is not critical',
      {
        entries: [
          crlEntry(integer(1), [sequence(objectIdentifier('1.2.3'), booleanValue(false), octetString(nullValue()))]),
        ],
      },
      'explicit-default',
    ],
    [
      'an entry with extensions in version 1',
      { version: new Uint8Array(0), entries: [crlEntry(integer(1), [reason(1)])] },
      'unexpected-field',
    ],
    ['extensions in version 1', { version: new Uint8Array(0), extensions: [number(1)] }, 'trailing-bytes'],
    ['no extensions in their place', { extensions: [] }, 'empty-extensions'],
    ['an extension twice', { extensions: [number(1), number(2)] }, 'duplicate-extension'],
    ['a signature of some bits', { signatureValue: bitString(Uint8Array.of(0xf0), 4) }, 'invalid-bit-string'],
    ['more behind the signature', { trailing: nullValue() }, 'trailing-bytes'],
  ])('refuses %s', (_, parts, code) => {
    parseErrorOf(() => parse(parts), code)
  })

  it('refuses bytes behind the list, and elements behind its signature', () => {
    const der = makeCrl()
    expect(parseErrorOf(() => parseCertificateList(Uint8Array.of(...der, 5, 0)), 'trailing-bytes').offset).toBe(
      der.length,
    )
    const { offset, where } = parseErrorOf(() => parse({ trailing: nullValue() }), 'trailing-bytes')
    expect({ offset, where }).toEqual({ offset: der.length, where: 'CertificateList.signatureValue' })
  })

  it.each<[string, CrlParts]>([
    ['version', { version: integer(2) }],
    ['signature', { signature: nullValue() }],
    ['issuer', { issuer: integer(1) }],
    ['thisUpdate', { thisUpdate: integer(1) }],
    ['nextUpdate', { nextUpdate: element(tags.UTC_TIME, hex('00')) }],
    ['revokedCertificates', { entries: [nullValue()] }],
    ['crlExtensions', { extensions: [] }],
    ['signatureAlgorithm', { outerSignature: nullValue() }],
    ['signatureValue', { signatureValue: nullValue() }],
  ])('says in which field the fault is: %s', (field, parts) => {
    expect(parseErrorOf(() => parse(parts)).where).toBe(`CertificateList.${field}`)
  })

  it('is unusable by any of its entries (RFC 5280 §5.3)', () => {
    const plain = crlEntry(integer(1))
    const unknown = crlEntry(integer(2), [extension('1.2.3', nullValue(), true)])
    for (const entries of [[unknown], [unknown, plain], [plain, unknown], [plain, unknown, plain]]) {
      expect(parse({ entries }).unusable).toContain('critical extension 1.2.3')
    }
  })

  it.each<[string, CrlParts, string]>([
    ['a number that is negative', { extensions: [number(-1)] }, 'non-negative INTEGER'],
    ['a number that is the least of one octet', { extensions: [number(-128)] }, 'non-negative INTEGER'],
    ['a number of 21 octets', { extensions: [extension('2.5.29.20', integer(2n ** 160n))] }, 'at most 20 octets'],
    [
      'a number with more behind it',
      { extensions: [extension('2.5.29.20', hex('0201010500'))] },
      'nothing after the last field',
    ],
    ['a base that is none', { extensions: [extension('2.5.29.27', nullValue(), true)] }, 'expected INTEGER'],
    ['a scope that is none', flagged(nullValue()), 'expected SEQUENCE'],
    ['a scope that is empty', flagged(sequence()), 'one field or more'],
    ['a scope of two kinds', flagged(sequence(flag(1), flag(2))), 'one kind of certificate at most'],
    ['a scope of three kinds', flagged(sequence(flag(1), flag(2), flag(5))), 'one kind of certificate at most'],
    ['a scope that says FALSE', flagged(sequence(flag(1, 0))), 'expected'],
    ['a scope whose flag is no flag', flagged(sequence(flag(1, 1))), 'BOOLEAN'],
    ['a scope in another order', flagged(sequence(flag(4), flag(1))), 'expected'],
    ['a scope with more behind it', flagged(Uint8Array.from([...sequence(flag(1)), 5, 0])), 'expected'],
    ['a key identifier that is none', { extensions: [extension('2.5.29.35', nullValue())] }, 'authorityKeyIdentifier'],
    ['freshest CRLs that are none', { extensions: [extension('2.5.29.46', nullValue())] }, 'freshestCRL'],
    [
      'an unknown critical extension',
      { extensions: [extension('1.2.3', nullValue(), true)] },
      'critical extension 1.2.3',
    ],
    [
      'a critical issuerAltName',
      { extensions: [extension('2.5.29.18', sequence(element(tags.context(2), hex('61'))), true)] },
      'critical extension issuerAltName',
    ],
    [
      'an entry with an unknown critical extension',
      { entries: [crlEntry(integer(1), [extension('1.2.3', nullValue(), true)])] },
      'critical extension 1.2.3',
    ],
    [
      'an algorithm with parameters',
      { signature: sequence(objectIdentifier('1.3.101.112'), nullValue()) },
      'signatureAlgorithm',
    ],
  ])('can be read, but not used, with %s', (_, parts, why) => {
    expect(parse(parts).unusable).toContain(why)
  })

  it('can be used with critical extensions that are processed', () => {
    const list = parse({
      entries: [
        crlEntry(integer(1), [extension('2.5.29.21', integer(1, tags.ENUMERATED), true), certificateIssuer('A')]),
      ],
      extensions: [number(2), extension('2.5.29.27', integer(1), true), scope(flag(4))],
    })
    expect(list.unusable).toBeUndefined()
  })

  it('refuses what is cut short, at every byte, and what is not DER', () => {
    const der = makeCrl({ entries: [crlEntry(integer(5), [reason(1)])], extensions: [number(300)] })
    for (let length = 0; length < der.length; length++) {
      parseErrorOf(() => parseCertificateList(der.subarray(0, length)), 'truncated')
    }
    const content = der.subarray(3)
    expect(der[1]).toBe(0x81)
    parseErrorOf(() => parseCertificateList(Uint8Array.from([0x30, 0x80, ...content, 0, 0])), 'indefinite-length')
    const padded = Uint8Array.from([0x30, 0x82, 0, content.length, ...content])
    parseErrorOf(() => parseCertificateList(padded), 'non-minimal-length')
  })

  it('FMT-4 refuses what exceeds a limit, and names it', () => {
    const der = makeCrl({ extensions: [number(1), extension('1.2.3', nullValue())] })
    expect(
      parseErrorOf(() => parseCertificateList(der, { fileSize: der.length - 1 }), 'limit-exceeded').expected,
    ).toContain('limits.fileSize')
    expect(parseErrorOf(() => parseCertificateList(der, { extensionCount: 1 }), 'limit-exceeded').expected).toContain(
      'limits.extensionCount',
    )
    expect(parseCertificateList(der, { fileSize: der.length, extensionCount: 2 }).entryCount).toBe(0)
  })

  it('FMT-4 is no larger without its entries than a certificate may be: its names take long to compare', () => {
    const entries = Array.from({ length: 100 }, (_, i) => crlEntry(integer(i)))
    const content = entries.reduce((sum, { length }) => sum + length, 0)
    const der = makeCrl({ entries })
    const rest = der.length - content
    expect(parseCertificateList(der, { certificateSize: rest }).entryCount).toBe(100)
    const error = parseErrorOf(() => parseCertificateList(der, { certificateSize: rest - 1 }), 'limit-exceeded')
    expect(error).toMatchObject({
      where: 'CertificateList without its entries',
      expected: `at most ${rest - 1} bytes (limits.certificateSize)`,
    })
    // By default a name of a megabyte is too large, where as many bytes of entries are not.
    parseErrorOf(() => parse({ issuer: name('a'.repeat(1024 * 1024)) }), 'limit-exceeded')
    const [first = new Uint8Array()] = entries
    const many = [concatBytes(new Array<Uint8Array>(60_000).fill(first))]
    expect(parse({ entries: many, issuer: name('a'.repeat(1000 * 1000)) }).entryCount).toBe(60_000)
  })

  it('cannot be used, or not for the entry, with an element too many, wherever it stands', () => {
    const point = explicit(0, element(tags.contextConstructed(0), element(tags.context(6), Buffer.from('http://a/'))))
    const der = makeCrl({
      entries: [
        crlEntry(integer(5), [reason(1), extension('2.5.29.24', generalizedTime(NOW))]),
        crlEntry(integer(6), [extension('2.5.29.29', sequence(element(tags.contextConstructed(4), name('A'))), true)]),
      ],
      extensions: [
        extension('2.5.29.20', integer(1)),
        scope(point, flag(1)),
        extension('authorityKeyIdentifier', sequence(element(tags.context(0), hex('01')))),
      ],
    })
    const read = (one: Uint8Array): readonly unknown[] => {
      const list = parseCertificateList(one)
      if (list.unusable !== undefined) throw new Error(list.unusable)
      return [...list.entries()]
    }
    expect(read(der)).toHaveLength(2)
    const edited = [...withOneMore(der, () => true)]
    // The list, its body, both signature algorithms, the issuer's name (3), the entries (3), the extensions of the first
    // (1 + 2, and their values), those of the second (1 + 1, the value, and the names in it, 5), those of the list (2 + 3),
    // and of these the number's value (1), the scope's (4) and the key identifier's (2).
    expect(edited).toHaveLength(1 + 1 + 2 + 3 + 3 + (3 + 2) + (2 + 1 + 5) + 5 + (1 + 4 + 2))
    for (const one of edited) expect(() => read(one)).toThrow()
  })

  it('prints what it says of itself, and how many entries there are, but neither bytes nor places', () => {
    const list = parse({
      entries: [crlEntry(integer(5)), crlEntry(integer(6))],
      extensions: [number(300), scope(flag(1))],
    })
    expect(JSON.parse(JSON.stringify(list))).toEqual({
      version: 2,
      signatureAlgorithm: { oid: '1.3.101.112', name: 'Ed25519', scheme: 'ed25519' },
      issuer: 'CN=Issuer',
      thisUpdate: '2026-06-01T00:00:00.000Z',
      nextUpdate: '2026-06-02T00:00:00.000Z',
      crlNumber: '300',
      issuingDistributionPoint: {
        onlyContainsUserCerts: true,
        onlyContainsCACerts: false,
        indirectCRL: false,
        onlyContainsAttributeCerts: false,
      },
      entryCount: 2,
      extensions: [
        { oid: '2.5.29.20', critical: false, bytes: '0202012c' },
        { oid: '2.5.29.28', critical: true, bytes: '30038101ff' },
      ],
    })
    expect(inspect(list)).toContain("issuer: 'CN=Issuer'")
    expect(inspect(list)).not.toContain('Uint8Array')
  })

  it('prints what is malformed as its error', () => {
    const list = parse({ extensions: [extension('2.5.29.20', nullValue()), extension('2.5.29.27', integer(-1), true)] })
    expect(list.toJSON()).toMatchObject({
      crlNumber: { error: expect.stringContaining('expected INTEGER, found NULL') as string },
      baseCRLNumber: { error: expect.stringContaining('expected a non-negative INTEGER') as string },
    })
    expect(inspect(list)).toContain('CertificateList')
  })

  it('takes views and Buffers, and nothing else', () => {
    const der = makeCrl()
    expect(parseCertificateList(Buffer.from(der)).version).toBe(2)
    const inside = new Uint8Array([1, 2, ...der, 3]).subarray(2, 2 + der.length)
    expect(parseCertificateList(inside).tbsCertList).toEqual(parseCertificateList(der).tbsCertList)
    expect(() => parseCertificateList('text' as never)).toThrow(TypeError)
  })
})

describe('an entry', () => {
  it('says why, when, and since when the key may have been another’s', () => {
    const since = extension('2.5.29.24', generalizedTime(NOW - 1000))
    expect(entriesOf(crlEntry(integer(5), [reason(6), since]), crlEntry(integer(-6)))).toMatchObject([
      {
        serialNumberBytes: hex('05'),
        revocationDate: new Date(NOW),
        reason: 'certificateHold',
        invalidityDate: new Date(NOW - 1000),
        certificateIssuer: undefined,
      },
      { serialNumberBytes: hex('fa'), reason: 'unspecified', invalidityDate: undefined },
    ])
  })

  it.each([
    [0, 'unspecified'],
    [1, 'keyCompromise'],
    [2, 'cACompromise'],
    [3, 'affiliationChanged'],
    [4, 'superseded'],
    [5, 'cessationOfOperation'],
    [6, 'certificateHold'],
    [8, 'removeFromCRL'],
    [9, 'privilegeWithdrawn'],
    [10, 'aACompromise'],
  ])('has reason %i, %s', (code, expected) => {
    expect(entriesOf(crlEntry(integer(1), [reason(code)]))).toMatchObject([{ reason: expected }])
  })

  it.each<[string, Uint8Array, ParseErrorCode]>([
    ['the reason 7', reason(7), 'invalid-extension'],
    ['the reason 11', reason(11), 'integer-out-of-range'],
    ['a negative reason', reason(-1), 'integer-out-of-range'],
    ['a reason that is an INTEGER', extension('2.5.29.21', integer(1)), 'unexpected-tag'],
    ['a reason with more behind it', extension('2.5.29.21', hex('0a01010500')), 'trailing-bytes'],
    ['a UTCTime since when', extension('2.5.29.24', time(NOW)), 'unexpected-tag'],
    [
      'an issuer without a directory name',
      extension('2.5.29.29', sequence(element(tags.context(2), hex('61'))), true),
      'invalid-extension',
    ],
    ['an issuer of no names', extension('2.5.29.29', sequence(), true), 'truncated'],
  ])('is malformed, which asking for it tells, with %s', (_, bad, code) => {
    const list = parse({ entries: [crlEntry(integer(5), [bad])] })
    parseErrorOf(() => list.revocationsOf(hex('05')), code)
    parseErrorOf(() => [...list.entries()], code)
  })

  it('speaks of the issuer of the entry before it, where it names none', () => {
    const entries = [
      crlEntry(integer(1)),
      crlEntry(integer(2), [certificateIssuer('A')]),
      crlEntry(integer(3)),
      crlEntry(integer(4), [certificateIssuer('B'), reason(1)]),
      crlEntry(integer(5), [reason(1)]),
    ]
    const list = parse({ entries })
    const issuers = [undefined, 'CN=A', 'CN=A', 'CN=B', 'CN=B']
    const nameOf = (entry: RevokedCertificate | undefined): string | undefined => {
      const [first] = entry?.certificateIssuer ?? []
      return first?.type === 'directoryName' ? first.value.toString() : undefined
    }
    expect([...list.entries()].map(nameOf)).toEqual(issuers)
    expect([5, 1, 3, 2, 4].map((serial) => nameOf(list.revocationsOf(Uint8Array.of(serial))[0]))).toEqual(
      [5, 1, 3, 2, 4].map((serial) => issuers[serial - 1]),
    )
  })

  it('is found among all that have its serial number, in their order', () => {
    const list = parse({ entries: [1, 2, 3].map((code) => crlEntry(integer(5), [reason(code)])) })
    expect(list.revocationsOf(hex('05')).map((entry) => entry.reason)).toEqual([
      'keyCompromise',
      'cACompromise',
      'affiliationChanged',
    ])
  })
})

describe('a CRL of the test kit', () => {
  it('is read as it was written', async () => {
    const ca = await createTestCa()
    const leaf = await ca.issue()
    ca.revoke(leaf, { reason: 'superseded', at: new Date(NOW) })
    const { der, number: written } = await ca.crl({ issuingDistributionPoint: { onlyContainsUserCerts: true } })
    const list = parseCertificateList(der)
    expect(list.crlNumber).toBe(written)
    expect(list.revocationsOf(leaf.certificate.serialNumberBytes)).toMatchObject([
      { reason: 'superseded', revocationDate: new Date(NOW) },
    ])
    expect(list.signatureAlgorithm).toMatchObject({ scheme: 'ecdsa', hash: 'sha-256' })
  })
})

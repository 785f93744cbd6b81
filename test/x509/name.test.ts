// Names: text forms, comparison by RFC 5280 §7.1, and the key that stands for it.

import { X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  element,
  ia5String,
  integer,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/writer.js'
import { type Name, parseCertificate, parseName } from '../../src/x509/index.js'
import { hex, makeCertificate } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

type Value = Uint8Array
const attribute = (oid: string, value: Value): Uint8Array => sequence(objectIdentifier(oid), value)
const cn = (value: Value): Name => parseName(sequence(setOf(attribute('2.5.4.3', value))))
const bmp = (text: string): Value =>
  element(0x1e, Uint8Array.from(Array.from(text).flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255])))
const teletex = (text: string): Value => element(0x14, Buffer.from(text, 'latin1'))
const universal = (text: string): Value =>
  element(
    0x1c,
    Uint8Array.from(
      Array.from(text).flatMap((c) => {
        const p = c.codePointAt(0) ?? 0
        return [0, p >> 16, (p >> 8) & 255, p & 255]
      }),
    ),
  )

const example = parseName(
  sequence(
    setOf(attribute('2.5.4.6', printableString('US'))),
    setOf(attribute('2.5.4.10', utf8String('Ex, "ample" + Söhne'))),
    setOf(attribute('2.5.4.11', printableString('A')), attribute('2.5.4.11', printableString('B'))),
    setOf(attribute('2.5.4.3', utf8String(' #lead;trail '))),
    setOf(attribute('1.2.3.4', utf8String('x'))),
    setOf(attribute('2.5.4.45', integer(5))),
  ),
)

describe('names', () => {
  it('are written as RFC 4514 says: last RDN first, specials escaped, unknown types and non-strings as hex', () => {
    expect(example.toString()).toBe(
      '2.5.4.45=#020105,1.2.3.4=#0c0178,CN=\\ #lead\\;trail\\ ,OU=A+OU=B,O=Ex\\, \\"ample\\" \\+ Söhne,C=US',
    )
    expect(cn(utf8String('#hash')).toString()).toBe('CN=\\#hash')
    expect(cn(utf8String('a\\b<c>')).toString()).toBe('CN=a\\\\b\\<c\\>')
    expect(parseName(sequence()).toString()).toBe('')
  })

  it('are written in one line as OpenSSL does: first RDN first, specials in quotes', () => {
    expect(example.toOneLine()).toBe(
      'C = US, O = "Ex, \\"ample\\" + Söhne", OU = A + OU = B, CN = " #lead;trail ", 1.2.3.4 = x, 2.5.4.45 = #020105',
    )
  })

  it('never write control characters, which could forge lines in a log or commands for a terminal', () => {
    const name = cn(utf8String('a\n\u001b[2J\0b'))
    for (const text of [name.toString(), name.toOneLine()]) expect(text).not.toMatch(/[\0-\x1f]/)
    expect(name.toString()).toBe('CN=a\\0A\\1B[2J\\00b')
    expect(cn(utf8String('\u202egnp.exe\u009b')).toOneLine()).toBe('CN = \\E2\\80\\AEgnp.exe\\C2\\9B')
    expect(cn(utf8String(' ')).toString()).toBe('CN=\\ ')
  })

  it('decode every string type', () => {
    const values = [
      utf8String('Grüße 🙂'),
      printableString('plain*'),
      ia5String('a@b'),
      teletex('Grüße'),
      bmp('Ωmega'),
      universal('🙂'),
      element(0x12, Buffer.from('12 34')),
      element(0x1a, Buffer.from('visible')),
    ]
    const texts = values.map((value) => cn(value).relativeDistinguishedNames[0]?.[0])
    expect(texts.map((a) => [a?.encoding, a?.text])).toEqual([
      ['UTF8String', 'Grüße 🙂'],
      ['PrintableString', 'plain*'],
      ['IA5String', 'a@b'],
      ['TeletexString', 'Grüße'],
      ['BMPString', 'Ωmega'],
      ['UniversalString', '🙂'],
      ['NumericString', '12 34'],
      ['VisibleString', 'visible'],
    ])
  })

  it('give attributes by name or OID, the most specific last', () => {
    expect(example.get('organizationalUnitName')).toBe('B')
    expect(example.getAll('2.5.4.11')).toEqual(['A', 'B'])
    expect(example.get('commonName')).toBe(' #lead;trail ')
    expect(example.get('2.5.4.45')).toBe('#020105')
    expect(example.get('title')).toBeUndefined()
    expect(example.isEmpty).toBe(false)
    expect(parseName(sequence()).isEmpty).toBe(true)
    expect(parseErrorOf(() => parseName(Uint8Array.of(...sequence(), 5, 0)), 'trailing-bytes').offset).toBe(2)
  })

  it.each<[string, Value, Value, boolean]>([
    ['case', printableString('Example'), printableString('EXAMPLE'), true],
    ['string type', printableString('Example'), utf8String('example'), true],
    ['BMPString and UTF8String', bmp('Ärzte'), utf8String('äRZTE'), true],
    ['leading and trailing space', utf8String('  a b '), utf8String('a b'), true],
    ['runs of white space', utf8String('a   b'), utf8String('a\u00a0\u2003 b'), true],
    ['a space and none', utf8String('a b'), utf8String('ab'), false],
    ['sharp s and ss', utf8String('Straße'), utf8String('STRASSE'), true],
    ['final sigma', utf8String('ΟΔΟΣ'), utf8String('οδος'), true],
    ['compatibility forms', utf8String('ﬁn Ａ'), utf8String('FIN a'), true],
    ['soft hyphens', utf8String('co\u00adop'), utf8String('coop'), true],
    ['composed and decomposed', utf8String('é'), utf8String('e\u0301'), true],
    ['accents', utf8String('é'), utf8String('e'), false],
  ])('compare by RFC 5280 §7.1: %s', (_, a, b, equal) => {
    expect(cn(a).equals(cn(b))).toBe(equal)
    expect(cn(a).canonicalKey === cn(b).canonicalKey).toBe(equal)
  })

  it('compare by RFC 5280 §7.1: values that are no strings by their bytes', () => {
    const unnamed = (value: Value): Name => parseName(sequence(setOf(attribute('1.2.3.4', value))))
    expect(unnamed(integer(5)).equals(unnamed(integer(5)))).toBe(true)
    expect(unnamed(integer(5)).equals(unnamed(integer(6)))).toBe(false)
    expect(unnamed(integer(5)).equals(unnamed(utf8String('5')))).toBe(false)
  })

  it('FMT-3 hold text in every registered attribute, and anything in others', () => {
    const strange = [integer(5), sequence(), sequence(utf8String('a')), element(3, Uint8Array.of(0, 1))]
    const types = ['2.5.4.3', '2.5.4.5', '2.5.4.6', '2.5.4.97', '0.9.2342.19200300.100.1.25', '1.2.840.113549.1.9.1']
    for (const value of strange) {
      for (const type of types) {
        const before = sequence(setOf(attribute('2.5.4.10', printableString('O')))).length
        const levels = [attribute('2.5.4.10', printableString('O')), attribute(type, value)].map((one) => setOf(one))
        const error = parseErrorOf(() => parseName(sequence(...levels)), 'unexpected-tag')
        // Behind the first level come the headers of SET and SEQUENCE, and the type.
        expect(error.offset).toBe(before + 4 + objectIdentifier(type).length)
        expect(error.expected).toBe('a string')
      }
      for (const type of ['2.5.4.45', '1.2.3.4', '2.5.29.15']) {
        const [[found] = []] = parseName(sequence(setOf(attribute(type, value)))).relativeDistinguishedNames
        expect(found).toMatchObject({ type, text: undefined, encoding: undefined })
        expect(found?.der).toEqual(value)
      }
    }
  })

  it('FMT-3 that hold a number for a common name are none to OpenSSL either', () => {
    const der = makeCertificate({ subject: sequence(setOf(attribute('2.5.4.3', integer(5)))) })
    expect(() => new X509Certificate(der)).toThrow()
    expect(parseErrorOf(() => parseCertificate(der), 'unexpected-tag').where).toBe('Certificate.subject')
  })

  it('compare attributes of one level in any order, and levels in theirs', () => {
    const a = attribute('2.5.4.11', printableString('a'))
    const longB = attribute('2.5.4.11', utf8String('B'))
    const one = parseName(sequence(setOf(a, longB)))
    const other = parseName(
      sequence(setOf(attribute('2.5.4.11', utf8String('A')), attribute('2.5.4.11', printableString('b')))),
    )
    expect(one.equals(other)).toBe(true)
    const levels = (first: Uint8Array, second: Uint8Array): Name => parseName(sequence(setOf(first), setOf(second)))
    expect(levels(a, longB).equals(levels(longB, a))).toBe(false)
    expect(levels(a, longB).equals(one)).toBe(false)
  })

  it('have keys that no value can forge', () => {
    const one = cn(utf8String('a+2.5.4.3=1:b'))
    const two = parseName(sequence(setOf(attribute('2.5.4.3', utf8String('a')), attribute('2.5.4.3', utf8String('b')))))
    const three = cn(utf8String('a,2.5.4.3=1:b'))
    expect(new Set([one.canonicalKey, two.canonicalKey, three.canonicalKey]).size).toBe(3)
  })

  it('compare in linear time where normalisation would take quadratic time', () => {
    const marks = (n: number): string => `é${'\u0301'.repeat(n)}${'\u0316'.repeat(n)}`
    expect(cn(utf8String(marks(100_000))).canonicalKey).toContain(marks(100_000))
    expect(cn(utf8String(marks(10))).equals(cn(utf8String(marks(10).normalize('NFD'))))).toBe(true)
  })

  it('show a mark that turns the direction of text as what it is', () => {
    for (const mark of ['\u061c', '\u200f', '\u2067'])
      expect(cn(utf8String(`a${mark}b`)).toString()).not.toContain(mark)
    expect(cn(utf8String('a\u061cb')).toString()).toBe('CN=a\\D8\\9Cb')
  })

  it('give the attributes of a level with more of them than a call may have arguments', () => {
    const one = hex('30 0b 06 03 55 04 03 0c 04 00 00 00 00')
    const count = 500_000
    const level = new Uint8Array(count * one.length)
    for (let i = 0; i < count; i++) {
      level.set(one, i * one.length)
      // In base 64, so that each value is text, and comes after the one before.
      for (let digit = 0; digit < 4; digit++) level[(i + 1) * one.length - 1 - digit] = 0x30 + ((i >> (6 * digit)) & 63)
    }
    const name = parseName(sequence(element(0x31, level)))
    expect(name.attributes).toHaveLength(count)
    expect(name.get('commonName')).toHaveLength(4)
  })

  it('serialise and print their attributes without the bytes around them', () => {
    const [, , , , unknown, number] = example.attributes
    expect(JSON.parse(JSON.stringify([example.attributes[1], unknown, number]))).toEqual([
      { type: '2.5.4.10', name: 'organizationName', encoding: 'UTF8String', value: 'Ex, "ample" + Söhne' },
      { type: '2.5.4.3', name: 'commonName', encoding: 'UTF8String', value: ' #lead;trail ' },
      { type: '1.2.3.4', encoding: 'UTF8String', value: 'x' },
    ])
    expect(JSON.stringify(example.attributes.at(-1))).toBe('{"type":"2.5.4.45","value":"020105"}')
    expect(inspect(unknown)).not.toContain('Uint8Array')
  })

  it('keep the DER they were read from', () => {
    const der = hex('30 0c 31 0a 30 08 06 03 55 04 03 0c 01 61')
    expect(parseName(der).der).toEqual(der)
    expect(JSON.stringify({ name: parseName(der) })).toBe('{"name":"CN=a"}')
  })
})

// The string types one by one: which bytes each holds, where the first is that it does not, and the text of the rest.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerReader } from '../../src/der/reader.js'
import type { StringTypeName } from '../../src/der/tags.js'
import { element, integer, sequence } from '../../src/der/writer.js'
import { readImplicitIa5, readText } from '../../src/x509/string-types.js'
import { parseErrorOf } from '../support/parse-error.js'

// X.680 §8.6.
const tagOf: Readonly<Record<StringTypeName, number>> = {
  UTF8String: 12,
  NumericString: 18,
  PrintableString: 19,
  TeletexString: 20,
  IA5String: 22,
  VisibleString: 26,
  UniversalString: 28,
  BMPString: 30,
}
const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** A reader that stands at the string, behind two bytes of SEQUENCE and three of another element. */
function readerOf(type: StringTypeName, content: Uint8Array): DerReader {
  const reader = new DerReader(sequence(integer(5), element(tagOf[type], content)), 'value')
  reader.enter(0x30)
  reader.skipAny()
  return reader
}

/** Where the content starts behind what {@link readerOf} puts before it, for contents of less than 128 bytes. */
const CONTENT = 2 + 3 + 2

/** Holds reading and stepping over to what an oracle says of the content: its text, or where the first fault is. */
function expectReading(type: StringTypeName, content: Uint8Array, expected: string | number): void {
  if (typeof expected === 'string') {
    const reader = readerOf(type, content)
    expect(readText(reader)).toBe(expected)
    expect(reader.atEnd()).toBe(true)
    return
  }
  const error = parseErrorOf(() => readText(readerOf(type, content)), 'invalid-string')
  const byte = content[expected]?.toString(16).padStart(2, '0')
  expect(error).toMatchObject({
    offset: CONTENT + expected,
    expected: `text a ${type} can hold`,
    found: `byte 0x${byte}`,
  })
}

const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true })

/** The text, or where a decoder that knows nothing of this library's stops: after the longest part that is text. */
function readUtf16(content: Uint8Array): string | number {
  for (let end = content.length; ; end--) {
    try {
      const text = utf16.decode(content.subarray(0, end))
      return end === content.length ? text : end
    } catch {
      // A shorter part may be text.
    }
  }
}

function readUtf32(content: Uint8Array): string | number {
  let text = ''
  for (let at = 0; at < content.length; at += 4) {
    const point = at + 4 > content.length ? Infinity : Buffer.from(content).readUInt32BE(at)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return at
    text += String.fromCodePoint(point)
  }
  return text
}

const tail = fc.uint8Array({ maxLength: 3 })
const words = (size: number, ...numbers: number[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.array(fc.constantFrom(...numbers), { maxLength: 6 }), fc.oneof(fc.constant(new Uint8Array()), tail))
    .map(([values, rest]) => {
      const digits = values.map((value) => value.toString(16).padStart(size * 2, '0')).join('')
      return Uint8Array.from([...Buffer.from(digits, 'hex'), ...rest])
    })

describe('string types', () => {
  it('BMPString holds 16 bits a character, and the pairs of UTF-16 whole', () => {
    const content = words(2, 0x0041, 0x00ff, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfeff, 0xffff)
    fc.assert(
      fc.property(content, (bytes) => {
        expectReading('BMPString', bytes, readUtf16(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('UniversalString holds 32 bits a character, no surrogate among them and nothing above 10FFFF', () => {
    const planes = [0x10000, 0x1d800, 0x1dfff, 0x10ffff, 0x110000, 0x1000041, 0xffffffff]
    const content = words(4, 0x41, 0xd7ff, 0xd800, 0xdfff, 0xe000, 0xffff, ...planes)
    fc.assert(
      fc.property(content, (bytes) => {
        expectReading('UniversalString', bytes, readUtf32(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('UTF8String holds what another decoder gives back unchanged; else its first byte beyond ASCII is named', () => {
    const piece = fc.constantFrom(
      '41',
      '7f',
      'c3a9',
      'e282ac',
      'efbbbf',
      'f09f9880',
      'c080',
      'c3',
      'eda080',
      'f4908080',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''), 'hex')
        const text = bytes.toString()
        const isText = Buffer.from(text).equals(bytes)
        expectReading('UTF8String', Uint8Array.from(bytes), isText ? text : bytes.findIndex((byte) => byte > 0x7f))
      }),
      { numRuns: 3000 },
    )
  })

  it.each(['PrintableString', 'IA5String', 'VisibleString', 'NumericString'] as const)(
    '%s is held to ASCII: each of its bytes is one, and no other byte',
    (type) => {
      for (let byte = 0; byte < 256; byte++) {
        const content = Uint8Array.of(0x41, byte, 0x42)
        expectReading(type, content, byte < 0x80 ? ascii(content) : 1)
      }
    },
  )

  it('TeletexString is read as Latin-1: every byte is a character', () => {
    const content = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    for (let at = 0; at < 256; at += 64) {
      expectReading('TeletexString', content.subarray(at, at + 64), ascii(content.subarray(at, at + 64)))
    }
  })

  it('an IA5String under another identifier is held to ASCII too', () => {
    const reader = (...content: number[]): DerReader => new DerReader(element(0x86, Uint8Array.from(content)), 'value')
    expect(readImplicitIa5(reader(0x41, 0x7f), 0x86)).toBe('A\x7f')
    const error = parseErrorOf(() => readImplicitIa5(reader(0x41, 0x80), 0x86), 'invalid-string')
    expect(error).toMatchObject({ offset: 3, expected: 'text a IA5String can hold', found: 'byte 0x80' })
  })

  it('what is no string is refused where text must stand', () => {
    const error = parseErrorOf(() => readText(new DerReader(integer(5), 'value')), 'unexpected-tag')
    expect(error).toMatchObject({ offset: 0, expected: 'a string' })
  })

  it('only the types allowed are taken, and the refusal names them', () => {
    const allowed = [tagOf.UTF8String, tagOf.IA5String]
    expect(readText(readerOf('IA5String', Uint8Array.of(0x41)), allowed)).toBe('A')
    const error = parseErrorOf(() => readText(readerOf('BMPString', Uint8Array.of(0, 0x41)), allowed), 'unexpected-tag')
    expect(error).toMatchObject({ offset: 5, expected: 'UTF8String or IA5String' })
  })
})

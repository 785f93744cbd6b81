// The DER reader refuses every encoding but the one DER allows, with a code and the offset of the fault.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import { integer as integerValue, octetString, sequence } from '../../src/der/writer.js'
import { hex } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

type Read = (reader: DerReader) => unknown

const integer: Read = (reader) => {
  reader.skipInteger()
}
const boolean: Read = (reader) => reader.readBoolean()
const bits: Read = (reader) => reader.skipBitString()
const wholeBytes: Read = (reader) => {
  reader.skipWholeBitString('a signature')
}
const unsigned: Read = (reader) => reader.readUnsigned()
const nothing: Read = (reader) => {
  reader.readNull()
}
const octets: Read = (reader) => reader.readContent(tags.OCTET_STRING)
const tagged: Read = (reader) => reader.readUnsigned(9, 0x80)
const oid: Read = (reader) => {
  reader.skipObjectIdentifier()
}
const any: Read = (reader) => {
  reader.skipAny()
}
const moment: Read = (reader) => reader.readTime()
const inSequence =
  (read: Read): Read =>
  (reader) => {
    const outerEnd = reader.enter(tags.SEQUENCE)
    read(reader)
    reader.leave(outerEnd)
  }

const refused: readonly [
  what: string,
  encoding: string,
  read: Read,
  code: ParseErrorCode,
  offset: number,
  found?: string,
][] = [
  ['empty input', '', integer, 'truncated', 0, 'the end of the data'],
  ['an identifier without a length', '02', integer, 'truncated', 0, 'the end of the data'],
  ['content that ends early', '02 04 01 02', integer, 'truncated', 1, '4'],
  ['length octets that end early', '02 82 01', integer, 'truncated', 1],
  ['bytes after the last element', '02 01 05 00', integer, 'trailing-bytes', 3, '1 more bytes'],
  [
    'bytes after the last element of a SEQUENCE',
    '30 05 02 01 05 05 00',
    inSequence(integer),
    'trailing-bytes',
    5,
    '2 more bytes',
  ],
  ['an indefinite length', '30 80 02 01 05 00 00', inSequence(integer), 'indefinite-length', 1, 'an indefinite one'],
  ['a long form for a length below 128', '02 81 01 05', integer, 'non-minimal-length', 1, 'a longer one'],
  ['a length with a leading zero', `02 82 00 80 ${'01'.repeat(128)}`, integer, 'non-minimal-length', 1, 'a longer one'],
  ['a length past the parent’s end', '30 03 02 05 01 01 01 01', inSequence(integer), 'length-exceeds-parent', 3, '5'],
  ['a length of 2³¹', '02 84 80 00 00 00 01', integer, 'length-too-large', 1, '4 length bytes'],
  ['a length of 126 octets', `02 fe ${'ff'.repeat(126)}`, integer, 'length-too-large', 1, '126 length bytes'],
  ['the reserved length octet ff', `02 ff ${'ff'.repeat(127)}`, integer, 'length-too-large', 1],
  ['an empty INTEGER', '02 00', integer, 'empty-integer', 2, 'no content'],
  ['an INTEGER with a redundant 00', '02 02 00 7f', integer, 'non-minimal-integer', 2, 'a redundant leading 00'],
  ['an INTEGER with a redundant ff', '02 02 ff 80', integer, 'non-minimal-integer', 2, 'a redundant leading ff'],
  ['content of 256 bytes that lacks its last', `04 82 01 00 ${'01'.repeat(255)}`, octets, 'truncated', 1, '256'],
  [
    'content of 256 bytes that ends behind its SEQUENCE',
    `30 82 01 03 04 82 01 00 ${'01'.repeat(255)} 01 05 00`,
    inSequence(octets),
    'length-exceeds-parent',
    5,
    '256',
  ],
  ['another identifier without a length', '04', integer, 'unexpected-tag', 0, 'OCTET STRING'],
  ['a BOOLEAN other than 00 and ff', '01 01 01', boolean, 'invalid-boolean', 2, '01'],
  ['an empty BOOLEAN', '01 00', boolean, 'invalid-boolean', 2, '0 bytes'],
  ['a BOOLEAN of two bytes', '01 02 ff ff', boolean, 'invalid-boolean', 2, '2 bytes'],
  ['an empty BIT STRING', '03 00', bits, 'invalid-bit-string', 2, 'no content'],
  ['a BIT STRING with 8 unused bits', '03 02 08 00', bits, 'invalid-bit-string', 2, '8 over 1 bytes'],
  ['unused bits of no byte', '03 01 03', bits, 'invalid-bit-string', 2, '3 over 0 bytes'],
  ['one padding bit that is set', '03 02 01 ff', bits, 'invalid-bit-string', 3, 'ff'],
  ['the last padding bit set', '03 02 03 01', bits, 'invalid-bit-string', 3, '01'],
  ['padding bits that are set', '03 02 03 0f', bits, 'invalid-bit-string', 3, '0f'],
  ['a NULL with content', '05 01 00', nothing, 'invalid-null', 2, '1 bytes'],
  ['an empty OBJECT IDENTIFIER', '06 00', oid, 'invalid-object-identifier', 2],
  ['an arc padded with 80', '06 03 55 80 04', oid, 'invalid-object-identifier', 2],
  ['an arc cut short', '06 02 55 84', oid, 'invalid-object-identifier', 2],
  ['another type', '04 01 05', integer, 'unexpected-tag', 0, 'OCTET STRING'],
  ['a constructed BIT STRING', '23 04 03 02 00 01', bits, 'constructed-string', 0, 'constructed BIT STRING'],
  ['a constructed type of another class', 'a0 01 05', tagged, 'unexpected-tag', 0, '[0] constructed'],
  ['a constructed OCTET STRING anywhere', '24 03 04 01 01', any, 'constructed-string', 0, 'constructed OCTET STRING'],
  ['a primitive SEQUENCE anywhere', '10 00', any, 'invalid-tag', 0, 'tag 0x10'],
  ['a primitive SET anywhere', '11 00', any, 'invalid-tag', 0, 'tag 0x11'],
  ['a constructed INTEGER anywhere', '22 03 02 01 00', any, 'constructed-string', 0, 'constructed INTEGER'],
  ['end-of-contents octets anywhere', '00 00', any, 'invalid-tag', 0, 'tag 0x00'],
  ['an identifier of several bytes anywhere', '1f 1f 00', any, 'invalid-tag', 0, 'tag 0x1f'],
  ['a malformed INTEGER anywhere', '30 04 02 02 00 01', any, 'non-minimal-integer', 4],
  ['a malformed ENUMERATED anywhere', '30 04 0a 02 00 01', any, 'non-minimal-integer', 4],
  ['a malformed BOOLEAN anywhere', '30 03 01 01 01', any, 'invalid-boolean', 4],
  ['a malformed BIT STRING anywhere', '30 04 03 02 01 01', any, 'invalid-bit-string', 5],
  ['a malformed NULL anywhere', '30 03 05 01 00', any, 'invalid-null', 4],
  ['a malformed OBJECT IDENTIFIER anywhere', '30 03 06 01 80', any, 'invalid-object-identifier', 4],
  ['a UTCTime without seconds', '17 0b 3530303130313030303 05a'.replace(/ /g, ''), moment, 'invalid-time', 2],
  ['a NULL with two bytes of content', '05 02 00 00', nothing, 'invalid-null', 2, '2 bytes'],
  ['unused bits where whole bytes are to be', '03 02 04 00', wholeBytes, 'invalid-bit-string', 2, '4 unused bits'],
  ['nothing where any element is to be', '', any, 'truncated', 0, 'the end of what contains it'],
  [
    'nothing where any element of a SEQUENCE is to be',
    '30 00',
    inSequence(any),
    'truncated',
    2,
    'the end of what contains it',
  ],
  ['content of an inner element that ends early', '30 05 02 04 01 02 03', any, 'truncated', 3, '4'],
  ['the least negative number', '02 01 80', unsigned, 'integer-out-of-range', 2, 'a negative number'],
  ['the greatest negative number', '02 01 ff', unsigned, 'integer-out-of-range', 2, 'a negative number'],
  ['a number over 2³¹-1', '02 05 00 80 00 00 00', unsigned, 'integer-out-of-range', 2, 'a larger one'],
  ['a number of six bytes', '02 06 01 00 00 00 00 00', unsigned, 'integer-out-of-range', 2, 'a larger one'],
  ['a time of other characters', '18 04 ff 41 42 43', moment, 'invalid-time', 2, '"?ABC"'],
]

describe('the DER reader', () => {
  it.each(refused)('FMT-3 refuses %s', (_, encoding, read, code, offset, found) => {
    const reader = new DerReader(hex(encoding), 'value')
    const error = parseErrorOf(() => {
      read(reader)
      reader.finish()
    }, code)
    expect(error.offset).toBe(offset)
    expect(error.where).toBe('value')
    expect(error.expected).not.toBe('')
    expect(error.found).toBe(found ?? error.found)
    expect(error.found).not.toBe('')
  })

  it('FMT-4 refuses structures nested deeper than its limit', () => {
    const nested = (depth: number): Uint8Array => {
      let bytes: number[] = []
      for (let i = 0; i < depth; i++) bytes = [0x30, bytes.length, ...bytes]
      return Uint8Array.from(bytes)
    }
    const read = (depth: number): void => {
      new DerReader(nested(depth), 'value', 0, undefined, 0, 20).skipAny()
    }
    expect(() => {
      read(20)
    }).not.toThrow()
    const tooDeep = parseErrorOf(() => {
      read(21)
    }, 'too-deep')
    expect(tooDeep.expected).toContain('limits.derDepth')
    expect(tooDeep.offset).toBe(42)
  })

  it('FMT-4 counts depth and not width', () => {
    const reader = new DerReader(hex(`30 3c ${'30 00'.repeat(30)}`), 'value', 0, undefined, 0, 2)
    reader.skipAny()
    expect(reader.atEnd()).toBe(true)
    // Where the outermost element's content begins, however much lies in it.
    expect(reader.contentStart).toBe(2)
  })

  it('FMT-3 reads what is as short as DER has it', () => {
    for (const encoding of [
      '02 02 00 80',
      '02 02 ff 7f',
      '02 02 01 00',
      '02 02 80 00',
      '0a 01 80',
      '31 00',
      '60 00',
      '40 00',
    ]) {
      const reader = new DerReader(hex(encoding), 'value')
      reader.skipAny()
      reader.finish()
    }
    const unused = (encoding: string): number => new DerReader(hex(encoding), 'value').skipBitString()
    expect(unused('03 01 00')).toBe(0)
    expect(unused('03 02 07 80')).toBe(7)
    expect(unused('03 02 00 ff')).toBe(0)
  })

  it('FMT-3 reads lengths of every form', () => {
    for (const length of [0, 127, 128, 255, 256, 257, 767, 768, 65_535, 65_536, 70_000]) {
      // A number before it, whose bytes a reader must not take for the length.
      const bytes = sequence(integerValue(127), octetString(new Uint8Array(length)))
      const reader = new DerReader(bytes, 'value')
      const outerEnd = reader.enter(tags.SEQUENCE)
      expect(reader.readUnsigned()).toBe(127)
      expect(reader.readContent(tags.OCTET_STRING)).toHaveLength(length)
      reader.leave(outerEnd)
      reader.finish()
    }
  })

  it('counts offsets from the origin it is given', () => {
    const reader = new DerReader(hex('ffff 0201 05 00'), 'value', 2, 6, 2)
    reader.skipInteger()
    expect(
      parseErrorOf(() => {
        reader.finish()
      }, 'trailing-bytes').offset,
    ).toBe(3)
  })

  it('reads unsigned integers up to the bound it is given', () => {
    const read = (encoding: string, max?: number): number => new DerReader(hex(encoding), 'value').readUnsigned(max)
    expect(read('02 01 00')).toBe(0)
    expect(read('02 01 7f')).toBe(127)
    expect(read('02 02 00 80')).toBe(128)
    expect(read('02 05 00 ff ff ff ff', 2 ** 32)).toBe(2 ** 32 - 1)
    expect(read('02 05 00 80 00 00 00', 2 ** 32)).toBe(2 ** 31)
    expect(read('02 04 7f ff ff ff')).toBe(2 ** 31 - 1)
    parseErrorOf(() => read('02 01 06', 5), 'integer-out-of-range')
    parseErrorOf(() => read('02 09 00 ff ff ff ff ff ff ff ff'), 'integer-out-of-range')
  })
})

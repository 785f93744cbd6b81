// Laws of the DER layer: what is written is read back, and what is accepted has no second encoding.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { ParseError } from '../../src/base/errors.js'
import { encodeObjectIdentifier, objectIdentifierText } from '../../src/der/object-identifier.js'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import {
  bitString,
  booleanValue,
  element,
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

const runs = { numRuns: 1000 }
const bytes = (maxLength = 40): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
const oidText = fc
  .tuple(fc.nat(2), fc.nat(39), fc.array(fc.bigInt({ min: 0n, max: 2n ** 80n }), { maxLength: 6 }))
  .map(([first, second, rest]) => [first, second, ...rest].join('.'))
const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 })

const read = <T>(encoding: Uint8Array, take: (reader: DerReader) => T): T => {
  const reader = new DerReader(encoding, 'value')
  const value = take(reader)
  reader.finish()
  return value
}
const content = (reader: DerReader): Uint8Array => reader.bytes.slice(reader.contentStart, reader.position)

describe('write-then-read is identity', () => {
  it('for INTEGER of any size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
        const octets = read(integer(value), (reader) => {
          reader.skipInteger()
          return content(reader)
        })
        const magnitude = octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n)
        expect(BigInt.asIntN(octets.length * 8, magnitude)).toBe(value)
      }),
      runs,
    )
  })

  it('for unsigned numbers', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (value) => {
        expect(read(integer(value), (reader) => reader.readUnsigned())).toBe(value)
      }),
      runs,
    )
  })

  it('for OBJECT IDENTIFIER with arcs of any size', () => {
    fc.assert(
      fc.property(oidText, (text) => {
        const encoded = encodeObjectIdentifier(text)
        expect(objectIdentifierText(encoded, 0, encoded.length)).toBe(text)
        read(objectIdentifier(text), (reader) => {
          reader.skipObjectIdentifier()
        })
      }),
      runs,
    )
  })

  it('for BOOLEAN, NULL, OCTET STRING, BIT STRING and UTF8String', () => {
    fc.assert(
      fc.property(fc.boolean(), bytes(300), fc.nat(7), fc.string({ unit: 'binary' }), (flag, data, unused, text) => {
        expect(read(booleanValue(flag), (reader) => reader.readBoolean())).toBe(flag)
        read(nullValue(), (reader) => {
          reader.readNull()
        })
        expect(read(octetString(data), (reader) => reader.readContent(tags.OCTET_STRING))).toEqual(data)
        const masked = data.map((byte, i) => (i === data.length - 1 ? byte & ~((1 << unused) - 1) : byte))
        const bits = data.length === 0 ? 0 : unused
        expect(read(bitString(masked, bits), (reader) => [reader.skipBitString(), content(reader)])).toEqual([
          bits,
          masked,
        ])
        const encoded = read(utf8String(text), (reader) => reader.readContent(tags.UTF8_STRING))
        expect(encoded).toEqual(new TextEncoder().encode(text))
      }),
      runs,
    )
  })

  it('for texts of any length, near and far, whichever is read first', () => {
    const texts = fc.array(fc.oneof(bytes(20), bytes(700)), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 12 }), (contents, order) => {
        const encoded = contents.map((data) => octetString(data))
        const all = concatBytes(encoded)
        const reader = new DerReader(all, 'texts')
        for (const at of [...contents.keys(), ...order.map((index) => index % contents.length)]) {
          const start = concatBytes(encoded.slice(0, at)).length
          reader.turnTo('texts', start, all.length)
          reader.skip(tags.OCTET_STRING)
          expect(reader.latin1()).toBe(Buffer.from(contents[at] ?? []).toString('latin1'))
        }
      }),
      runs,
    )
  })

  it('for times, to the second, in the form RFC 5280 asks CAs for', () => {
    fc.assert(
      fc.property(seconds, (second) => {
        const at = second * 1000
        expect(read(generalizedTime(at), (reader) => reader.readTime(tags.GENERALIZED_TIME))).toBe(at)
        expect(read(time(at), (reader) => reader.readTime())).toBe(at)
        const year = new Date(at).getUTCFullYear()
        expect(time(at)[0]).toBe(year >= 1950 && year < 2050 ? tags.UTC_TIME : tags.GENERALIZED_TIME)
      }),
      runs,
    )
  })

  it('for lengths of every size class', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000]) {
      const data = new Uint8Array(length).fill(1)
      expect(read(octetString(data), (reader) => reader.readContent(tags.OCTET_STRING))).toEqual(data)
    }
  })
})

/** Re-encodes an accepted element from what the reader says of it alone. */
function reencode(reader: DerReader): Uint8Array {
  const tag = reader.peek()
  if ((tag & tags.CONSTRUCTED) === 0) {
    reader.skipAny()
    // A BIT STRING's content starts behind its unused-bit count.
    const start = tag === tags.BIT_STRING ? reader.contentStart - 1 : reader.contentStart
    return element(tag, reader.bytes.slice(tag === tags.BIT_STRING ? start : reader.contentStart, reader.position))
  }
  const outerEnd = reader.enter(tag)
  const parts: Uint8Array[] = []
  while (!reader.atEnd()) parts.push(reencode(reader))
  reader.leave(outerEnd)
  return element(tag, ...parts)
}

const leaf = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value) => integer(value)),
  fc.boolean().map(booleanValue),
  fc.constant(nullValue()),
  bytes().map(octetString),
  bytes().map((data) => bitString(data)),
  oidText.map(objectIdentifier),
  fc.string().map(utf8String),
  seconds.map((second) => time(second * 1000)),
)
const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }).map((parts) => sequence(...parts)),
    fc.array(tie('tree'), { maxLength: 4 }).map((parts) => setOf(...parts)),
    fc.tuple(fc.nat(30), fc.array(tie('tree'), { maxLength: 3 })).map(([n, parts]) => element(0xa0 | n, ...parts)),
  ),
}))

describe('every accepted encoding', () => {
  const accepts = (encoding: Uint8Array): boolean => {
    try {
      read(encoding, (reader) => {
        reader.skipAny()
      })
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(ParseError)
      return false
    }
  }

  it('re-encodes to the same bytes, for structures of every shape', () => {
    fc.assert(
      fc.property(tree, (encoding) => {
        expect(accepts(encoding)).toBe(true)
        expect(read(encoding, reencode)).toEqual(encoding)
      }),
      runs,
    )
  })

  it('re-encodes to the same bytes, for structures with bytes changed', () => {
    fc.assert(
      fc.property(
        tree,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (encoding, edits) => {
          const edited = encoding.slice()
          for (const [at, value] of edits) edited[at % edited.length] = value
          if (accepts(edited)) expect(read(edited, reencode)).toEqual(edited)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is a whole number of elements: no proper prefix of an element is one', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (encoding, cut) => {
        expect(accepts(encoding.slice(0, cut % encoding.length))).toBe(false)
      }),
      runs,
    )
  })
})

// Laws of names: comparison is an equivalence that its key decides, and the short cut for common names cuts no rule.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import {
  element,
  ia5String,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  utf8String,
} from '../../src/der/writer.js'
import { type Name, parseName } from '../../src/x509/index.js'
import { skipName, skipRelativeDistinguishedName } from '../../src/x509/name.js'

const runs = { numRuns: 1500 }

// Few letters, so that equal and nearly equal names are common.
const text = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', ' ', '  ', '\u00a0', 'ß', 'ss', 'é', 'e\u0301', 'ﬁ', '\u00ad', 'Σ', 'ς', 'σ'),
  maxLength: 4,
})
const ascii = fc.string({ unit: fc.constantFrom('a', 'A', ' ', 'b'), maxLength: 4 })
const value = fc.oneof(
  text.map(utf8String),
  ascii.map(printableString),
  ascii.map((t) => ia5String(t)),
)
const anything = fc.oneof(value, fc.constant(element(tags.INTEGER, Uint8Array.of(1))))
const attribute = fc
  .oneof(fc.tuple(fc.constantFrom('2.5.4.3', '2.5.4.10'), value), fc.tuple(fc.constant('1.2.3'), anything))
  .map(([type, v]) => sequence(objectIdentifier(type), v))
const rdn = fc
  .uniqueArray(attribute, { minLength: 1, maxLength: 2, selector: (bytes) => bytes.join() })
  .map((attributes) => setOf(...attributes))
const nameDer = fc.array(rdn, { maxLength: 3 }).map((rdns) => sequence(...rdns))
const name = nameDer.map((der) => parseName(der))

describe('name comparison', () => {
  it('is reflexive, symmetric and transitive, and agrees with the canonical key', () => {
    fc.assert(
      fc.property(name, name, name, (a: Name, b: Name, c: Name) => {
        expect(a.equals(a)).toBe(true)
        expect(a.equals(b)).toBe(b.equals(a))
        if (a.equals(b) && b.equals(c)) expect(a.equals(c)).toBe(true)
        expect(a.equals(b)).toBe(a.canonicalKey === b.canonicalKey)
      }),
      runs,
    )
  })

  it('keeps equal what it ignores: case, string type, white space', () => {
    fc.assert(
      fc.property(ascii, (t) => {
        const make = (encode: (text: string) => Uint8Array, s: string): Name =>
          parseName(sequence(setOf(sequence(objectIdentifier('2.5.4.3'), encode(s)))))
        const plain = make(printableString, t)
        expect(plain.equals(make(utf8String, ` ${t.toUpperCase()} `))).toBe(true)
        expect(plain.equals(make(utf8String, t.replaceAll(' ', '   ')))).toBe(true)
        expect(plain.equals(make(utf8String, `${t}x`))).toBe(false)
      }),
      runs,
    )
  })
})

describe('skipName', () => {
  const outcome = (der: Uint8Array, skip: (reader: DerReader) => void): string => {
    const reader = new DerReader(der, 'Name')
    try {
      skip(reader)
      reader.finish()
      return 'accepted'
    } catch (error) {
      if (error instanceof ParseError) return `${error.code} at ${error.offset}`
      throw error
    }
  }
  /** The same without the short cut for common attributes. */
  const skipGenerally = (reader: DerReader): void => {
    const outerEnd = reader.enter(tags.SEQUENCE)
    while (!reader.atEnd()) skipRelativeDistinguishedName(reader, tags.SET)
    reader.leave(outerEnd)
  }

  it('accepts and refuses exactly what the general path does, with the same error at the same offset', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })
    fc.assert(
      fc.property(nameDer, edits, (der, changes) => {
        const edited = der.slice()
        for (const [at, byte] of changes) edited[at % edited.length] = byte
        expect(outcome(edited, skipName)).toBe(outcome(edited, skipGenerally))
      }),
      { numRuns: 5000 },
    )
  })

  it('does so for every value of each of the first bytes, and of every two lengths', () => {
    const attribute = (type: string, value: Uint8Array): Uint8Array => setOf(sequence(objectIdentifier(type), value))
    const ders = [
      sequence(attribute('2.5.4.3', printableString('test'))),
      sequence(attribute('2.5.4.6', printableString('DE')), attribute('2.5.4.10', utf8String('a')), setOf(sequence())),
      sequence(attribute('2.5.4.3', utf8String(''))),
      // Whose value could be two elements, or one and a rest.
      sequence(attribute('2.5.4.3', utf8String('\f\0\f\0'))),
      sequence(attribute('2.5.4.3', utf8String('a'.repeat(118)))),
      sequence(attribute('2.5.4.3', utf8String('a'.repeat(119)))),
    ]
    for (const der of ders) {
      expect(outcome(der, skipName)).toBe(outcome(der, skipGenerally))
      const check = (...changes: readonly (readonly [at: number, byte: number])[]): void => {
        const edited = der.slice()
        for (const [at, byte] of changes) edited[at] = byte
        const [actual, expected] = [outcome(edited, skipName), outcome(edited, skipGenerally)]
        if (actual !== expected) expect.fail(`${actual} for ${expected}: ${JSON.stringify(changes)}`)
      }
      for (let at = 0; at < Math.min(der.length, 30); at++) for (let byte = 0; byte < 256; byte++) check([at, byte])
      // The lengths of the name, its first level, the attribute, its type and its value.
      const lengths = [1, 3, 5, 7, 12]
      for (const a of lengths)
        for (const b of lengths)
          for (let x = 0; a < b && der.length < 40 && x < 18; x++) for (let y = 0; y < 18; y++) check([a, x], [b, y])
    }
  })
})

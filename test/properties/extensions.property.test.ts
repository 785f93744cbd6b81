// The frame of extensions, against a reader that knows no short cuts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import { context, contextConstructed } from '../../src/der/tags.js'
import { booleanValue, element, nullValue, objectIdentifier, octetString, sequence } from '../../src/der/writer.js'
import { type Extension, skipExtensions } from '../../src/x509/extension.js'
import { type Certificate, parseCertificate } from '../../src/x509/index.js'
import { toPlain } from '../../src/x509/plain.js'
import { extension as extensionOf, makeCertificate } from '../support/make-certificate.js'

const oid = fc.oneof(
  fc.nat(130).map((arc) => `2.5.29.${arc}`),
  fc.constantFrom('1.3.6.1.5.5.7.1.1', '1.2.3', '2.5.29.32.0', '2.5.4.17'),
)
const extension = fc
  .tuple(
    oid,
    fc.boolean(),
    fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 110, maxLength: 140 })),
  )
  .map(([type, critical, value]) =>
    sequence(objectIdentifier(type), ...(critical ? [booleanValue(true)] : []), octetString(value)),
  )

/** Accepts by the letter of RFC 5280 §4.2: a non-empty list, each OID once, critical only if TRUE. */
function acceptsPlainly(der: Uint8Array): boolean {
  const reader = new DerReader(der, 'extensions')
  try {
    const oids: string[] = []
    const outerEnd = reader.enter(tags.SEQUENCE)
    while (!reader.atEnd()) {
      const inner = reader.enter(tags.SEQUENCE)
      reader.skipObjectIdentifier()
      oids.push(reader.bytes.slice(reader.contentStart, reader.position).join())
      if (reader.peek() === tags.BOOLEAN && !reader.readBoolean()) return false
      reader.skip(tags.OCTET_STRING)
      reader.leave(inner)
    }
    reader.leave(outerEnd)
    reader.finish()
    return oids.length > 0 && new Set(oids).size === oids.length
  } catch (error) {
    if (error instanceof ParseError) return false
    throw error
  }
}
function accepts(der: Uint8Array): boolean {
  const reader = new DerReader(der, 'extensions')
  try {
    skipExtensions(reader, 128)
    reader.finish()
    return true
  } catch (error) {
    if (error instanceof ParseError) return false
    throw error
  }
}

describe('skipExtensions', () => {
  it('accepts exactly what RFC 5280 §4.2 does, duplicates and damage included', () => {
    const list = fc.array(extension, { maxLength: 8 }).map((extensions) => sequence(...extensions))
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })
    fc.assert(
      fc.property(list, edits, (der, changes) => {
        const edited = der.slice()
        for (const [at, byte] of changes) edited[at % edited.length] = byte
        expect(accepts(edited)).toBe(acceptsPlainly(edited))
      }),
      { numRuns: 5000 },
    )
  })

  it('does so for every value of every byte of a few', () => {
    const of = (oid: string, critical: boolean, value: Uint8Array): Uint8Array =>
      sequence(objectIdentifier(oid), ...(critical ? [booleanValue(true)] : []), octetString(value))
    const lists = [
      sequence(of('2.5.29.15', true, new Uint8Array(2)), of('2.5.29.19', false, new Uint8Array(0))),
      sequence(of('2.5.29.15', false, Uint8Array.of(4, 1, 4, 0)), of('2.5.29.63', true, new Uint8Array(1))),
      sequence(of('2.5.29.64', false, new Uint8Array(1)), of('1.2', true, new Uint8Array(0))),
    ]
    for (const list of lists) {
      expect(accepts(list)).toBe(true)
      for (let at = 0; at < list.length; at++) {
        for (let byte = 0; byte < 256; byte++) {
          const edited = list.slice()
          edited[at] = byte
          if (accepts(edited) !== acceptsPlainly(edited)) expect.fail(`byte ${at} as ${byte}`)
        }
      }
    }
  })
})

describe('extensions of one certificate', () => {
  const deep = (depth: number): Uint8Array => (depth === 0 ? nullValue() : sequence(deep(depth - 1)))
  const names = (...values: readonly string[]): Uint8Array =>
    sequence(...values.map((value) => element(context(2), new TextEncoder().encode(value))))
  // Malformed ones stop their reader anywhere, nested or not, so that the next must not start from there.
  const value = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 400 }).map((text) => names(text, 'www.example.com')),
    fc
      .constantFrom(3, 900, 1100)
      .map((depth) => sequence(element(contextConstructed(0), objectIdentifier('1.2.3'), element(0xa0, deep(depth))))),
    fc.uint8Array({ maxLength: 60 }),
  )
  const certificateOf = (values: readonly Uint8Array[]): Certificate => {
    const types = ['subjectAltName', 'issuerAltName', 'authorityInfoAccess', 'extendedKeyUsage', 'certificatePolicies']
    const extensions = values.map((one, at) => extensionOf(types[at] ?? '', one))
    return parseCertificate(makeCertificate({ extensions }))
  }
  const decoded = (one: Extension): unknown => (one.error === undefined ? toPlain(one.value) : one.error.message)

  it('decode to the same, whichever is asked first', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 5 }), fc.nat(), (values, first) => {
        const alone = values.map((_, at) =>
          certificateOf(values)
            .extensions.slice(at, at + 1)
            .map(decoded),
        )
        const { extensions } = certificateOf(values)
        const start = first % values.length
        const turned = [...extensions.slice(start), ...extensions.slice(0, start)].map(decoded)
        const length = values.length - start
        expect([...turned.slice(length), ...turned.slice(0, length)]).toEqual(alone.flat())
      }),
      { numRuns: 500 },
    )
  })
})

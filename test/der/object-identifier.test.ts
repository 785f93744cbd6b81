// OBJECT IDENTIFIER contents, with arcs of any size.

import { describe, expect, it } from 'vitest'
import { encodeObjectIdentifier, isObjectIdentifier, objectIdentifierText } from '../../src/der/object-identifier.js'
import { hex } from '../support/make-certificate.js'

const text = (content: string): string => objectIdentifierText(hex(content), 0, hex(content).length)

describe('object identifiers', () => {
  it('decodes the two arcs of the first subidentifier', () => {
    expect(text('00')).toBe('0.0')
    expect(text('27')).toBe('0.39')
    expect(text('28')).toBe('1.0')
    expect(text('4f')).toBe('1.39')
    expect(text('50')).toBe('2.0')
    expect(text('8837')).toBe('2.999')
  })

  it('keeps arcs past 2⁵³ exact', () => {
    expect(text('69 83 c1 8a a4 ca d5 91 f0 ba bf ac cf 8d d1 e7 bc de 12')).toMatch(/^2\.25\.\d{30,}$/)
    const uuid = '2.25.329800735698586629295641978511506172918'
    expect(objectIdentifierText(encodeObjectIdentifier(uuid), 0, encodeObjectIdentifier(uuid).length)).toBe(uuid)
    const large = `2.${2n ** 70n}.9007199254740993.1`
    expect(objectIdentifierText(encodeObjectIdentifier(large), 0, encodeObjectIdentifier(large).length)).toBe(large)
  })

  it('keeps arcs exact where numbers end and what is larger begins', () => {
    const arcs = [44n, 45n, 46n, 51n, 52n, 53n, 54n, 63n].flatMap((bits) => [
      2n ** bits - 1n,
      2n ** bits,
      2n ** bits + 1n,
    ])
    for (const arc of [0n, 1n, 39n, 40n, 47n, 48n, 127n, 128n, 16_383n, 16_384n, ...arcs]) {
      for (const oid of [`2.${arc}`, `1.2.${arc}`, `1.2.${arc}.3`]) {
        const content = encodeObjectIdentifier(oid)
        expect(isObjectIdentifier(content, 0, content.length)).toBe(true)
        expect(objectIdentifierText(content, 0, content.length)).toBe(oid)
      }
    }
  })

  it('FMT-3 refuses an arc padded or cut short, and takes 80 inside one', () => {
    const isOne = (content: string): boolean => isObjectIdentifier(hex(content), 0, hex(content).length)
    expect(isOne('2a 81 80 00')).toBe(true)
    expect(text('2a 81 80 00')).toBe('1.2.16384')
    expect(isOne('81 80 00')).toBe(true)
    for (const content of ['', '80', '80 01', '80 80 01', '2a 80 01', '2a 81', '2a 81 80', '81']) {
      expect(isOne(content)).toBe(false)
    }
  })

  it('refuses a content longer than its bound', () => {
    expect(isObjectIdentifier(new Uint8Array(1024).fill(1), 0, 1024)).toBe(true)
    expect(isObjectIdentifier(new Uint8Array(1025).fill(1), 0, 1025)).toBe(false)
  })

  it.each(['', '1', '3.1', '1.40', '0.40.1', '1.02.3', '1..2', '1.2.', 'a.b', '1.-2'])(
    'refuses to encode "%s"',
    (oid) => {
      expect(() => encodeObjectIdentifier(oid)).toThrow(TypeError)
    },
  )
})

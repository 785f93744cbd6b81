// The frames of BER: lengths that DER forbids are taken, and reported; everything else is refused where it stands.

import { describe, expect, it } from 'vitest'
import type { ParseErrorCode } from '../../src/base/errors.js'
import { BerReader } from '../../src/der/ber.js'
import * as tags from '../../src/der/tags.js'
import { hex } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const reader = (encoding: string, depthLimit = 4): BerReader => new BerReader(hex(encoding), depthLimit)

describe('the BER reader', () => {
  it('FMT-1 finds where elements begin and end, by lengths definite, padded and indefinite', () => {
    const outer = reader('0401ff 30810304 0101 3080040101300002010500000401aa')
    expect(outer.next('x')).toEqual({ tag: 0x04, start: 0, contentStart: 2, contentEnd: 3, end: 3 })
    expect(outer.seen.ber).toBe(false)
    expect(outer.next('x')).toEqual({ tag: 0x30, start: 3, contentStart: 6, contentEnd: 9, end: 9 })
    expect(outer.seen.ber).toBe(true)
    expect(outer.next('x')).toEqual({ tag: 0x30, start: 9, contentStart: 11, contentEnd: 19, end: 21 })
    expect(outer.peek()).toBe(0x04)
    expect(outer.atEnd()).toBe(false)
    outer.next('x')
    expect(outer.peek()).toBe(-1)
    expect(outer.atEnd()).toBe(true)
    outer.finish('x')
  })

  it('FMT-1 goes into elements, whose readers end where they do and report what is not DER', () => {
    const outer = reader('3080 3080 040100 0000 0000 05 00')
    const inner = outer.enter(tags.SEQUENCE, 'outer').enter(tags.SEQUENCE, 'inner')
    expect(inner.next('x').end).toBe(7)
    expect(inner.peek()).toBe(-1)
    inner.finish('x')
    expect(outer.peek()).toBe(0x05)
    const definite = reader('3006 3081 03 020105')
    expect(definite.enter(tags.SEQUENCE, 'outer').enter(tags.SEQUENCE, 'inner').peek()).toBe(0x02)
    expect(definite.seen.ber).toBe(true)
    // Zeros in a content are no end of contents, nor is an element of length zero with another identifier.
    expect(reader('3080 0402 0000 0500 0000').next('x').contentEnd).toBe(8)
    expect(reader('3080 020100 0000').next('x').contentEnd).toBe(5)
  })

  it('FMT-4 refuses indefinite lengths nested deeper than its limit', () => {
    const nested = (depth: number): string => '3080'.repeat(depth) + '0000'.repeat(depth)
    expect(reader(nested(4)).next('x').end).toBe(16)
    expect(parseErrorOf(() => reader(nested(5)).next('x'), 'too-deep').offset).toBe(8)
    // Side by side they are not nested.
    expect(reader(`3080 ${'3080 0000'.repeat(9)} 0000`).next('x').end).toBe(40)
  })

  const refused: readonly [what: string, encoding: string, code: ParseErrorCode, offset: number, found: string][] = [
    ['nothing', '', 'truncated', 0, 'the end of the data'],
    ['an identifier alone', '30', 'truncated', 0, 'the end of the data'],
    ['content that ends early', '30 03 02 01', 'truncated', 1, '3'],
    ['an identifier of several bytes', '1f 1f 00', 'invalid-tag', 0, 'tag 0x1f'],
    ['one inside an indefinite length', '30 80 3f 1f 00 00 00', 'invalid-tag', 2, 'tag 0x3f'],
    ['a primitive of indefinite length', '04 80 00 00', 'indefinite-length', 1, 'an indefinite one'],
    ['an indefinite length without an end', '30 80 02 01 05', 'truncated', 2, 'the end of the data'],
    ['an indefinite length with half an end', '30 80 02 01 05 00', 'truncated', 2, 'the end of the data'],
    [
      'an indefinite length whose only end belongs to the one inside',
      '30 80 30 80 00 00',
      'truncated',
      2,
      'the end of the data',
    ],
    ['content inside that ends behind', '30 80 02 05 01 00 00', 'truncated', 3, '5'],
  ]

  it.each(refused)('FMT-3 refuses %s', (_, encoding, code, offset, found) => {
    const error = parseErrorOf(() => reader(encoding).next('value'), code)
    expect({ offset: error.offset, found: error.found, where: error.where }).toEqual({ offset, found, where: 'value' })
  })

  it('FMT-3 refuses another type than the one expected, its lack, and what comes behind the last', () => {
    const wrong = parseErrorOf(() => reader('0401ff').expect(tags.SEQUENCE, 'value'), 'unexpected-tag')
    expect(wrong).toMatchObject({ offset: 0, expected: 'SEQUENCE', found: 'OCTET STRING' })
    const lack = parseErrorOf(() => reader('3000').enter(tags.SEQUENCE, 'outer').expect(tags.SET, 'value'), 'truncated')
    expect(lack).toMatchObject({ offset: 2, expected: 'SET', found: 'the end' })
    const outer = reader('0500 0500 00')
    outer.next('value')
    const more = parseErrorOf(() => {
      outer.finish('value')
    }, 'trailing-bytes')
    expect(more).toMatchObject({ offset: 2, found: '3 more bytes' })
  })
})

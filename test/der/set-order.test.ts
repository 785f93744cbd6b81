// The order of SET OF elements (X.690 §11.6): that of their encodings, and none twice.

import { describe, expect, it } from 'vitest'
import { DerReader } from '../../src/der/reader.js'
import { checkSetOrder } from '../../src/der/set-order.js'
import * as tags from '../../src/der/tags.js'
import { element } from '../../src/der/writer.js'
import { hex } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

/** Reads a SET OF two elements, behind a byte that is not its own. */
function check(first: string, second: string): void {
  const reader = new DerReader(
    Uint8Array.of(0xff, ...element(tags.SET, hex(first), hex(second))),
    'value',
    1,
    undefined,
    1,
  )
  reader.enter(tags.SET)
  const previous = reader.position
  reader.skipAny()
  const current = reader.position
  reader.skipAny()
  checkSetOrder(reader, previous, current)
}

describe('the order of SET OF elements', () => {
  it.each([
    ['02 01 01', '02 01 02'],
    ['02 01 7f', '02 02 00 80'],
    ['04 02 01 ff', '04 02 02 00'],
    ['04 02 01 00', '04 02 01 01'],
    ['02 01 ff', '04 00'],
    ['05 00', '30 00'],
  ])('is ascending: %s before %s, and not the other way round', (first, second) => {
    expect(() => {
      check(first, second)
    }).not.toThrow()
    const error = parseErrorOf(() => {
      check(second, first)
    }, 'set-out-of-order')
    // Of the second element, from where its reader counts.
    expect(error.offset).toBe(2 + hex(second).length)
  })

  it.each(['02 01 05', '04 00', '30 03 02 01 05'])('holds none twice: %s', (element) => {
    parseErrorOf(() => {
      check(element, element)
    }, 'set-out-of-order')
  })
})

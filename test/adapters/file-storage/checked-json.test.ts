// JSON with a checksum, as files of the store hold it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readChecked, writeChecked } from '../../../src/adapters/file-storage/checked-json.js'
import { DamageError } from '../../../src/adapters/record-codec.js'

describe('JSON with a checksum', () => {
  it('is read as it was written, with what stands beside it, indented or not', () => {
    const body = fc.dictionary(fc.string(), fc.jsonValue()).filter((members) => !('checksum' in members))
    fc.assert(
      fc.property(body, fc.string(), fc.nat(4), (members, beside, indent) => {
        const written = JSON.parse(JSON.stringify(members)) as typeof members
        expect(readChecked(writeChecked(written, beside, indent), beside)).toEqual(written)
      }),
    )
  })

  it('says what is wrong with it, and is damaged whatever that is', () => {
    const whole = writeChecked({ a: 1 }, 'beside')
    const wrong: readonly (readonly [text: string, beside: string, message: string])[] = [
      ['', 'beside', 'expected JSON'],
      [whole.slice(0, -3), 'beside', 'expected JSON'],
      ['null', '', 'expected a JSON object'],
      ['[]', '', 'expected a JSON object'],
      ['"text"', '', 'expected a JSON object'],
      ['{}', '', 'its checksum does not match: it has been changed or cut off'],
      [whole.replace('1', '2'), 'beside', 'its checksum does not match: it has been changed or cut off'],
      [whole, 'another', 'its checksum does not match: it has been changed or cut off'],
    ]
    for (const [text, beside, message] of wrong) {
      expect(() => readChecked(text, beside), text).toThrow(new DamageError(message))
    }
  })
})

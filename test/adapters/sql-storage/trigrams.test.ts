/** Which parts of a text an index is asked for: never one that the filter does not imply, and few that are common. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookupTrigrams, trigrams } from '../../../src/adapters/sql-storage/trigrams.js'

const FIELD = 3

/** Shares of the trigrams of a text, by where they begin in it. */
const sharesOf = (text: string, shares: readonly (number | undefined)[]): ReadonlyMap<number, number> =>
  new Map(
    [...trigrams(FIELD, text, false)].flatMap((number, at) => {
      const share = shares[at]
      return share === undefined ? [] : [[number, share]]
    }),
  )

const lookUp = (part: string, shares: readonly (number | undefined)[]): readonly (string | undefined)[] => {
  const numbers = [...trigrams(FIELD, part, false)]
  const found = lookupTrigrams(FIELD, part, false, sharesOf(part, shares))
  return found.map((number) => part.slice(numbers.indexOf(number), numbers.indexOf(number) + 3))
}

describe('Parts of texts that a filter is looked up by', () => {
  it('are in every text the filter holds of, whatever is known to be common (LST-1)', () => {
    const letter = fc.constantFrom('a', 'b', ' ', '1', 'é', '\ud800')
    const text = fc.string({ unit: letter, maxLength: 12 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.boolean(),
        fc.array(share, { maxLength: 12 }),
        (start, part, end, isAtEnd, shares) => {
          const whole = trigrams(FIELD, isAtEnd ? start + part : start + part + end)
          const found = lookupTrigrams(FIELD, part, isAtEnd, sharesOf(part, shares))
          for (const number of found) expect(whole).toContain(number)
        },
      ),
    )
  })

  it('are none where the part is too short to say, and at least one where it is not', () => {
    expect(lookUp('ab', [])).toEqual([])
    expect(lookUp('abc', [1])).toEqual(['abc'])
  })

  it('leave out what nearly every certificate holds, beside what few do', () => {
    expect(lookUp('department 159,', [1, 1, 1, 1, 1, 1, 1, 1, 1, 0.22, 0.07, 0.02, undefined])).toEqual([
      '59,',
      '159',
      ' 15',
    ])
  })

  it('are taken although they are common, where the others are too and together they rule out many', () => {
    expect(lookUp('department 3,', [1, 1, 1, 1, 1, 1, 1, 1, 1, 0.22, 0.051])).toEqual([' 3,', 't 3'])
  })
})

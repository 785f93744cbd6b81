/** The sorted list, held against an array that is sorted anew. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedList } from '../../src/inventory/sorted-list.js'

const byNumber = (a: number, b: number): number => a - b

/** Everything the list can be asked about a number, beside what an array says. */
function compare(list: SortedList<number>, all: ReadonlySet<number>, at: number): void {
  const sorted = [...all].sort(byNumber)
  expect([...list.walk('ascending')]).toEqual(sorted)
  expect([...list.walk('descending')]).toEqual([...sorted].reverse())
  expect([...list.walk('ascending', at)]).toEqual(sorted.filter((one) => one > at))
  expect([...list.walk('descending', at)]).toEqual(sorted.filter((one) => one < at).reverse())
  expect(list.find(at)).toBe(all.has(at) ? at : undefined)
}

describe('the sorted list', () => {
  it('is what a sorted array would be, of no items and of several chunks', () => {
    const number = fc.integer({ min: 0, max: 9_999 })
    const steps = fc.array(fc.record({ do: fc.constantFrom('insert', 'remove'), number }), { maxLength: 200 })
    const start = fc.uniqueArray(number, { maxLength: 3_000 })
    fc.assert(
      fc.property(fc.oneof(fc.constant([]), start), steps, number, (given, changes, at) => {
        const list = SortedList.of(byNumber, given)
        const all = new Set(given)
        for (const { do: what, number: one } of changes) {
          if (what === 'remove') {
            list.remove(one)
            all.delete(one)
          } else if (!all.has(one)) {
            list.insert(one)
            all.add(one)
          }
        }
        compare(list, all, at)
        for (const one of [...all].slice(0, 20)) compare(list, all, one)
      }),
      { numRuns: 60 },
    )
  })

  it('is filled and emptied one by one, from either end and in the middle', () => {
    const numbers = Array.from({ length: 4_000 }, (_, at) => (at * 1_237) % 4_001)
    for (const order of [numbers, [...numbers].sort(byNumber), [...numbers].sort(byNumber).reverse()]) {
      const list = new SortedList<number>(byNumber)
      for (const one of order) list.insert(one)
      compare(list, new Set(numbers), 2_000)
      for (const one of order.slice(0, 3_990)) list.remove(one)
      compare(list, new Set(order.slice(3_990)), 2_000)
      for (const one of order) list.remove(one)
      compare(list, new Set(), 2_000)
    }
  })
})

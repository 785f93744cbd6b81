// Validity of whole days, and times a certificate cannot hold.

import { describe, expect, it } from 'vitest'
import { validFor } from '../../src/authoring/index.js'
import { validityFaults } from '../../src/authoring/validity.js'

describe('validFor', () => {
  it('REG-5 counts days to the second, the last one included', () => {
    const from = new Date('2026-11-24T12:00:00Z')
    expect(validFor(1, from)).toEqual({ notBefore: from, notAfter: new Date('2026-11-25T11:59:59Z') })
    expect(validFor(1825, from).notAfter).toEqual(new Date('2031-11-23T11:59:59Z'))
    expect(validFor(1, from).notBefore).not.toBe(from)
  })

  it.each([[0], [-1], [1.5], [Number.NaN], [Infinity]])('refuses %s days', (days) => {
    const message = `expected a positive number of days, found ${days}`
    expect(() => validFor(days, new Date(0))).toThrow(new TypeError(message))
  })

  it('refuses what is no time', () => {
    const message = 'expected a time to be valid from, found an invalid Date'
    expect(() => validFor(1, new Date(Number.NaN))).toThrow(new TypeError(message))
  })
})

describe('validityFaults', () => {
  const [early, late] = [new Date('2026-01-01'), new Date('2027-01-01')]

  it('finds none in what a certificate can hold', () => {
    expect(validityFaults({ notBefore: early, notAfter: early })).toEqual([])
    expect(validityFaults({ notBefore: new Date('0000-01-01'), notAfter: new Date('9999-12-31T23:59:59Z') })).toEqual(
      [],
    )
  })

  it('names the time that is none, or out of range, and the wrong order', () => {
    expect(validityFaults({ notBefore: new Date(Number.NaN), notAfter: new Date(Date.UTC(10_000, 0)) })).toEqual([
      'notBefore is no time in the years 0 to 9999',
      'notAfter is no time in the years 0 to 9999',
    ])
    expect(validityFaults({ notBefore: new Date(-62_198_755_200_000), notAfter: late })).toEqual([
      'notBefore is no time in the years 0 to 9999',
    ])
    expect(validityFaults({ notBefore: late, notAfter: early })).toEqual(['notBefore is after notAfter'])
    expect(validityFaults({ notBefore: new Date(Date.UTC(10_000, 0)), notAfter: early })).toEqual([
      'notBefore is no time in the years 0 to 9999',
      'notBefore is after notAfter',
    ])
  })
})

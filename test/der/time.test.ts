// Times of RFC 5280 §4.1.2.5: seconds, Z, no fraction, and only instants that exist.

import { describe, expect, it } from 'vitest'
import { DerReader } from '../../src/der/reader.js'
import { parseErrorOf } from '../support/parse-error.js'

const encode = (tag: number, text: string): Uint8Array =>
  Uint8Array.of(tag, text.length, ...Buffer.from(text, 'latin1'))
const utc = (text: string): string => new Date(new DerReader(encode(0x17, text), 'time').readTime()).toISOString()
const generalized = (text: string): string =>
  new Date(new DerReader(encode(0x18, text), 'time').readTime()).toISOString()

describe('times', () => {
  it('reads UTCTime as years 1950 to 2049', () => {
    expect(utc('500101000000Z')).toBe('1950-01-01T00:00:00.000Z')
    expect(utc('491231235959Z')).toBe('2049-12-31T23:59:59.000Z')
    expect(utc('991231235959Z')).toBe('1999-12-31T23:59:59.000Z')
    expect(utc('000229120000Z')).toBe('2000-02-29T12:00:00.000Z')
  })

  it('reads GeneralizedTime over all its years, before 2050 too, as RFC 5280 obliges readers to', () => {
    expect(generalized('20500101000000Z')).toBe('2050-01-01T00:00:00.000Z')
    expect(generalized('99991231235959Z')).toBe('9999-12-31T23:59:59.000Z')
    expect(generalized('20020101120100Z')).toBe('2002-01-01T12:01:00.000Z')
    expect(generalized('00010101000000Z')).toBe('0001-01-01T00:00:00.000Z')
    expect(generalized('19000228235959Z')).toBe('1900-02-28T23:59:59.000Z')
  })

  it('agrees with Date on the first and the last day of every month of ten thousand years', () => {
    const digits = (number: number, length = 2): string => String(number).padStart(length, '0')
    for (let year = 0; year < 10_000; year++) {
      for (let month = 1; month <= 12; month++) {
        const last = new Date(0)
        last.setUTCFullYear(year, month, 0)
        for (const day of [1, last.getUTCDate()]) {
          const date = `${digits(year, 4)}-${digits(month)}-${digits(day)}`
          const der = encode(0x18, `${date.replaceAll('-', '')}235958Z`)
          const time = new DerReader(der, 'time').readTime()
          if (time !== Date.parse(`${date}T23:59:58Z`)) expect.fail(`${date} is read as ${time}`)
        }
      }
    }
  })

  it.each([
    '5001010000Z',
    '500101000000',
    '500101000000+0000',
    '50010100000 Z',
    '501301000000Z',
    '500001000000Z',
    '500100000000Z',
    '500132000000Z',
    '500431000000Z',
    '500631000000Z',
    '500931000000Z',
    '501131000000Z',
    '500230000000Z',
    '20500101000000Z',
    '2500101000000Z',
    '510229000000Z',
    '500101240000Z',
    '500101006000Z',
    '500101000060Z',
    '5a0101000000Z',
    '500101000000z',
  ])('FMT-3 refuses the UTCTime %s', (text) => {
    const error = parseErrorOf(() => utc(text), 'invalid-time')
    expect(error.found).toBe(`"${text.replace(' ', '?')}"`)
    expect(error.expected).toBe('a time that exists, written YYMMDDhhmmssZ')
  })

  it.each([
    '20500101000000.5Z',
    '205001010000Z',
    '20500230000000Z',
    '19000229000000Z',
    '2050010100000Z',
    '20500101000000',
    '500101000000Z',
    '120500101000000Z',
    '1220500101000000Z',
  ])('FMT-3 refuses the GeneralizedTime %s', (text) => {
    const error = parseErrorOf(() => generalized(text), 'invalid-time')
    expect(error.found).toBe(`"${text}"`)
    expect(error.expected).toBe('a time that exists, written YYYYMMDDhhmmssZ')
  })

  it('FMT-3 refuses anything but a digit where one is to be', () => {
    for (const whole of ['20110111111111Z', '110111111111Z']) {
      const [tag, read] = whole.length === 15 ? [0x18, generalized] : [0x17, utc]
      expect(read(whole)).toBe('2011-01-11T11:11:11.000Z')
      for (let at = 0; at < whole.length - 1; at++) {
        // The neighbours of digits in ASCII, letters, space, and what wraps around.
        for (const wrong of ['/', ':', 'a', ' ', '\0', '\xff', '-']) {
          const der = encode(tag, whole.slice(0, at) + wrong + whole.slice(at + 1))
          parseErrorOf(() => new DerReader(der, 'time').readTime(), 'invalid-time')
        }
      }
    }
  })

  it('FMT-3 quotes the beginning of what is far too long', () => {
    const digits = '123456789'.repeat(13)
    expect(parseErrorOf(() => generalized(digits), 'invalid-time').found).toBe(`"${digits.slice(0, 24)}"`)
  })
})

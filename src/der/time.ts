// UTCTime and GeneralizedTime in the only forms RFC 5280 §4.1.2.5 allows: seconds present, Z, no fraction. Checking and
// computing are apart, because parsing a certificate checks its times and rarely needs them.

import { GENERALIZED_TIME } from './tags.js'

/** Two ASCII digits as a number; anything else gives a number above 99. */
function twoDigits(bytes: Uint8Array, offset: number): number {
  const tens = (bytes[offset] ?? 0) - 0x30
  const units = (bytes[offset + 1] ?? 0) - 0x30
  return tens >>> 0 > 9 || units >>> 0 > 9 ? 10_000 : tens * 10 + units
}

/** Year of the content from `start` to `end`, above 9999 where it is none or the content's length is wrong. */
function yearOf(bytes: Uint8Array, start: number, end: number, tag: number): number {
  const year = twoDigits(bytes, start)
  if (tag === GENERALIZED_TIME) return end - start === 15 ? year * 100 + twoDigits(bytes, start + 2) : 10_000
  // §4.1.2.5.1: 50 to 99 are 19xx, 00 to 49 are 20xx.
  return end - start === 13 ? year + (year < 50 ? 2000 : 1900) : 10_000
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Whether the content from `start` to `end` of a UTCTime or, by `tag`, a GeneralizedTime is an instant that exists. A
 * leap second (60) does not: RFC 5280's times map one to one to seconds since 1970.
 */
export function isTime(bytes: Uint8Array, start: number, end: number, tag: number): boolean {
  const year = yearOf(bytes, start, end, tag)
  const month = twoDigits(bytes, end - 11)
  const day = twoDigits(bytes, end - 9)
  return (
    year < 10_000 &&
    month > 0 &&
    month < 13 &&
    day > 0 &&
    day <= daysInMonth(year, month) &&
    twoDigits(bytes, end - 7) < 24 &&
    twoDigits(bytes, end - 5) < 60 &&
    twoDigits(bytes, end - 3) < 60 &&
    bytes[end - 1] === 0x5a
  )
}

/** Days from the last of February of the year 0 to the first of 1970. */
const EPOCH = 719_469

/** Milliseconds since 1970 of a content {@link isTime} accepts. Not by Date.UTC, which takes years below 100 for others. */
export function timeOf(bytes: Uint8Array, start: number, end: number, tag: number): number {
  const month = twoDigits(bytes, end - 11)
  // Years begin in March here, so that leap days end them; five months from March, and from August, have 153 days.
  const year = yearOf(bytes, start, end, tag) - (month < 3 ? 1 : 0)
  const leapDays = (year >> 2) - Math.floor(year / 100) + Math.floor(year / 400)
  const daysOfMonths = Math.floor((((month + 9) % 12) * 153 + 2) / 5)
  const days = year * 365 + leapDays + daysOfMonths + twoDigits(bytes, end - 9) - EPOCH
  const minutes = (days * 24 + twoDigits(bytes, end - 7)) * 60 + twoDigits(bytes, end - 5)
  return (minutes * 60 + twoDigits(bytes, end - 3)) * 1000
}

/** 2050-01-01T00:00:00Z: from here on CAs write `Time` as GeneralizedTime, before it as UTCTime. */
export const GENERALIZED_FROM = 2_524_608_000_000

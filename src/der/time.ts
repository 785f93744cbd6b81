// UTCTime and GeneralizedTime in the only forms RFC 5280 §4.1.2.5 allows: seconds present, Z, no fraction.

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Two ASCII digits as a number; anything else gives a number above 99. */
function twoDigits(bytes: Uint8Array, offset: number): number {
  const tens = (bytes[offset] ?? 0) - 0x30
  const units = (bytes[offset + 1] ?? 0) - 0x30
  return tens >>> 0 > 9 || units >>> 0 > 9 ? 1000 : tens * 10 + units
}

/** Milliseconds since 1970 of `MMDDhhmmssZ` at `offset` in `year`, or NaN where it is no instant of that year. */
function instantInYear(bytes: Uint8Array, offset: number, year: number): number {
  const month = twoDigits(bytes, offset)
  const day = twoDigits(bytes, offset + 2)
  const hour = twoDigits(bytes, offset + 4)
  const minute = twoDigits(bytes, offset + 6)
  const second = twoDigits(bytes, offset + 8)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN
  // A leap second (60) is no instant of RFC 5280's: times map one to one to seconds since 1970.
  if (hour > 23 || minute > 59 || second > 59 || bytes[offset + 10] !== 0x5a) return NaN
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const days = before * 365 + leapDays + (DAYS_BEFORE_MONTH[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0) + day
  return (((days - 719_163) * 24 + hour) * 60 + minute) * 60_000 + second * 1000
}

/**
 * Milliseconds since 1970 of the UTCTime content `YYMMDDhhmmssZ` at `start`, or NaN. Years 50 to 99 are 19xx, 00 to
 * 49 are 20xx (RFC 5280 §4.1.2.5.1).
 */
export function utcTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 13) return NaN
  const year = twoDigits(bytes, start)
  return year > 99 ? NaN : instantInYear(bytes, start + 2, year < 50 ? 2000 + year : 1900 + year)
}

/** Milliseconds since 1970 of the GeneralizedTime content `YYYYMMDDhhmmssZ` at `start`, or NaN (§4.1.2.5.2). */
export function generalizedTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 15) return NaN
  const century = twoDigits(bytes, start)
  const year = twoDigits(bytes, start + 2)
  return century > 99 || year > 99 ? NaN : instantInYear(bytes, start + 4, century * 100 + year)
}

/** 2050-01-01T00:00:00Z: from here on CAs write `Time` as GeneralizedTime, before it as UTCTime. */
export const GENERALIZED_FROM = 2_524_608_000_000

// Length octets (X.690 §8.1.3), as the strict reader and the BER one both need them.

import { CUT_SHORT, fail } from '../base/errors.js'

/** Lengths of 2³¹ and more are refused before any arithmetic: they fit no buffer this library is given. */
export const MAX_LENGTH = 0x7fff_ffff

/** What length octets say. */
export interface Length {
  readonly contentStart: number
  /** Undefined for an indefinite length. */
  readonly contentEnd: number | undefined
  /** Whether DER (X.690 §10.1) would write them so. */
  readonly isMinimal: boolean
}

/**
 * Reads the length octets at `at` in a container that ends at `end`.
 * @param inputEnd where the data end: a container that ends there is not to blame for a length that does not fit
 * @throws ParseError `length-too-large`, `length-exceeds-parent` or `truncated`
 */
export function readLength(
  bytes: Uint8Array,
  at: number,
  end: number,
  inputEnd: number,
  where: string,
  origin = 0,
): Length {
  const first = bytes[at] ?? 0
  const count = first > 0x80 ? first & 0x7f : 0
  const contentStart = at + 1 + count
  if (first === 0x80) return { contentStart, contentEnd: undefined, isMinimal: false }
  let length = count === 0 ? first : 0
  for (let i = at + 1; i < contentStart && length <= MAX_LENGTH; i++) length = length * 256 + (bytes[i] ?? 0)
  if (length > MAX_LENGTH) fail('length-too-large', where, at - origin, 'a length below 2³¹', `${count} length bytes`)
  if (contentStart + length > end) {
    const whole = end === inputEnd
    const expected = `a length of at most ${Math.max(end - contentStart, 0)}`
    const code = whole ? 'truncated' : 'length-exceeds-parent'
    fail(code, where, at - origin, expected, `${length}`, whole ? CUT_SHORT : undefined)
  }
  const isMinimal = count === 0 || (length >= 0x80 && bytes[at + 1] !== 0)
  return { contentStart, contentEnd: contentStart + length, isMinimal }
}

// When two attribute values are the same (RFC 5280 §7.1): text prepared as RFC 4518 says, bytes for everything else.

// RFC 4518 §2.2: code points mapped to nothing, which are the controls that are no white space, the format characters,
// variation selectors, and the object replacement character …
const IGNORED = /[\p{Cc}\p{Cf}\p{Variation_Selector}\ufffc]|\u034f/gu
// … and to a space.
const SPACES = /[\t-\r\x85\p{Z}]+/gu
const PRINTABLE_ASCII = /^[ -~]*$/

/**
 * `text` with what a comparison ignores removed: case folded, compatibility forms normalised, white space trimmed and
 * compressed. Two directory strings are equal exactly when their folded texts are.
 */
export function foldText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text.toLowerCase().trim().replace(/ {2,}/g, ' ')
  // NFKC takes quadratic time over a run of combining marks. Text has no longer ones (UAX #15 §13, stream-safe format).
  if (/\p{M}{31}/u.test(text)) return text
  const mapped = text.replace(SPACES, ' ').replace(IGNORED, '')
  // Upper case first, so that ß and ss meet, as in the folding table B.2 of RFC 3454; the final sigma is folded too.
  const folded = mapped.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
  return folded.replace(/ +/g, ' ').trim()
}

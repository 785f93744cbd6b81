// When two attribute values are the same (RFC 5280 §7.1): text prepared as RFC 4518 says, bytes for everything else.

// RFC 4518 §2.2: code points mapped to nothing …
// eslint-disable-next-line no-control-regex, no-misleading-character-class -- the RFC lists these very characters
const IGNORED = /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu
// … and to a space.
const SPACES = /[\t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000 ]+/gu
const PRINTABLE_ASCII = /^[ -~]*$/

/**
 * `text` with what a comparison ignores removed: case folded, compatibility forms normalised, white space trimmed and
 * compressed. Two directory strings are equal exactly when their folded texts are.
 */
export function foldText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text.toLowerCase().trim().replace(/ {2,}/g, ' ')
  const mapped = text.replace(SPACES, ' ').replace(IGNORED, '')
  // Upper case first, so that ß and ss meet, as in the folding table B.2 of RFC 3454; the final sigma is folded too.
  const folded = mapped.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
  return folded.replace(/ +/g, ' ').trim()
}

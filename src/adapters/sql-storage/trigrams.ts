// Parts of texts, three units long, as numbers an index can hold: what `contains` and `ends-with` are looked up by. Different
// parts may share a number, so what is found is compared with the text itself.

/** Stands behind the last unit of a text. No unit has this value. */
const END = 0x10000
/** Numbers a lookup uses. */
const MOST_IN_LOOKUP = 40
/** The share taken for what the statistics do not name. Of a million certificates they name what two in a hundred hold. */
const UNCOMMON = 0.01
/** Entries of an index that are read in the time one certificate is looked at. */
const ENTRIES_A_CERTIFICATE = 140

/** FNV-1a of 32 bits over a field's number and three units. */
function hash(field: number, a: number, b: number, c: number): number {
  let value = 0x811c9dc5 ^ field
  for (const unit of [a, b, c]) {
    value = Math.imul(value ^ (unit & 0xff), 0x01000193)
    value = Math.imul(value ^ (unit >> 8), 0x01000193)
  }
  return value | 0
}

/** The numbers of a field's text, its end among them where `isAtEnd`. */
export function trigrams(field: number, text: string, isAtEnd = true): Set<number> {
  const numbers = new Set<number>()
  const unit = (at: number): number => (at < text.length ? text.charCodeAt(at) : END)
  const last = text.length - (isAtEnd ? 2 : 3)
  for (let at = 0; at <= last; at++) numbers.add(hash(field, unit(at), unit(at + 1), unit(at + 2)))
  return numbers
}

/**
 * Numbers that every text of a field with this part has, the rarest first; none where the part is too short to say. A common
 * number has a long list, and is among them only where reading that costs less than looking at what it rules out.
 * @param shares of the certificates that have a number, where it is known
 */
export function lookupTrigrams(
  field: number,
  part: string,
  isAtEnd: boolean,
  shares: ReadonlyMap<number, number>,
): readonly number[] {
  const shareOf = (number: number): number => shares.get(number) ?? UNCOMMON
  const rarestFirst = [...trigrams(field, part, isAtEnd)].sort((a, b) => shareOf(a) - shareOf(b))
  const [rarest] = rarestFirst
  if (rarest === undefined) return []
  const chosen = [rarest]
  let byChance = shareOf(rarest)
  for (const number of rarestFirst.slice(1, MOST_IN_LOOKUP)) {
    const share = shareOf(number)
    // Parts of one text go together more often than by chance, and not always: the mean of the two comes near.
    const left = Math.sqrt(byChance * shareOf(rarest))
    if (shares.has(number) && share > (1 - share) * left * ENTRIES_A_CERTIFICATE) break
    chosen.push(number)
    byChance *= share
  }
  return chosen
}

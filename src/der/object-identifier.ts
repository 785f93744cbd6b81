// OBJECT IDENTIFIER contents: check, decode to dotted decimal, encode. Arcs of any size are exact (X.690 §8.19).

import { fail } from '../base/errors.js'

/** Longest content accepted, in bytes. The longest OID in use has under 40; the bound keeps decoding linear. */
const MAX_CONTENT = 1024

/** True when the bytes are a DER OBJECT IDENTIFIER content: not empty, no arc padded with 0x80, last arc complete. */
export function isObjectIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || end - start > MAX_CONTENT) return false
  let atArcStart = true
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (atArcStart && byte === 0x80) return false
    atArcStart = byte < 0x80
  }
  return atArcStart
}

/** Dotted decimal of a content {@link isObjectIdentifier} accepts. */
export function objectIdentifierText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  let arc = 0
  let big: bigint | undefined
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    const bits = byte & 0x7f
    if (big === undefined && arc >= 2 ** 45) big = BigInt(arc)
    if (big === undefined) arc = arc * 128 + bits
    else big = (big << 7n) | BigInt(bits)
    if (byte >= 0x80) continue
    if (text === '') {
      // The first subidentifier holds two arcs: 40 × first + second, first at most 2.
      const first = big === undefined && arc < 80 ? Math.floor(arc / 40) : 2
      text = `${first}.${big === undefined ? arc - first * 40 : big - 80n}`
    } else {
      text += `.${big ?? arc}`
    }
    arc = 0
    big = undefined
  }
  return text
}

function pushBase128(content: number[], arc: bigint): void {
  const septets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) septets.push(Number(rest & 0x7fn) | 0x80)
  content.push(...septets.reverse())
}

/** DER content of a text that is known to be an OID in dotted decimal. */
export function objectIdentifierContent(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt)
  const content: number[] = []
  for (const arc of [first * 40n + second, ...rest]) pushBase128(content, arc)
  return Uint8Array.from(content)
}

/** DER content of a dotted-decimal OID. @throws TypeError when `text` is not one. */
export function encodeObjectIdentifier(text: string): Uint8Array {
  // The first two arcs share an octet, so that under 0 and 1 the second is at most 39.
  if (!/^([01]\.[1-3]?[0-9]|2\.(0|[1-9][0-9]*))(\.(0|[1-9][0-9]*))*$/.test(text)) {
    throw new TypeError(`expected an OID such as 1.2.840.113549, found "${text}"`)
  }
  return objectIdentifierContent(text)
}

/** Refuses a content that is no OBJECT IDENTIFIER. */
export function checkObjectIdentifier(
  bytes: Uint8Array,
  start: number,
  end: number,
  where: string,
  offset: number,
): void {
  if (isObjectIdentifier(bytes, start, end)) return
  const found = `${end - start} bytes, an arc padded, cut short or missing`
  fail('invalid-object-identifier', where, offset, `an OBJECT IDENTIFIER of 1 to ${MAX_CONTENT} bytes`, found)
}

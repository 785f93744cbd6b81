// Writes DER: small functions that return the encoding of one element. What they write, the reader accepts, and there
// is no other encoding of the same value.

import { compareBytes, concatBytes, latin1Bytes } from '../base/bytes.js'
import { encodeObjectIdentifier } from './object-identifier.js'
import * as tags from './tags.js'
import { GENERALIZED_FROM } from './time.js'

/** One element: identifier octet, shortest length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  return concatBytes([Uint8Array.of(tag, ...lengthOctets(length)), ...content])
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array => element(tags.SEQUENCE, ...content)

/** SET OF with its elements in the order DER demands (X.690 §11.6), whatever order they come in. */
export const setOf = (...content: readonly Uint8Array[]): Uint8Array =>
  element(tags.SET, ...[...content].sort(compareBytes))

/** `[number]` EXPLICIT around one element. */
export const explicit = (number: number, content: Uint8Array): Uint8Array =>
  element(tags.contextConstructed(number), content)

export const booleanValue = (value: boolean): Uint8Array => element(tags.BOOLEAN, Uint8Array.of(value ? 0xff : 0))

export const nullValue = (): Uint8Array => element(tags.NULL)

/** INTEGER of any size, in its shortest form. */
export function integer(value: bigint | number, tag = tags.INTEGER): Uint8Array {
  const octets: number[] = []
  let rest = BigInt(value)
  // Until what is left is only the sign of the byte before.
  for (;;) {
    const byte = Number(rest & 0xffn)
    octets.unshift(byte)
    rest >>= 8n
    if ((rest === 0n && byte < 0x80) || (rest === -1n && byte >= 0x80)) break
  }
  return element(tag, Uint8Array.from(octets))
}

export const octetString = (content: Uint8Array): Uint8Array => element(tags.OCTET_STRING, content)

/** BIT STRING. @throws TypeError where the unused bits of the last byte are not zero, or there is no such byte */
export function bitString(content: Uint8Array, unusedBits = 0): Uint8Array {
  const last = content.at(-1)
  const mask = (1 << unusedBits) - 1
  if (unusedBits < 0 || unusedBits > 7 || (unusedBits > 0 && (last === undefined || (last & mask) !== 0))) {
    throw new TypeError(`bitString: expected ${unusedBits} unused zero bits at the end of the content`)
  }
  return element(tags.BIT_STRING, Uint8Array.of(unusedBits), content)
}

/** BIT STRING of a list of named bits, trailing zero bits left out (X.690 §11.2.2). */
export function namedBits(indices: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...indices)
  const content = new Uint8Array((last >> 3) + 1)
  for (const index of indices) content[index >> 3] = (content[index >> 3] ?? 0) | (0x80 >> (index & 7))
  return bitString(content, last < 0 ? 0 : 7 - (last & 7))
}

/** @throws TypeError when `oid` is not dotted decimal */
export const objectIdentifier = (oid: string): Uint8Array =>
  element(tags.OBJECT_IDENTIFIER, encodeObjectIdentifier(oid))

export const utf8String = (text: string): Uint8Array => element(tags.UTF8_STRING, new TextEncoder().encode(text))
export const printableString = (text: string): Uint8Array => element(tags.PRINTABLE_STRING, latin1Bytes(text))
export const ia5String = (text: string, tag = tags.IA5_STRING): Uint8Array => element(tag, latin1Bytes(text))

const digits = (time: number): string => new Date(time).toISOString().replace(/\.\d+|[-:T]/g, '')

/** GeneralizedTime `YYYYMMDDhhmmssZ`; `time` in milliseconds since 1970, its fraction of a second dropped. */
export const generalizedTime = (time: number): Uint8Array => element(tags.GENERALIZED_TIME, latin1Bytes(digits(time)))

/** `Time` of RFC 5280 §4.1.2.5: UTCTime from 1950 through 2049, GeneralizedTime otherwise. */
export function time(milliseconds: number): Uint8Array {
  const text = digits(milliseconds)
  const inRange = milliseconds < GENERALIZED_FROM && text >= '1950'
  return inRange ? element(tags.UTC_TIME, latin1Bytes(text.slice(2))) : generalizedTime(milliseconds)
}

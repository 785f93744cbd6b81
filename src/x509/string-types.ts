// The ASN.1 string types of names and extensions: which bytes each allows, and their text.

import { byteToHex } from '../base/bytes.js'
import type { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'

/** The string type a value was encoded in. */
export type StringType = tags.StringTypeName

/** The string type of an identifier octet, or undefined where it is none. */
export const stringTypeOf = (tag: number): StringType | undefined => tags.stringTypeNames[tag]

/** Offset of the first byte of `start` … `end` that is not ASCII, or -1. */
function firstNonAscii(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return i
  }
  return -1
}

/** `start` where the content is no well-formed UTF-8 (RFC 3629), or -1. */
function invalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  try {
    strictUtf8.decode(bytes.subarray(start, end))
    return -1
  } catch {
    return start
  }
}

/** The 16 bits at `at`. */
const unitAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

function firstInvalidBmp(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 2) {
    if (i + 1 >= end) return i
    const kind = unitAt(bytes, i) >> 10
    if (kind !== 0x36 && kind !== 0x37) continue
    // UTF-16 pairs, which Windows writes into BMPString, are text; a lone surrogate is none.
    if (kind === 0x37 || i + 3 >= end || unitAt(bytes, i + 2) >> 10 !== 0x37) return i
    i += 2
  }
  return -1
}

function firstInvalidUniversal(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 4) {
    const plane = unitAt(bytes, i)
    if (i + 3 >= end || plane > 0x10 || (plane === 0 && unitAt(bytes, i + 2) >> 11 === 0x1b)) return i
  }
  return -1
}

/**
 * Checks the content just skipped as text of `type`.
 *
 * The subsets of ASCII are held to ASCII only: `*`, `@` and `_` stand in the PrintableStrings of many issued
 * certificates, OpenSSL and Node read them, and no comparison depends on their absence. TeletexString is read as
 * Latin-1, as OpenSSL and BoringSSL do.
 */
export function checkText(reader: DerReader, type: StringType): void {
  const { bytes, contentStart, position } = reader
  // Most values are ASCII in one of the first three types, so that test comes first and alone.
  const high = firstNonAscii(bytes, contentStart, position)
  let bad = high
  switch (type) {
    case 'UTF8String':
      if (high >= 0) bad = invalidUtf8(bytes, high, position)
      break
    case 'TeletexString':
      bad = -1
      break
    case 'BMPString':
      bad = firstInvalidBmp(bytes, contentStart, position)
      break
    case 'UniversalString':
      bad = firstInvalidUniversal(bytes, contentStart, position)
      break
    default:
  }
  if (bad >= 0) {
    const found = `byte 0x${byteToHex(bytes[bad])}`
    reader.fail('invalid-string', bad, `text a ${type} can hold`, found)
  }
}

/** Steps over a string, of one of the `allowed` types if given, and returns its text. */
export function readText(reader: DerReader, allowed?: readonly number[]): string {
  const tag = reader.peek()
  const type = stringTypeOf(tag)
  if (type === undefined || allowed?.includes(tag) === false) {
    return reader.failTag(allowed?.map(tags.tagName).join(' or ') ?? 'a string')
  }
  reader.skip(tag)
  checkText(reader, type)
  return textOf(reader, type)
}

/** Steps over an IA5String with the implicit identifier `tag`, and returns its text. */
export function readImplicitIa5(reader: DerReader, tag: number): string {
  reader.skip(tag)
  checkText(reader, 'IA5String')
  return reader.latin1()
}

const strictUtf8 = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Text of the content just skipped, which {@link checkText} has accepted. */
export function textOf(reader: DerReader, type: StringType): string {
  const { bytes, contentStart: start, position: end } = reader
  let text = ''
  switch (type) {
    case 'BMPString':
      for (let i = start; i < end; i += 2) text += String.fromCharCode(unitAt(bytes, i))
      return text
    case 'UniversalString':
      for (let i = start; i < end; i += 4) {
        text += String.fromCodePoint((unitAt(bytes, i) << 16) | unitAt(bytes, i + 2))
      }
      return text
    case 'UTF8String':
      if (firstNonAscii(bytes, start, end) >= 0) return strictUtf8.decode(bytes.subarray(start, end))
      break
    default:
      break
  }
  return reader.latin1()
}

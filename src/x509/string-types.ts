// The ASN.1 string types of names and extensions: which bytes each allows, and their text.

import type { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'

/** The string type a value was encoded in. */
export type StringType =
  | 'UTF8String'
  | 'PrintableString'
  | 'IA5String'
  | 'TeletexString'
  | 'BMPString'
  | 'UniversalString'
  | 'NumericString'
  | 'VisibleString'

/** The string type of an identifier octet, or undefined where it is none. */
export function stringTypeOf(tag: number): StringType | undefined {
  switch (tag) {
    case tags.UTF8_STRING:
      return 'UTF8String'
    case tags.PRINTABLE_STRING:
      return 'PrintableString'
    case tags.IA5_STRING:
      return 'IA5String'
    case tags.TELETEX_STRING:
      return 'TeletexString'
    case tags.BMP_STRING:
      return 'BMPString'
    case tags.UNIVERSAL_STRING:
      return 'UniversalString'
    case tags.NUMERIC_STRING:
      return 'NumericString'
    case tags.VISIBLE_STRING:
      return 'VisibleString'
    default:
      return undefined
  }
}

/** Offset of the first byte of `start` … `end` that is not ASCII, or -1. */
function firstNonAscii(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return i
  }
  return -1
}

/** Offset of the first byte that makes the content no well-formed UTF-8 (RFC 3629), or -1. */
function firstInvalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  let i = start
  while (i < end) {
    const lead = bytes[i] ?? 0
    if (lead < 0x80) {
      i++
      continue
    }
    const extra = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1
    if (lead < 0xc2 || lead > 0xf4 || i + extra >= end) return i
    // The second byte's range excludes over-long forms, surrogates, and code points above 10FFFF.
    const second = bytes[i + 1] ?? 0
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < low || second > high) return i
    for (let k = 2; k <= extra; k++) {
      if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return i
    }
    i += extra + 1
  }
  return -1
}

function firstInvalidBmp(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 2) {
    if (i + 1 >= end) return i
    const high = bytes[i] ?? 0
    if (high < 0xd8 || high > 0xdf) continue
    // UTF-16 pairs, which Windows writes into BMPString, are text; a lone surrogate is none.
    const low = bytes[i + 2] ?? 0
    if (high > 0xdb || i + 3 >= end || low < 0xdc || low > 0xdf) return i
    i += 2
  }
  return -1
}

function firstInvalidUniversal(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 4) {
    if (i + 3 >= end) return i
    const plane = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
    const high = bytes[i + 2] ?? 0
    if (plane > 0x10 || (plane === 0 && high >= 0xd8 && high <= 0xdf)) return i
  }
  return -1
}

function firstOutside(bytes: Uint8Array, start: number, end: number, allowed: (byte: number) => boolean): number {
  for (let i = start; i < end; i++) {
    if (!allowed(bytes[i] ?? 0)) return i
  }
  return -1
}

const isNumeric = (byte: number): boolean => byte === 0x20 || (byte >= 0x30 && byte <= 0x39)
const isVisible = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e

/**
 * Steps over a value of any type, checking that a string type's content is text of that type.
 *
 * PrintableString is held to ASCII only: `*`, `@` and `_` stand in many issued certificates, every validator reads
 * them, and no comparison depends on their absence. TeletexString is read as Latin-1, as OpenSSL and BoringSSL do.
 */
export function skipStringOrAny(reader: DerReader, where: string): void {
  const tag = reader.peek()
  const type = stringTypeOf(tag)
  if (type === undefined) {
    reader.skipAny(where)
    return
  }
  reader.skip(tag, where)
  checkText(reader, type, where)
}

/** Checks the content just skipped as text of `type`. */
function checkText(reader: DerReader, type: StringType, where: string): void {
  const { bytes, contentStart, position } = reader
  // Most values are ASCII in one of the first three types, so that test comes first and alone.
  const high = firstNonAscii(bytes, contentStart, position)
  let bad = high
  switch (type) {
    case 'PrintableString':
    case 'IA5String':
      break
    case 'UTF8String':
      if (high >= 0) bad = firstInvalidUtf8(bytes, high, position)
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
    case 'NumericString':
      bad = firstOutside(bytes, contentStart, position, isNumeric)
      break
    case 'VisibleString':
      bad = firstOutside(bytes, contentStart, position, isVisible)
      break
  }
  if (bad >= 0) {
    const found = `byte 0x${(bytes[bad] ?? 0).toString(16).padStart(2, '0')}`
    reader.fail('invalid-string', where, bad, `text a ${type} can hold`, found)
  }
}

/** Steps over a string of one of the `allowed` types, and returns its text. */
export function readText(reader: DerReader, where: string, allowed: readonly number[]): string {
  const tag = reader.peek()
  const type = stringTypeOf(tag)
  if (type === undefined || !allowed.includes(tag)) {
    const names = allowed.map((candidate) => tags.tagName(candidate)).join(' or ')
    const found = tag < 0 ? 'nothing' : tags.tagName(tag)
    return reader.fail(tag < 0 ? 'truncated' : 'unexpected-tag', where, reader.position, names, found)
  }
  reader.skip(tag, where)
  checkText(reader, type, where)
  return textOf(reader.bytes, reader.contentStart, reader.position, type)
}

/** Steps over an IA5String with the implicit identifier `tag`, and returns its text. */
export function readImplicitIa5(reader: DerReader, tag: number, where: string): string {
  reader.skip(tag, where)
  checkText(reader, 'IA5String', where)
  return textOf(reader.bytes, reader.contentStart, reader.position, 'IA5String')
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Text of checked content. */
export function textOf(bytes: Uint8Array, start: number, end: number, type: StringType): string {
  let text = ''
  switch (type) {
    case 'BMPString':
      for (let i = start; i < end; i += 2) text += String.fromCharCode(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0))
      return text
    case 'UniversalString':
      for (let i = start; i < end; i += 4) {
        text += String.fromCodePoint(((bytes[i + 1] ?? 0) << 16) | ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0))
      }
      return text
    case 'UTF8String':
      if (end - start > 64 || firstNonAscii(bytes, start, end) >= 0) return utf8.decode(bytes.subarray(start, end))
      break
    default:
      break
  }
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}

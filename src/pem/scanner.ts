// Finds the blocks of a PEM text (RFC 7468, lax about what surrounds them). One pass, never back: linear in the text.

import { native } from '../base/bytes.js'
import { CUT_SHORT, fail } from '../base/errors.js'
import { Base64Decoder } from './base64.js'

const BEGIN = '-----BEGIN '
const END = '-----END '
const DASHES = '-----'

// Bundles hold thousands of blocks of this label: its string is shared, and each of its lines compared in one piece.
const COMMON_LABEL = 'CERTIFICATE'
const COMMON_BEGIN = `${BEGIN}${COMMON_LABEL}${DASHES}`
const COMMON_END = `${END}${COMMON_LABEL}${DASHES}`

// A line each: over all of them at once, a pattern would need a stack as deep as there are lines.
const HEADER_LINE = /(?:[A-Za-z][\w-]*:|[ \t]+\S).*\r?\n/y
const EMPTY_LINE = /[ \t]*\r?\n/y

/** Longest label accepted. The longest in use, `TRUSTED CERTIFICATE` and its kin, have about 20 characters. */
const MAX_LABEL = 64

/** Steps from block to block; a block's bytes are decoded only when asked. */
export class PemScanner {
  /** Label of the current block. */
  label = ''
  /** Where its BEGIN line starts. */
  offset = 0
  /** Lines `Name: value` between its BEGIN line and its base64, as one text (RFC 1421 §4.4); usually empty. Known from decoding on. */
  headers = ''

  private bodyStart = 0
  private bodyEnd = 0
  private hasHyphen = false
  private position = 0
  private readonly decoder: Base64Decoder

  /** @param onLabel is told each label before anything of the block is looked at, and may throw */
  constructor(
    private readonly text: string,
    private readonly onLabel?: (label: string, offset: number) => void,
  ) {
    this.decoder = new Base64Decoder(text)
  }

  /** Steps to the next block; false where there is none. @throws ParseError `invalid-pem` */
  next(): boolean {
    const { text } = this
    let begin = text.indexOf('-', this.position)
    const isCommon = standsAt(text, COMMON_BEGIN, begin)
    while (!isCommon && begin >= 0 && !standsAt(text, BEGIN, begin)) begin = text.indexOf('-', begin + 1)
    if (begin < 0) return false
    this.offset = begin
    this.label = isCommon ? COMMON_LABEL : this.readLabel(begin + BEGIN.length)
    this.onLabel?.(this.label, begin)
    this.bodyStart = this.skipBlanks(begin + BEGIN.length + this.label.length + DASHES.length)
    this.headers = ''
    this.findEndLine(this.label === COMMON_LABEL ? COMMON_END : `${END}${this.label}${DASHES}`)
    return true
  }

  /** Finds the end of the body, where `endLine` must stand. */
  private findEndLine(endLine: string): void {
    const { text, bodyStart } = this
    this.bodyEnd = text.indexOf('-', bodyStart)
    this.hasHyphen = !standsAt(text, endLine, this.bodyEnd)
    if (this.hasHyphen) {
      this.bodyEnd = text.indexOf(DASHES, bodyStart)
      if (!standsAt(text, endLine, this.bodyEnd)) this.failEndLine(endLine)
    }
    this.position = this.bodyEnd + endLine.length
  }

  private readLabel(start: number): string {
    const { text } = this
    const end = text.indexOf(DASHES, start)
    const label = text.slice(start, Math.min(end, start + MAX_LABEL + 1))
    if (end < 0 || label.length > MAX_LABEL || !/^[ -~]*$/.test(label)) {
      this.fail(this.offset, 'a line -----BEGIN label-----', 'a line without its end')
    }
    return label
  }

  private failEndLine(endLine: string): never {
    const { text, bodyEnd } = this
    if (bodyEnd < 0) this.fail(text.length, endLine, 'the end of the text', CUT_SHORT)
    return this.fail(bodyEnd, endLine, 'another line of dashes')
  }

  /** Decodes the current block; it then stands in the result's `bytes` from `start` to `end`, until the next call. */
  decode(): Base64Decoder {
    const { decoder } = this
    if (this.hasHyphen || !decoder.decodeNatively(this.bodyStart, this.bodyEnd)) {
      // Native decoding refuses headers, so that only here there may be any.
      this.splitHeaders()
      decoder.decodePortably(this.bodyStart, this.bodyEnd, `PEM block ${this.label}`)
    }
    return decoder
  }

  private skipBlanks(at: number): number {
    let after = at
    while (isBlank(this.text.charCodeAt(after))) after++
    return after
  }

  /** RFC 1421 §4.4: `Name: value` lines, continued behind white space, then an empty line. The first is not indented. */
  private splitHeaders(): void {
    const { text, bodyStart } = this
    let end = bodyStart
    HEADER_LINE.lastIndex = end
    while (HEADER_LINE.test(text)) end = HEADER_LINE.lastIndex
    EMPTY_LINE.lastIndex = end
    if (end === bodyStart || !EMPTY_LINE.test(text)) return
    this.headers = text.slice(bodyStart, end).trimEnd()
    this.bodyStart = EMPTY_LINE.lastIndex
  }

  private fail(offset: number, expected: string, found: string, remedy?: string): never {
    const where = this.label === '' ? 'PEM' : `PEM block ${this.label}`
    fail('invalid-pem', where, offset, expected, found, remedy)
  }
}

/** `text.startsWith(part, at)` at half the cost: long slices copy nothing, and comparing takes eight bytes a step. */
const standsAt = (text: string, part: string, at: number): boolean => text.slice(at, at + part.length) === part

const isBlank = (character: number): boolean =>
  character === 0x0a || character === 0x0d || character === 0x20 || character === 0x09

/** Bytes of a PEM file as text, one character a byte, so that offsets in the text are offsets in the file. */
export function pemText(input: Uint8Array | string): string {
  if (typeof input === 'string') return input
  // Windows-1252, which TextDecoder means by latin1, differs outside ASCII only, where no part of a block can stand.
  return native?.latin1Slice?.call(input, 0, input.length) ?? new TextDecoder('latin1').decode(input)
}

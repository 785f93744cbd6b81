// Finds the blocks of a PEM text (RFC 7468, lax about what surrounds them). One pass, never back: linear in the text.

import { CUT_SHORT, fail } from '../base/errors.js'
import { Base64Decoder } from './base64.js'

const BEGIN = '-----BEGIN '
const END = '-----END '
const DASHES = '-----'
const COMMON_LABEL = 'CERTIFICATE'
const HEADERS = /((?:[A-Za-z][\w-]*:.*\r?\n(?:[ \t]+\S.*\r?\n)*)+)[ \t]*\r?\n/y

/** Longest label accepted. The longest in use, `TRUSTED CERTIFICATE` and its kin, have about 20 characters. */
const MAX_LABEL = 64

/** Steps from block to block; a block's bytes are decoded only when asked. */
export class PemScanner {
  /** Label of the current block. */
  label = ''
  /** Where its BEGIN line starts. */
  offset = 0
  /** Lines `Name: value` between its BEGIN line and its base64, as one text (RFC 1421 §4.4); usually empty. */
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
    while (begin >= 0 && !standsAt(text, BEGIN, begin)) begin = text.indexOf('-', begin + 1)
    if (begin < 0) return false
    this.offset = begin
    this.label = this.readLabel(begin + BEGIN.length)
    this.onLabel?.(this.label, begin)
    this.bodyStart = this.skipBlanks(begin + BEGIN.length + this.label.length + DASHES.length)
    this.bodyEnd = text.indexOf('-', this.bodyStart)
    this.hasHyphen = this.bodyEnd >= 0 && !standsAt(text, DASHES, this.bodyEnd)
    if (this.hasHyphen) this.bodyEnd = text.indexOf(DASHES, this.bodyEnd)
    this.position = this.skipEndLine()
    this.splitHeaders()
    return true
  }

  private readLabel(start: number): string {
    const { text } = this
    // Bundles hold thousands of this one: sharing its string saves a copy and a hash for each.
    if (standsAt(text, COMMON_LABEL, start) && standsAt(text, DASHES, start + COMMON_LABEL.length)) return COMMON_LABEL
    const end = text.indexOf(DASHES, start)
    const label = text.slice(start, Math.min(end, start + MAX_LABEL + 1))
    if (end < 0 || label.length > MAX_LABEL || !/^[ -~]*$/.test(label)) {
      this.fail(this.offset, 'a line -----BEGIN label-----', 'a line without its end')
    }
    return label
  }

  /** Checks that the body ends with the END line of its label; returns where that line ends. */
  private skipEndLine(): number {
    const { text, label, bodyEnd } = this
    const labelStart = bodyEnd + END.length
    const labelEnd = labelStart + label.length
    if (
      bodyEnd >= 0 &&
      standsAt(text, END, bodyEnd) &&
      standsAt(text, label, labelStart) &&
      standsAt(text, DASHES, labelEnd)
    ) {
      return labelEnd + DASHES.length
    }
    const endLine = `${END}${label}${DASHES}`
    if (bodyEnd < 0) this.fail(text.length, endLine, 'the end of the text', CUT_SHORT)
    const found = standsAt(text, BEGIN, bodyEnd) ? 'another BEGIN line' : 'another line of dashes'
    return this.fail(bodyEnd, endLine, found)
  }

  /** Decodes the current block; it then stands in the result's `bytes` from `start` to `end`, until the next call. */
  decode(): Base64Decoder {
    this.decoder.decode(this.bodyStart, this.bodyEnd, this.hasHyphen, `PEM block ${this.label}`)
    return this.decoder
  }

  private skipBlanks(at: number): number {
    let after = at
    while (isBlank(this.text.charCodeAt(after))) after++
    return after
  }

  /** RFC 1421 §4.4: `Name: value` lines, continued behind white space, then an empty line. */
  private splitHeaders(): void {
    HEADERS.lastIndex = this.bodyStart
    this.headers = HEADERS.exec(this.text)?.[1]?.trimEnd() ?? ''
    if (this.headers !== '') this.bodyStart = HEADERS.lastIndex
  }

  private fail(offset: number, expected: string, found: string, remedy?: string): never {
    const where = this.label === '' ? 'PEM' : `PEM block ${this.label}`
    fail('invalid-pem', where, offset, expected, found, remedy)
  }
}

/** `text.startsWith(part, at)` for short parts, without a call into the runtime. */
function standsAt(text: string, part: string, at: number): boolean {
  for (let i = 0; i < part.length; i++) {
    if (text.charCodeAt(at + i) !== part.charCodeAt(i)) return false
  }
  return true
}

const isBlank = (character: number): boolean =>
  character === 0x0a || character === 0x0d || character === 0x20 || character === 0x09

/** Bytes of a PEM file as text, one character a byte, so that offsets in the text are offsets in the file. */
export function pemText(input: Uint8Array | string): string {
  if (typeof input === 'string') return input
  const { Buffer } = globalThis as { Buffer?: { prototype: { latin1Slice?: (start: number, end: number) => string } } }
  const slice = Buffer?.prototype.latin1Slice
  // Windows-1252, which TextDecoder means by latin1, differs outside ASCII only, where no part of a block can stand.
  return slice === undefined ? new TextDecoder('latin1').decode(input) : slice.call(input, 0, input.length)
}

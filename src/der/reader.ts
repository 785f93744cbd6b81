// A strict DER reader: a cursor over one Uint8Array. It never copies and never allocates per element; what it accepts
// has exactly one encoding (X.690 §10, §11). Callers read `contentStart` … `position` after each skip.

import { byteToHex, equalRanges, latin1 } from '../base/bytes.js'
import { CUT_SHORT, fail, failDepth, type ParseErrorCode } from '../base/errors.js'
import { MAX_DEPTH } from '../base/limits.js'
import { MAX_LENGTH, readLength } from './length.js'
import { checkObjectIdentifier } from './object-identifier.js'
import * as tags from './tags.js'
import { isTime, timeOf } from './time.js'

/** Bytes decoded at once for the texts among them. */
const WINDOW = 256

export class DerReader {
  /** Where the next element starts; after a skip, where the skipped element ended. */
  position: number
  /** Where the container being read ends. */
  end: number
  /** Where the content of the element read last starts. */
  contentStart: number
  private depth = 0
  private window = ''
  private windowStart = 0

  /**
   * @param bytes the buffer; only `start` … `end` is read
   * @param where what is being read, for errors: `Certificate.validity`. Whoever reads on sets it anew.
   * @param origin where offsets in errors count from
   */
  constructor(
    readonly bytes: Uint8Array,
    public where: string,
    start = 0,
    end = bytes.length,
    readonly origin = start,
    private readonly depthLimit = MAX_DEPTH,
    // For a reader inside a larger structure, whose end is not where the data were cut.
    private readonly inputEnd = bytes.length,
  ) {
    this.position = start
    this.end = end
    this.contentStart = start
  }

  /** A reader of a part of the same bytes, its errors counting from the same origin. */
  part(start: number, end: number, where = this.where): DerReader {
    return new DerReader(this.bytes, where, start, end, this.origin, this.depthLimit)
  }

  /** Goes on with another part of the same bytes, wherever it stands and whatever has become of what it was reading. */
  turnTo(where: string, start: number, end: number): this {
    this.where = where
    this.position = this.contentStart = start
    this.end = end
    this.depth = 0
    return this
  }

  /** Identifier octet of the next element, or -1 at the container's end. */
  peek(): number {
    return this.position < this.end ? (this.bytes[this.position] ?? -1) : -1
  }

  /** Whether the container has been read to its end. */
  atEnd(): boolean {
    return this.position >= this.end
  }

  /** Steps into the element with identifier `tag`; the result goes to {@link leave} once its content is read. */
  enter(tag: number): number {
    const outerEnd = this.end
    this.end = this.header(tag)
    return outerEnd
  }

  /** Steps out of an entered element, which must have been read to its end. */
  leave(outerEnd: number): void {
    if (this.position !== this.end) this.failTrailing()
    this.end = outerEnd
  }

  /** Refuses bytes after the last element. */
  finish(): void {
    if (this.position !== this.end) this.failTrailing()
  }

  /** `read(tag)` where the next element has the identifier `tag`, else undefined: `[tag] … OPTIONAL`. */
  optional<T>(tag: number, read: (tag: number) => T): T | undefined {
    return this.peek() === tag ? read(tag) : undefined
  }

  /** Steps over the element with identifier `tag`, its content unread. */
  skip(tag: number): void {
    this.position = this.header(tag)
  }

  /** Steps over the bytes from `start` to `end` where they come again; false where others come. */
  skipRepeated(start: number, end: number): boolean {
    const { bytes, position } = this
    const after = position + end - start
    const isRepeated = after <= this.end && equalRanges(bytes, start, bytes, position, end - start)
    if (isRepeated) this.position = after
    return isRepeated
  }

  /** Steps over an INTEGER of any size, in its shortest form (X.690 §8.3.2). */
  skipInteger(tag = tags.INTEGER): void {
    const end = this.header(tag)
    const start = this.contentStart
    if (end - start < 2) {
      if (end === start) this.fail('empty-integer', start, 'an INTEGER', 'no content')
    } else {
      const first = this.bytes[start] ?? 0
      const second = this.bytes[start + 1] ?? 0
      if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
        const found = `a redundant leading ${first === 0 ? '00' : 'ff'}`
        this.fail('non-minimal-integer', start, 'an INTEGER in its shortest form', found)
      }
    }
    this.position = end
  }

  /** An INTEGER between 0 and `max`, itself at most 2³¹-1. */
  readUnsigned(max = MAX_LENGTH, tag = tags.INTEGER): number {
    this.skipInteger(tag)
    const { bytes, contentStart, position } = this
    const first = bytes[contentStart] ?? 0
    let value = 0
    if (position - contentStart <= 5)
      for (let i = contentStart; i < position; i++) value = value * 256 + (bytes[i] ?? 0)
    if (first >= 0x80 || position - contentStart > 5 || value > max) {
      const found = first >= 0x80 ? 'a negative number' : 'a larger one'
      this.fail('integer-out-of-range', contentStart, `an INTEGER from 0 to ${max}`, found)
    }
    return value
  }

  /** BOOLEAN: FF is true, 00 is false, nothing else is DER (X.690 §11.1). */
  readBoolean(tag = tags.BOOLEAN): boolean {
    const end = this.header(tag)
    const value = this.bytes[this.contentStart]
    if (end - this.contentStart !== 1 || (value !== 0 && value !== 0xff)) {
      const found = end - this.contentStart === 1 ? byteToHex(value) : `${end - this.contentStart} bytes`
      this.fail('invalid-boolean', this.contentStart, 'a BOOLEAN of one byte, 00 or ff', found)
    }
    this.position = end
    return value === 0xff
  }

  /** NULL, which has no content. */
  readNull(): void {
    const end = this.header(tags.NULL)
    if (end !== this.contentStart) {
      this.fail('invalid-null', this.contentStart, 'a NULL without content', `${end - this.contentStart} bytes`)
    }
    this.position = end
  }

  /**
   * Steps over a BIT STRING and tells how many bits of its last byte are unused; these must be zero (X.690 §11.2.1).
   * `contentStart` is the first byte of bits, behind the count.
   */
  skipBitString(tag = tags.BIT_STRING): number {
    const end = this.header(tag)
    const start = this.contentStart
    const unused = this.bytes[start] ?? 0
    if (end === start || unused > 7 || (unused > 0 && end === start + 1)) {
      const found = end === start ? 'no content' : `${unused} over ${end - start - 1} bytes`
      this.fail('invalid-bit-string', start, 'a BIT STRING with 0 to 7 unused bits', found)
    }
    if (unused > 0 && ((this.bytes[end - 1] ?? 0) & ((1 << unused) - 1)) !== 0) {
      this.fail('invalid-bit-string', end - 1, `${unused} unused bits set to zero`, byteToHex(this.bytes[end - 1]))
    }
    this.contentStart = start + 1
    this.position = end
    return unused
  }

  /** A BIT STRING of whole bytes; `what` it holds goes into the message. */
  skipWholeBitString(what: string): void {
    const unused = this.skipBitString()
    if (unused !== 0) {
      this.fail('invalid-bit-string', this.contentStart - 1, `whole bytes of ${what}`, `${unused} unused bits`)
    }
  }

  /** Steps over an OBJECT IDENTIFIER, checked. */
  skipObjectIdentifier(tag = tags.OBJECT_IDENTIFIER): void {
    const end = this.header(tag)
    checkObjectIdentifier(this.bytes, this.contentStart, end, this.where, this.contentStart - this.origin)
    this.position = end
  }

  /** The content of an element with identifier `tag`, as a view. */
  readContent(tag: number): Uint8Array {
    this.skip(tag)
    return this.bytes.subarray(this.contentStart, this.position)
  }

  /**
   * The content of the element read last as Latin-1. Texts stand close to each other: a native call for each takes four
   * times as long as one for all and a slice for each, which keeps what it is a slice of.
   */
  latin1(): string {
    const { bytes, contentStart, position } = this
    if (contentStart < this.windowStart || position > this.windowStart + this.window.length) {
      this.windowStart = contentStart
      this.window = latin1(bytes, contentStart, Math.max(position, Math.min(contentStart + WINDOW, bytes.length)))
    }
    return this.window.slice(contentStart - this.windowStart, position - this.windowStart)
  }

  /**
   * Steps over `Time` of RFC 5280 §4.1.2.5, an instant that exists. CAs write UTCTime through 2049 and GeneralizedTime
   * from 2050 on; readers "MUST be able to process" either, so the form is for the caller to judge, by the identifier.
   * @param tag the one form accepted, if it is only one
   */
  skipTime(tag = this.peek() === tags.GENERALIZED_TIME ? tags.GENERALIZED_TIME : tags.UTC_TIME): void {
    const end = this.header(tag)
    if (!isTime(this.bytes, this.contentStart, end, tag)) this.failTime(end, tag)
    this.position = end
  }

  /** As {@link skipTime}, in milliseconds since 1970. */
  readTime(tag?: number): number {
    const start = this.position
    this.skipTime(tag)
    return timeOf(this.bytes, this.contentStart, this.position, this.bytes[start] ?? 0)
  }

  /** Steps over one element of any type, checking all of it, inside and out, as DER. */
  skipAny(): void {
    const tag = this.peek()
    if (tag < 0) this.fail('truncated', this.position, 'an element', 'the end of what contains it')
    if ((tag & 0x1f) === 0x1f) {
      // Identifiers of several bytes: no structure of PKIX has any, not even where any type may stand.
      this.fail('invalid-tag', this.position, 'a tag number below 31', tagName(tag))
    } else if ((tag & tags.CONSTRUCTED) !== 0) {
      if (tag < 0x40 && tag !== tags.SEQUENCE && tag !== tags.SET) this.failForm(tag)
      const outerEnd = this.enter(tag)
      const { contentStart } = this
      if (++this.depth > this.depthLimit) failDepth(this.where, this.position - this.origin, this.depthLimit)
      while (this.position < this.end) this.skipAny()
      this.depth--
      this.leave(outerEnd)
      this.contentStart = contentStart
    } else {
      this.skipPrimitive(tag)
    }
  }

  private skipPrimitive(tag: number): void {
    switch (tag) {
      case tags.BOOLEAN:
        this.readBoolean()
        return
      case tags.INTEGER:
      case tags.ENUMERATED:
        this.skipInteger(tag)
        return
      case tags.BIT_STRING:
        this.skipBitString()
        return
      case tags.NULL:
        this.readNull()
        return
      case tags.OBJECT_IDENTIFIER:
        this.skipObjectIdentifier()
        return
      case tags.SEQUENCE & ~tags.CONSTRUCTED:
      case tags.SET & ~tags.CONSTRUCTED:
      case 0:
        this.failForm(tag)
        break
      default:
        this.skip(tag)
    }
  }

  /** Reads identifier and length, leaves `position` and `contentStart` at the content, and returns its end. */
  private header(tag: number): number {
    const { bytes, position, end } = this
    if (position + 2 > end || bytes[position] !== tag) this.failHeader(tag)
    const length = bytes[position + 1] ?? 0
    // Lengths of one byte, and of two behind 82, are nearly all there are. What does not fit goes the long way too.
    if (length < 0x80 && position + 2 + length <= end) {
      this.position = this.contentStart = position + 2
      return position + 2 + length
    }
    const long = ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0)
    if (length === 0x82 && long >= 0x100 && position + 4 + long <= end) {
      this.position = this.contentStart = position + 4
      return position + 4 + long
    }
    return this.longHeader(position + 1)
  }

  /** As {@link header}, from the length octets at `at` on, for any length and its faults. */
  private longHeader(at: number): number {
    const { contentStart, contentEnd, isMinimal } = readLength(
      this.bytes,
      at,
      this.end,
      this.inputEnd,
      this.where,
      this.origin,
    )
    if (contentEnd === undefined) this.fail('indefinite-length', at, 'a definite length', 'an indefinite one')
    if (!isMinimal) this.fail('non-minimal-length', at, 'a length in its shortest form', 'a longer one')
    this.position = this.contentStart = contentStart
    return contentEnd
  }

  /** Throws a {@link ParseError}; `at` is a position in `bytes`. */
  fail(code: ParseErrorCode, at: number, expected: string, found: string, remedy?: string): never {
    fail(code, this.where, at - this.origin, expected, found, remedy)
  }

  /** Refuses a value that DER leaves out because it is the default (X.690 §11.5). */
  failDefault(at: number, field: string): never {
    return this.fail('explicit-default', at, `${field} left out where it has its default`, 'the default')
  }

  /** Refuses the next element for its type, or that there is none. */
  failTag(expected: string, code?: ParseErrorCode): never {
    const tag = this.peek()
    const found = tag < 0 ? 'nothing' : tagName(tag)
    return this.fail(code ?? (tag < 0 ? 'truncated' : 'unexpected-tag'), this.position, expected, found)
  }

  private failHeader(tag: number): never {
    const { bytes, position, end } = this
    const found = bytes[position] ?? 0
    if (position + 2 > end && (position >= end || found === tag)) {
      const whole = end === this.inputEnd
      const rest = whole ? 'the end of the data' : 'the end of what contains it'
      this.fail('truncated', position, tagName(tag), rest, whole ? CUT_SHORT : undefined)
    }
    if (found === (tag | tags.CONSTRUCTED) && tag < 0x40) this.failForm(found)
    this.failTag(tagName(tag))
  }

  private failForm(tag: number): never {
    const code = (tag & tags.CONSTRUCTED) !== 0 ? 'constructed-string' : 'invalid-tag'
    const expected = code === 'invalid-tag' ? 'a DER type' : `${tagName(tag & ~tags.CONSTRUCTED)} in one piece`
    this.fail(code, this.position, expected, tagName(tag))
  }

  private failTrailing(): never {
    const found = `${this.end - this.position} more bytes`
    this.fail('trailing-bytes', this.position, 'nothing after the last field', found)
  }

  private failTime(end: number, tag: number): never {
    const content = this.bytes.subarray(this.contentStart, Math.min(end, this.contentStart + 24))
    const found = `"${String.fromCharCode(...content).replace(/[^!-~]/g, '?')}"`
    this.fail(
      'invalid-time',
      this.contentStart,
      `a time that exists, written ${tag === tags.UTC_TIME ? 'YY' : 'YYYY'}MMDDhhmmssZ`,
      found,
    )
  }
}

const tagName = tags.tagName

// A strict DER reader: a cursor over one Uint8Array. It never copies and never allocates per element; what it accepts
// has exactly one encoding (X.690 §10, §11). Callers read `contentStart` … `position` after each skip.

import { type ParseErrorCode, ParseError } from '../base/errors.js'
import { defaultReadLimits } from '../base/limits.js'
import { isObjectIdentifier, objectIdentifierError, objectIdentifierText } from './object-identifier.js'
import * as tags from './tags.js'
import { generalizedTime, utcTime } from './time.js'

/** Lengths of 2³¹ and more are refused before any arithmetic: they fit no buffer this library is given. */
const MAX_LENGTH = 0x7fff_ffff

export class DerReader {
  /** Where the next element starts; after a skip, where the skipped element ended. */
  position: number
  /** Where the container being read ends. */
  end: number
  /** Where the content of the element read last starts. */
  contentStart: number
  private depth = 0

  /**
   * @param bytes the buffer; only `start` … `end` is read
   * @param origin where offsets in errors count from
   */
  constructor(
    readonly bytes: Uint8Array,
    start = 0,
    end = bytes.length,
    readonly origin = start,
    private readonly depthLimit = defaultReadLimits.derDepth,
    // For a reader inside a larger structure, whose end is not where the data were cut.
    private readonly inputEnd = bytes.length,
  ) {
    this.position = start
    this.end = end
    this.contentStart = start
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
  enter(tag: number, where: string): number {
    const outerEnd = this.end
    this.end = this.header(tag, where)
    return outerEnd
  }

  /** Steps out of an entered element, which must have been read to its end. */
  leave(outerEnd: number, where: string): void {
    if (this.position !== this.end) this.failTrailing(where)
    this.end = outerEnd
  }

  /** Refuses bytes after the last element. */
  finish(where: string): void {
    if (this.position !== this.end) this.failTrailing(where)
  }

  /** Steps over the element with identifier `tag`, its content unread. */
  skip(tag: number, where: string): void {
    this.position = this.header(tag, where)
  }

  /** Steps over an INTEGER of any size, in its shortest form (X.690 §8.3.2). */
  skipInteger(where: string, tag = tags.INTEGER): void {
    const end = this.header(tag, where)
    const start = this.contentStart
    if (end - start < 2) {
      if (end === start) this.fail('empty-integer', where, start, 'an INTEGER of one byte or more', 'no content')
    } else {
      const first = this.bytes[start] ?? 0
      const second = this.bytes[start + 1] ?? 0
      if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
        const found = `a redundant leading ${first === 0 ? '00' : 'ff'}`
        this.fail('non-minimal-integer', where, start, 'an INTEGER in its shortest form', found)
      }
    }
    this.position = end
  }

  /** An INTEGER between 0 and `max`, itself at most 2³¹-1. */
  readUnsigned(where: string, max = MAX_LENGTH, tag = tags.INTEGER): number {
    this.skipInteger(where, tag)
    const { bytes, contentStart, position } = this
    const first = bytes[contentStart] ?? 0
    let value = 0
    if (position - contentStart <= 5) for (let i = contentStart; i < position; i++) value = value * 256 + (bytes[i] ?? 0)
    if (first >= 0x80 || position - contentStart > 5 || value > max) {
      const found = first >= 0x80 ? 'a negative number' : 'a larger one'
      this.fail('integer-out-of-range', where, contentStart, `an INTEGER from 0 to ${max}`, found)
    }
    return value
  }

  /** BOOLEAN: FF is true, 00 is false, nothing else is DER (X.690 §11.1). */
  readBoolean(where: string, tag = tags.BOOLEAN): boolean {
    const end = this.header(tag, where)
    const value = this.bytes[this.contentStart]
    if (end - this.contentStart !== 1 || (value !== 0 && value !== 0xff)) {
      const found = end - this.contentStart === 1 ? byteText(value) : `${end - this.contentStart} bytes`
      this.fail('invalid-boolean', where, this.contentStart, 'a BOOLEAN of one byte, 00 or ff', found)
    }
    this.position = end
    return value === 0xff
  }

  /** NULL, which has no content. */
  readNull(where: string): void {
    const end = this.header(tags.NULL, where)
    if (end !== this.contentStart) {
      this.fail('invalid-null', where, this.contentStart, 'a NULL without content', `${end - this.contentStart} bytes`)
    }
    this.position = end
  }

  /**
   * Steps over a BIT STRING and tells how many bits of its last byte are unused; these must be zero (X.690 §11.2.1).
   * `contentStart` is the first byte of bits, behind the count.
   */
  skipBitString(where: string, tag = tags.BIT_STRING): number {
    const end = this.header(tag, where)
    const start = this.contentStart
    const unused = this.bytes[start] ?? 0
    if (end === start || unused > 7 || (unused > 0 && end === start + 1)) {
      const found = end === start ? 'no content' : `an unused-bit count of ${unused} over ${end - start - 1} bytes`
      this.fail('invalid-bit-string', where, start, 'a BIT STRING with 0 to 7 unused bits', found)
    }
    if (unused > 0 && ((this.bytes[end - 1] ?? 0) & ((1 << unused) - 1)) !== 0) {
      this.fail('invalid-bit-string', where, end - 1, `${unused} unused bits set to zero`, byteText(this.bytes[end - 1]))
    }
    this.contentStart = start + 1
    this.position = end
    return unused
  }

  /** A BIT STRING of whole bytes; `what` it holds goes into the message. */
  skipWholeBitString(where: string, what: string): void {
    const unused = this.skipBitString(where)
    if (unused !== 0) {
      this.fail('invalid-bit-string', where, this.contentStart - 1, `whole bytes of ${what}`, `${unused} unused bits`)
    }
  }

  /** Steps over an OBJECT IDENTIFIER, checked. */
  skipObjectIdentifier(where: string, tag = tags.OBJECT_IDENTIFIER): void {
    const end = this.header(tag, where)
    if (!isObjectIdentifier(this.bytes, this.contentStart, end)) {
      throw objectIdentifierError(where, this.contentStart - this.origin, end - this.contentStart)
    }
    this.position = end
  }

  /** An OBJECT IDENTIFIER in dotted decimal. */
  readObjectIdentifier(where: string, tag = tags.OBJECT_IDENTIFIER): string {
    this.skipObjectIdentifier(where, tag)
    return objectIdentifierText(this.bytes, this.contentStart, this.position)
  }

  /** The content of an element with identifier `tag`, as a view. */
  readContent(tag: number, where: string): Uint8Array {
    this.skip(tag, where)
    return this.bytes.subarray(this.contentStart, this.position)
  }

  /**
   * `Time` of RFC 5280 §4.1.2.5 in milliseconds since 1970. CAs write UTCTime through 2049 and GeneralizedTime from
   * 2050 on; readers "MUST be able to process" either, so the form is for the caller to judge, by the identifier.
   */
  readTime(where: string): number {
    if (this.peek() === tags.GENERALIZED_TIME) return this.readGeneralizedTime(where)
    const end = this.header(tags.UTC_TIME, where)
    const time = utcTime(this.bytes, this.contentStart, end)
    if (Number.isNaN(time)) this.failTime(where, end, 'YYMMDDhhmmssZ')
    this.position = end
    return time
  }

  /** GeneralizedTime in milliseconds since 1970, as RFC 5280 §4.1.2.5.2 restricts it. */
  readGeneralizedTime(where: string, tag = tags.GENERALIZED_TIME): number {
    const end = this.header(tag, where)
    const time = generalizedTime(this.bytes, this.contentStart, end)
    if (Number.isNaN(time)) this.failTime(where, end, 'YYYYMMDDhhmmssZ')
    this.position = end
    return time
  }

  /** Steps over one element of any type, checking all of it, inside and out, as DER. */
  skipAny(where: string): void {
    const tag = this.peek()
    if (tag < 0) this.fail('truncated', where, this.position, 'an element', 'the end of what contains it')
    if ((tag & 0x1f) === 0x1f) {
      // Identifiers of several bytes: no structure of PKIX has any, not even where any type may stand.
      this.fail('invalid-tag', where, this.position, 'a tag number below 31', tagName(tag))
    } else if ((tag & tags.CONSTRUCTED) !== 0) {
      if (tag < 0x40 && tag !== tags.SEQUENCE && tag !== tags.SET) this.failForm(tag, where)
      const outerEnd = this.enter(tag, where)
      const { contentStart } = this
      if (++this.depth > this.depthLimit) this.failDepth(where)
      while (this.position < this.end) this.skipAny(where)
      this.depth--
      this.leave(outerEnd, where)
      this.contentStart = contentStart
    } else {
      this.skipPrimitive(tag, where)
    }
  }

  private skipPrimitive(tag: number, where: string): void {
    switch (tag) {
      case tags.BOOLEAN:
        this.readBoolean(where)
        return
      case tags.INTEGER:
      case tags.ENUMERATED:
        this.skipInteger(where, tag)
        return
      case tags.BIT_STRING:
        this.skipBitString(where)
        return
      case tags.NULL:
        this.readNull(where)
        return
      case tags.OBJECT_IDENTIFIER:
        this.skipObjectIdentifier(where)
        return
      case tags.SEQUENCE & ~tags.CONSTRUCTED:
      case tags.SET & ~tags.CONSTRUCTED:
      case 0:
        this.failForm(tag, where)
        break
      default:
        this.skip(tag, where)
    }
  }

  /** Reads identifier and length, leaves `position` and `contentStart` at the content, and returns its end. */
  private header(tag: number, where: string): number {
    const { bytes, position, end } = this
    if (position + 2 > end || bytes[position] !== tag) this.failHeader(tag, where)
    const length = bytes[position + 1] ?? 0
    let contentEnd: number
    if (length < 0x80) {
      this.position = this.contentStart = position + 2
      contentEnd = position + 2 + length
      if (contentEnd > end) this.failLength(position + 1, length, where)
    } else if (length === 0x82 && position + 4 <= end && bytes[position + 2] !== 0) {
      // Two length bytes, which most structures of a certificate have: as lengthAt, without the call.
      this.position = this.contentStart = position + 4
      contentEnd = position + 4 + (((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0))
      if (contentEnd > end) this.failLength(position + 1, contentEnd - position - 4, where)
    } else {
      contentEnd = this.lengthAt(position + 1, where)
      this.position = this.contentStart
    }
    return contentEnd
  }

  /** Reads the length octets at `at` (X.690 §10.1), sets `contentStart`, and returns where the content ends. */
  private lengthAt(at: number, where: string): number {
    const { bytes, end } = this
    const first = bytes[at] ?? 0
    let length = first
    this.contentStart = at + 1
    if (first === 0x80) {
      this.fail('indefinite-length', where, at, 'a definite length', 'an indefinite one, which DER forbids')
    }
    if (first > 0x80) {
      const count = first & 0x7f
      if (at + 1 + count > end) this.failLength(at, count, where)
      if (bytes[at + 1] === 0) {
        this.fail('non-minimal-length', where, at, 'a length in its shortest form', 'a leading zero byte')
      }
      length = 0
      for (let i = 1; i <= count && length <= MAX_LENGTH; i++) length = length * 256 + (bytes[at + i] ?? 0)
      if (length > MAX_LENGTH) this.fail('length-too-large', where, at, 'a length below 2³¹', `${count} length bytes`)
      if (length < 0x80) {
        this.fail('non-minimal-length', where, at, 'a length in its shortest form', `${length} in the long form`)
      }
      this.contentStart = at + 1 + count
    }
    if (this.contentStart + length > end) this.failLength(at, length, where)
    return this.contentStart + length
  }

  /** Throws a {@link ParseError}; `at` is a position in `bytes`. */
  fail(code: ParseErrorCode, where: string, at: number, expected: string, found: string, remedy?: string): never {
    throw new ParseError({ code, where, offset: at - this.origin, expected, found, remedy })
  }

  private failHeader(tag: number, where: string): never {
    const { bytes, position, end } = this
    const found = bytes[position] ?? 0
    if (position + 2 > end && (position >= end || found === tag)) {
      const whole = end === this.inputEnd
      const rest = whole ? 'the end of the data' : 'the end of what contains it'
      this.fail('truncated', where, position, tagName(tag), rest, whole ? TRUNCATED_REMEDY : undefined)
    }
    if (found === (tag | tags.CONSTRUCTED) && tag < 0x40) this.failForm(found, where)
    this.fail('unexpected-tag', where, position, tagName(tag), tagName(found))
  }

  private failForm(tag: number, where: string): never {
    const code = (tag & tags.CONSTRUCTED) !== 0 ? 'constructed-string' : 'invalid-tag'
    const expected = code === 'invalid-tag' ? 'a DER type' : `${tagName(tag & ~tags.CONSTRUCTED)} in one piece`
    this.fail(code, where, this.position, expected, tagName(tag))
  }

  private failLength(at: number, length: number, where: string): never {
    const available = this.end - this.contentStart
    if (this.end === this.inputEnd) {
      const found = `${Math.max(available, 0)} left`
      this.fail('truncated', where, at, `${length} bytes`, found, TRUNCATED_REMEDY)
    }
    const found = `${length}, past the end of what contains it`
    this.fail('length-exceeds-parent', where, at, `a length of at most ${Math.max(available, 0)}`, found)
  }

  private failTrailing(where: string): never {
    const found = `${this.end - this.position} more bytes`
    this.fail('trailing-bytes', where, this.position, 'nothing after the last field', found)
  }

  private failDepth(where: string): never {
    const expected = `at most ${this.depthLimit} nested structures (limits.derDepth)`
    this.fail('too-deep', where, this.position, expected, 'one more')
  }

  private failTime(where: string, end: number, form: string): never {
    let found = `${end - this.contentStart} bytes`
    if (end - this.contentStart <= 24) {
      const shown = Array.from(this.bytes.subarray(this.contentStart, end), (byte) =>
        byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?',
      )
      found = `"${shown.join('')}"`
    }
    this.fail('invalid-time', where, this.contentStart, `a time that exists, written ${form}`, found)
  }
}

const TRUNCATED_REMEDY = 'the data is cut short: fetch or export it again'
const tagName = tags.tagName
const byteText = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0')

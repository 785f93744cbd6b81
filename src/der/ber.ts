// The frames of a BER structure: elements whose lengths may be indefinite or padded, as CA products write PKCS#7. It
// finds where elements begin and end and never changes a byte, so that what is signed inside stays as it was.

import { type ParseErrorCode, ParseError } from '../base/errors.js'
import { CONSTRUCTED, tagName } from './tags.js'

/** Where one element stands. */
export interface BerElement {
  readonly tag: number
  /** Of its identifier octet. */
  readonly start: number
  readonly contentStart: number
  /** Of the content; an indefinite length's end-of-contents octets follow. */
  readonly contentEnd: number
  /** Of the whole element. */
  readonly end: number
}

/** Reads the elements of one container, in order. */
export class BerReader {
  /** Whether this reader or one it made has met a length that DER forbids. */
  readonly seen: { ber: boolean }

  constructor(
    readonly bytes: Uint8Array,
    private readonly depthLimit: number,
    public position = 0,
    readonly end = bytes.length,
    parent?: BerReader,
  ) {
    this.seen = parent?.seen ?? { ber: false }
  }

  atEnd(): boolean {
    return this.position >= this.end
  }

  /** Identifier octet of the next element, or -1 at the container's end. */
  peek(): number {
    return this.atEnd() ? -1 : (this.bytes[this.position] ?? -1)
  }

  /** A reader of the content of the next element, which must have the identifier `tag`; this one steps over it. */
  enter(tag: number, where: string): BerReader {
    const { contentStart, contentEnd } = this.expect(tag, where)
    return new BerReader(this.bytes, this.depthLimit, contentStart, contentEnd, this)
  }

  /** Steps over the next element, which must have the identifier `tag`. */
  expect(tag: number, where: string): BerElement {
    const found = this.peek()
    if (found !== tag) {
      this.fail(found < 0 ? 'truncated' : 'unexpected-tag', where, this.position, tagName(tag), found < 0 ? 'the end' : tagName(found))
    }
    return this.next(where)
  }

  /** Steps over the next element, whatever it is. */
  next(where: string): BerElement {
    const start = this.position
    const tag = this.peek()
    const { contentStart, contentEnd } = this.header(start, where)
    const closed = contentEnd ?? this.endOfContents(contentStart, where)
    this.position = contentEnd ?? closed + 2
    return { tag, start, contentStart, contentEnd: closed, end: this.position }
  }

  /** Refuses bytes after the last element. */
  finish(where: string): void {
    if (!this.atEnd()) {
      const found = `${this.end - this.position} more bytes`
      this.fail('trailing-bytes', where, this.position, 'nothing after the last field', found)
    }
  }

  fail(code: ParseErrorCode, where: string, offset: number, expected: string, found: string, remedy?: string): never {
    throw new ParseError({ code, where, offset, expected, found, remedy })
  }

  /** Identifier and length octets at `at`; `contentEnd` is undefined for an indefinite length. */
  private header(at: number, where: string): { contentStart: number; contentEnd: number | undefined } {
    const { bytes, end } = this
    const tag = bytes[at] ?? 0
    if (at + 2 > end) this.fail('truncated', where, at, 'an element', 'the end of the data', 'fetch or export the file again')
    if ((tag & 0x1f) === 0x1f) this.fail('invalid-tag', where, at, 'a tag number below 31', tagName(tag))
    const first = bytes[at + 1] ?? 0
    let contentStart = at + 2
    let length = first
    if (first === 0x80) {
      if ((tag & CONSTRUCTED) === 0) {
        this.fail('indefinite-length', where, at + 1, 'a definite length for a primitive element', 'an indefinite one')
      }
      this.seen.ber = true
      return { contentStart, contentEnd: undefined }
    }
    if (first > 0x80) {
      const count = first & 0x7f
      contentStart += count
      length = 0
      for (let i = at + 2; i < contentStart && length < 2 ** 31; i++) length = length * 256 + (bytes[i] ?? 0)
      if (length < 0x80 || bytes[at + 2] === 0) this.seen.ber = true
    }
    if (length >= 2 ** 31) this.fail('length-too-large', where, at + 1, 'a length below 2³¹', 'a larger one')
    if (contentStart + length > end) {
      const code = end === bytes.length ? 'truncated' : 'length-exceeds-parent'
      const left = Math.max(end - contentStart, 0)
      this.fail(code, where, at + 1, `a length of at most ${left}`, `${length}`, 'the file may be cut short: fetch it again')
    }
    return { contentStart, contentEnd: contentStart + length }
  }

  /** Where the end-of-contents octets stand that close the indefinite length whose content starts at `from`. */
  private endOfContents(from: number, where: string): number {
    const { bytes, end } = this
    let open = 1
    let at = from
    while (at + 2 <= end) {
      if (bytes[at] === 0 && bytes[at + 1] === 0) {
        if (--open === 0) return at
        at += 2
        continue
      }
      const { contentStart, contentEnd } = this.header(at, where)
      if (contentEnd === undefined && ++open > this.depthLimit) {
        const expected = `at most ${this.depthLimit} nested structures (limits.derDepth)`
        this.fail('too-deep', where, at, expected, 'one more')
      }
      at = contentEnd ?? contentStart
    }
    this.fail('truncated', where, from, 'end-of-contents octets', 'the end of the data', 'fetch or export the file again')
  }
}

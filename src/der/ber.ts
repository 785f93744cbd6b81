// The frames of a BER structure: elements whose lengths may be indefinite or padded, as CA products write PKCS#7. It
// finds where elements begin and end and never changes a byte, so that what is signed inside stays as it was.

import { CUT_SHORT, fail, failDepth } from '../base/errors.js'
import { readLength } from './length.js'
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
  constructor(
    readonly bytes: Uint8Array,
    private readonly depthLimit: number,
    public position = 0,
    readonly end = bytes.length,
    /** Whether this reader, or one that shares this with it, has met a length that DER forbids. */
    readonly seen = { ber: false },
  ) {}

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
    return new BerReader(this.bytes, this.depthLimit, contentStart, contentEnd, this.seen)
  }

  /** Steps over the next element, which must have the identifier `tag`. */
  expect(tag: number, where: string): BerElement {
    const found = this.peek()
    if (found !== tag) {
      if (found < 0) fail('truncated', where, this.position, tagName(tag), 'the end')
      fail('unexpected-tag', where, this.position, tagName(tag), tagName(found))
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
      fail('trailing-bytes', where, this.position, 'nothing after the last field', found)
    }
  }

  /** Identifier and length octets at `at`; `contentEnd` is undefined for an indefinite length. */
  private header(at: number, where: string): { contentStart: number; contentEnd: number | undefined } {
    const { bytes, end } = this
    const tag = bytes[at] ?? 0
    if (at + 2 > end) fail('truncated', where, at, 'an element', 'the end of the data', CUT_SHORT)
    if ((tag & 0x1f) === 0x1f) fail('invalid-tag', where, at, 'a tag number below 31', tagName(tag))
    const { contentStart, contentEnd, isMinimal } = readLength(bytes, at + 1, end, bytes.length, where)
    if (contentEnd === undefined && (tag & CONSTRUCTED) === 0) {
      fail('indefinite-length', where, at + 1, 'a definite length', 'an indefinite one')
    }
    if (!isMinimal) this.seen.ber = true
    return { contentStart, contentEnd }
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
      if (contentEnd === undefined && ++open > this.depthLimit) failDepth(where, at, this.depthLimit)
      at = contentEnd ?? contentStart
    }
    fail('truncated', where, from, 'end-of-contents octets', 'the end of the data', CUT_SHORT)
  }
}

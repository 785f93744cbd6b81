// Strict base64 (RFC 4648 §4) as PEM lays it out. Decoding is native where the runtime offers it, and proven complete
// by its length; text that fails the proof is decoded again by the portable path, which names the fault.

import { CUT_SHORT, fail } from '../base/errors.js'

const PAD = 0x3d
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

// 0 to 63 for the alphabet, WHITE_SPACE for white space, INVALID for everything else.
const WHITE_SPACE = 64
const INVALID = 255
const values = /* @__PURE__ */ (() => {
  const table = new Uint8Array(128).fill(INVALID)
  // The first character stands for the upper six bits.
  for (let i = 0; i < 64; i++) table[btoa(String.fromCharCode(i << 2)).charCodeAt(0)] = i
  for (const space of '\t\n\v\f\r ') table[space.charCodeAt(0)] = WHITE_SPACE
  return table
})()

const valueOf = (character: number): number => values[character] ?? INVALID

/** The part of Node's Buffer used here. Node, Bun and Deno have it as a global; browsers do without. */
interface NodeBuffer extends Uint8Array {
  base64Write?(text: string, offset: number): number
}
interface NodeBufferConstructor {
  allocUnsafeSlow(size: number): NodeBuffer
}

const nodeBuffer = (): NodeBufferConstructor | undefined => (globalThis as { Buffer?: NodeBufferConstructor }).Buffer

/**
 * Bytes of one slab. Blocks share slabs, so that a bundle of thousands costs few allocations, and one certificate kept
 * from it keeps no more than its slab in memory.
 */
const SLAB = 64 * 1024

/** Decodes pieces of one text, from left to right. */
export class Base64Decoder {
  /** What the piece decoded last stands in, from `start` to `end`. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  private native: NodeBuffer | undefined

  // Native decoders cut wider characters to eight bits, which could make them base64. V8 answers this without looking at
  // the text where it holds one byte a character.
  private readonly isWide: boolean

  constructor(private readonly text: string) {
    this.isWide = /[^\0-\xff]/.test(text)
  }

  /** Makes room for what the characters from `start` to `end` decode to. */
  private reserve(start: number, end: number): void {
    const capacity = Math.ceil((end - start) / 4) * 3
    if (this.bytes.length - this.end < capacity) {
      const size = Math.max(capacity, SLAB)
      this.native = nodeBuffer()?.allocUnsafeSlow(size)
      // A plain Uint8Array over the same memory: callers never see a Buffer, and readers meet one kind of array only.
      this.bytes = this.native === undefined ? new Uint8Array(size) : new Uint8Array(this.native.buffer)
      this.end = 0
    }
    this.start = this.end
  }

  /**
   * Decodes the characters from `start` to `end`, among which is no `-`, the fast way.
   *
   * Native decoders skip what is not base64 and accept the URL alphabet. So this path takes only text in lines of one
   * length, as PEM writers make it, free of `-` and `_`, and then compares lengths: every skipped character would make
   * the output shorter than the text promises. False where it does not apply, whatever the reason.
   */
  decodeNatively(start: number, end: number): boolean {
    this.reserve(start, end)
    const { text, native } = this
    if (native?.base64Write === undefined || this.isWide) return false
    const lineBreaks = this.countLineBreaks(start, end)
    if (lineBreaks < 0 || this.hasUnderscore(start, end)) return false
    let last = end - 1
    while (last > start && text.charCodeAt(last) <= CARRIAGE_RETURN) last--
    let padding = 0
    while (padding < 2 && text.charCodeAt(last) === PAD) {
      padding++
      last--
    }
    const characters = end - start - lineBreaks
    const unused = padding === 0 ? 0 : padding === 1 ? 3 : 15
    if (characters % 4 !== 0 || (valueOf(text.charCodeAt(last)) & unused) !== 0) return false
    const expected = (characters / 4) * 3 - padding
    if (native.base64Write(text.slice(start, end), this.end) !== expected) return false
    this.end += expected
    return true
  }

  /** Characters of line breaks, LF or CRLF, where all lines but the last have the first one's length; else -1. */
  private countLineBreaks(start: number, end: number): number {
    const { text } = this
    const first = text.indexOf('\n', start)
    if (first < 0 || first >= end) return 0
    const isCrLf = text.charCodeAt(first - 1) === CARRIAGE_RETURN
    let count = 0
    let at = first
    for (const step = first - start + 1; at < end; at += step) {
      if (text.charCodeAt(at) !== LINE_FEED) return -1
      if (isCrLf && text.charCodeAt(at - 1) !== CARRIAGE_RETURN) return -1
      count++
    }
    // A last line shorter than the others ends with a line break that the loop has stepped over.
    if (at !== end - 1 + (first - start + 1) && text.charCodeAt(end - 1) === LINE_FEED) {
      if (isCrLf && text.charCodeAt(end - 2) !== CARRIAGE_RETURN) return -1
      count++
    }
    return isCrLf ? count * 2 : count
  }

  // Where the next `_` stands. Asking from left to right costs one scan of the text in all.
  private nextUnderscore = -1

  private hasUnderscore(start: number, end: number): boolean {
    if (this.nextUnderscore < start) {
      const at = this.text.indexOf('_', start)
      this.nextUnderscore = at < 0 ? this.text.length : at
    }
    return this.nextUnderscore < end
  }

  /**
   * Decodes the characters from `start` to `end`.
   * @throws ParseError `invalid-base64` at the first fault
   */
  decodePortably(start: number, end: number, where: string): void {
    this.reserve(start, end)
    const { text, bytes } = this
    let out = this.end
    let bits = 0
    let group = 0
    let at = start
    for (; at < end; at++) {
      const value = valueOf(text.charCodeAt(at))
      if (value < 64) {
        group = (group << 6) | value
        bits += 6
        if (bits === 24) {
          bytes[out] = group >> 16
          bytes[out + 1] = group >> 8
          bytes[out + 2] = group
          out += 3
          bits = group = 0
        }
      } else if (value !== WHITE_SPACE) {
        break
      }
    }
    this.checkEnd(at, end, bits, group, where)
    if (bits >= 12) bytes[out++] = bits === 12 ? group >> 4 : group >> 10
    if (bits === 18) bytes[out++] = group >> 2
    this.end = out
  }

  /** The padding completes the last group, and its unused bits are zero (RFC 4648 §3.5, §4). */
  private checkEnd(start: number, end: number, bits: number, group: number, where: string): void {
    let padding = 0
    for (let at = start; at < end; at++) {
      const character = this.text.charCodeAt(at)
      if (valueOf(character) === WHITE_SPACE) continue
      if (character !== PAD) failCharacter(this.text, at, padding > 0, where)
      padding++
    }
    const wanted = bits === 0 ? 0 : 4 - bits / 6
    if (bits === 6 || padding !== wanted) {
      const found = `${bits / 6} characters and ${padding} of padding`
      fail('invalid-base64', where, end, 'padded groups of four characters', found, CUT_SHORT)
    }
    if ((group & ((1 << (bits % 8)) - 1)) !== 0) {
      fail('invalid-base64', where, end, 'unused bits of zero', 'ones', CUT_SHORT)
    }
  }
}

function failCharacter(text: string, at: number, afterPadding: boolean, where: string): never {
  const character = text.charCodeAt(at)
  const shown =
    character > 0x20 && character < 0x7f ? `"${String.fromCharCode(character)}"` : 'an unprintable character'
  const expected = afterPadding ? 'nothing after the padding' : 'a character of base64'
  const remedy = shown === '"\\"' ? 'unescape its line breaks' : undefined
  fail('invalid-base64', where, at, expected, shown, remedy)
}

// Byte helpers every layer shares.

/** By tag and not by instanceof: sandboxes and test runners have classes of their own for the same arrays. */
export const isBytes = (value: unknown): value is Uint8Array | ArrayBuffer =>
  /^\[object (Uint8Array|ArrayBuffer)]$/.test(Object.prototype.toString.call(value))

/**
 * `input` as a plain Uint8Array over the same memory: readers meet one kind of array only, and callers no Buffer.
 * @throws TypeError for anything but an ArrayBuffer or a Uint8Array
 */
export function plainBytes(input: Uint8Array | ArrayBuffer): Uint8Array {
  // First, since asking for the tag takes a third of the time that parsing a certificate does.
  if (input instanceof Uint8Array && Object.getPrototypeOf(input) === Uint8Array.prototype) return input
  if (!isBytes(input)) throw new TypeError(`expected a Uint8Array, found ${typeof input}`)
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input)
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
}

/** True when `a` and `b` hold the same bytes. Not constant in time: for public data only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalRanges(a, 0, b, 0, a.length)
}

/**
 * True when the `length` bytes of `a` from `aStart` are those of `b` from `bStart`. From the end, which in certificates is a
 * signature and in names what is their own: what differs differs there at once.
 */
export function equalRanges(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  for (let i = length; i-- > 0;) {
    if (a[aStart + i] !== b[bStart + i]) return false
  }
  return true
}

/** Orders as DER orders SET OF elements (X.690 §11.6): bytewise, a prefix first. Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** `parts` one after the other in a new array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Node's, Bun's and Deno's own, where there are any. */
export const native = (
  globalThis as {
    Buffer?: {
      prototype: Partial<Record<'latin1Slice' | 'hexSlice', (this: Uint8Array, start: number, end: number) => string>>
    }
  }
).Buffer?.prototype

/** One byte as two digits of lower-case hex. */
export const byteToHex = (byte = 0): string => (byte + 256).toString(16).slice(1)

/** Lower-case hex, `separator` between bytes. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  if (separator === '' && native?.hexSlice !== undefined) return native.hexSlice.call(bytes, 0, bytes.length)
  let text = ''
  for (const byte of bytes) text += separator + byteToHex(byte)
  return text.slice(separator.length)
}

/** Bytes of a text without characters beyond Latin-1, one a character. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Each of `items` once, where it came first. */
export function uniqueBytes(items: readonly Uint8Array[]): readonly Uint8Array[] {
  const seen = new Set<string>()
  return items.filter((item) => seen.size < seen.add(toHex(item)).size)
}

/** Text of bytes taken as Latin-1, one character a byte. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (native?.latin1Slice !== undefined) return native.latin1Slice.call(bytes, start, end)
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}

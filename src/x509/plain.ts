// What JSON.stringify and console.log see of the library's objects: plain data, bytes as hex.

import { toHex } from '../base/bytes.js'
import { isParseError } from '../base/errors.js'

/** Data JSON can hold. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

/**
 * `value` as plain data: bytes as hex, times as ISO 8601, undefined members left out. Big integers as decimal text, those
 * above 64 bits as `0x` and hex, since digits of theirs would take more than linear time.
 */
export function toPlain(value: unknown): Plain {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return value < 2n ** 64n ? value.toString() : `0x${value.toString(16)}`
  if (typeof value !== 'object' || value === null) return null
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(toPlain)
  const { toJSON } = value as { toJSON?: () => unknown }
  if (toJSON !== undefined) return toPlain(toJSON.call(value))
  const plain: Record<string, Plain> = {}
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) plain[key] = toPlain(member)
  }
  return plain
}

/** `read()`, or the message of the ParseError it throws: for output that must not fail. */
export function orError(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (isParseError(error)) return { error: error.message }
    throw error
  }
}

/** An object that `console.log` prints as `name { … }`: what a class shows of itself. `facts` is an object. */
export function inspectable(name: string, facts: Readonly<Record<string, unknown>> | Plain): unknown {
  return Object.assign(Object.create({ [Symbol.toStringTag]: name }), facts)
}

// The order DER demands of SET OF elements (X.690 §11.6).

import type { DerReader } from './reader.js'

/** SET OF elements stand in ascending order of their encodings (X.690 §11.6); equal ones are one element too many. */
export function checkSetOrder(reader: DerReader, previous: number, current: number): void {
  const { bytes, position } = reader
  const length = Math.min(current - previous, position - current)
  // Elements carry their length, so that none is the beginning of another.
  for (let i = 0; i < length; i++) {
    const difference = (bytes[previous + i] ?? 0) - (bytes[current + i] ?? 0)
    if (difference < 0) return
    if (difference > 0) break
  }
  reader.fail('set-out-of-order', current, 'SET OF elements in ascending order', 'another order')
}

/** Vectors as text, so that a runtime can be handed them: bytes and times are tagged, all else is plain. */

export const write = (value: unknown): string =>
  JSON.stringify(value, function (this: Record<string, unknown>, name: string, written: unknown) {
    const held = this[name]
    if (held instanceof Date) return { $time: held.getTime() }
    if (!(held instanceof Uint8Array)) return written
    return { $bytes: btoa(Array.from(held, (byte) => String.fromCharCode(byte)).join('')) }
  })

export const read = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$time' in value) return new Date(Number(value.$time))
    if ('$bytes' in value) return Uint8Array.from(atob(String(value.$bytes)), (character) => character.charCodeAt(0))
    return value
  })

// Texts as bytes a database can hold, order and search whatever its collation: each UTF-16 code unit as UTF-8 would write
// it, surrogates too (as CESU-8 does, Unicode Technical Report 26). Bytes then compare as JavaScript compares texts, a part
// of a text is a part of its bytes, and NUL and lone surrogates, which PostgreSQL's text refuses, are bytes like others.

const SURROGATE = /[\ud800-\udfff]/

export function codeUnitBytes(text: string): Buffer {
  if (!SURROGATE.test(text)) return Buffer.from(text, 'utf8')
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Buffer.from(bytes)
}

/** The first bytes behind all that begin with `prefix`; undefined for the empty one, which all begin with. */
export function behindPrefix(prefix: Buffer): Buffer | undefined {
  const last = prefix.at(-1)
  if (last === undefined) return undefined
  const behind = Buffer.from(prefix)
  // No unit's bytes end with 0xff: this never carries.
  behind[behind.length - 1] = last + 1
  return behind
}

/** Bytes as PostgreSQL reads them from text. */
export const byteaText = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

// Distinguished names as text: RFC 4514, and OpenSSL's one-line form (its flags oneline,utf8,-esc_msb).

import { toHex } from '../base/bytes.js'
import type { NameAttribute, RelativeDistinguishedName } from './name-attribute.js'

/** Controls, and the marks that reorder text: what could forge a line of a log or rearrange what a reader sees. */
const UNSAFE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** `text` with unsafe characters as `\hh`, the bytes of their UTF-8 (RFC 4514 §2.4). */
export const escapeUnsafe = (text: string): string =>
  text.replace(UNSAFE, (character) => encodeURIComponent(character).replaceAll('%', '\\'))

/** RFC 4514 §2.4: which characters need a backslash. */
const escapeRfc4514 = (text: string): string => escapeUnsafe(text.replace(/[\\"+,;<>]|^[# ]| $/g, '\\$&'))

/** OpenSSL quotes a value that RFC 2253 would escape, and escapes only quote and backslash inside. */
function quoteOneLine(text: string): string {
  const escaped = escapeUnsafe(text.replace(/["\\]/g, '\\$&'))
  return /[,+<>;]|^[ #]| $/.test(text) ? `"${escaped}"` : escaped
}

function rfc4514Attribute({ shortName, type, text, der }: NameAttribute): string {
  // §2.3, §2.4: a type written as an OID takes its value as hex, since no reader can know its syntax.
  if (shortName === undefined || text === undefined) return `${shortName ?? type}=#${toHex(der)}`
  return `${shortName}=${escapeRfc4514(text)}`
}

export function formatRfc4514(names: readonly RelativeDistinguishedName[]): string {
  return names
    .map((attributes) => attributes.map(rfc4514Attribute).join('+'))
    .reverse()
    .join(',')
}

function oneLineAttribute({ shortName, type, text, der }: NameAttribute): string {
  return `${shortName ?? type} = ${text === undefined ? `#${toHex(der).toUpperCase()}` : quoteOneLine(text)}`
}

export function formatOneLine(names: readonly RelativeDistinguishedName[]): string {
  return names.map((attributes) => attributes.map(oneLineAttribute).join(' + ')).join(', ')
}

// Distinguished names as text: RFC 4514, and OpenSSL's one-line form (its flags oneline,utf8,-esc_msb).

import { toHex } from '../base/bytes.js'
import type { NameAttribute, RelativeDistinguishedName } from './name-attribute.js'

const hexByte = (character: string): string =>
  `\\${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`

/** RFC 4514 §2.4: which characters need a backslash, and control characters as `\hh`. */
function escapeRfc4514(text: string): string {
  return text
    .replace(/[\\"+,;<>]/g, '\\$&')

    .replace(/[\0-\x1f\x7f]/g, hexByte)
    .replace(/^[# ]/, '\\$&')
    .replace(/ $/, '\\ ')
}

/** OpenSSL quotes a value that RFC 2253 would escape, and escapes only quote and backslash inside. */
function quoteOneLine(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[\0-\x1f\x7f]/g, hexByte)
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

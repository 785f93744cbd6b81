// Mailboxes of rfc822Name (RFC 5280 §4.2.1.6) and SmtpUTF8Mailbox (RFC 9598 §3): two parts, and which equal which.

import type { GeneralName } from '../x509/index.js'
import { isHostName } from './dns-name.js'

export interface Mailbox {
  /** Without quotes and escapes that need not be there: `"a"` is the mailbox `a`. Case matters (RFC 5321 §2.4). */
  readonly localPart: string
  /** In lower case; an address in its brackets. */
  readonly host: string
}

// RFC 5321 §4.1.2: a dot-string of atoms, or a quoted string. Asterisks are ordinary characters.
const DOT_STRING = /^[^\s"(),:;<>@[\\\]\p{Cc}]+$/u
const QUOTED_STRING = /^"(?:[^"\\\p{Cc}]|\\[ -~])*"$/u
// RFC 5321 §4.1.3: an address in place of the host. No constraint on hosts or domains holds it.
const ADDRESS_LITERAL = /^\[(?:ipv6:[0-9a-f:.]+|\d{1,3}(?:\.\d{1,3}){3})\]$/i
const isDotted = (text: string): boolean => !text.startsWith('.') && !text.endsWith('.') && !text.includes('..')

/** The parts of `local@host`; undefined where the text is no mailbox. */
export function parseMailbox(text: string): Mailbox | undefined {
  const at = text.lastIndexOf('@')
  if (at < 0) return undefined
  const localPart = text.slice(0, at)
  const host = text.slice(at + 1)
  const isQuoted = QUOTED_STRING.test(localPart)
  const plain = isQuoted ? localPart.slice(1, -1).replace(/\\(.)/g, '$1') : localPart
  const isAtoms = DOT_STRING.test(plain) && isDotted(plain)
  // RFC 5321 §4.5.3.1.1, in octets.
  const isShort = new TextEncoder().encode(localPart).length <= 64
  const isHost = isHostName(host) || ADDRESS_LITERAL.test(host)
  if (!(isAtoms || isQuoted) || !isShort || !isHost) return undefined
  return { localPart: isAtoms ? plain : `"${plain}"`, host: host.toLowerCase() }
}

const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'

/** Whether the name is of the form SmtpUTF8Mailbox, well formed or not. */
export const isSmtpUtf8Mailbox = (name: GeneralName): name is GeneralName & { readonly type: 'otherName' } =>
  name.type === 'otherName' && name.typeId === SMTP_UTF8_MAILBOX

/** The mailbox of an rfc822Name or SmtpUTF8Mailbox; undefined for other forms, and where it is none. */
export function mailboxOf(name: GeneralName): Mailbox | undefined {
  if (name.type === 'rfc822Name') return parseMailbox(name.value)
  // Other forms carry text that looks like a mailbox and is none: Microsoft's user principal name.
  if (!isSmtpUtf8Mailbox(name)) return undefined
  const mailbox = parseMailbox(name.text ?? '')
  // RFC 9598 §3: it "MUST NOT be used unless the Local-part … contains non-ASCII characters".
  return /[^ -~]/.test(mailbox?.localPart ?? '') ? mailbox : undefined
}

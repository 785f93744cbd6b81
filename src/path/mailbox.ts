// Mailboxes of rfc822Name (RFC 5280 §4.2.1.6) and SmtpUTF8Mailbox (RFC 9598 §3): two parts, and which equal which.

import { isHostName } from './dns-name.js'

export interface Mailbox {
  /** Case matters (RFC 5321 §2.4). */
  readonly localPart: string
  /** In lower case. */
  readonly host: string
}

// RFC 5321 §4.1.2: a dot-string of atoms, or a quoted string. Asterisks are ordinary characters.
const DOT_STRING = /^[^\s"(),:;<>@[\\\]\p{Cc}]+$/u
const QUOTED_STRING = /^"(?:[^"\\\p{Cc}]|\\[ -~])*"$/u
const isDotted = (text: string): boolean => !text.startsWith('.') && !text.endsWith('.') && !text.includes('..')

/** The parts of `local@host`; undefined where the text is no mailbox. */
export function parseMailbox(text: string): Mailbox | undefined {
  const at = text.lastIndexOf('@')
  if (at < 0) return undefined
  const localPart = text.slice(0, at)
  const host = text.slice(at + 1).toLowerCase()
  const isLocal = (DOT_STRING.test(localPart) && isDotted(localPart)) || QUOTED_STRING.test(localPart)
  // RFC 5321 §4.5.3.1.1: 64 octets.
  return isLocal && localPart.length <= 64 && isHostName(host) ? { localPart, host } : undefined
}

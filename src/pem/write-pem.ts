// Writes PEM text (RFC 7468 §3, strict form).

import { latin1 } from '../base/bytes.js'

/** RFC 7468 §3: printable characters, hyphens and spaces only singly and inside. */
const LABEL = /^[!-,.-~]+([- ][!-,.-~]+)*$/

/**
 * `bytes` as one PEM block: lines of 64 characters, line feeds, a line feed at the end.
 * @throws TypeError when `label` is none that RFC 7468 allows
 */
export function writePem(label: string, bytes: Uint8Array): string {
  if (!LABEL.test(label)) throw new TypeError(`writePem: expected a label such as CERTIFICATE, found "${label}"`)
  const lines = btoa(latin1(bytes, 0, bytes.length)).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

// What is said about a certificate that runs out, and how it reaches people.

import type { CertificateRecord } from '../inventory/index.js'
import type { ExpiryLevel } from './expiry.js'

/** An installed certificate, as notices name it. */
export type NoticeSubject = Pick<
  CertificateRecord,
  'node' | 'purpose' | 'kind' | 'subject' | 'issuer' | 'serialNumber' | 'sha256' | 'notAfter' | 'description'
>

/** One certificate that runs out, or has run out. */
export interface ExpiryNotice extends NoticeSubject {
  /** The same for the same notice, however often it is sent: receivers drop the second. */
  readonly key: string
  readonly level: ExpiryLevel
  readonly daysLeft: number
  /** The due time the notice is for; milliseconds since 1970. */
  readonly due: number
  /** Identities whose chains end with it (MON-6). */
  readonly takesDown: readonly NoticeSubject[]
}

/** The notices of one run, for one notifier. */
export interface NoticeDigest {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The gravest first. */
  readonly notices: readonly ExpiryNotice[]
}

/** Brings notices to people: a log, an e-mail, a webhook (MON-4). */
export interface Notifier {
  /** Tells notifiers apart; what one has sent is remembered under it. */
  readonly name: string
  /** Resolves once the digest is delivered. A rejection has it delivered again, with the same keys. */
  send(digest: NoticeDigest): Promise<void>
}

/** The facts of a record that notices carry. */
export function noticeSubject(record: CertificateRecord): NoticeSubject {
  const { node, purpose, kind, subject, issuer, serialNumber, sha256, notAfter, description } = record
  return { node, purpose, kind, subject, issuer, serialNumber, sha256, notAfter, description }
}

/** The gravest first, then the one that ends first. */
export const byGravity = (a: ExpiryNotice, b: ExpiryNotice): number =>
  a.notAfter - b.notAfter || (a.sha256 < b.sha256 ? -1 : 1)

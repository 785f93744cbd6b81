// What is said about a certificate that runs out or is revoked, and how it reaches people.

import type { CertificateRecord } from '../inventory/index.js'
import type { ExpiryLevel } from './expiry.js'

/** An installed certificate, as notices name it. */
export type NoticeSubject = Pick<
  CertificateRecord,
  'node' | 'purpose' | 'kind' | 'subject' | 'issuer' | 'serialNumber' | 'sha256' | 'notAfter' | 'description'
>

/** One certificate that runs out, or has run out (MON-2). */
export interface ExpiryNotice extends NoticeSubject {
  readonly type: 'expiry'
  /** The same for the same notice, however often it is sent: receivers drop the second. */
  readonly key: string
  readonly level: ExpiryLevel
  /** Whole days until the end, rounded down; negative after it. */
  readonly daysLeft: number
  /** The due time the notice is for; milliseconds since 1970. */
  readonly due: number
  /** Identities whose chains end with it, and that would have lived on (MON-6). */
  readonly takesDown: readonly NoticeSubject[]
}

/** One certificate that is revoked, or of which that could not be found out for too long (OCS-8). */
export interface RevocationNotice extends NoticeSubject {
  readonly type: 'revocation'
  /** The same for the same notice, however often it is sent. */
  readonly key: string
  readonly status: 'revoked' | 'unknown' | 'undetermined'
  /** Since when it is revoked; milliseconds since 1970. */
  readonly revokedAt?: number
  /** CRLReason, as `keyCompromise`. */
  readonly reason?: string
  /** Who said so, or why nobody did. */
  readonly message: string
}

/** What a notifier tells of, told apart by `type`. */
export type MonitorNotice = ExpiryNotice | RevocationNotice

/** The notices of one run, for one notifier. */
export interface NoticeDigest {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The same for a digest of the same notices, however often it is sent. */
  readonly key: string
  /** The gravest first. */
  readonly notices: readonly MonitorNotice[]
  /** Mailboxes of the settings; none where e-mail is disabled (MON-1). */
  readonly addresses: readonly string[]
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

const levels: readonly ExpiryLevel[] = ['expired', 'under-1-day', 'under-7-days', 'under-30-days', 'over-30-days']

/** Revoked ones first, then by level; what could not be found out comes after what has expired. */
const gravity = (notice: MonitorNotice): number =>
  notice.type === 'expiry' ? 1 + levels.indexOf(notice.level) : notice.status === 'revoked' ? 0 : 1.5

/** The gravest first, then the one that ends first. */
export const byGravity = (a: MonitorNotice, b: MonitorNotice): number =>
  gravity(a) - gravity(b) || a.notAfter - b.notAfter || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** Notices, as a monitor makes them. */

import fc from 'fast-check'
import type {
  ExpiryNotice,
  NoticeDigest,
  MonitorNotice,
  NoticeSubject,
  RevocationNotice,
} from '../../src/monitor/index.js'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
/** When the digests are of. */
export const noticeTime = Date.UTC(2026, 10, 24, 4, 30)

export const noticeSubjectOf = (changes: Partial<NoticeSubject> = {}): NoticeSubject => ({
  node: 'pub',
  purpose: 'tomcat',
  kind: 'identity',
  subject: 'CN=pub.example.com,O=Example',
  issuer: 'CN=Example CA',
  serialNumber: '0A1B2C',
  sha256: 'ab'.repeat(32),
  notAfter: noticeTime + 6 * DAY + 5 * HOUR,
  description: 'Certificate signed by Example CA',
  ...changes,
})

export const expiryNotice = (changes: Partial<ExpiryNotice> = {}): ExpiryNotice => ({
  type: 'expiry',
  ...noticeSubjectOf(),
  key: 'notice 1',
  level: 'under-7-days',
  daysLeft: 6,
  due: noticeTime,
  takesDown: [],
  ...changes,
})

export const revocationNotice = (changes: Partial<RevocationNotice> = {}): RevocationNotice => ({
  type: 'revocation',
  ...noticeSubjectOf(),
  key: 'notice 2',
  status: 'revoked',
  revokedAt: noticeTime - DAY,
  reason: 'keyCompromise',
  message: 'ocsp.example.com says so',
  ...changes,
})

export const digestOf = (...notices: readonly MonitorNotice[]): NoticeDigest => ({
  at: noticeTime,
  key: 'run 1',
  notices,
  addresses: [],
})

/** What breaks lines, headers, markup, addresses and JSON, among characters of any kind. */
const hostilePieces = [
  ...['\r\n', '\n', '\r', '\0', '\x1b[2J', '\x85', '\u2028', '\u2029', '\u202e', '\u2066', '\ufeff'],
  ...['\r\nBcc: evil@example.com\r\n', '\n\n<html>', '=?utf-8?q?=0d=0aX:_y?=', '\r\n.\r\nQUIT\r\n'],
  ...['<script>', '</td>', '<!--', ']]>', '&lt;', '&', '"', "'", '<', '>', '\\', '{', '}', ';', ',', '@', '. '],
]
export const hostileText = fc.string({
  unit: fc.oneof(fc.constantFrom(...hostilePieces), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
})

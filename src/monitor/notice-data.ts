// A notice as plain data for logs and other machines: harmless text, ISO times, bounded in size.

import { escapeUnsafe } from '../x509/name-text.js'
import { isoTime, type NoticeSeverity, plainText, severityOf } from './digest-text.js'
import type { ExpiryLevel } from './expiry.js'
import type { MonitorNotice, NoticeSubject, RevocationNotice } from './notice.js'

/** A certificate as data. Controls and marks that reorder text stand as `\0A`; values are cut at 300 characters. */
export interface NoticeSubjectData {
  readonly node: string
  readonly purpose: string
  readonly kind: NoticeSubject['kind']
  readonly subject: string
  readonly issuer: string
  readonly serialNumber: string
  readonly sha256: string
  readonly description: string
  /** ISO 8601, as are all times here: `2026-12-24T10:00:00Z`. */
  readonly notAfter: string
}

interface CommonData extends NoticeSubjectData {
  /** The same for the same notice, however often it is sent. */
  readonly key: string
  readonly severity: NoticeSeverity
}

/** A notice of an expiry as plain data, as webhooks and logs carry it: times in ISO 8601. */
export interface ExpiryNoticeData extends CommonData {
  readonly type: 'expiry'
  readonly level: ExpiryLevel
  readonly daysLeft: number
  readonly due: string
  /** The first hundred identities whose chains end with it. */
  readonly takesDown: readonly NoticeSubjectData[]
  /** How many there are. */
  readonly takesDownCount: number
}

/** A notice of a revocation as plain data, as webhooks and logs carry it: times in ISO 8601. */
export interface RevocationNoticeData extends CommonData {
  readonly type: 'revocation'
  readonly status: RevocationNotice['status']
  readonly revokedAt?: string
  readonly reason?: string
  readonly message: string
}

/** A notice of either kind as plain data, told apart by `type`. */
export type NoticeData = ExpiryNoticeData | RevocationNoticeData

/** A root may carry a whole system; what is said of it need not. */
const MOST_TAKEN_DOWN = 100

export function noticeData(notice: MonitorNotice): NoticeData {
  // Whole, however long: two that differ at the end must.
  const key = escapeUnsafe(notice.key)
  const common = { key, severity: severityOf(notice), ...subjectData(notice) }
  if (notice.type === 'expiry') {
    const { type, level, daysLeft, due, takesDown } = notice
    return {
      type,
      ...common,
      level,
      daysLeft,
      due: isoTime(due),
      takesDown: takesDown.slice(0, MOST_TAKEN_DOWN).map(subjectData),
      takesDownCount: takesDown.length,
    }
  }
  const { type, status, revokedAt, reason, message } = notice
  return {
    type,
    ...common,
    status,
    ...(revokedAt === undefined ? {} : { revokedAt: isoTime(revokedAt) }),
    ...(reason === undefined ? {} : { reason: plainText(reason) }),
    message: plainText(message),
  }
}

function subjectData(subject: NoticeSubject): NoticeSubjectData {
  return {
    node: plainText(subject.node),
    purpose: plainText(subject.purpose),
    kind: subject.kind,
    subject: plainText(subject.subject),
    issuer: plainText(subject.issuer),
    serialNumber: plainText(subject.serialNumber),
    sha256: plainText(subject.sha256),
    description: plainText(subject.description),
    notAfter: isoTime(subject.notAfter),
  }
}

// Notices as records of a log: values only, no sentences that a value could break out of.

import { escapeUnsafe } from '../x509/name-text.js'
import { isoTime, type NoticeSeverity, noticeSeverities, severityOf } from './digest-text.js'
import type { NoticeDigest, Notifier } from './notice.js'
import { type NoticeData, noticeData } from './notice-data.js'

/** The last record of a run. */
export interface LogSummary {
  readonly event: 'certificate-notices'
  /** Of the gravest notice. */
  readonly severity: NoticeSeverity
  /** The digest's key. */
  readonly key: string
  /** ISO 8601. */
  readonly at: string
  readonly count: number
  readonly counts: Readonly<Record<NoticeSeverity, number>>
}

/** A line of the log as data: a notice, or the summary of a digest. */
export type LogRecord = ({ readonly event: 'certificate-notice' } & NoticeData) | LogSummary

/** Where the log goes. */
export interface LogNotifierOptions {
  /**
   * Writes a record, a plain object; what it throws or rejects with has the digest delivered again. Let it write JSON, or
   * whatever keeps values apart: certificates name themselves as they like.
   */
  readonly write: (record: LogRecord) => void | Promise<void>
  /** Default `log`. */
  readonly name?: string
}

/**
 * A notifier that writes a record for each notice, the gravest first, and one that sums up.
 *
 * @example
 * logNotifier({ write: (record) => console.log(JSON.stringify(record)) })
 */
export function logNotifier({ write, name = 'log' }: LogNotifierOptions): Notifier {
  return {
    name,
    async send(digest) {
      for (const notice of digest.notices) await write({ event: 'certificate-notice', ...noticeData(notice) })
      await write(summaryOf(digest))
    },
  }
}

function summaryOf({ at, key, notices }: NoticeDigest): LogSummary {
  const counts = { critical: 0, error: 0, warning: 0, notice: 0, informational: 0 }
  for (const notice of notices) counts[severityOf(notice)]++
  const severity = noticeSeverities.find((one) => counts[one] > 0) ?? 'informational'
  return {
    event: 'certificate-notices',
    severity,
    key: escapeUnsafe(key),
    at: isoTime(at),
    count: notices.length,
    counts,
  }
}

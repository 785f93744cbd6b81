// What is due for one certificate's end, and what is remembered once it is done. Pure.

import type { CertificateRecord } from '../inventory/index.js'
import type { ExpiryMemory } from './due-data.js'
import { dueNotice, type ExpiryPolicy, nextNotice } from './expiry.js'

/** Later than any time a Date can hold but the last: nothing is to be done any more. */
export const NEVER = 8.64e15

/** What decisions rest on. */
export type ExpiryFacts = Pick<
  CertificateRecord,
  'node' | 'purpose' | 'kind' | 'sha256' | 'notBefore' | 'notAfter' | 'mark'
>

export interface ExpiryDecision {
  /** What is remembered, without what a clock that ran ahead has brought about. */
  readonly memory: ExpiryMemory
  /** The due time to give a notice for, where some notifier has yet to. */
  readonly due: number | undefined
  /** Those that have not given it. */
  readonly waiting: readonly string[]
  /** The application has to be told to use the certificate no more (OCS-8). */
  readonly isToBeRevoked: boolean
  readonly mark: CertificateRecord['mark']
}

/**
 * Decides what is due at a time. `policy` is undefined for certificates that nobody is told of (MON-1).
 *
 * A due time that was given is given again by no clock that goes back (MON-2). But a certificate that was said to have
 * expired, and has not, was seen by a clock that ran ahead: what it said after the end is taken back, or the true end would
 * pass in silence.
 */
export function decideExpiry(
  record: ExpiryFacts,
  remembered: ExpiryMemory,
  policy: ExpiryPolicy | undefined,
  notifiers: readonly string[],
  now: number,
): ExpiryDecision {
  const hasExpired = now > record.notAfter
  const memory = hasExpired ? remembered : beforeTheEnd(remembered, record.notAfter)
  const due = policy && dueNotice(record, policy, now)
  const waiting = due === undefined ? [] : notifiers.filter((name) => (memory.sent[name] ?? -Infinity) < due)
  return {
    memory,
    due: waiting.length === 0 ? undefined : due,
    waiting,
    isToBeRevoked: hasExpired && record.mark !== 'revoked' && !memory.isRevoked,
    mark: hasExpired ? (record.mark ?? 'expired') : record.mark === 'expired' ? undefined : record.mark,
  }
}

const beforeTheEnd = ({ sent, sentBeforeEnd }: ExpiryMemory, end: number): ExpiryMemory => ({
  sent: { ...Object.fromEntries(Object.entries(sent).filter(([, due]) => due <= end)), ...sentBeforeEnd },
  sentBeforeEnd: {},
  isRevoked: false,
})

/** What came of a decision. */
export interface ExpiryDone {
  /** Notifiers that have everything they waited for. */
  readonly delivered: ReadonlySet<string>
  readonly isRevoked: boolean
  /** When to try again what failed. */
  readonly retryAt: number
}

/** The memory afterwards, and when the certificate is due next. */
export function afterExpiry(
  record: ExpiryFacts,
  { memory, due, waiting, isToBeRevoked }: ExpiryDecision,
  policy: ExpiryPolicy | undefined,
  { delivered, isRevoked, retryAt }: ExpiryDone,
  now: number,
): { readonly memory: ExpiryMemory; readonly dueAt: number } {
  const sent = { ...memory.sent }
  const sentBeforeEnd = { ...memory.sentBeforeEnd }
  for (const name of waiting) {
    if (due === undefined || !delivered.has(name)) continue
    const last = sent[name]
    if (last !== undefined && last <= record.notAfter && due > record.notAfter) sentBeforeEnd[name] = last
    sent[name] = Math.max(due, last ?? due)
  }
  const hasFailed = waiting.some((name) => !delivered.has(name)) || (isToBeRevoked && !isRevoked)
  // Marks come with time as notices do: the first moment after the end is looked at too.
  const end = now > record.notAfter ? NEVER : record.notAfter + 1
  const last = Math.max(dueBy(record, policy, now), ...Object.values(sent))
  const next = policy === undefined ? NEVER : nextNotice(record, policy, last === -Infinity ? undefined : last)
  const dueAt = Math.max(now + 1, Math.min(hasFailed ? retryAt : next, end, NEVER))
  return { memory: { sent, sentBeforeEnd, isRevoked: memory.isRevoked || (isToBeRevoked && isRevoked) }, dueAt }
}

const dueBy = (record: ExpiryFacts, policy: ExpiryPolicy | undefined, now: number): number =>
  (policy && dueNotice(record, policy, now)) ?? -Infinity

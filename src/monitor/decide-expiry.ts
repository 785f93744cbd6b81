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

function beforeTheEnd(memory: ExpiryMemory, end: number): ExpiryMemory {
  const { sent, sentBeforeEnd, isRevoked } = memory
  if (!isRevoked && Object.values(sent).every((due) => due <= end)) return memory
  return {
    sent: { ...Object.fromEntries(Object.entries(sent).filter(([, due]) => due <= end)), ...sentBeforeEnd },
    sentBeforeEnd: {},
    isRevoked: false,
  }
}

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
  decision: ExpiryDecision,
  policy: ExpiryPolicy | undefined,
  done: ExpiryDone,
  now: number,
): { readonly memory: ExpiryMemory; readonly dueAt: number } {
  const memory = memoryAfter(decision, done, record.notAfter)
  const isLeftOver = ({ waiting, isToBeRevoked }: ExpiryDecision): boolean =>
    (isToBeRevoked && !done.isRevoked) || waiting.some((name) => !done.delivered.has(name))
  const next = isLeftOver(decision)
    ? done.retryAt
    : policy === undefined
      ? NEVER
      : nextAfter(record, policy, memory, now)
  // Marks come with time as notices do: the first moment after the end is looked at too.
  const end = now > record.notAfter ? NEVER : record.notAfter + 1
  return { memory, dueAt: Math.max(now + 1, Math.min(next, end, NEVER)) }
}

/** The next due time behind all that has come or was told of. */
function nextAfter(record: ExpiryFacts, policy: ExpiryPolicy, { sent }: ExpiryMemory, now: number): number {
  let last = dueNotice(record, policy, now)
  for (const due of Object.values(sent)) last = Math.max(due, last ?? due)
  return nextNotice(record, policy, last)
}

function memoryAfter(
  { memory, due, waiting, isToBeRevoked }: ExpiryDecision,
  { delivered, isRevoked }: ExpiryDone,
  end: number,
): ExpiryMemory {
  // Most often there is nothing to remember, and no need for a copy.
  if (waiting.length === 0 && !isToBeRevoked) return memory
  const sent = { ...memory.sent }
  const sentBeforeEnd = { ...memory.sentBeforeEnd }
  for (const name of waiting) {
    if (due === undefined || !delivered.has(name)) continue
    const last = sent[name]
    if (last !== undefined && last <= end && due > end) sentBeforeEnd[name] = last
    sent[name] = Math.max(due, last ?? due)
  }
  return { sent, sentBeforeEnd, isRevoked: memory.isRevoked || (isToBeRevoked && isRevoked) }
}

// When a certificate runs out, how grave that is, and when to say so next (MON-1 to MON-4, MON-7). Pure: time comes in as
// an argument, in milliseconds since 1970, where neither time zones nor leap days exist.

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How near the end is, the gravest last (MON-4). */
export type ExpiryLevel = 'over-30-days' | 'under-30-days' | 'under-7-days' | 'under-1-day' | 'expired'

/** Levels by the time left below which each begins. */
const levels: readonly (readonly [level: ExpiryLevel, below: number])[] = [
  ['under-1-day', DAY],
  ['under-7-days', 7 * DAY],
  ['under-30-days', 30 * DAY],
]

/** When notices begin and how often they are repeated. */
export interface ExpiryPolicy {
  /** Days before the end from which on notices are given: the guide's "Notification Start Time". */
  readonly startDays: number
  /** Hours from one notice to the next: the guide's "Notification Frequency". */
  readonly frequencyHours: number
  /**
   * Of certificates that live shorter than three times `startDays`, the window is this share of their lifetime instead, so
   * that one of a day does not alarm all its life (MON-7). Default a third, what ACME clients renew by.
   */
  readonly shortLivedShare?: number
  /** No notices before this time (MON-7); milliseconds since 1970. */
  readonly mutedUntil?: number
}

/** First and last moment of validity; milliseconds since 1970. The last one belongs to it. */
export interface ValidityTimes {
  readonly notBefore: number
  readonly notAfter: number
}

/** Where a certificate stands on its way to its end, by a policy, at a time (MON-1 to MON-3). */
export interface ExpiryState {
  readonly level: ExpiryLevel
  /** Milliseconds until the end; negative after it. */
  readonly left: number
  /** Whole days until the end, rounded down; negative after it. */
  readonly daysLeft: number
  /** From when on notices are given. */
  readonly windowStart: number
  readonly isInWindow: boolean
}

/** Where a certificate stands at a time. It has expired once its last moment is over. */
export function expiryState(validity: ValidityTimes, policy: ExpiryPolicy, at: number): ExpiryState {
  const left = validity.notAfter - at
  const level = left < 0 ? 'expired' : (levels.find(([, below]) => left < below)?.[0] ?? 'over-30-days')
  const windowStart = windowStartOf(validity, policy)
  return { level, left, daysLeft: Math.floor(left / DAY), windowStart, isInWindow: at >= windowStart }
}

function windowStartOf({ notBefore, notAfter }: ValidityTimes, policy: ExpiryPolicy): number {
  const { startDays, shortLivedShare = 1 / 3, mutedUntil = -Infinity } = policy
  const lifetime = notAfter - notBefore
  const isShortLived = lifetime < 3 * startDays * DAY
  const window = isShortLived ? Math.round(lifetime * shortLivedShare) : startDays * DAY
  return Math.max(notAfter - window, mutedUntil)
}

/**
 * The due time notices at `at` are given for: the latest of windowStart, windowStart + frequency, … that has come;
 * undefined before the window. Due times are points of a fixed grid: however often, late or again somebody looks, each
 * notice is for one of them, and after a leap of the clock for the latest only (MON-2).
 */
export function dueNotice(validity: ValidityTimes, policy: ExpiryPolicy, at: number): number | undefined {
  const start = windowStartOf(validity, policy)
  if (at < start) return undefined
  const step = policy.frequencyHours * HOUR
  return start + Math.floor((at - start) / step) * step
}

/** The first due time after `after`: of the last notice sent, or undefined where none has been. */
export function nextNotice(validity: ValidityTimes, policy: ExpiryPolicy, after: number | undefined): number {
  const start = windowStartOf(validity, policy)
  if (after === undefined || after < start) return start
  const step = policy.frequencyHours * HOUR
  return start + (Math.floor((after - start) / step) + 1) * step
}

/**
 * When the monitor looks again (MON-3): every 24 hours; every hour while some certificate has expired or expires within a
 * day. `earliestEnd` is the first notAfter of all, undefined where there is none.
 */
export function nextCheck(earliestEnd: number | undefined, at: number): number {
  if (earliestEnd === undefined) return at + DAY
  // An hour before the hourly rhythm begins is too late by up to a day: the check falls when it must begin, if sooner.
  if (earliestEnd - at <= DAY) return at + HOUR
  return Math.min(at + DAY, earliestEnd - DAY)
}

// The monitor's bounds, each settable.

import { checkNumber, resolveIntegers } from '../base/arguments.js'
import { LONGEST_TIMER } from '../base/timers.js'

/** Times in milliseconds. */
export interface MonitorLimits {
  /** How long claimed work is this worker's. Longer than a tick's checks, with their sources, and notifiers may take together. */
  readonly lease: number
  /** How long a notifier, or the application's `act`, may take. */
  readonly notifierTimeout: number
  /** After how long what was not delivered is tried again. */
  readonly retryAfter: number
  /** Certificates of each task in one tick; the next tick goes on. They are the most a digest can hold. */
  readonly workPerTick: number
  /** For how long a tick begins new checks of revocation; the next tick goes on. */
  readonly checkTime: number
  /** How long a source may take to say of one certificate whether it is revoked; then nothing is known of it. */
  readonly sourceTimeout: number
  /** Checks of revocation, and of connections, at a time. */
  readonly concurrentChecks: number
  /** Checks at one host, of a responder or a CRL, at a time. */
  readonly checksPerHost: number
  /** Checks begun at one host in a second. */
  readonly checksPerSecond: number
  /** For how long nobody may answer for a certificate before people are told. */
  readonly undeterminedAfter: number
  /** How old a connection is when it counts as long-lived. */
  readonly longLivedAfter: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** The limits where none are set. */
export const defaultMonitorLimits: MonitorLimits = {
  // The check time, a check by both sources that began at its end, and the notifiers.
  lease: 15 * MINUTE,
  // An e-mail server may take half a minute for each four addresses.
  notifierTimeout: 5 * MINUTE,
  retryAfter: 10 * MINUTE,
  // Some ten megabytes of certificates.
  workPerTick: 10_000,
  checkTime: MINUTE,
  // A responder that is down: three attempts of ten seconds at each of three URIs.
  sourceTimeout: 2 * MINUTE,
  concurrentChecks: 16,
  // What browsers allow themselves for one host.
  checksPerHost: 6,
  // Public responders refuse a few hundred a second from one address.
  checksPerSecond: 20,
  // Responses are commonly valid for days: a responder that is down for a day goes unnoticed by everybody else.
  undeterminedAfter: 24 * HOUR,
  // OCS-6: six hours or more.
  longLivedAfter: 6 * HOUR,
}

/** @throws TypeError where one is no integer from 0 on, or where checks and notifiers may outlast the lease */
export function resolveMonitorLimits(given: Partial<MonitorLimits> | undefined): MonitorLimits {
  const positive = ['workPerTick', 'concurrentChecks', 'checksPerHost', 'checksPerSecond'] as const
  const limits = resolveIntegers('limits', defaultMonitorLimits, given, positive)
  const { lease, notifierTimeout, checkTime, sourceTimeout } = limits
  for (const name of ['notifierTimeout', 'sourceTimeout'] as const) {
    checkNumber(`limits.${name}`, limits[name], LONGEST_TIMER)
  }
  // The last check of a tick begins at the end of its check time, and may wait for OCSP and CRLs in turn.
  const longest = checkTime + 2 * sourceTimeout + notifierTimeout
  if (lease <= longest) {
    const sum = `checkTime, 2 sourceTimeout and notifierTimeout (${longest})`
    throw new TypeError(`limits.lease: expected more than ${sum}, found ${lease}`)
  }
  return limits
}

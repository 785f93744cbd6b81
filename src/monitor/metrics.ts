// What a monitor knows, as data: numbers for dashboards and alarms of the reader's own, and how it fares itself.

import {
  type CertificateRecord,
  type DueRecord,
  isCertificateRecord,
  recordKey,
  scheduleKeysOf,
  type Storage,
} from '../inventory/index.js'
import { certificatePages } from '../inventory/pages.js'
import { type CheckedStatus, type RevocationMemory, revocationMemory } from './due-data.js'

/** Times are milliseconds since 1970. */
export interface MonitorMetrics {
  readonly at: number
  /** Those that end first. */
  readonly certificates: readonly CertificateMetrics[]
  /** Whether these are all. */
  readonly isComplete: boolean
  readonly responders: readonly ResponderMetrics[]
  readonly notifiers: readonly NotifierMetrics[]
  /** Ticks of this process. */
  readonly ticks: number
  readonly lastTickAt?: number
  readonly nextTickAt?: number
  /** Since when the most overdue work of each kind has waited; absent where none does. */
  readonly overdueSince: { readonly expiry?: number; readonly revocation?: number }
  /** Long-lived connections watched by this process. */
  readonly connections: number
}

/** A certificate as gauges show it. */
export interface CertificateMetrics extends Pick<
  CertificateRecord,
  'node' | 'purpose' | 'kind' | 'subject' | 'issuer' | 'serialNumber' | 'sha256' | 'notBefore' | 'notAfter' | 'mark'
> {
  readonly lastRevocationCheck?: { readonly at: number; readonly status: CheckedStatus }
}

/** Of this process. */
export interface ResponderMetrics {
  readonly host: string
  readonly requests: number
  readonly failures: number
  readonly lastFailureAt?: number
}

/** Of this process. */
export interface NotifierMetrics {
  readonly name: string
  /** Notices delivered. */
  readonly sent: number
  /** Digests that were not. */
  readonly failures: number
  readonly lastSentAt?: number
  readonly lastFailureAt?: number
  readonly lastFailure?: string
}

/** Metrics that count on. */
export type Counts<Metrics> = { -readonly [Name in keyof Metrics]: Metrics[Name] }

/** How the monitor of this process fares. Times are milliseconds since 1970. */
export interface MonitorHealth {
  readonly monitor: 'CertificateExpiryMonitor'
  /** `late`: the next run should have begun. `failing`: the last run, or a notifier in it, failed. */
  readonly state: 'not-run-yet' | 'running' | 'waiting' | 'late' | 'failing'
  readonly lastRunAt?: number
  readonly nextRunAt?: number
  /** Runs that have failed one after the other, up to the last. */
  readonly failedRuns: number
  /** What went wrong in the last run: the storage, or notifiers by name. */
  readonly failures: readonly string[]
}

/** Records of one page. */
const PAGE = 1000

/** The certificates that end first, with what is known of their revocation, and whether they are all. */
export async function certificateMetrics(
  storage: Storage,
  most: number,
): Promise<Pick<MonitorMetrics, 'certificates' | 'isComplete'>> {
  const certificates: CertificateMetrics[] = []
  for await (const page of certificatePages(storage, { sort: { by: 'notAfter' }, limit: PAGE })) {
    const left = most - certificates.length
    certificates.push(...(await withChecks(storage, page.slice(0, left))))
    if (page.length > left) return { certificates, isComplete: false }
  }
  return { certificates, isComplete: true }
}

async function withChecks(
  storage: Storage,
  page: readonly CertificateRecord[],
): Promise<readonly CertificateMetrics[]> {
  const places = page.flatMap((record) => scheduleKeysOf(record, 'revocation'))
  const found = await storage.find(places)
  const due = new Map(found.filter((one): one is DueRecord => one.kind === 'due').map((one) => [recordKey(one), one]))
  return page.filter(isCertificateRecord).map((record) => {
    const { node, purpose, kind, subject, issuer, serialNumber, sha256, notBefore, notAfter, mark } = record
    const facts = { node, purpose, kind, subject, issuer, serialNumber, sha256, notBefore, notAfter, mark }
    const [task] = scheduleKeysOf(record, 'revocation').flatMap((key) => due.get(recordKey(key)) ?? [])
    const { checkedAt: at, status }: Partial<RevocationMemory> = task ? revocationMemory(task, sha256) : {}
    return { ...facts, ...(at !== undefined && status !== undefined && { lastRevocationCheck: { at, status } }) }
  })
}

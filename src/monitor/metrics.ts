// What a monitor knows, as numbers: for dashboards and alarms of the reader's own.

import type { CertificateRecord } from '../inventory/index.js'

/** Times are milliseconds since 1970. */
export interface MonitorMetrics {
  readonly at: number
  readonly certificates: readonly CertificateMetrics[]
  readonly responders: readonly ResponderMetrics[]
  readonly notifiers: readonly NotifierMetrics[]
  /** Ticks of this process. */
  readonly ticks: number
  readonly lastTickAt?: number
  readonly nextTickAt?: number
  /** Since when the most overdue work of each kind has waited; absent where none does. */
  readonly overdueSince: { readonly expiry?: number; readonly revocation?: number }
}

export interface CertificateMetrics extends Pick<
  CertificateRecord,
  'node' | 'purpose' | 'kind' | 'subject' | 'issuer' | 'serialNumber' | 'sha256' | 'notBefore' | 'notAfter' | 'mark'
> {
  readonly lastRevocationCheck?: {
    readonly at: number
    readonly status: 'good' | 'revoked' | 'unknown' | 'undetermined' | 'exempt'
  }
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

// The settings of monitoring as one validated object (MON-1, MON-7, OCS-5, OCS-6): every fault in one error.

import type { RevocationPolicy } from '../ocsp/index.js'
import type { ExpiryPolicy } from './expiry.js'
import type { NoticeSubject } from './notice.js'

/** What an administrator sets. Values JSON can carry, so that a storage can keep them. */
export interface MonitorSettings {
  /** Days before expiry from which on notices are given, 1 to 999. */
  readonly notificationStartDays: number
  /** How often they are repeated, 1 to 999 of the unit. */
  readonly notificationFrequency: { readonly every: number; readonly unit: 'days' | 'hours' }
  readonly email: 'enabled' | 'disabled'
  /** Addresses separated by semicolons, as the guide has them: `a@example.com; b@example.com`. */
  readonly emailAddresses: string
  /** Whether phones' locally significant certificates count too (PUR-13). */
  readonly lscMonitoring: 'enabled' | 'disabled'
  readonly ocsp:
    | { readonly state: 'disabled' }
    | { readonly state: 'enabled'; readonly responder: 'from-certificate' | { readonly uri: string } }
  readonly revocationCheck:
    | { readonly state: 'disabled' }
    | {
        readonly state: 'enabled'
        /** The interval of scheduled checks (OCS-5). */
        readonly every: Interval
        /** What passes besides what is good (OCS-3). */
        readonly policy: RevocationPolicy
      }
  /** Re-validation of long-lived connections (OCS-6). */
  readonly certificateValidityCheck:
    { readonly state: 'disabled' } | { readonly state: 'enabled'; readonly validityCheckFrequency: Interval }
  /** Other rules for some certificates (MON-7); of several that fit the last one counts, field by field. Default none. */
  readonly overrides?: readonly MonitorOverride[]
}

/** A length of time as an administrator sets it: a number of a unit. */
export interface Interval {
  readonly every: number
  readonly unit: 'minutes' | 'hours' | 'days'
}

/** Rules for the certificates that fit: all of them where neither node, purpose nor fingerprint is set. */
export interface MonitorOverride extends Partial<ExpiryPolicy> {
  readonly node?: string
  readonly purpose?: string
  /** Of one certificate, lower-case hex: its successor is under the common rules again. */
  readonly sha256?: string
}

const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const

export const intervalMilliseconds = ({ every, unit }: Interval): number => every * units[unit]

/** The vendor's defaults: 30 days, every 7 days, nothing sent. */
export const defaultMonitorSettings: MonitorSettings = {
  notificationStartDays: 30,
  notificationFrequency: { every: 7, unit: 'days' },
  email: 'disabled',
  emailAddresses: '',
  lscMonitoring: 'disabled',
  ocsp: { state: 'disabled' },
  revocationCheck: { state: 'disabled' },
  certificateValidityCheck: { state: 'disabled' },
}

/** The addresses of the setting, each without the spaces around it; empty parts left out. */
export const splitAddresses = (text: string): readonly string[] =>
  text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** The rules one certificate is under: the settings' own, with what is overridden for it (MON-7). */
export function expiryPolicyOf(
  settings: MonitorSettings,
  certificate: Pick<NoticeSubject, 'node' | 'purpose' | 'sha256'>,
): ExpiryPolicy {
  const { notificationStartDays, notificationFrequency, overrides } = settings
  const frequencyHours = intervalMilliseconds(notificationFrequency) / units.hours
  let policy: ExpiryPolicy = { startDays: notificationStartDays, frequencyHours }
  for (const { node, purpose, sha256, ...rules } of overrides ?? []) {
    const fits =
      (node === undefined || node === certificate.node) &&
      (purpose === undefined || purpose === certificate.purpose) &&
      (sha256 === undefined || sha256 === certificate.sha256)
    if (fits) policy = { ...policy, ...rules }
  }
  return policy
}

/**
 * How often a long-lived connection's certificate is validated again, in milliseconds; undefined for never. OCS-6: the
 * interval of the scheduled revocation check takes precedence over the connection's own.
 */
export function connectionCheckInterval(settings: MonitorSettings): number | undefined {
  const { certificateValidityCheck, revocationCheck } = settings
  if (certificateValidityCheck.state === 'disabled') return undefined
  return intervalMilliseconds(
    revocationCheck.state === 'enabled' ? revocationCheck.every : certificateValidityCheck.validityCheckFrequency,
  )
}

// The settings of monitoring as one validated object (MON-1, OCS-5, OCS-6): every fault in one error.

import { parseMailbox } from '../path/mailbox.js'

/** What an administrator sets. */
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
    /** `every`: the interval of scheduled checks (OCS-5). */
    { readonly state: 'disabled' } | { readonly state: 'enabled'; readonly every: Interval }
  /** Re-validation of long-lived connections (OCS-6). */
  readonly certificateValidityCheck:
    { readonly state: 'disabled' } | { readonly state: 'enabled'; readonly validityCheckFrequency: Interval }
}

export interface Interval {
  readonly every: number
  readonly unit: 'minutes' | 'hours' | 'days'
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

/** What is wrong with the settings, each a sentence naming the setting; empty where nothing is. */
export function settingsFaults(settings: MonitorSettings): readonly string[] {
  const { notificationStartDays, notificationFrequency, email, emailAddresses, ocsp } = settings
  const addresses = splitAddresses(emailAddresses)
  const bad = addresses.filter((address) => parseMailbox(address) === undefined)
  return [
    ...rangeFaults('notificationStartDays', notificationStartDays, 1, 999),
    ...rangeFaults('notificationFrequency.every', notificationFrequency.every, 1, 999),
    ...bad.map((address) => `emailAddresses: "${address}" is no mailbox; separate several with semicolons`),
    ...(email === 'enabled' && addresses.length === 0 ? ['emailAddresses: e-mail is enabled, and there is none'] : []),
    ...uriFaults(ocsp),
    ...intervalFaults('revocationCheck.every', settings.revocationCheck),
    ...intervalFaults('certificateValidityCheck.validityCheckFrequency', settings.certificateValidityCheck),
  ]
}

function rangeFaults(name: string, value: number, least: number, most: number): readonly string[] {
  const isGood = Number.isSafeInteger(value) && value >= least && value <= most
  return isGood ? [] : [`${name}: expected a whole number from ${least} to ${most}, found ${value}`]
}

function uriFaults(ocsp: MonitorSettings['ocsp']): readonly string[] {
  if (ocsp.state === 'disabled' || ocsp.responder === 'from-certificate') return []
  const { uri } = ocsp.responder
  try {
    const { protocol, username, password } = new URL(uri)
    if ((protocol === 'http:' || protocol === 'https:') && username === '' && password === '') return []
  } catch {
    // Said below.
  }
  return [`ocsp.responder.uri: expected a URI of http or https without credentials, found "${uri}"`]
}

function intervalFaults(
  name: string,
  setting: MonitorSettings['revocationCheck'] | MonitorSettings['certificateValidityCheck'],
): readonly string[] {
  if (setting.state === 'disabled') return []
  const { every } = 'every' in setting ? setting.every : setting.validityCheckFrequency
  return rangeFaults(`${name}.every`, every, 1, 9999)
}

/** @throws TypeError naming every fault of the settings */
export function checkSettings(settings: MonitorSettings): MonitorSettings {
  const faults = settingsFaults(settings)
  if (faults.length > 0) throw new TypeError(faults.join('; '))
  return settings
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

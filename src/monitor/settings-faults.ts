// What is wrong with settings, whoever wrote them: a form, a file, a storage. Nothing is taken for granted but JSON.

import { isObject, type JsonObject, membersOf } from '../base/json.js'
import { parseMailbox } from '../path/mailbox.js'
import { type MonitorSettings, splitAddresses } from './settings.js'

type Faults = readonly string[]

/** What is wrong, each a sentence naming the setting; empty where nothing is. */
export function settingsFaults(settings: unknown): Faults {
  if (!isObject(settings)) return [`expected the settings as an object, found ${shown(settings)}`]
  const { overrides = [], ...fields } = settings
  return [
    ...memberFaults('', fields, Object.keys(checks)),
    ...Object.entries(checks).flatMap(([name, check]) => check(name, fields[name], fields)),
    ...listFaults('overrides', overrides, overrideFaults),
  ]
}

/**
 * The settings as they are, where nothing is wrong with them.
 *
 * @throws TypeError naming every fault of the settings
 */
export function checkSettings(settings: MonitorSettings): MonitorSettings {
  const faults = settingsFaults(settings)
  if (faults.length > 0) throw new TypeError(faults.join('; '))
  return settings
}

/** Never the text an object has for itself: there may be none. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  return isObject(value) ? 'an object' : Array.isArray(value) ? 'a list' : String(value)
}

const expected = (name: string, what: string, value: unknown): Faults => [
  `${name}: expected ${what}, found ${shown(value)}`,
]

/** A misspelt setting would have no effect, and nobody would know. */
const memberFaults = (where: string, members: JsonObject, known: readonly string[]): Faults =>
  Object.keys(members)
    .filter((name) => !known.includes(name))
    .map((name) => `${where}${name}: there is no such setting; there are ${known.join(', ')}`)

const listFaults = (name: string, value: unknown, each: (where: string, item: unknown) => Faults): Faults =>
  Array.isArray(value) ? value.flatMap((item, at) => each(`${name}[${at}]`, item)) : expected(name, 'a list', value)

function numberFaults(name: string, value: unknown, least: number, most: number): Faults {
  const isGood = typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
  return isGood ? [] : expected(name, `a whole number from ${least} to ${most}`, value)
}

const choiceFaults = (name: string, value: unknown, choices: readonly string[]): Faults =>
  choices.some((choice) => choice === value) ? [] : expected(name, choices.join(' or '), value)

const onOff = (name: string, value: unknown): Faults => choiceFaults(name, value, ['enabled', 'disabled'])

function intervalFaults(name: string, value: unknown, most: number, unitNames: readonly string[]): Faults {
  if (!isObject(value)) return expected(name, 'an interval', value)
  const { every, unit } = value
  return [
    ...memberFaults(`${name}.`, value, ['every', 'unit']),
    ...numberFaults(`${name}.every`, every, 1, most),
    ...choiceFaults(`${name}.unit`, unit, unitNames),
  ]
}

/** A setting that is on or off, with what it needs where it is on. */
const switchFaults =
  (known: readonly string[], whenEnabled: (name: string, members: JsonObject) => Faults) =>
  (name: string, value: unknown): Faults => {
    if (!isObject(value)) return expected(name, 'an object with a state', value)
    const state = onOff(`${name}.state`, value['state'])
    if (state.length > 0 || value['state'] === 'disabled') return state
    return [...memberFaults(`${name}.`, value, ['state', ...known]), ...whenEnabled(name, value)]
  }

function addressFaults(name: string, value: unknown, { email }: JsonObject): Faults {
  if (typeof value !== 'string') return expected(name, 'addresses separated by semicolons', value)
  const addresses = splitAddresses(value)
  const bad = addresses.filter((address) => parseMailbox(address) === undefined)
  return [
    ...bad.map((address) => `${name}: ${shown(address)} is no mailbox; separate several with semicolons`),
    ...(email === 'enabled' && addresses.length === 0 ? [`${name}: e-mail is enabled, and there is none`] : []),
  ]
}

function responderFaults(name: string, { responder }: JsonObject): Faults {
  if (responder === 'from-certificate') return []
  const { uri } = membersOf(responder)
  if (typeof uri !== 'string') return expected(`${name}.responder`, 'from-certificate or a uri', responder)
  try {
    const { protocol, username, password } = new URL(uri)
    if ((protocol === 'http:' || protocol === 'https:') && username === '' && password === '') return []
  } catch {
    // Said below.
  }
  return expected(`${name}.responder.uri`, 'a URI of http or https without credentials', uri)
}

const intervals = ['minutes', 'hours', 'days'] as const
const policies = ['common-criteria', 'standard-soft-fail', 'standard-hard-fail'] as const

const checks: Readonly<
  Record<Exclude<keyof MonitorSettings, 'overrides'>, (name: string, value: unknown, all: JsonObject) => Faults>
> = {
  notificationStartDays: (name, value) => numberFaults(name, value, 1, 999),
  notificationFrequency: (name, value) => intervalFaults(name, value, 999, ['days', 'hours']),
  email: onOff,
  emailAddresses: addressFaults,
  lscMonitoring: onOff,
  ocsp: switchFaults(['responder'], responderFaults),
  revocationCheck: switchFaults(['every', 'policy'], (name, { every, policy }) => [
    ...intervalFaults(`${name}.every`, every, 9999, intervals),
    ...choiceFaults(`${name}.policy`, policy, policies),
  ]),
  certificateValidityCheck: switchFaults(['validityCheckFrequency'], (name, { validityCheckFrequency: frequency }) =>
    intervalFaults(`${name}.validityCheckFrequency`, frequency, 9999, intervals),
  ),
}

const textFaults = (name: string, value: unknown): Faults =>
  typeof value === 'string' ? [] : expected(name, 'a text', value)

/** Of members that are there: each is optional. */
const overrideChecks: Readonly<Record<string, (name: string, value: unknown) => Faults>> = {
  node: textFaults,
  purpose: textFaults,
  sha256: (name, value) =>
    typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
      ? []
      : expected(name, 'a SHA-256 fingerprint in lower-case hex', value),
  startDays: (name, value) => numberFaults(name, value, 1, 999),
  frequencyHours: (name, value) => numberFaults(name, value, 1, 999 * 24),
  shortLivedShare: (name, value) =>
    typeof value === 'number' && value > 0 && value <= 1 ? [] : expected(name, 'a number over 0, up to 1', value),
  // The last time a Date can hold.
  mutedUntil: (name, value) => numberFaults(name, value, 0, 8.64e15),
}

function overrideFaults(where: string, override: unknown): Faults {
  if (!isObject(override)) return expected(where, 'an object', override)
  return [
    ...memberFaults(`${where}.`, override, Object.keys(overrideChecks)),
    ...Object.entries(overrideChecks).flatMap(([name, check]) =>
      override[name] === undefined ? [] : check(`${where}.${name}`, override[name]),
    ),
  ]
}

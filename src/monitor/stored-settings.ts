// The settings in the storage, where every worker finds them, and what the certificates' due times were reckoned by.

import { membersOf } from '../base/json.js'
import { commitOrFail } from '../inventory/commit-again.js'
import type { Plain, Scope, SettingRecord, Storage } from '../inventory/index.js'
import { connectionCheckInterval, defaultMonitorSettings, type MonitorSettings } from './settings.js'
import { checkSettings, settingsFaults } from './settings-faults.js'

/** Of no node and no purpose of any catalogue. */
const monitorScope: Scope = { node: '', purpose: 'monitor' }

type SettingName = 'settings' | 'schedule'

/**
 * The settings of the storage; the vendor's defaults where it has none.
 * @throws TypeError naming every fault where they are damaged
 */
export async function readMonitorSettings(storage: Storage): Promise<MonitorSettings> {
  const value = await readSetting(storage, 'settings')
  if (value === undefined) return defaultMonitorSettings
  if (isSettings(value)) return value
  throw new TypeError(`the stored settings of the monitor: ${settingsFaults(value).join('; ')}`)
}

const isSettings = (value: unknown): value is MonitorSettings => settingsFaults(value).length === 0

/**
 * Puts settings into the storage. Every monitor that was given none goes by them from its next tick on, and looks at all
 * certificates again.
 *
 * @throws TypeError naming every fault of the settings
 */
export async function writeMonitorSettings(storage: Storage, settings: MonitorSettings): Promise<void> {
  checkSettings(settings)
  await writeSetting(storage, 'settings', JSON.parse(JSON.stringify(settings)) as Plain)
}

/** What decides when certificates are due, as one text. */
export const scheduleKeyOf = (settings: MonitorSettings): string => {
  const { notificationStartDays, notificationFrequency, lscMonitoring, overrides = [] } = settings
  const { revocationCheck, ocsp } = settings
  return JSON.stringify([
    ...[notificationStartDays, notificationFrequency, lscMonitoring, overrides],
    ...[revocationCheck, ocsp.state, connectionCheckInterval(settings) ?? null],
  ])
}

/** What due times were reckoned by. */
export interface ScheduleBasis {
  /** Of the settings. */
  readonly key: string
  /** The latest time at which somebody has reckoned, give or take an hour; milliseconds since 1970. */
  readonly latest: number
}

/** What the due times were reckoned by last; undefined where none have been yet. */
export async function readScheduleBasis(storage: Storage): Promise<ScheduleBasis | undefined> {
  const { key, latest } = membersOf(await readSetting(storage, 'schedule'))
  return typeof key === 'string' && typeof latest === 'number' ? { key, latest } : undefined
}

export const writeScheduleBasis = (storage: Storage, { key, latest }: ScheduleBasis): Promise<void> =>
  writeSetting(storage, 'schedule', { key, latest })

async function readSetting(storage: Storage, id: SettingName): Promise<Plain | undefined> {
  const { records } = await storage.read([monitorScope])
  return records.find((one): one is SettingRecord => one.kind === 'setting' && one.id === id)?.value
}

async function writeSetting(storage: Storage, id: SettingName, value: Plain): Promise<void> {
  const record: SettingRecord = { ...monitorScope, kind: 'setting', id, value }
  await commitOrFail('the settings of the monitor', storage, [monitorScope], () => ({ puts: [record] }))
}

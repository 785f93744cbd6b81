import { describe, expect, it } from 'vitest'
import {
  checkSettings,
  connectionCheckInterval,
  defaultMonitorSettings,
  type MonitorSettings,
  settingsFaults,
  splitAddresses,
} from '../../src/monitor/index.js'

const settings = (changes: Partial<MonitorSettings>): MonitorSettings => ({ ...defaultMonitorSettings, ...changes })

describe('the settings of monitoring', () => {
  it('MON-1 OCS-5 OCS-6 are good by default', () => {
    expect(checkSettings(defaultMonitorSettings)).toBe(defaultMonitorSettings)
  })

  it('MON-1 splits addresses at semicolons and drops the spaces around them', () => {
    expect(splitAddresses(' a@example.com ;b@example.com; ; ')).toStrictEqual(['a@example.com', 'b@example.com'])
  })

  it('MON-1 OCS-5 name every fault in one error', () => {
    const wrong = settings({
      notificationStartDays: 0,
      notificationFrequency: { every: 1.5, unit: 'hours' },
      email: 'enabled',
      emailAddresses: 'a@example.com, b@example.com',
      ocsp: { state: 'enabled', responder: { uri: 'ftp://ocsp.example.com' } },
      revocationCheck: { state: 'enabled', every: { every: -1, unit: 'hours' }, policy: 'common-criteria' },
    })
    expect(settingsFaults(wrong)).toHaveLength(5)
    expect(() => checkSettings(wrong)).toThrow(
      /notificationStartDays.*notificationFrequency\.every.*emailAddresses.*ocsp\.responder\.uri.*revocationCheck/,
    )
  })

  it('MON-1 want an address where e-mail is enabled', () => {
    expect(settingsFaults(settings({ email: 'enabled' }))).toStrictEqual([
      'emailAddresses: e-mail is enabled, and there is none',
    ])
  })

  it.each([
    ['disabled', 6, undefined, undefined],
    ['disabled', 6, 2, undefined],
    ['enabled', 6, undefined, 6 * 3_600_000],
    ['enabled', 6, 2, 2 * 3_600_000],
  ] as const)('OCS-6 %s, frequency %s, check every %s', (state, frequency, every, expected) => {
    const certificateValidityCheck =
      state === 'enabled' ? { state, validityCheckFrequency: { every: frequency, unit: 'hours' as const } } : { state }
    const check = { state: 'enabled', policy: 'common-criteria' } as const
    const revocationCheck =
      every === undefined ? { state: 'disabled' as const } : { ...check, every: { every, unit: 'hours' as const } }
    expect(connectionCheckInterval(settings({ certificateValidityCheck, revocationCheck }))).toBe(expected)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkSettings,
  connectionCheckInterval,
  defaultMonitorSettings,
  type MonitorSettings,
  settingsFaults,
  splitAddresses,
} from '../../src/monitor/index.js'
import { expiryPolicyOf } from '../../src/monitor/settings.js'

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

  it('MON-1 name what is of the wrong type, missing or misspelt, whatever they are', () => {
    const wrong = {
      notificationStartDays: '30',
      notificationFrequency: { every: 7, unit: 'weeks' },
      email: true,
      emailAddresses: ['a@example.com'],
      lscMonitoring: 'on',
      ocsp: { state: 'enabled', responder: 'somebody' },
      revocationCheck: { state: 'enabled', every: { every: 1, unit: 'hours' } },
      certificateValidityCheck: { state: 'perhaps' },
      notificationstartdays: 30,
    }
    expect(settingsFaults(wrong)).toStrictEqual([
      expect.stringMatching(/^notificationstartdays: there is no such setting/),
      'notificationStartDays: expected a whole number from 1 to 999, found "30"',
      'notificationFrequency.unit: expected days or hours, found "weeks"',
      'email: expected enabled or disabled, found true',
      'emailAddresses: expected addresses separated by semicolons, found a list',
      'lscMonitoring: expected enabled or disabled, found "on"',
      'ocsp.responder: expected from-certificate or a uri, found "somebody"',
      'revocationCheck.policy: expected common-criteria or standard-soft-fail or standard-hard-fail, found undefined',
      'certificateValidityCheck.state: expected enabled or disabled, found "perhaps"',
    ])
  })

  it('MON-1 are judged in bounded time and never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(Array.isArray(settingsFaults(value))).toBe(true)
        expect(settingsFaults({ ...defaultMonitorSettings, overrides: value }).length).toBeGreaterThanOrEqual(0)
        for (const name of Object.keys(defaultMonitorSettings)) {
          expect(Array.isArray(settingsFaults({ ...defaultMonitorSettings, [name]: value }))).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('MON-1 are judged even where a value has no text', () => {
    const settings = { ...defaultMonitorSettings, email: [{ toString: 0 }] }
    expect(settingsFaults(settings)).toStrictEqual(['email: expected enabled or disabled, found a list'])
  })

  it('MON-1 survive JSON, as a storage keeps them', () => {
    expect(settingsFaults(JSON.parse(JSON.stringify(defaultMonitorSettings)))).toStrictEqual([])
  })

  it.each([
    [{ startDays: 0 }, 'startDays'],
    [{ frequencyHours: 0.5 }, 'frequencyHours'],
    [{ shortLivedShare: 2 }, 'shortLivedShare'],
    [{ mutedUntil: -1 }, 'mutedUntil'],
    [{ sha256: 'AB' }, 'sha256'],
    [{ node: 5 }, 'node'],
    [{ days: 3 }, 'days'],
    [null, ''],
  ])('MON-7 refuse an override that makes no sense: %j', (override, name) => {
    const [fault = '', ...more] = settingsFaults({ ...defaultMonitorSettings, overrides: [{ purpose: 'a' }, override] })
    expect(fault).toContain(`overrides[1]${name === '' ? '' : `.${name}`}`)
    expect(more).toStrictEqual([])
  })

  it('MON-7 of several overrides that fit the last one counts, field by field', () => {
    const sha256 = 'ab'.repeat(32)
    const overrides = [
      { startDays: 10 },
      { purpose: 'tomcat', startDays: 20, frequencyHours: 5 },
      { node: 'sub1', startDays: 60 },
      { sha256, mutedUntil: 5 },
    ]
    const policyOf = (changes: object) => expiryPolicyOf(settings({ overrides }), { ...place, ...changes })
    const place = { node: 'pub', purpose: 'TVS', sha256: '' }
    expect(policyOf({})).toStrictEqual({ startDays: 10, frequencyHours: 168 })
    expect(policyOf({ purpose: 'tomcat', sha256 })).toStrictEqual({ startDays: 20, frequencyHours: 5, mutedUntil: 5 })
    expect(policyOf({ purpose: 'tomcat', node: 'sub1' })).toStrictEqual({ startDays: 60, frequencyHours: 5 })
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

// What a check of revocation means, and when the next one is due: MON-1, OCS-1, OCS-2, OCS-3, OCS-8.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RevocationReason } from '../../src/crl/index.js'
import type { CertificateRecord } from '../../src/inventory/index.js'
import { NEVER } from '../../src/monitor/decide-expiry.js'
import {
  afterCheck,
  type CheckResult,
  markAfterCheck,
  needsCheck,
  nextRevocationCheck,
  type RevocationRules,
} from '../../src/monitor/decide-revocation.js'
import type { RevocationMemory } from '../../src/monitor/due-data.js'
import { DAY, HOUR } from '../support/monitor.js'

const NOON = Date.parse('2026-06-01T12:00:00Z')

const rules: RevocationRules = { policy: 'common-criteria', every: DAY, undeterminedAfter: DAY }
const fresh: RevocationMemory = {
  checkedAt: undefined,
  status: undefined,
  silentSince: undefined,
  alert: undefined,
  announcedBy: [],
  isRevoked: false,
}
const record = (changes: Partial<CertificateRecord> = {}): CertificateRecord =>
  ({ sha256: '80000000', notAfter: NOON + 90 * DAY, mark: undefined, ...changes }) as CertificateRecord

const at = { now: NOON, dueAt: NOON - HOUR }
const source = 'CRL'
const notes: readonly [] = []
const revoked = (reason: RevocationReason = 'unspecified', revokedAt = NOON - DAY): CheckResult => ({
  ...{ status: 'revoked', revokedAt: new Date(revokedAt), reason, source, notes },
})
const said = (status: 'good' | 'unknown'): CheckResult => ({ status, source, notes })
const silence = (...messages: readonly string[]): CheckResult => ({
  ...{ status: 'undetermined', notes: messages.map((message) => ({ source, message })) },
})

/** The memory after several checks, an hour apart, each announced at once. */
const after = (...results: readonly CheckResult[]): RevocationMemory =>
  results.reduce((memory, result, hours) => {
    const now = NOON + hours * HOUR
    return { ...afterCheck(memory, result, rules, { now, dueAt: now - HOUR }), announcedBy: ['mail'], isRevoked: true }
  }, fresh)

describe('a check is due', () => {
  it('where there was none, where its time has come, and where a clock was set back behind the last', () => {
    const checked = { ...fresh, checkedAt: NOON, status: 'good' } as const
    const next = nextRevocationCheck(record(), checked, rules, NOON)
    expect(needsCheck(record(), fresh, rules, NOON)).toBe(true)
    expect(needsCheck(record(), checked, rules, NOON)).toBe(false)
    expect(needsCheck(record(), checked, rules, next - 1)).toBe(false)
    expect(needsCheck(record(), checked, rules, next)).toBe(true)
    expect(needsCheck(record(), checked, rules, NOON - 1)).toBe(true)
  })

  it('to the very end, and never behind it', () => {
    const { notAfter } = record()
    expect(needsCheck(record(), fresh, rules, notAfter)).toBe(true)
    expect(needsCheck(record(), fresh, rules, notAfter + 1)).toBe(false)
    expect(nextRevocationCheck(record(), fresh, rules, notAfter + 1)).toBe(NEVER)
  })

  it('OCS-2 of what is on hold, and never of what is revoked for good', () => {
    const final = afterCheck(fresh, revoked('keyCompromise'), rules, at)
    expect(nextRevocationCheck(record(), final, rules, NOON)).toBe(NEVER)
    for (const now of [NOON - 1, NOON + 30 * DAY]) expect(needsCheck(record(), final, rules, now)).toBe(false)
    const held = afterCheck(fresh, revoked('certificateHold'), rules, at)
    expect(needsCheck(record(), held, rules, NOON + DAY)).toBe(true)
  })

  const times = fc.record({
    sha256: fc.stringMatching(/^[0-9a-f]{8}$/),
    checkedAt: fc.integer({ min: NOON, max: NOON + 60 * DAY }),
    every: fc.integer({ min: 60_000, max: 40 * DAY }),
  })

  it('once in each interval, at a place in it that the fingerprint alone decides', () => {
    fc.assert(
      fc.property(times, ({ sha256, checkedAt, every }) => {
        const one = record({ sha256, notAfter: NEVER })
        const next = (memory: RevocationMemory): number =>
          nextRevocationCheck(one, memory, { ...rules, every }, NOON + 60 * DAY)
        const first = next({ ...fresh, checkedAt, status: 'good' })
        expect(first).toBeGreaterThan(checkedAt)
        expect(first - checkedAt).toBeLessThanOrEqual(every)
        expect(next({ ...fresh, checkedAt: first, status: 'good' }) - first).toBe(every)
        expect(first % every).toBe(Math.floor((Number.parseInt(sha256, 16) / 2 ** 32) * every))
      }),
    )
  })

  it('at the next full hour where nobody has answered, or sooner where that is the interval', () => {
    fc.assert(
      fc.property(times, ({ sha256, checkedAt, every }) => {
        const one = record({ sha256, notAfter: NEVER })
        const given = { ...rules, every }
        const silent = nextRevocationCheck(one, { ...fresh, checkedAt, status: 'undetermined' }, given, checkedAt)
        const answered = nextRevocationCheck(one, { ...fresh, checkedAt, status: 'good' }, given, checkedAt)
        if (every <= HOUR) expect(silent).toBe(answered)
        else expect(silent).toBe((Math.floor(checkedAt / HOUR) + 1) * HOUR)
      }),
    )
  })
})

describe('after a check', () => {
  it('nothing is to be told of what is good, or has nobody to ask', () => {
    for (const result of [said('good'), { status: 'exempt', reason: 'no-source' }] as const) {
      const { status } = result
      expect(afterCheck(fresh, result, rules, at)).toEqual({ ...fresh, checkedAt: NOON, status })
    }
  })

  it('OCS-1 what is revoked is told of with when, why and by whom', () => {
    const alert = { status: 'revoked', since: NOON - DAY, reason: 'keyCompromise', message: 'says the CRL' }
    expect(afterCheck(fresh, revoked('keyCompromise'), rules, at)).toEqual({
      ...{ ...fresh, checkedAt: NOON, status: 'revoked', alert },
    })
  })

  it('OCS-1 what was announced stays announced while it is the same, and is told of anew where it is another', () => {
    const known = after(revoked('certificateHold'))
    expect(afterCheck(known, revoked('keyCompromise'), rules, at)).toMatchObject({
      alert: { reason: 'keyCompromise' },
      announcedBy: ['mail'],
      isRevoked: true,
    })
    const again = { announcedBy: [], isRevoked: false }
    expect(afterCheck(known, revoked('certificateHold', NOON), rules, at)).toMatchObject(again)
    expect(afterCheck(after(said('unknown')), revoked(), rules, at)).toMatchObject(again)
    expect(afterCheck(known, said('good'), rules, at)).toMatchObject({ alert: undefined, ...again })
  })

  it('OCS-2 neither silence nor somebody who does not know takes a revocation back', () => {
    for (const result of [silence(), said('unknown')]) {
      const memory = after(revoked('certificateHold'), result)
      expect(memory).toMatchObject({ status: result.status, alert: { status: 'revoked' }, announcedBy: ['mail'] })
      expect(memory.isRevoked).toBe(true)
    }
  })

  it('OCS-3 what is unknown stays so through silence, since when it was first', () => {
    const first = { status: 'unknown', since: NOON - HOUR, message: 'says the CRL' }
    for (const results of [[], [silence()], [said('unknown')]]) {
      expect(after(said('unknown'), ...results)).toMatchObject({ alert: first, announcedBy: ['mail'] })
    }
    expect(after(said('unknown'), said('good')).alert).toBeUndefined()
    expect(after(silence(), said('unknown'))).toMatchObject({ silentSince: undefined, alert: { since: NOON } })
  })

  it('OCS-3 what is unknown is no alert where the policy accepts that', () => {
    const soft = { ...rules, policy: 'standard-soft-fail' } as const
    const memory = afterCheck(after(said('unknown')), said('unknown'), soft, at)
    expect(memory).toMatchObject({ status: 'unknown', alert: undefined, announcedBy: [], isRevoked: false })
  })

  it('OCS-3 silence is told of at the first midnight after it has lasted long enough, since when it began', () => {
    const first = afterCheck(fresh, silence(), rules, at)
    expect(first).toMatchObject({ silentSince: at.dueAt, alert: undefined })
    const midnight = Date.parse('2026-06-03T00:00:00Z')
    const later = (now: number): RevocationMemory => afterCheck(first, silence('no answer'), rules, { now, dueAt: now })
    expect(later(midnight - 1).alert).toBeUndefined()
    expect(later(midnight).alert).toEqual({ status: 'undetermined', since: at.dueAt, message: 'CRL: no answer' })
    // An answer ends it; the next silence is another.
    const answered = afterCheck(later(midnight), said('good'), rules, { now: midnight, dueAt: midnight })
    expect(answered).toMatchObject({ silentSince: undefined, alert: undefined })
    expect(afterCheck(answered, silence(), rules, { now: midnight, dueAt: midnight }).alert).toBeUndefined()
  })

  it('OCS-3 silence is told of at midnight itself where its time is up then', () => {
    const dueAt = Date.parse('2026-06-01T00:00:00Z')
    const silent = afterCheck(fresh, silence(), rules, { now: dueAt, dueAt })
    const now = dueAt + DAY
    expect(afterCheck(silent, silence(), rules, { now, dueAt: now }).alert).toMatchObject({ since: dueAt })
    expect(afterCheck(silent, silence(), rules, { now: now - 1, dueAt: now }).alert).toBeUndefined()
  })

  it('OCS-3 an alert of silence says each thing once, or that nobody was there', () => {
    const late = { now: NOON + 3 * DAY, dueAt: NOON }
    const message = (result: CheckResult): string | undefined => afterCheck(fresh, result, rules, late).alert?.message
    expect(message(silence('no answer', 'expired', 'no answer'))).toBe('CRL: no answer; CRL: expired')
    expect(message(silence())).toBe('nobody was there to be asked')
  })
})

describe('the mark of a certificate', () => {
  const held = after(revoked('certificateHold'))
  const final = after(revoked('keyCompromise'))
  const good = after(said('good'))
  const exempt = after({ status: 'exempt', reason: 'no-source' })

  it('OCS-8 is put on while it is revoked, and goes with a hold that put it on', () => {
    expect(markAfterCheck(record(), fresh, final)).toBe('revoked')
    expect(markAfterCheck(record({ mark: 'expired' }), fresh, held)).toBe('revoked')
    expect(markAfterCheck(record({ mark: 'revoked' }), held, good)).toBeUndefined()
    expect(markAfterCheck(record({ mark: 'revoked' }), held, exempt)).toBeUndefined()
    // Where what had put it on was forgotten.
    expect(markAfterCheck(record({ mark: 'revoked' }), fresh, good)).toBeUndefined()
  })

  it('OCS-2, OCS-8 is left as it is by everything else', () => {
    expect(markAfterCheck(record({ mark: 'revoked' }), fresh, after(said('unknown')))).toBe('revoked')
    expect(markAfterCheck(record({ mark: 'revoked' }), fresh, exempt)).toBe('revoked')
    expect(markAfterCheck(record({ mark: 'revoked' }), final, good)).toBe('revoked')
    expect(markAfterCheck(record({ mark: 'expired' }), held, good)).toBe('expired')
    expect(markAfterCheck(record(), fresh, after(said('unknown')))).toBeUndefined()
  })
})

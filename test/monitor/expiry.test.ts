import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueNotice, expiryState, nextCheck, nextNotice } from '../../src/monitor/index.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const end = Date.UTC(2027, 0, 1)
const year = { notBefore: end - 365 * DAY, notAfter: end }
const policy = { startDays: 30, frequencyHours: 7 * 24 }

describe('where a certificate stands', () => {
  it.each([
    [end - 30 * DAY - 1, 'over-30-days'],
    [end - 30 * DAY, 'over-30-days'],
    [end - 30 * DAY + 1, 'under-30-days'],
    [end - 7 * DAY, 'under-30-days'],
    [end - 7 * DAY + 1, 'under-7-days'],
    [end - DAY, 'under-7-days'],
    [end - DAY + 1, 'under-1-day'],
    [end, 'under-1-day'],
    [end + 1, 'expired'],
  ])('MON-4 at %d is %s', (at, level) => {
    expect(expiryState(year, policy, at).level).toBe(level)
  })

  it('MON-2 lies in the window from its first moment on', () => {
    expect(expiryState(year, policy, end - 30 * DAY - 1).isInWindow).toBe(false)
    expect(expiryState(year, policy, end - 30 * DAY).isInWindow).toBe(true)
  })

  it('counts whole days, and days gone by as negative', () => {
    expect(expiryState(year, policy, end - DAY - 1).daysLeft).toBe(1)
    expect(expiryState(year, policy, end - 1).daysLeft).toBe(0)
    expect(expiryState(year, policy, end + 1).daysLeft).toBe(-1)
  })

  it('MON-7 gives a certificate of a day a third of it, not all its life', () => {
    const shortLived = { notBefore: end - DAY, notAfter: end }
    expect(expiryState(shortLived, policy, end - 9 * HOUR).isInWindow).toBe(false)
    expect(expiryState(shortLived, policy, end - 8 * HOUR).isInWindow).toBe(true)
  })

  it('MON-7 stays silent until a mute is over', () => {
    const muted = { ...policy, mutedUntil: end - 2 * DAY }
    expect(dueNotice(year, muted, end - 3 * DAY)).toBeUndefined()
    expect(dueNotice(year, muted, end - 2 * DAY)).toBe(end - 2 * DAY)
  })

  it('holds to the year 9999', () => {
    const notAfter = Date.UTC(9999, 11, 31, 23, 59, 59)
    expect(expiryState({ notBefore: 0, notAfter }, policy, notAfter - DAY).level).toBe('under-7-days')
  })
})

describe('when notices are due', () => {
  it('MON-2 at once in the window, then at the frequency, also after the end', () => {
    const start = end - 30 * DAY
    expect(nextNotice(year, policy, undefined)).toBe(start)
    expect(nextNotice(year, policy, start)).toBe(start + 7 * DAY)
    expect(nextNotice(year, policy, start + 28 * DAY)).toBe(start + 35 * DAY)
    expect(dueNotice(year, policy, start - 1)).toBeUndefined()
    expect(dueNotice(year, policy, start)).toBe(start)
    expect(dueNotice(year, policy, start + 7 * DAY - 1)).toBe(start)
    expect(dueNotice(year, policy, start + 36 * DAY)).toBe(start + 35 * DAY)
  })

  it('MON-2 sends each due time once, whenever and in whatever steps somebody looks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3 * DAY, max: 40 * DAY }), { maxLength: 60 }), (steps) => {
        const sent: number[] = []
        let last: number | undefined
        let at = end - 60 * DAY
        for (const step of steps) {
          at += step
          const due = dueNotice(year, policy, at)
          // A clock that went back finds a due time it has sent already.
          if (due === undefined || (last !== undefined && due <= last)) continue
          sent.push(due)
          last = due
          expect(nextNotice(year, policy, due)).toBeGreaterThan(at)
        }
        expect(new Set(sent).size).toBe(sent.length)
        for (const due of sent) expect((due - (end - 30 * DAY)) % (7 * DAY)).toBe(0)
      }),
    )
  })
})

describe('when the monitor looks again', () => {
  it.each([
    ['a day later where nothing ends', undefined, DAY],
    ['a day later where everything lasts', end + 99 * DAY, DAY],
    ['an hour later where something ends within a day', end + DAY, HOUR],
    ['an hour later where something has expired', end - DAY, HOUR],
    ['when the hourly rhythm must begin', end + DAY + 5 * HOUR, 5 * HOUR],
  ])('MON-3 %s', (_, earliestEnd, after) => {
    expect(nextCheck(earliestEnd, end) - end).toBe(after)
  })
})

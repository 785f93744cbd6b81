// What is due for a certificate's end, and what is remembered of it, whatever the clock does: MON-1 to MON-3, MON-7, OCS-8.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterExpiry, decideExpiry, type ExpiryFacts, NEVER } from '../../src/monitor/decide-expiry.js'
import type { ExpiryMemory } from '../../src/monitor/due-data.js'
import type { ExpiryPolicy } from '../../src/monitor/expiry.js'
import { DAY, HOUR, start } from '../support/monitor.js'

const END = start + 100 * DAY
const policy: ExpiryPolicy = { startDays: 30, frequencyHours: 7 * 24 }
/** Due times: day 70, 77, 84, 91, 98, 105 … */
const due = (number: number): number => start + (70 + 7 * number) * DAY
const fresh: ExpiryMemory = { sent: {}, sentBeforeEnd: {}, isRevoked: false }

const facts = (mark?: ExpiryFacts['mark']): ExpiryFacts => ({
  ...{ node: 'pub', purpose: 'tomcat', kind: 'identity', sha256: 'aa' },
  ...{ notBefore: start - 300 * DAY, notAfter: END, mark },
})

const told = (...names: readonly string[]) => ({ delivered: new Set(names), isRevoked: true, retryAt: NEVER - 1 })

/** A certificate as it goes through times, each notice reaching the notifiers named. */
class Life {
  memory = fresh
  mark: ExpiryFacts['mark']
  dueAt = 0
  /** Notices by notifier, and how often the application was told to use it no more. */
  readonly notices: [name: string, due: number][] = []
  revocations = 0

  constructor(private readonly notifiers: readonly string[] = ['mail']) {}

  at(now: number, reached = this.notifiers): this {
    const record = facts(this.mark)
    const decision = decideExpiry(record, this.memory, policy, this.notifiers, now)
    for (const name of decision.waiting) {
      if (reached.includes(name) && decision.due !== undefined) this.notices.push([name, decision.due])
    }
    if (decision.isToBeRevoked) this.revocations++
    const after = afterExpiry(record, decision, policy, { ...told(...reached), retryAt: now + HOUR }, now)
    this.memory = after.memory
    this.dueAt = after.dueAt
    this.mark = decision.mark
    return this
  }

  get dues(): readonly number[] {
    return this.notices.map(([, time]) => time)
  }
}

describe('before the end', () => {
  it('MON-2 each due time is told of once, and the next is awaited', () => {
    const life = new Life().at(due(0) - 1)
    expect([life.dues, life.dueAt]).toStrictEqual([[], due(0)])
    life.at(due(0))
    expect([life.dues, life.dueAt]).toStrictEqual([[due(0)], due(1)])
    life.at(due(1) - 1)
    expect([life.dues, life.dueAt]).toStrictEqual([[due(0)], due(1)])
    life.at(due(3) + HOUR)
    expect([life.dues, life.dueAt]).toStrictEqual([[due(0), due(3)], due(4)])
  })

  it('MON-3 the first moment after it is looked at, though no notice is due', () => {
    const life = new Life().at(due(4))
    expect(life.dueAt).toBe(END + 1)
    life.at(END)
    expect([life.mark, life.dueAt, life.revocations]).toStrictEqual([undefined, END + 1, 0])
    life.at(END + 1)
    expect([life.mark, life.dueAt, life.revocations]).toStrictEqual(['expired', due(5), 1])
  })

  it('MON-2 what one notifier has missed is tried again, for it alone', () => {
    const life = new Life(['mail', 'log']).at(due(0), ['log'])
    expect(life.dueAt).toBe(due(0) + HOUR)
    life.at(due(0) + HOUR)
    expect(life.notices).toStrictEqual([
      ['log', due(0)],
      ['mail', due(0)],
    ])
    expect(life.dueAt).toBe(due(1))
  })

  it('MON-2 a clock that is set back repeats nothing, and the next notice comes after the last', () => {
    const life = new Life().at(due(2)).at(due(0))
    expect([life.dues, life.dueAt]).toStrictEqual([[due(2)], due(3)])
    life.at(due(2) + HOUR)
    expect(life.dues).toStrictEqual([due(2)])
    expect(life.memory.sent).toStrictEqual({ mail: due(2) })
  })

  it('what is not to be done has not failed, and what has is tried again, though never at the same time', () => {
    const decision = decideExpiry(facts(), fresh, policy, ['mail'], due(0))
    const done = { ...told('mail'), isRevoked: false, retryAt: due(0) }
    expect(afterExpiry(facts(), decision, policy, done, due(0)).dueAt).toBe(due(1))
    expect(afterExpiry(facts(), decision, policy, { ...done, delivered: new Set() }, due(0)).dueAt).toBe(due(0) + 1)
  })

  it('nothing is copied where there is nothing new to remember', () => {
    const memory = { ...fresh, sent: { mail: due(1) } }
    const decision = decideExpiry(facts(), memory, policy, ['mail'], due(1) + 1)
    expect(decision.memory).toBe(memory)
    expect(afterExpiry(facts(), decision, policy, told(), due(1) + 1).memory).toBe(memory)
  })

  it('MON-2 a due time that is the very end was told of before it', () => {
    const exact: ExpiryPolicy = { startDays: 28, frequencyHours: 7 * 24 }
    const memory = { sent: { mail: END }, sentBeforeEnd: {}, isRevoked: false }
    expect(decideExpiry(facts(), memory, exact, ['mail'], END).waiting).toStrictEqual([])
    expect(decideExpiry(facts(), memory, exact, ['mail'], END).memory).toBe(memory)
    const late = { sent: { mail: END + 7 * DAY, log: END }, sentBeforeEnd: { mail: END }, isRevoked: true }
    expect(decideExpiry(facts(), late, exact, ['mail'], END).memory.sent).toStrictEqual({ mail: END, log: END })
    // The last before the end is remembered when the first after it comes.
    const decision = decideExpiry(facts(), memory, exact, ['mail'], END + 7 * DAY)
    const after = afterExpiry(facts(), decision, exact, told('mail'), END + 7 * DAY).memory
    expect(after).toStrictEqual({ sent: { mail: END + 7 * DAY }, sentBeforeEnd: { mail: END }, isRevoked: true })
  })
})

describe('after the end', () => {
  it('MON-2 notices go on, and the application is told once', () => {
    const life = new Life().at(due(4)).at(due(5)).at(due(6)).at(due(7))
    expect(life.dues).toStrictEqual([due(4), due(5), due(6), due(7)])
    expect([life.revocations, life.dueAt]).toStrictEqual([1, due(8)])
    expect(life.memory.sentBeforeEnd).toStrictEqual({ mail: due(4) })
  })

  it('OCS-8 the application is told again where that failed, and nobody else', () => {
    const now = END + 1
    const memory = { ...fresh, sent: { mail: due(4) } }
    const decision = decideExpiry(facts(), memory, policy, ['mail'], now)
    expect(decision).toMatchObject({ waiting: [], isToBeRevoked: true, mark: 'expired' })
    const failed = { ...told(), isRevoked: false, retryAt: now + HOUR }
    const after = afterExpiry(facts(), decision, policy, failed, now)
    expect(after).toStrictEqual({ memory: { ...memory, isRevoked: false }, dueAt: now + HOUR })
  })

  it('OCS-8 one that is revoked already stays so, and nobody is told to use it no more', () => {
    for (const now of [due(4), END + 1]) {
      expect(decideExpiry(facts('revoked'), fresh, policy, [], now)).toMatchObject({
        isToBeRevoked: false,
        mark: 'revoked',
      })
    }
  })

  it('MON-1 one that nobody is told of is marked, and never looked at again', () => {
    const decision = decideExpiry(facts(), fresh, undefined, ['mail'], due(4))
    expect(afterExpiry(facts(), decision, undefined, told(), due(4)).dueAt).toBe(END + 1)
    const ended = decideExpiry(facts(), fresh, undefined, ['mail'], END + 1)
    expect(ended).toMatchObject({ due: undefined, waiting: [], isToBeRevoked: true, mark: 'expired' })
    expect(afterExpiry(facts(), ended, undefined, told(), END + 1).dueAt).toBe(NEVER)
  })
})

describe('MON-2 a clock that ran ahead, over the end', () => {
  it('takes back what it said then: the last notice before the end counts, and the true end is told of', () => {
    const life = new Life()
      .at(due(1))
      .at(due(6))
      .at(due(2) - 1)
    expect(life.memory).toStrictEqual({ sent: { mail: due(1) }, sentBeforeEnd: {}, isRevoked: false })
    expect([life.mark, life.dueAt]).toStrictEqual([undefined, due(2)])
    life.at(due(2)).at(due(5))
    expect(life.dues).toStrictEqual([due(1), due(6), due(2), due(5)])
    expect([life.mark, life.revocations]).toStrictEqual(['expired', 2])
  })

  it('has told a notifier nothing before the end: it is told then', () => {
    const life = new Life(['mail', 'log'])
      .at(due(1), ['log'])
      .at(due(6))
      .at(due(1) + 2 * HOUR)
    expect(life.notices.slice(3)).toStrictEqual([['mail', due(1)]])
    expect(life.memory.sent).toStrictEqual({ log: due(1), mail: due(1) })
  })

  it('takes back that the application was told, though no notice was given', () => {
    const memory = { sent: { mail: due(1) }, sentBeforeEnd: {}, isRevoked: true }
    const decision = decideExpiry(facts('expired'), memory, policy, ['mail'], due(1) + 1)
    expect(decision.memory).toStrictEqual({ ...memory, isRevoked: false })
    expect(decision).toMatchObject({ isToBeRevoked: false, mark: undefined, waiting: [] })
  })

  it('keeps of several notifiers those that were told before the end only', () => {
    const sent = { early: due(2), late: due(6), new: due(5) }
    const memory = { sent, sentBeforeEnd: { late: due(3) }, isRevoked: false }
    expect(decideExpiry(facts(), memory, policy, [], due(3)).memory).toStrictEqual({
      sent: { early: due(2), late: due(3) },
      sentBeforeEnd: {},
      isRevoked: false,
    })
  })
})

it('MON-2 MON-3 however the clock goes, no due time before the end is told of twice, the last that has come always is, and the end is marked', () => {
  const times = fc.array(fc.integer({ min: 60 * 24, max: 125 * 24 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(times, (hours) => {
      const life = new Life(['mail', 'log'])
      for (const hour of hours) {
        const now = start + hour * HOUR
        life.at(now)
        expect(life.mark).toBe(now > END ? 'expired' : undefined)
        expect(life.dueAt).toBeGreaterThan(now)
        if (now >= due(0)) {
          const last = due(Math.floor((now - due(0)) / (7 * DAY)))
          for (const name of ['mail', 'log']) expect(life.memory.sent[name]).toBeGreaterThanOrEqual(last)
        }
      }
      const early = life.notices.filter(([, time]) => time <= END).map((notice) => notice.join(' '))
      expect(new Set(early).size).toBe(early.length)
      // Once for each time it went over the end.
      const crossings = hours.filter((hour, i) => hour > 100 * 24 && (hours[i - 1] ?? 0) <= 100 * 24).length
      expect(life.revocations).toBe(crossings)
    }),
    { numRuns: 300 },
  )
})

// Which of several answers counts: decided by what they say, and never by the order they come in.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGraver } from '../../src/ocsp/gravity.js'

type Answer = Parameters<typeof isGraver>[0]

const day = (number: number): Date => new Date(Date.UTC(2026, 5, number))
const good = (thisUpdate = 1, nextUpdate?: number): Answer => ({
  status: 'good',
  thisUpdate: day(thisUpdate),
  nextUpdate: nextUpdate === undefined ? undefined : day(nextUpdate),
})
const unknown = (...times: Parameters<typeof good>): Answer => ({ ...good(...times), status: 'unknown' })
const revoked = (
  reason: (Answer & { status: 'revoked' })['reason'],
  revokedAt = 1,
  ...times: Parameters<typeof good>
): Answer => ({ ...good(...times), status: 'revoked', reason, revokedAt: day(revokedAt) })

/** The gravest last. */
const ascending: readonly [what: string, ...answers: readonly Answer[]][] = [
  [
    'what is said, whatever its age',
    good(9, 20),
    unknown(8, 20),
    revoked('certificateHold', 1, 7),
    revoked('unspecified', 1, 6),
  ],
  ['what is newer, however long it holds', good(1, 2), good(2, 9), good(3, 8)],
  ['what ends sooner, or names no end', good(3, 9), good(3, 8), good(3, 4), good(3)],
  ['what is newer where it has no end', good(1), good(2)],
  ['what was revoked earlier', revoked('keyCompromise', 3), revoked('superseded', 2), revoked('keyCompromise', 1)],
  ['the name of the reason', revoked('superseded'), revoked('keyCompromise'), revoked('aACompromise')],
]

describe('of answers about one certificate', () => {
  it.each(ascending)('counts %s', (_, ...answers) => {
    for (const [i, a] of answers.entries())
      for (const [j, b] of answers.entries()) expect([i, j, isGraver(a, b)]).toEqual([i, j, i > j])
  })

  it('counts the same, whatever order they come in', () => {
    const number = fc.integer({ min: 1, max: 3 })
    const times = fc.tuple(number, fc.option(number, { nil: undefined }))
    const reason = fc.constantFrom('certificateHold' as const, 'keyCompromise' as const, 'superseded' as const)
    const answer = fc.oneof(
      times.map((all) => good(...all)),
      times.map((all) => unknown(...all)),
      fc.tuple(reason, number, times).map(([why, at, all]) => revoked(why, at, ...all)),
    )
    fc.assert(
      fc.property(
        fc.array(answer, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(1000)),
        (answers, keys) => {
          const gravest = (list: readonly Answer[]): Answer => list.reduce((a, b) => (isGraver(b, a) ? b : a))
          const shuffled = answers
            .map((one) => [keys.next().value ?? 0, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one)
          expect(gravest(shuffled)).toEqual(gravest(answers))
        },
      ),
    )
  })
})

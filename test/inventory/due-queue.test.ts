/** The queue of what is due in memory, held against a list that is sorted anew for every question. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleDue } from '../../src/inventory/contract-case.js'
import { DueQueue } from '../../src/inventory/due-queue.js'
import { RecordEntry } from '../../src/inventory/record-entry.js'
import type { Lease } from '../../src/inventory/storage.js'

/** What the queue promises, in as few words as there are. */
class PlainList {
  readonly entries = new Map<string, { dueAt: number; lease: Lease | undefined }>()

  claimable(before: number, limit: number): readonly string[] {
    return [...this.entries]
      .filter(([, { dueAt, lease }]) => dueAt <= before && (lease === undefined || lease.until <= before))
      .sort(([, a], [, b]) => a.dueAt - b.dueAt)
      .slice(0, limit)
      .map(([id]) => id)
  }

  claim(before: number, limit: number, lease: Lease): readonly string[] {
    const ids = this.claimable(before, limit)
    for (const id of ids) Object.assign(this.entries.get(id) ?? {}, { lease })
    return ids
  }

  next(): number | undefined {
    const times = [...this.entries.values()].map(({ dueAt, lease }) => Math.max(dueAt, lease?.until ?? 0))
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

/** Both, asked and changed alike. */
class Pair {
  readonly queue = new DueQueue()
  readonly list = new PlainList()
  private readonly placed = new Map<string, RecordEntry>()

  put(id: string, dueAt: number): void {
    const known = this.placed.get(id)
    if (known !== undefined) this.queue.remove(known)
    const entry = known ?? new RecordEntry(sampleDue(id, dueAt))
    entry.record = sampleDue(id, dueAt)
    entry.lease = undefined
    this.queue.add(entry)
    this.placed.set(id, entry)
    this.list.entries.set(id, { dueAt, lease: undefined })
  }

  remove(id: string): void {
    const known = this.placed.get(id)
    if (known !== undefined) this.queue.remove(known)
    this.placed.delete(id)
    this.list.entries.delete(id)
  }

  claim(before: number, limit: number, lease: Lease): void {
    const claimed = this.queue.claim(before, limit, lease).map(({ record }) => record.id)
    expect(claimed).toEqual(this.list.claim(before, limit, lease))
  }

  compare(before: number, limit: number): void {
    const taken = this.queue.take(before, limit)
    for (const entry of taken) this.queue.add(entry)
    expect(taken.map(({ record }) => record.id)).toEqual(this.list.claimable(before, limit))
    expect(this.queue.next()).toBe(this.list.next())
  }
}

describe('the queue of what is due', () => {
  it('gives what a sorted list would, whatever is put, taken out, claimed and let go', () => {
    const time = fc.integer({ min: 0, max: 40 })
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), id: fc.integer({ min: 0, max: 9 }), time }),
      fc.record({ do: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ do: fc.constant('claim' as const), time, limit: fc.integer({ min: 0, max: 4 }), length: time }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), time, (steps, before) => {
        const pair = new Pair()
        for (const one of steps) {
          // No two are due at once: which of them comes first is nobody's promise.
          if (one.do === 'put') pair.put(`due ${one.id}`, one.time * 10 + one.id)
          else if (one.do === 'remove') pair.remove(`due ${one.id}`)
          else pair.claim(one.time * 10, one.limit, { owner: 'somebody', until: (one.time + one.length) * 10 })
          pair.compare(before * 10, 3)
        }
        pair.compare(1000, 99)
      }),
      { numRuns: 500 },
    )
  })

  it('forgets what has been put again and again, and keeps what counts', () => {
    const pair = new Pair()
    for (let round = 0; round < 60; round++) {
      for (let id = 0; id < 500; id++) pair.put(`due ${id}`, ((id * 7919 + round * 104_729) % 500_000) * 500 + id)
      if (round % 20 === 0) pair.claim(1e9, 100, { owner: 'somebody', until: 1e9 + 1 })
    }
    pair.compare(2e9, 1000)
    const free = Reflect.get(pair.queue, 'free') as { readonly waits: readonly unknown[] }
    // 30,000 have been put; twice what counts is kept, and the 10,000 that are not worth tidying away.
    expect(free.waits.length).toBeLessThanOrEqual(2 * 500 + 10_000 + 1)
  })
})

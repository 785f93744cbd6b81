// What is due of one task, in memory: two heaps by time, of what is free and of what is held. Millions wait in them, and
// each costs a few comparisons of numbers.

import type { RecordEntry } from './record-entry.js'
import type { Lease } from './storage.js'

/** The least time first. What has been taken out of its middle stays, and is passed over when it comes up. */
class TimeHeap {
  private times: number[] = []
  private entries: RecordEntry[] = []
  private stamps: number[] = []
  /** Entries that count. */
  private live = 0

  push(time: number, entry: RecordEntry, stamp: number): void {
    entry.stamp = stamp
    this.live++
    if (this.times.length > 2 * this.live + MOST_STALE) this.dropStale()
    this.times.push(time)
    this.entries.push(entry)
    this.stamps.push(stamp)
    this.siftUp(this.times.length - 1)
  }

  /** Takes an entry out that was pushed here last. */
  forget(entry: RecordEntry): void {
    entry.stamp = 0
    this.live--
  }

  /** The first time; undefined where there is none. */
  peek(): number | undefined {
    while (this.times.length > 0 && this.stamps[0] !== this.entries[0]?.stamp) this.removeFirst()
    return this.times[0]
  }

  /** Takes the first entry out. */
  pop(): RecordEntry | undefined {
    if (this.peek() === undefined) return undefined
    const [first] = this.entries
    this.removeFirst()
    if (first !== undefined) this.forget(first)
    return first
  }

  private removeFirst(): void {
    const [time, entry, stamp] = [this.times.pop(), this.entries.pop(), this.stamps.pop()]
    if (this.times.length === 0 || time === undefined || entry === undefined || stamp === undefined) return
    this.set(0, time, entry, stamp)
    this.siftDown(0)
  }

  private set(at: number, time: number, entry: RecordEntry, stamp: number): void {
    this.times[at] = time
    this.entries[at] = entry
    this.stamps[at] = stamp
  }

  private swap(a: number, b: number): void {
    const [time = 0, entry, stamp = 0] = [this.times[a], this.entries[a], this.stamps[a]]
    const [otherTime = 0, other, otherStamp = 0] = [this.times[b], this.entries[b], this.stamps[b]]
    if (entry === undefined || other === undefined) return
    this.set(a, otherTime, other, otherStamp)
    this.set(b, time, entry, stamp)
  }

  private siftUp(start: number): void {
    for (let at = start; at > 0;) {
      const parent = (at - 1) >> 1
      if ((this.times[parent] ?? 0) <= (this.times[at] ?? 0)) return
      this.swap(at, parent)
      at = parent
    }
  }

  private siftDown(start: number): void {
    const { times } = this
    for (let at = start; ;) {
      const left = 2 * at + 1
      if (left >= times.length) return
      const right = left + 1
      const least = right < times.length && (times[right] ?? 0) < (times[left] ?? 0) ? right : left
      if ((times[at] ?? 0) <= (times[least] ?? 0)) return
      this.swap(at, least)
      at = least
    }
  }

  private dropStale(): void {
    const kept = this.times.flatMap((time, at) => {
      const entry = this.entries[at]
      const stamp = this.stamps[at]
      return entry !== undefined && stamp !== undefined && entry.stamp === stamp ? [{ time, entry, stamp }] : []
    })
    kept.sort((a, b) => a.time - b.time)
    this.times = kept.map(({ time }) => time)
    this.entries = kept.map(({ entry }) => entry)
    this.stamps = kept.map(({ stamp }) => stamp)
  }
}

/** Passed-over entries that are not worth tidying away. */
const MOST_STALE = 10_000

const dueAtOf = ({ record }: RecordEntry): number => (record.kind === 'due' ? record.dueAt : Infinity)

export class DueQueue {
  private readonly free = new TimeHeap()
  private readonly held = new TimeHeap()
  private stamp = 0

  /** Puts an entry in by its record's due time and its lease. */
  add(entry: RecordEntry): void {
    const { lease } = entry
    this.stamp++
    if (lease === undefined) this.free.push(dueAtOf(entry), entry, this.stamp)
    else this.held.push(Math.max(dueAtOf(entry), lease.until), entry, this.stamp)
  }

  /** Takes an entry out, before its record or its lease changes. */
  remove(entry: RecordEntry): void {
    ;(entry.lease === undefined ? this.free : this.held).forget(entry)
  }

  /** Gives what is due at `before` and that nobody holds then to somebody, the most overdue first. */
  claim(before: number, limit: number, lease: Lease): readonly RecordEntry[] {
    const found = this.take(before, limit)
    for (const entry of found) {
      entry.lease = lease
      this.add(entry)
    }
    return found
  }

  /** The same, taken out: it has to be added again. */
  take(before: number, limit: number): readonly RecordEntry[] {
    const ended: RecordEntry[] = []
    for (let at = this.held.peek(); at !== undefined && at <= before; at = this.held.peek()) {
      const entry = this.held.pop()
      if (entry !== undefined) ended.push(entry)
    }
    ended.sort((a, b) => dueAtOf(b) - dueAtOf(a))
    const taken: RecordEntry[] = []
    while (taken.length < limit) {
      const next = this.free.peek() ?? Infinity
      const last = ended.at(-1)
      const entry =
        last !== undefined && dueAtOf(last) <= next ? ended.pop() : next <= before ? this.free.pop() : undefined
      if (entry === undefined) break
      taken.push(entry)
    }
    for (const entry of ended) this.add(entry)
    return taken
  }

  /** The earliest time at which something can be claimed. */
  next(): number | undefined {
    const [free, held] = [this.free.peek(), this.held.peek()]
    return free === undefined ? held : held === undefined ? free : Math.min(free, held)
  }
}

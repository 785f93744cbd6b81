// What is due of one task, in memory: two heaps by time, of what is free and of what is held. Millions wait in them, and
// each costs a few comparisons.

import type { RecordEntry, Wait } from './record-entry.js'
import type { Lease } from './storage.js'

/** The least time first. What has been taken out of its middle stays, and is passed over when it comes up. */
class TimeHeap {
  private waits: Wait[] = []
  /** Those that count. */
  private live = 0

  push(time: number, entry: RecordEntry): void {
    this.live++
    if (this.waits.length > 2 * this.live + MOST_STALE) this.dropStale()
    const wait = { time, entry }
    entry.wait = wait
    let at = this.waits.length
    for (let parent = this.waits[(at - 1) >> 1]; parent !== undefined && parent.time > time;) {
      this.waits[at] = parent
      at = (at - 1) >> 1
      parent = this.waits[(at - 1) >> 1]
    }
    this.waits[at] = wait
  }

  /** Takes an entry out that was pushed here last. */
  forget(entry: RecordEntry): void {
    entry.wait = undefined
    this.live--
  }

  /** The first time; undefined where there is none. */
  peek(): number | undefined {
    for (let first = this.waits[0]; first !== undefined; first = this.waits[0]) {
      if (isLive(first)) return first.time
      this.removeFirst()
    }
    return undefined
  }

  /** Takes the first entry out. */
  pop(): RecordEntry | undefined {
    if (this.peek() === undefined) return undefined
    const [first] = this.waits
    this.removeFirst()
    if (first !== undefined) this.forget(first.entry)
    return first?.entry
  }

  private removeFirst(): void {
    const { waits } = this
    const last = waits.pop()
    if (last === undefined || waits.length === 0) return
    let at = 0
    for (;;) {
      const left = waits[2 * at + 1]
      const right = waits[2 * at + 2]
      const isRight = left !== undefined && right !== undefined && right.time < left.time
      const least = isRight ? right : left
      if (least === undefined || least.time >= last.time) break
      waits[at] = least
      at = 2 * at + (isRight ? 2 : 1)
    }
    waits[at] = last
  }

  /** What is sorted is a heap. */
  private dropStale(): void {
    this.waits = this.waits.filter(isLive).sort((a, b) => a.time - b.time)
  }
}

/** Its entry has not been put anywhere else since. */
const isLive = (wait: Wait): boolean => wait.entry.wait === wait

/** Passed-over entries that are not worth tidying away. */
const MOST_STALE = 10_000

const dueAtOf = ({ record }: RecordEntry): number => (record.kind === 'due' ? record.dueAt : Infinity)

export class DueQueue {
  private readonly free = new TimeHeap()
  private readonly held = new TimeHeap()

  /** Puts an entry in by its record's due time and its lease. */
  add(entry: RecordEntry): void {
    const { lease } = entry
    if (lease === undefined) this.free.push(dueAtOf(entry), entry)
    else this.held.push(Math.max(dueAtOf(entry), lease.until), entry)
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

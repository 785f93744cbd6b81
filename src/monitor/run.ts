// The small loop around a monitor's ticks, for hosts without a scheduler of their own.

import type { Clock } from '../base/clock.js'
import type { StopSignal } from '../base/timers.js'
import type { MonitorReport } from './report.js'

/** How a loop of ticks ends, and who is told of them. */
export interface RunOptions {
  /** Ends the loop, after the tick under way: an `AbortSignal`. */
  readonly signal: StopSignal
  /** Told of every tick. What it throws is ignored. */
  readonly onReport?: (report: MonitorReport) => void
  /** Told of every tick that failed, as the storage did. The next one comes later each time, up to ten minutes. */
  readonly onError?: (error: unknown) => void
}

interface Loop extends RunOptions {
  readonly clock: Clock
  readonly sleep: (milliseconds: number, signal: StopSignal) => Promise<void>
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const LONGEST_PAUSE = 10 * MINUTE

/**
 * Ticks, and sleeps until the next tick is due. By short naps: a machine that was asleep, or whose clock was set, must not
 * sleep on.
 */
export async function runUntilAborted(
  monitor: { tick(): Promise<MonitorReport> },
  { signal, clock, sleep, onReport, onError }: Loop,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    let next: number
    try {
      const report = await monitor.tick()
      failures = 0
      next = report.next.getTime()
      quietly(() => onReport?.(report))
    } catch (error) {
      failures++
      next = clock.now().getTime() + Math.min(SECOND * 2 ** failures, LONGEST_PAUSE)
      quietly(() => onError?.(error))
    }
    await sleepUntil(next, { signal, clock, sleep })
  }
}

/** Wakes early where the clock is set back: what is due then nobody knows. */
async function sleepUntil(next: number, { signal, clock, sleep }: Loop): Promise<void> {
  const begun = clock.now().getTime()
  for (let now = begun; now < next && now >= begun && !signal.aborted; now = clock.now().getTime()) {
    await sleep(Math.min(next - now, MINUTE), signal)
  }
}

/** The loop outlives whoever watches it. */
function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Theirs to find.
  }
}

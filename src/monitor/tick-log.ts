// How the ticks of a process have gone.

import type { Clock } from '../base/clock.js'
import { reasonOf } from '../base/reason.js'
import type { MonitorHealth, MonitorMetrics } from './metrics.js'
import type { MonitorReport } from './report.js'

export class TickLog {
  private active = 0
  private ticks = 0
  private failedRuns = 0
  private failures: readonly string[] = []
  private lastAt: number | undefined
  private nextAt: number | undefined

  constructor(
    private readonly clock: Clock,
    /** Milliseconds a host may come later than asked. */
    private readonly tolerance: number,
  ) {}

  /** Runs a tick, and notes how it goes. */
  async noting(tick: () => Promise<MonitorReport>): Promise<MonitorReport> {
    this.active++
    this.lastAt = this.now()
    try {
      const report = await tick()
      this.ticks++
      this.failedRuns = 0
      this.failures = report.failures.map(({ notifier, message }) => `${notifier}: ${message}`)
      this.nextAt = report.next.getTime()
      return report
    } catch (error) {
      this.failedRuns++
      this.failures = [reasonOf(error)]
      throw error
    } finally {
      this.active--
    }
  }

  metrics(): Pick<MonitorMetrics, 'ticks' | 'lastTickAt' | 'nextTickAt'> {
    const { ticks, lastAt, nextAt } = this
    return {
      ticks,
      ...(lastAt !== undefined && { lastTickAt: lastAt }),
      ...(nextAt !== undefined && { nextTickAt: nextAt }),
    }
  }

  health(): MonitorHealth {
    const { failedRuns, failures, lastAt, nextAt } = this
    return {
      monitor: 'CertificateExpiryMonitor',
      state: this.state(),
      ...(lastAt !== undefined && { lastRunAt: lastAt }),
      ...(nextAt !== undefined && { nextRunAt: nextAt }),
      failedRuns,
      failures,
    }
  }

  private state(): MonitorHealth['state'] {
    if (this.active > 0) return 'running'
    if (this.failures.length > 0) return 'failing'
    if (this.nextAt === undefined) return 'not-run-yet'
    return this.now() > this.nextAt + this.tolerance ? 'late' : 'waiting'
  }

  private now(): number {
    return this.clock.now().getTime()
  }
}

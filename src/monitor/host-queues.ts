// Work for many hosts: so much at a time in all, so much at each, and so often. A host that hangs holds up no other.

import type { Clock } from '../base/clock.js'
import { ensure } from '../base/ensure.js'
import type { MonitorLimits } from './limits.js'

/** One piece of work, and the host it is for. */
export interface HostJob {
  /** Undefined where nobody is asked: such jobs wait for no turn. */
  readonly host: string | undefined
  readonly run: () => Promise<void>
}

/** Remembers when each host was last asked: use one for all work of a process. */
export class HostQueues {
  /** When each host may be asked next; milliseconds since 1970. */
  private readonly nextAt = new Map<string, number>()
  private active = 0
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly clock: Clock,
    private readonly sleep: (milliseconds: number) => Promise<void>,
    private readonly limits: Pick<MonitorLimits, 'concurrentChecks' | 'checksPerHost' | 'checksPerSecond'>,
  ) {}

  /** Runs the jobs, those of one host in their order, until `until`; what had not begun then is not begun. */
  async run(jobs: readonly HostJob[], until: number): Promise<void> {
    const now = this.clock.now().getTime()
    for (const [host, at] of this.nextAt) if (at <= now) this.nextAt.delete(host)
    const queues = new Map<string | undefined, HostJob[]>()
    for (const job of jobs) ensure(queues, job.host, (): HostJob[] => []).push(job)
    const { checksPerHost, concurrentChecks } = this.limits
    const workers = [...queues].flatMap(([host, queue]) => {
      const rest = queue[Symbol.iterator]()
      const count = Math.min(queue.length, host === undefined ? concurrentChecks : checksPerHost)
      return Array.from({ length: count }, () => this.work(rest, until))
    })
    await Promise.all(workers)
  }

  private async work(rest: Iterable<HostJob>, until: number): Promise<void> {
    for (const { host, run } of rest) {
      if (host !== undefined) await this.awaitTurn(host)
      await this.enter()
      try {
        if (this.clock.now().getTime() >= until) return
        await run()
      } finally {
        this.leave()
      }
    }
  }

  private async awaitTurn(host: string): Promise<void> {
    const { checksPerHost, checksPerSecond } = this.limits
    const pause = 1000 / checksPerSecond
    const now = this.clock.now().getTime()
    const next = this.nextAt.get(host) ?? now
    // Nobody waits for more than all others at work there, if timers keep time: a turn far beyond is of a clock set back.
    const at = next > now + 2 * checksPerHost * pause ? now : Math.max(now, next)
    this.nextAt.set(host, at + pause)
    if (at > now) await this.sleep(Math.ceil(at - now))
  }

  private async enter(): Promise<void> {
    if (this.active >= this.limits.concurrentChecks) await new Promise<void>((resolve) => this.waiting.push(resolve))
    else this.active++
  }

  /** The place goes straight to whoever has waited longest. */
  private leave(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.active--
    else next()
  }
}

// Notices on their way to people: each notifier gets those it has not delivered, as one digest.

import { toHex } from '../base/bytes.js'
import { reasonOf } from '../base/reason.js'
import { withinTimeout } from '../base/timers.js'
import { digest } from '../crypto/index.js'
import type { NotifierMetrics } from './metrics.js'
import { byGravity, type MonitorNotice, type NoticeDigest, type Notifier } from './notice.js'

/** A notice, and the notifiers that have yet to deliver it. */
export interface PendingNotice {
  readonly notice: MonitorNotice
  readonly waiting: readonly string[]
}

/** A notifier that failed; what it should have delivered is delivered at a later tick. */
export interface DeliveryFailure {
  readonly notifier: string
  readonly message: string
}

export interface Delivery {
  /** Names of the notifiers that have everything now. */
  readonly delivered: ReadonlySet<string>
  readonly failures: readonly DeliveryFailure[]
}

/** Where there are no notifiers the report itself tells of everything once. */
const report: Notifier = { name: 'report', send: () => Promise.resolve() }

/** The notifiers, and how they have fared. */
export class Deliverer {
  private readonly notifiers: readonly Notifier[]
  private readonly kept = new Map<string, NotifierMetrics>()

  /** @throws TypeError for two notifiers of one name: what one has sent would pass for sent by the other */
  constructor(
    notifiers: readonly Notifier[],
    /** Milliseconds a notifier may take. */
    private readonly timeout: number,
  ) {
    this.notifiers = notifiers.length === 0 ? [report] : notifiers
    for (const { name } of this.notifiers) {
      if (this.kept.has(name))
        throw new TypeError(`notifiers: expected a name of its own for each, found two "${name}"`)
      this.kept.set(name, { name, sent: 0, failures: 0 })
    }
  }

  get names(): readonly string[] {
    return this.notifiers.map(({ name }) => name)
  }

  metrics(): readonly NotifierMetrics[] {
    return [...this.kept.values()]
  }

  /** All at once: one that hangs delays no other. */
  async deliver(
    pending: readonly PendingNotice[],
    { at, addresses }: Pick<NoticeDigest, 'at' | 'addresses'>,
  ): Promise<Delivery> {
    const delivered = new Set<string>()
    const failures: DeliveryFailure[] = []
    await Promise.all(
      this.notifiers.map(async (notifier) => {
        const { name } = notifier
        const notices = pending.flatMap(({ notice, waiting }) => (waiting.includes(name) ? [notice] : []))
        const message =
          notices.length === 0
            ? undefined
            : await this.send(notifier, { at, addresses, notices: notices.sort(byGravity) })
        if (message === undefined) delivered.add(name)
        else failures.push({ notifier: name, message })
      }),
    )
    return { delivered, failures }
  }

  /** What went wrong; undefined where nothing did. */
  private async send(notifier: Notifier, unnamed: Omit<NoticeDigest, 'key'>): Promise<string | undefined> {
    const { name } = notifier
    const { at, notices } = unnamed
    const overdue = (): Error => new Error(`the notifier was not done within ${this.timeout} ms`)
    try {
      const key = await digestKey(notices)
      await withinTimeout(this.timeout, overdue, () => notifier.send({ ...unnamed, key }))
      this.count(name, (known) => ({ ...known, sent: known.sent + notices.length, lastSentAt: at }))
      return undefined
    } catch (error) {
      const lastFailure = reasonOf(error)
      this.count(name, (known) => ({ ...known, failures: known.failures + 1, lastFailureAt: at, lastFailure }))
      return lastFailure
    }
  }

  private count(name: string, change: (known: NotifierMetrics) => NotifierMetrics): void {
    this.kept.set(name, change(this.kept.get(name) ?? { name, sent: 0, failures: 0 }))
  }
}

/** The same for the same notices, in any order. */
async function digestKey(notices: readonly MonitorNotice[]): Promise<string> {
  const keys = notices.map(({ key }) => key).sort()
  return toHex((await digest('sha-256', new TextEncoder().encode(JSON.stringify(keys)))).subarray(0, 16))
}

// Notices on their way to people: each notifier gets those it has not delivered, as one digest.

import { reasonOf } from '../base/reason.js'
import { withinTimeout } from '../base/timers.js'
import { textDigest } from '../crypto/text-digest.js'
import type { Counts, NotifierMetrics } from './metrics.js'
import { byGravity, type MonitorNotice, type NoticeDigest, type Notifier } from './notice.js'

/** A notice, and the notifiers that have yet to deliver it. */
export interface PendingNotice {
  readonly notice: MonitorNotice
  readonly waiting: readonly string[]
}

/** A notifier, or another part of a tick, that failed; what it should have done is done at a later tick. */
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
  private readonly notifiers = new Map<Notifier, Counts<NotifierMetrics>>()

  /** @throws TypeError for two notifiers of one name: what one has sent would pass for sent by the other */
  constructor(
    notifiers: readonly Notifier[],
    /** Milliseconds a notifier may take. */
    private readonly timeout: number,
  ) {
    for (const notifier of notifiers.length === 0 ? [report] : notifiers) {
      const { name } = notifier
      if (this.names.includes(name)) {
        throw new TypeError(`notifiers: expected a name of its own for each, found two "${name}"`)
      }
      this.notifiers.set(notifier, { name, sent: 0, failures: 0 })
    }
  }

  get names(): readonly string[] {
    return this.metrics().map(({ name }) => name)
  }

  metrics(): readonly NotifierMetrics[] {
    return [...this.notifiers.values()].map((counts) => ({ ...counts }))
  }

  /** All at once: one that hangs delays no other. */
  async deliver(
    pending: readonly PendingNotice[],
    { at, addresses }: Pick<NoticeDigest, 'at' | 'addresses'>,
  ): Promise<Delivery> {
    const delivered = new Set<string>()
    const failures: DeliveryFailure[] = []
    await Promise.all(
      [...this.notifiers].map(async ([notifier, counts]) => {
        const { name } = counts
        const notices = pending.flatMap(({ notice, waiting }) => (waiting.includes(name) ? [notice] : []))
        const message =
          notices.length === 0
            ? undefined
            : await this.send(notifier, counts, { at, addresses, notices: notices.sort(byGravity) })
        if (message === undefined) delivered.add(name)
        else failures.push({ notifier: name, message })
      }),
    )
    return { delivered, failures }
  }

  /** What went wrong; undefined where nothing did. */
  private async send(
    notifier: Notifier,
    counts: Counts<NotifierMetrics>,
    unnamed: Omit<NoticeDigest, 'key'>,
  ): Promise<string | undefined> {
    const { at, notices } = unnamed
    const overdue = (): Error => new Error(`the notifier was not done within ${this.timeout} ms`)
    try {
      const key = await digestKey(notices)
      await withinTimeout(this.timeout, overdue, () => notifier.send({ ...unnamed, key }))
      counts.sent += notices.length
      counts.lastSentAt = at
      return undefined
    } catch (error) {
      counts.failures++
      counts.lastFailureAt = at
      return (counts.lastFailure = reasonOf(error))
    }
  }
}

/** The same for the same notices, in any order. */
const digestKey = (notices: readonly MonitorNotice[]): Promise<string> =>
  textDigest(JSON.stringify(notices.map(({ key }) => key).sort()))

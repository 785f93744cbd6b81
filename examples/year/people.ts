// The people who get the monitor's notices, and do something about them: most soon, some late, one never.

import type { ExpiryNotice, MonitorNotice, NoticeDigest, Notifier } from '../../src/index.js'
import { DAY, HOUR, purposes, type SimulatedClock, type World } from './world.js'

/** Tells what happens. */
export type Tell = (who: string, what: string) => void

interface Task {
  readonly at: number
  readonly run: () => Promise<void>
}

/** Nobody looks after this one. */
export const FORGOTTEN = { node: 'cucm7', purpose: 'CallManager-ECDSA' } as const

export class People {
  readonly counts = { renewed: 0, mails: 0, notices: 0 }
  isMailDown = false
  private readonly tasks: Task[] = []
  private readonly atWork = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly clock: SimulatedClock,
    private readonly tell: Tell,
  ) {}

  /** What the monitor sends its notices through. */
  readonly mail: Notifier = {
    name: 'e-mail',
    send: (digest) => {
      if (this.isMailDown) return Promise.reject(new Error('the mail server does not answer'))
      this.read(digest)
      return Promise.resolve()
    },
  }

  /** When somebody does something next. */
  get next(): number {
    return Math.min(...this.tasks.map(({ at }) => at))
  }

  plan(at: number, run: () => Promise<void> | void): void {
    this.tasks.push({ at, run: async () => run() })
  }

  async work(): Promise<void> {
    for (;;) {
      const at = this.tasks.findIndex((task) => task.at <= this.clock.time)
      const [task] = at < 0 ? [] : this.tasks.splice(at, 1)
      if (task === undefined) return
      await task.run()
    }
  }

  private read({ notices }: NoticeDigest): void {
    this.counts.mails++
    this.counts.notices += notices.length
    // What is said of many at once, as of the copies on every node, is one line here.
    const lines = new Map<string, MonitorNotice[]>()
    for (const notice of notices) {
      const what = whatOf(notice)
      lines.set(what, [...(lines.get(what) ?? []), notice])
      this.react(notice)
    }
    for (const [what, [first, ...more]] of lines) {
      if (first === undefined) continue
      const { purpose, node } = more.find(({ kind }) => kind === 'identity') ?? first
      const others = more.length === 0 ? '' : ` and ${more.length} more`
      this.tell('mail', `${purpose} on ${node}${others}: ${what}`)
    }
  }

  private react(notice: MonitorNotice): void {
    const { node, purpose, kind } = notice
    const place = `${purpose} on ${node}`
    if (this.atWork.has(place)) return
    const later = (delay: number, run: () => Promise<void>): void => {
      this.atWork.add(place)
      this.plan(this.clock.time + delay, async () => {
        await run()
        this.atWork.delete(place)
      })
    }
    const isLost = notice.type === 'revocation' && notice.status === 'revoked'
    if (kind === 'endpoint') {
      later(2 * DAY, () => this.world.certifyPhone(node, 365))
    } else if (kind === 'identity' && (isLost || notice.type === 'expiry')) {
      if (node === FORGOTTEN.node && purpose === FORGOTTEN.purpose && notice.notAfter > this.clock.time) return
      later(isLost ? 2 * HOUR : DAY, () => this.renew(node, purpose))
    } else if (notice.subject === this.world.issuing.certificate.subject.toString() && node === 'cucm1') {
      later(3 * DAY, () => this.replaceIssuing(purpose))
    }
  }

  private async renew(node: string, purpose: string): Promise<void> {
    if (!purposes.some(({ identity }) => identity === purpose)) return
    await this.world.certify(node, purpose, 200 + (this.counts.renewed % 7) * 20)
    this.counts.renewed++
    this.tell('operator', `has renewed ${purpose} on ${node}`)
  }

  private async replaceIssuing(purpose: string): Promise<void> {
    const { pem } = await this.world.renewIssuing()
    await this.world.trust(purpose, pem)
    this.tell('operator', `has put the issuing CA’s new certificate into ${purpose}; every node has it`)
  }
}

function whatOf(notice: MonitorNotice): string {
  if (notice.type === 'expiry') return `${endOf(notice)}${burdenOf(notice)}`
  return notice.status === 'revoked' ? `revoked (${notice.reason ?? 'no reason'})` : 'nobody says whether it is revoked'
}

const endOf = ({ daysLeft, level }: ExpiryNotice): string =>
  level === 'expired' ? `ended ${-daysLeft} days ago` : daysLeft === 0 ? 'ends today' : `ends in ${daysLeft} days`

const burdenOf = ({ takesDown }: ExpiryNotice): string =>
  takesDown.length === 0 ? '' : `, and takes ${takesDown.map(({ purpose }) => purpose).join(', ')} down`

// Notices by e-mail: one digest a run and address (MON-1, MON-4). What reached an address is not sent to it again.

import { checkNumber } from '../../base/arguments.js'
import { membersOf } from '../../base/json.js'
import { LONGEST_TIMER, withinTimeout } from '../../base/timers.js'
import { plainText } from '../../monitor/digest-text.js'
import { type MonitorNotice, type NoticeDigest, type Notifier, splitAddresses } from '../../monitor/index.js'
import { parseMailbox } from '../../path/mailbox.js'
import type { Catalogue } from '../../purposes/index.js'
import { EmailError, type EmailFailure, failureOf, notDelivered } from './errors.js'
import { mailOf, type MailTransport } from './message.js'
import { type Send, smtpSend, type SmtpOptions } from './smtp.js'

interface EmailOptions {
  /** The sender's mailbox. */
  readonly from: string
  /** Shown for it. */
  readonly fromName?: string
  /**
   * Mailboxes separated by semicolons: `a@example.com; b@example.com`. Default: those of the monitor's settings (MON-1),
   * none while e-mail is disabled there.
   */
  readonly to?: string
  /** Begins every subject. Default `Certificates:`. */
  readonly subjectPrefix?: string
  /** Whose services to restart are named. */
  readonly catalogue?: Catalogue
  /** Notices that a mail shows; the rest are counted. Default 50. */
  readonly mostNotices?: number
  /** Milliseconds one address may take. Default 30,000. Four are served at a time. */
  readonly timeout?: number
  /** Default `e-mail`. */
  readonly name?: string
}

/** Either a server to send through, or a transport: a transporter of nodemailer, or anything with its `sendMail`. */
export type EmailNotifierOptions = EmailOptions &
  (
    | { readonly smtp: SmtpOptions; readonly transport?: undefined }
    | { readonly transport: MailTransport; readonly smtp?: undefined }
  )

/**
 * A notifier that sends each address a mail of its own, with the digest as plain text and HTML. Each is tried once: `send`
 * rejects with an {@link EmailError} that says which addresses were not served, and the monitor's next try goes to those
 * alone. That a server has taken a mail does not say that anybody has read it.
 *
 * The Message-ID follows from the digest and the address, so what is sent twice after a crash is recognised.
 *
 * @throws TypeError for addresses that are none, for credentials without TLS, and for limits that are no numbers
 */
export function emailNotifier(options: EmailNotifierOptions): Notifier {
  const { name = 'e-mail', timeout = 30_000, mostNotices = 50, subjectPrefix = 'Certificates:' } = options
  checkNumber('timeout', timeout, LONGEST_TIMER)
  checkNumber('mostNotices', mostNotices, Number.MAX_SAFE_INTEGER)
  const fixed = checkedAddresses(options)
  const from = { name: plainText(options.fromName ?? ''), address: options.from }
  const style = { from, mostNotices, subjectPrefix: plainText(subjectPrefix), catalogue: options.catalogue }
  const { transport } = options
  const send: Send = transport === undefined ? smtpSend(options.smtp, timeout) : (mail) => transport.sendMail(mail)
  const served = new Served()

  /** Why the address was not served; undefined where it was, or has been before. */
  const serve = async (digest: NoticeDigest, address: string): Promise<EmailFailure | undefined> => {
    const notices = digest.notices.filter((notice) => !served.has(notice, address))
    if (notices.length === 0) return undefined
    const overdue = (): Error => Object.assign(new Error(`not done within ${timeout} ms`), { code: 'ETIMEDOUT' })
    try {
      const mail = mailOf({ ...digest, notices }, address, style)
      const info = await withinTimeout(timeout, overdue, (signal) => send(mail, signal))
      const refusal = refusalIn(info)
      if (refusal !== undefined) return failureOf(address, refusal)
    } catch (error) {
      // Not the address's fault: the same for all.
      if (error instanceof EmailError) throw error
      return failureOf(address, error)
    }
    served.add(notices, address)
    return undefined
  }

  return {
    name,
    async send(digest) {
      const addresses = fixed ?? [...new Set(digest.addresses)]
      const outcomes = await inParallel(addresses, (address) => serve(digest, address))
      const failures = outcomes.filter((failure) => failure !== undefined)
      if (failures.length > 0) {
        const delivered = addresses.filter((_, i) => outcomes[i] === undefined)
        throw notDelivered(failures, delivered)
      }
      served.forget(digest.notices)
    },
  }
}

function checkedAddresses({ from, to }: EmailOptions): readonly string[] | undefined {
  const addresses = [...new Set(splitAddresses(to ?? ''))]
  const bad = [from, ...addresses].filter((address) => parseMailbox(address) === undefined)
  if (bad.length > 0)
    throw new TypeError(`expected mailboxes, found ${bad.map((text) => JSON.stringify(text)).join(', ')}`)
  if (to !== undefined && addresses.length === 0) throw new TypeError('to: expected a mailbox, found none')
  return to === undefined ? undefined : addresses
}

/** Notices that some addresses have while others wait; the oldest go first, at the price of a second copy. */
const MOST_REMEMBERED = 10_000

/** Which notices have reached which addresses, as long as some address has yet to be served. */
class Served {
  private readonly addresses = new Map<string, Set<string>>()

  has({ key }: MonitorNotice, address: string): boolean {
    return this.addresses.get(key)?.has(address) ?? false
  }

  add(notices: readonly MonitorNotice[], address: string): void {
    for (const { key } of notices) {
      const known = this.addresses.get(key) ?? new Set()
      this.addresses.set(key, known.add(address))
    }
    for (const key of this.addresses.keys()) {
      if (this.addresses.size <= MOST_REMEMBERED) break
      this.addresses.delete(key)
    }
  }

  forget(notices: readonly MonitorNotice[]): void {
    for (const { key } of notices) this.addresses.delete(key)
  }
}

/** What a transport resolves with where it has not rejected: the only address may stand there as refused. */
function refusalIn(info: unknown): unknown {
  const { rejected, rejectedErrors } = membersOf(info)
  if (!Array.isArray(rejected) || rejected.length === 0) return undefined
  const [error] = Array.isArray(rejectedErrors) ? (rejectedErrors as readonly unknown[]) : []
  return error ?? { responseCode: 550, message: 'refused' }
}

const WIDTH = 4

/** The results in the order of the items, a few at a time. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: WIDTH }, worker))
  return results
}

// The monitor: does what is due, says what it did and when to come again (MON-2 to MON-7). Whoever hosts it owns the timer;
// several may share a storage, since each due certificate is claimed under a lease.

import type { Clock } from '../base/clock.js'
import { systemClock } from '../base/clock.js'
import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  type Plain,
  scheduleOf,
  type Scope,
  type Storage,
} from '../inventory/index.js'
import { dueNotice, type ExpiryPolicy, expiryState, nextCheck, nextNotice } from './expiry.js'
import { byGravity, type ExpiryNotice, noticeSubject, type NoticeSubject, type Notifier } from './notice.js'
import { checkSettings, intervalMilliseconds, type MonitorSettings } from './settings.js'

export interface MonitorOptions {
  readonly storage: Storage
  readonly notifiers: readonly Notifier[]
  readonly settings: MonitorSettings
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Another window, a mute or another share for a certificate or a purpose (MON-7); undefined for the settings' own. */
  readonly policyFor?: (certificate: NoticeSubject) => Partial<ExpiryPolicy> | undefined
  /** The identities whose chains rest on a trusted certificate (MON-6). Default: none are named. */
  readonly dependants?: (certificate: CertificateRecord) => Promise<readonly NoticeSubject[]>
  /** Tells this worker from others. Default random. */
  readonly worker?: string
  /** Milliseconds a claimed certificate is this worker's. Default five minutes: longer than any notifier may take. */
  readonly lease?: number
}

/** What the application must do (OCS-8): the certificate is not to be used any more. Emitted once. */
export interface RevokeEffect extends Scope {
  readonly type: 'revoke'
  readonly sha256: string
  readonly reason: 'expired' | 'revoked'
}

/** What a tick did. */
export interface MonitorReport {
  /** Notices delivered to every notifier. */
  readonly notices: readonly ExpiryNotice[]
  readonly effects: readonly RevokeEffect[]
  /** Notifiers that failed; what they should have sent is sent again at a later tick. */
  readonly failures: readonly { readonly notifier: string; readonly message: string }[]
  /** When to come again (MON-3). */
  readonly next: Date
}

export interface CertificateMonitor {
  /** Does everything that is due now. Never rejects for a notifier; rejects where the storage does. */
  tick(): Promise<MonitorReport>
  /**
   * Has every certificate looked at again by the next tick. Call it when settings have changed, or records were put into
   * the storage by other means than a manager. Returns how many there are.
   */
  reschedule(): Promise<number>
}

/** What a due record remembers: which certificate, and the due time each notifier has sent last. */
interface Remembered {
  readonly kind: string
  readonly id: string
  readonly sha256: string | undefined
  readonly sent: Readonly<Record<string, number>>
}

/** A claimed certificate whose notice is due. */
interface Pending {
  readonly claim: DueRecord
  readonly record: CertificateRecord
  readonly policy: ExpiryPolicy
  readonly remembered: Remembered
  readonly notice: ExpiryNotice
}

/**
 * Makes a monitor over the certificates of a storage.
 * @throws TypeError naming every fault of the settings
 */
export function createCertificateMonitor(options: MonitorOptions): CertificateMonitor {
  checkSettings(options.settings)
  return new Monitor(options)
}

/** Certificates claimed at a time. */
const BATCH = 500

class Monitor implements CertificateMonitor {
  private readonly clock: Clock
  private readonly worker: string
  private readonly lease: number

  constructor(private readonly options: MonitorOptions) {
    this.clock = options.clock ?? systemClock
    this.worker = options.worker ?? crypto.randomUUID()
    this.lease = options.lease ?? 300_000
  }

  async tick(): Promise<MonitorReport> {
    const now = this.clock.now().getTime()
    const pending: Pending[] = []
    const effects: RevokeEffect[] = []
    for (;;) {
      const lease = { owner: this.worker, until: now + this.lease }
      const claims = await this.options.storage.claimDue('expiry', now, BATCH, lease)
      if (claims.length === 0) break
      for (const claim of claims) await this.consider(claim, now, pending, effects)
    }
    const failures = await this.deliver(pending, now)
    return {
      notices: pending.map(({ notice }) => notice).sort(byGravity),
      effects,
      failures,
      next: new Date(await this.nextTick(now)),
    }
  }

  async reschedule(): Promise<number> {
    const now = this.clock.now().getTime()
    const { storage } = this.options
    let count = 0
    for (const kind of ['identity', 'trust', 'endpoint'] as const) {
      let cursor: string | undefined
      do {
        const page = await storage.list(kind, cursor === undefined ? { limit: BATCH } : { cursor, limit: BATCH })
        for (const record of page.records) {
          if (!isCertificateRecord(record)) continue
          count++
          await this.change(record, (current) => ({ puts: dueNow(record, current, now), deletes: [] }))
        }
        cursor = page.next
      } while (cursor !== undefined)
    }
    return count
  }

  /** One claimed certificate: gone, not to be told of yet, or pending. */
  private async consider(claim: DueRecord, now: number, pending: Pending[], effects: RevokeEffect[]): Promise<void> {
    const remembered = rememberedOf(claim.data)
    const record = await this.recordOf(claim, remembered)
    if (record === undefined) {
      await this.change(claim, () => ({ puts: [], deletes: [claim] }))
      return
    }
    if (now > record.notAfter && record.mark === undefined && (await this.markExpired(record))) {
      const { node, purpose, sha256 } = record
      effects.push({ type: 'revoke', node, purpose, sha256, reason: 'expired' })
    }
    const policy = this.policyOf(record)
    const due = this.isSilenced(record) ? undefined : dueNotice(record, policy, now)
    // A renewed certificate begins a series of its own.
    const sent = remembered.sha256 === record.sha256 ? remembered.sent : {}
    const waiting = this.options.notifiers.some(({ name }) => due !== undefined && (sent[name] ?? -Infinity) < due)
    if (due === undefined || !waiting) {
      await this.writeNext(
        claim,
        record,
        { ...remembered, sha256: record.sha256, sent },
        nextNotice(record, policy, due),
        now,
      )
      return
    }
    const notice = await this.noticeOf(record, policy, due, now)
    pending.push({ claim, record, policy, remembered: { ...remembered, sha256: record.sha256, sent }, notice })
  }

  /** Sends a digest through each notifier, then remembers what was sent; what failed stays claimed until its lease ends. */
  private async deliver(pending: readonly Pending[], now: number): Promise<MonitorReport['failures']> {
    if (pending.length === 0) return []
    const failures: { notifier: string; message: string }[] = []
    const delivered = new Set<string>()
    for (const notifier of this.options.notifiers) {
      const notices = pending
        .filter(({ remembered, notice }) => (remembered.sent[notifier.name] ?? -Infinity) < notice.due)
        .map(({ notice }) => notice)
      try {
        if (notices.length > 0) await notifier.send({ at: now, key: String(now), notices: notices.sort(byGravity) })
        delivered.add(notifier.name)
      } catch (error) {
        failures.push({ notifier: notifier.name, message: error instanceof Error ? error.message : String(error) })
      }
    }
    for (const { claim, record, policy, remembered, notice } of pending) {
      const sent = { ...remembered.sent }
      for (const name of delivered) sent[name] = Math.max(sent[name] ?? -Infinity, notice.due)
      const isComplete = failures.length === 0
      const next = isComplete ? nextNotice(record, policy, notice.due) : now + RETRY
      await this.writeNext(claim, record, { ...remembered, sent }, next, now)
    }
    return failures
  }

  private async noticeOf(
    record: CertificateRecord,
    policy: ExpiryPolicy,
    due: number,
    now: number,
  ): Promise<ExpiryNotice> {
    const { level, daysLeft } = expiryState(record, policy, now)
    const { node, purpose, sha256 } = record
    const takesDown = record.kind === 'trust' ? ((await this.options.dependants?.(record)) ?? []) : []
    const key = [sha256, node, purpose, due].join(' ')
    return { type: 'expiry', ...noticeSubject(record), key, level, daysLeft, due, takesDown }
  }

  /** Writes when the certificate is due next. */
  private writeNext(
    claim: DueRecord,
    record: CertificateRecord,
    { kind, id, sha256, sent }: Remembered,
    next: number,
    now: number,
  ): Promise<boolean> {
    const data: Plain = { kind, id, sent, ...(sha256 === undefined ? {} : { sha256 }) }
    // Marks come with time as notices do: the moment of expiry is looked at too.
    const expiry = now <= record.notAfter ? record.notAfter + 1 : Infinity
    const dueAt = Math.max(now + 1, Math.min(next, expiry))
    return this.change(claim, () => ({ puts: [{ ...claim, dueAt, data }], deletes: [] }))
  }

  private markExpired(record: CertificateRecord): Promise<boolean> {
    return this.change(record, (current) => {
      const same = current.find((one) => isCertificateRecord(one) && one.kind === record.kind && one.id === record.id)
      const isMarked =
        same === undefined || !isCertificateRecord(same) || same.sha256 !== record.sha256 || same.mark !== undefined
      return isMarked ? undefined : { puts: [{ ...same, mark: 'expired' }], deletes: [] }
    })
  }

  /** Changes one scope, again where somebody else has changed it in between; false where there is nothing to change. */
  private async change(
    scope: Scope,
    decide: (
      records: readonly InventoryRecord[],
    ) => { readonly puts: readonly InventoryRecord[]; readonly deletes: readonly DueRecord[] } | undefined,
  ): Promise<boolean> {
    const { node, purpose } = scope
    for (let attempt = 0; attempt < 10; attempt++) {
      const { records, revisions } = await this.options.storage.read([{ node, purpose }])
      const change = decide(records)
      if (change === undefined) return false
      const result = await this.options.storage.commit({ relies: revisions, appends: [], ...change })
      if (result.ok) return true
    }
    // The lease ends, and somebody does it again.
    return false
  }

  private async recordOf(claim: DueRecord, { kind, id }: Remembered): Promise<CertificateRecord | undefined> {
    const { records } = await this.options.storage.read([claim])
    const found = records.find((record) => isCertificateRecord(record) && record.kind === kind && record.id === id)
    return found !== undefined && isCertificateRecord(found) ? found : undefined
  }

  private policyOf(record: CertificateRecord): ExpiryPolicy {
    const { notificationStartDays, notificationFrequency } = this.options.settings
    const frequencyHours = intervalMilliseconds(notificationFrequency) / 3_600_000
    return { startDays: notificationStartDays, frequencyHours, ...this.options.policyFor?.(noticeSubject(record)) }
  }

  /** MON-1: phones' certificates count where that is enabled. */
  private isSilenced({ kind }: CertificateRecord): boolean {
    return kind === 'endpoint' && this.options.settings.lscMonitoring === 'disabled'
  }

  private async nextTick(now: number): Promise<number> {
    const { records } = await this.options.storage.query({ sort: { by: 'notAfter' }, limit: 1 })
    return nextCheck(records[0]?.notAfter, now)
  }
}

/** Milliseconds until a failed notifier is tried again. */
const RETRY = 600_000

/** The expiry task of a certificate, due now, with what it remembers. */
function dueNow(record: CertificateRecord, current: readonly InventoryRecord[], now: number): readonly DueRecord[] {
  return scheduleOf(record, now)
    .filter(({ task }) => task === 'expiry')
    .map((fresh) => {
      const known = current.find((one) => one.kind === 'due' && one.id === fresh.id)
      return known?.kind === 'due' ? { ...known, dueAt: now } : fresh
    })
}

function rememberedOf(data: Plain): Remembered {
  const object = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {}
  const { kind, id, sha256, sent } = object as Readonly<Record<string, Plain | undefined>>
  const isSent = typeof sent === 'object' && sent !== null && !Array.isArray(sent)
  const entries = isSent ? Object.entries(sent) : []
  return {
    kind: typeof kind === 'string' ? kind : '',
    id: typeof id === 'string' ? id : '',
    sha256: typeof sha256 === 'string' ? sha256 : undefined,
    sent: Object.fromEntries(entries.flatMap(([name, due]) => (typeof due === 'number' ? [[name, due]] : []))),
  }
}

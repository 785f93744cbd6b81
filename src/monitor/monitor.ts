// The monitor: does what is due, says what it did and when to come again (MON-2 to MON-7, OCS-6 to OCS-8). Whoever hosts it
// owns the timer; several may share a storage, since each due certificate is claimed under a lease.

import { type Clock, systemClock } from '../base/clock.js'
import { checkNumber } from '../base/arguments.js'
import { timerSleep, withinTimeout } from '../base/timers.js'
import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { Storage } from '../inventory/index.js'
import { appliance, type PathProfile } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import type { CrlSource, RevocationSources } from '../revocation/index.js'
import { Connections, type LongLivedConnection } from './connections.js'
import { Deliverer, type DeliveryFailure } from './delivery.js'
import { nextCheck } from './expiry.js'
import { beginExpiry } from './expiry-task.js'
import { HostQueues } from './host-queues.js'
import { InstalledIssuers } from './issuers.js'
import { type MonitorLimits, resolveMonitorLimits } from './limits.js'
import { certificateMetrics, type MonitorHealth, type MonitorMetrics } from './metrics.js'
import { byGravity, type Notifier } from './notice.js'
import { type MonitorOcspOptions, RevocationChecker } from './revocation-checker.js'
import { beginRevocation, type RevocationRun } from './revocation-task.js'
import type { MonitorReport } from './report.js'
import { type RunOptions, runUntilAborted } from './run.js'
import { makeAllDue } from './schedule.js'
import { intervalMilliseconds, type MonitorSettings, splitAddresses } from './settings.js'
import { checkSettings } from './settings-faults.js'
import { readMonitorSettings, readScheduleBasis, scheduleKeyOf, writeScheduleBasis } from './stored-settings.js'
import { TakenDown } from './takes-down.js'
import type { Claimant, RevokeEffect } from './task.js'

export interface MonitorOptions {
  readonly catalogue: Catalogue
  readonly storage: Storage
  /** Bring notices to people. Without any the report alone tells of them, once. */
  readonly notifiers: readonly Notifier[]
  /** Default: those of the storage ({@link writeMonitorSettings}), read at every tick. */
  readonly settings?: MonitorSettings
  /** Default: the machine's. */
  readonly clock?: Clock
  /** How responders are asked, where the settings have them asked. */
  readonly ocsp?: MonitorOcspOptions
  /** CRLs to look in besides, or instead. Default none. */
  readonly crls?: CrlSource
  /**
   * Does what an effect says, as dropping a certificate's connections. Called at least once for each, with the same key
   * should it be called again. Without it effects stand in the report alone, and one is lost with a process that ends then.
   */
  readonly act?: (effect: RevokeEffect) => Promise<void>
  /** Rules of the chains that are looked at. Default `appliance`. */
  readonly profile?: PathProfile
  /** Verifies signatures. Default: the runtime's own. */
  readonly crypto?: CryptoProvider
  readonly limits?: Partial<MonitorLimits>
  /** Tells this worker from others. Default random. */
  readonly worker?: string
  /** Waits so many milliseconds, no longer than until the signal aborts. Default: the runtime's timer. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}

export interface CertificateMonitor {
  /**
   * Does everything that is due now. Never rejects for a notifier or a responder; rejects where the storage does, and then
   * what it was about is done again once the leases have run out. One at a time: a second call waits for the first.
   */
  tick(): Promise<MonitorReport>
  /** Ticks whenever something is due, until the signal aborts. Never rejects. */
  run(options: RunOptions): Promise<void>
  /**
   * Has every certificate looked at again by the next tick. Call it when records were put into the storage by other means
   * than a manager; changed settings are noticed. Returns how many there are.
   */
  reschedule(): Promise<number>
  /**
   * Has a connection's certificate validated again as often as the settings say, from six hours of age on (OCS-6). Returns
   * what ends the watch: call it when the connection ends. Connections are this process's own.
   * @throws TypeError for an id that is watched already
   */
  watchConnection(connection: LongLivedConnection): () => void
  /** Numbers for dashboards. `mostCertificates` have their own, those that end first; default 10,000. */
  metrics(options?: { readonly mostCertificates?: number }): Promise<MonitorMetrics>
  /** How it fares, without looking into the storage. */
  health(): MonitorHealth
}

/**
 * Makes a monitor over the certificates of a storage.
 *
 * @throws TypeError naming every fault of the settings, for two notifiers of one name, and for limits that make no sense
 * @example
 * const monitor = createCertificateMonitor({ catalogue: unifiedCommunications, storage, notifiers: [log] })
 * await monitor.run({ signal: AbortSignal.timeout(60_000) })
 */
export function createCertificateMonitor(options: MonitorOptions): CertificateMonitor {
  return new Monitor(options)
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The name `act` fails under. */
const ACT = 'act'

const noChecks: RevocationRun['checks'] = { good: 0, revoked: 0, unknown: 0, undetermined: 0, exempt: 0 }

class Monitor implements CertificateMonitor {
  private readonly storage: Storage
  private readonly clock: Clock
  private readonly crypto: CryptoProvider
  private readonly profile: PathProfile
  private readonly worker: string
  private readonly limits: MonitorLimits
  private readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  private readonly deliverer: Deliverer
  private readonly checker: RevocationChecker
  private readonly queues: HostQueues
  private readonly connections: Connections
  /** Of the settings this process has gone by last. */
  private scheduleKey: string | undefined
  private ticking: Promise<unknown> = Promise.resolve()
  private active = 0
  private ticks = 0
  private failedRuns = 0
  private lastFailures: readonly string[] = []
  private lastTickAt: number | undefined
  private nextTickAt: number | undefined

  constructor(private readonly options: MonitorOptions) {
    const { storage, catalogue, clock = systemClock, crypto = runtimeCrypto, profile = appliance } = options
    const { ocsp = {}, crls, sleep = timerSleep } = options
    if (options.settings !== undefined) checkSettings(options.settings)
    this.storage = storage
    this.clock = clock
    this.crypto = crypto
    this.profile = profile
    this.sleep = sleep
    this.worker = options.worker ?? globalThis.crypto.randomUUID()
    this.limits = resolveMonitorLimits(options.limits)
    this.deliverer = new Deliverer(options.notifiers, this.limits.notifierTimeout)
    this.checker = new RevocationChecker({ storage, clock, catalogue, profile, crypto, ocsp, crls })
    this.queues = new HostQueues(clock, sleep, this.limits)
    this.connections = new Connections({ storage, clock, profile, crypto, limits: this.limits, queues: this.queues })
  }

  tick(): Promise<MonitorReport> {
    const ticked = this.ticking.then(() => this.noted(() => this.doTick()))
    this.ticking = ticked.catch(() => undefined)
    return ticked
  }

  run(options: RunOptions): Promise<void> {
    return runUntilAborted(this, { clock: this.clock, sleep: this.sleep, ...options })
  }

  async reschedule(): Promise<number> {
    return makeAllDue(this.storage, this.now())
  }

  watchConnection(connection: LongLivedConnection): () => void {
    return this.connections.watch(connection)
  }

  async metrics({ mostCertificates = 10_000 }: { readonly mostCertificates?: number } = {}): Promise<MonitorMetrics> {
    checkNumber('mostCertificates', mostCertificates, Number.MAX_SAFE_INTEGER)
    const at = this.now()
    const settings = await this.settings()
    const [expiry, revocation] = await Promise.all([
      this.storage.nextDue('expiry'),
      this.isChecking(settings) ? this.storage.nextDue('revocation') : undefined,
    ])
    const isOverdue = (time: number | undefined): time is number => time !== undefined && time < at
    return {
      at,
      ...(await certificateMetrics(this.storage, mostCertificates)),
      responders: this.checker.metrics(),
      notifiers: this.deliverer.metrics(),
      connections: this.connections.count,
      ticks: this.ticks,
      ...this.times(),
      overdueSince: {
        ...(isOverdue(expiry) && { expiry }),
        ...(isOverdue(revocation) && { revocation }),
      },
    }
  }

  health(): MonitorHealth {
    const { failedRuns, lastFailures: failures, lastTickAt: lastRunAt, nextTickAt: nextRunAt } = this
    return {
      monitor: 'CertificateExpiryMonitor',
      state: this.state(),
      ...(lastRunAt !== undefined && { lastRunAt }),
      ...(nextRunAt !== undefined && { nextRunAt }),
      failedRuns,
      failures,
    }
  }

  private state(): MonitorHealth['state'] {
    if (this.active > 0) return 'running'
    if (this.lastFailures.length > 0) return 'failing'
    if (this.nextTickAt === undefined) return 'not-run-yet'
    // A host that comes a little later than asked is not late.
    return this.now() > this.nextTickAt + this.limits.retryAfter ? 'late' : 'waiting'
  }

  private times(): Pick<MonitorMetrics, 'lastTickAt' | 'nextTickAt'> {
    const { lastTickAt, nextTickAt } = this
    return { ...(lastTickAt !== undefined && { lastTickAt }), ...(nextTickAt !== undefined && { nextTickAt }) }
  }

  private now(): number {
    return this.clock.now().getTime()
  }

  private async settings(): Promise<MonitorSettings> {
    return this.options.settings ?? readMonitorSettings(this.storage)
  }

  /** A tick, and how it went. */
  private async noted(tick: () => Promise<MonitorReport>): Promise<MonitorReport> {
    this.active++
    this.lastTickAt = this.now()
    try {
      const report = await tick()
      this.ticks++
      this.failedRuns = 0
      this.lastFailures = report.failures.map(({ notifier, message }) => `${notifier}: ${message}`)
      this.nextTickAt = report.next.getTime()
      return report
    } catch (error) {
      this.failedRuns++
      this.lastFailures = [error instanceof Error ? error.message : String(error)]
      throw error
    } finally {
      this.active--
    }
  }

  private async doTick(): Promise<MonitorReport> {
    const now = this.now()
    const settings = await this.settings()
    await this.keepSchedule(settings, now)
    const sources = await this.checker.sources(settings, new Date(now))
    const until = now + this.limits.checkTime
    const drops = await this.connections.check(settings, sources, until)
    const revocation = await this.beginRevocation(settings, sources, now, until)
    const takenDown = new TakenDown({ ...this.options, crypto: this.crypto, profile: this.profile })
    const expiry = await beginExpiry(
      {
        ...{ storage: this.storage, settings, notifiers: this.deliverer.names, retryAfter: this.limits.retryAfter },
        takesDown: (trusted) => takenDown.identitiesOf(trusted),
      },
      this.claimant(now),
    )
    const tasks = revocation === undefined ? [expiry] : [revocation, expiry]
    const pending = tasks.flatMap(({ notices }) => notices)
    const addresses = settings.email === 'enabled' ? splitAddresses(settings.emailAddresses) : []
    const { delivered, failures } = await this.deliverer.deliver(pending, { at: now, addresses })
    const { emitted, failures: unacted } = await this.emit(tasks.flatMap(({ effects }) => effects))
    const revoked = new Set(emitted.map(({ key }) => key))
    for (const task of tasks) await task.finish({ delivered, revoked })
    return {
      at: now,
      notices: pending.map(({ notice }) => notice).sort(byGravity),
      effects: emitted,
      drops,
      checks: revocation?.checks ?? noChecks,
      failures: [...failures, ...unacted],
      next: new Date(
        await this.nextTick(
          settings,
          now,
          tasks.every(({ isDrained }) => isDrained),
        ),
      ),
    }
  }

  private claimant(now: number): Claimant {
    const { lease, workPerTick: most } = this.limits
    return { worker: this.worker, now, lease, most }
  }

  /** Due times follow from the settings, and from the time. Where either is not what it was, everything is due. */
  private async keepSchedule(settings: MonitorSettings, now: number): Promise<void> {
    const key = scheduleKeyOf(settings)
    const basis = await readScheduleBasis(this.storage)
    // Workers may have been given different settings: each goes by its own once, and not at every tick.
    const isOther = basis !== undefined && basis.key !== key && this.scheduleKey !== key
    // A clock that ran ahead has put off what is due now, until a time that may be years away.
    const wentBack = basis !== undefined && now < basis.latest - DAY
    if (isOther || wentBack) await makeAllDue(this.storage, now, wentBack ? 'ended' : 'kept')
    if (basis === undefined || isOther || wentBack || now > basis.latest + HOUR) {
      await writeScheduleBasis(this.storage, { key, latest: now })
    }
    this.scheduleKey = key
  }

  private isChecking({ revocationCheck, ocsp }: MonitorSettings): boolean {
    return revocationCheck.state === 'enabled' && (ocsp.state === 'enabled' || this.options.crls !== undefined)
  }

  private async beginRevocation(
    settings: MonitorSettings,
    sources: RevocationSources | undefined,
    now: number,
    until: number,
  ): Promise<RevocationRun | undefined> {
    const { revocationCheck } = settings
    if (sources === undefined || revocationCheck.state === 'disabled') return undefined
    const { retryAfter, undeterminedAfter } = this.limits
    const { storage, checker, queues } = this
    return beginRevocation(
      {
        ...{ storage, settings, sources, checker, queues, retryAfter, until, notifiers: this.deliverer.names },
        rules: {
          policy: revocationCheck.policy,
          every: intervalMilliseconds(revocationCheck.every),
          undeterminedAfter,
        },
        issuers: new InstalledIssuers(storage, this.crypto),
      },
      this.claimant(now),
    )
  }

  /** Has the application do what effects say. What there is no time for is done at a later tick. */
  private async emit(
    effects: readonly RevokeEffect[],
  ): Promise<{ readonly emitted: readonly RevokeEffect[]; readonly failures: readonly DeliveryFailure[] }> {
    const { act } = this.options
    if (act === undefined) return { emitted: effects, failures: [] }
    const emitted: RevokeEffect[] = []
    const failures: DeliveryFailure[] = []
    const fail = (error: unknown): void => {
      failures.push({ notifier: ACT, message: error instanceof Error ? error.message : String(error) })
    }
    const { notifierTimeout } = this.limits
    const overdue = (): Error => new Error(`${effects.length} effects were not done within ${notifierTimeout} ms`)
    const actOnAll = async (signal: AbortSignal): Promise<void> => {
      for (const effect of effects) {
        if (signal.aborted) return
        await act(effect).then(() => emitted.push(effect), fail)
      }
    }
    await withinTimeout(notifierTimeout, overdue, actOnAll).catch(fail)
    return { emitted: [...emitted], failures: [...failures] }
  }

  /** MON-3: in a day, or in an hour where a certificate is in its last one; sooner where something falls due. */
  private async nextTick(settings: MonitorSettings, now: number, isDrained: boolean): Promise<number> {
    if (!isDrained) return now
    const due = [await this.storage.nextDue('expiry'), this.connections.nextDue(settings)]
    if (this.isChecking(settings)) due.push(await this.storage.nextDue('revocation'))
    const soonest = Math.min(...due.map((time) => time ?? Infinity))
    return Math.max(now, Math.min(soonest, nextCheck(await this.earliestEnd(settings), now)))
  }

  private async earliestEnd({ lscMonitoring }: MonitorSettings): Promise<number | undefined> {
    const usages = ['identity', 'trust', ...(lscMonitoring === 'enabled' ? ['endpoint'] : [])]
    const ends = await Promise.all(
      usages.map(async (value) => {
        const where = [{ field: 'usage', operator: 'is-exactly', value } as const]
        const { records } = await this.storage.query({ where, sort: { by: 'notAfter' }, limit: 1 })
        return records[0]?.notAfter
      }),
    )
    const known = ends.filter((end) => end !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }
}

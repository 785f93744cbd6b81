// The monitor's face: what it is made of, and what can be asked of it.

import { checkNumber } from '../base/arguments.js'
import { type Clock, systemClock } from '../base/clock.js'
import { type StopSignal, timerSleep } from '../base/timers.js'
import { type CryptoProvider, runtimeCrypto } from '../crypto/index.js'
import type { Storage } from '../inventory/index.js'
import { appliance, type PathProfile } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import type { CrlSource } from '../revocation/index.js'
import { Connections, type LongLivedConnection } from './connections.js'
import { Deliverer } from './delivery.js'
import { HostQueues } from './host-queues.js'
import { type MonitorLimits, resolveMonitorLimits } from './limits.js'
import { certificateMetrics, type MonitorHealth, type MonitorMetrics } from './metrics.js'
import type { Notifier } from './notice.js'
import type { MonitorReport } from './report.js'
import { type MonitorOcspOptions, RevocationChecker } from './revocation-checker.js'
import { type RunOptions, runUntilAborted } from './run.js'
import { makeAllDue } from './schedule.js'
import type { MonitorSettings } from './settings.js'
import { checkSettings } from './settings-faults.js'
import { readMonitorSettings } from './stored-settings.js'
import type { RevokeEffect } from './task.js'
import { Ticker } from './tick.js'
import { TickLog } from './tick-log.js'

/** What a monitor watches, whom it tells, and what it may use. */
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
  readonly sleep?: (milliseconds: number, signal?: StopSignal) => Promise<void>
}

/** Does what is due for the certificates of a storage. Several, in one process or many, may share the storage. */
export interface CertificateMonitor {
  /**
   * Does everything that is due now. Never rejects for a notifier or a responder; rejects where the storage does, and then
   * what it was about is done again once the leases have run out. Where the storage fails only once all is done, the report
   * comes all the same and names it among the failures; what it could not remember is done again, with the same keys. One at
   * a time: a second call waits for the first.
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

class Monitor implements CertificateMonitor {
  private readonly clock: Clock
  private readonly sleep: (milliseconds: number, signal?: StopSignal) => Promise<void>
  private readonly deliverer: Deliverer
  private readonly checker: RevocationChecker
  private readonly connections: Connections
  private readonly ticker: Ticker
  private readonly log: TickLog
  private ticking: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: MonitorOptions) {
    const { storage, catalogue, clock = systemClock, crypto = runtimeCrypto, profile = appliance } = options
    const { ocsp = {}, crls, act, sleep = timerSleep, worker = globalThis.crypto.randomUUID() } = options
    if (options.settings !== undefined) checkSettings(options.settings)
    const limits = resolveMonitorLimits(options.limits)
    const queues = new HostQueues(clock, sleep, limits)
    this.clock = clock
    this.sleep = sleep
    this.log = new TickLog(clock, limits.retryAfter)
    this.deliverer = new Deliverer(options.notifiers, limits.notifierTimeout)
    this.checker = new RevocationChecker({ storage, clock, catalogue, profile, crypto, ocsp, crls, limits })
    this.connections = new Connections({ storage, clock, profile, crypto, limits, queues })
    const { deliverer, checker, connections } = this
    this.ticker = new Ticker({
      ...{ storage, clock, catalogue, profile, crypto, limits, queues, deliverer, checker, connections, act, worker },
      settings: () => this.settings(),
    })
  }

  tick(): Promise<MonitorReport> {
    const ticked = this.ticking.then(() => this.log.noting(() => this.ticker.tick()))
    this.ticking = ticked.catch(() => undefined)
    return ticked
  }

  run(options: RunOptions): Promise<void> {
    return runUntilAborted(this, { clock: this.clock, sleep: this.sleep, ...options })
  }

  async reschedule(): Promise<number> {
    return makeAllDue(this.options.storage, this.clock.now().getTime())
  }

  watchConnection(connection: LongLivedConnection): () => void {
    return this.connections.watch(connection)
  }

  async metrics({ mostCertificates = 10_000 }: { readonly mostCertificates?: number } = {}): Promise<MonitorMetrics> {
    checkNumber('mostCertificates', mostCertificates, Number.MAX_SAFE_INTEGER)
    const { storage } = this.options
    const at = this.clock.now().getTime()
    const expiry = await storage.nextDue('expiry')
    const isChecking = this.checker.isChecking(await this.settings())
    const revocation = isChecking ? await storage.nextDue('revocation') : undefined
    const isOverdue = (time: number | undefined): time is number => time !== undefined && time < at
    return {
      at,
      ...(await certificateMetrics(storage, mostCertificates)),
      responders: this.checker.metrics(),
      notifiers: this.deliverer.metrics(),
      connections: this.connections.count,
      ...this.log.metrics(),
      overdueSince: {
        ...(isOverdue(expiry) && { expiry }),
        ...(isOverdue(revocation) && { revocation }),
      },
    }
  }

  health(): MonitorHealth {
    return this.log.health()
  }

  private async settings(): Promise<MonitorSettings> {
    return this.options.settings ?? readMonitorSettings(this.options.storage)
  }
}

// One tick: what is due is claimed, told of, acted on, and remembered, in this order (MON-2 to MON-6, OCS-6 to OCS-8).

import type { Clock } from '../base/clock.js'
import { reasonOf } from '../base/reason.js'
import { withinTimeout } from '../base/timers.js'
import type { CryptoProvider } from '../crypto/index.js'
import type { Storage } from '../inventory/index.js'
import type { PathProfile } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import type { RevocationSources } from '../revocation/index.js'
import type { Connections } from './connections.js'
import type { Deliverer, DeliveryFailure } from './delivery.js'
import { nextCheck } from './expiry.js'
import { beginExpiry } from './expiry-task.js'
import type { HostQueues } from './host-queues.js'
import { InstalledIssuers } from './issuers.js'
import type { MonitorLimits } from './limits.js'
import { byGravity } from './notice.js'
import type { MonitorReport } from './report.js'
import type { RevocationChecker } from './revocation-checker.js'
import { beginRevocation, countOf, type RevocationRun } from './revocation-task.js'
import { makeAllDue } from './schedule.js'
import { intervalMilliseconds, type MonitorSettings, splitAddresses } from './settings.js'
import { readScheduleBasis, scheduleKeyOf, writeScheduleBasis } from './stored-settings.js'
import { TakenDown } from './takes-down.js'
import type { Claimant, RevokeEffect, Task } from './task.js'

export interface TickerOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly catalogue: Catalogue
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
  readonly limits: MonitorLimits
  readonly queues: HostQueues
  readonly deliverer: Deliverer
  readonly checker: RevocationChecker
  readonly connections: Connections
  readonly act: ((effect: RevokeEffect) => Promise<void>) | undefined
  readonly worker: string
  readonly settings: () => Promise<MonitorSettings>
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Notes why somebody failed. */
type Fail = (error: unknown) => undefined

const noRun: RevocationRun = {
  notices: [],
  effects: [],
  checks: countOf([]),
  finish: () => Promise.resolve(),
}

/** Use one for all ticks of a process. */
export class Ticker {
  /** Of the settings this process has gone by last. */
  private scheduleKey: string | undefined

  constructor(private readonly options: TickerOptions) {}

  async tick(): Promise<MonitorReport> {
    const { checker, connections, deliverer, limits } = this.options
    const now = this.now()
    const settings = await this.options.settings()
    await this.keepSchedule(settings, now)
    const sources = await checker.sources(settings, new Date(now))
    const until = now + limits.checkTime
    const failures: DeliveryFailure[] = []
    const fail = (notifier: string): Fail => {
      return (error) => void failures.push({ notifier, message: reasonOf(error) })
    }
    const drops = await connections.check(settings, sources, until, fail('connections'))
    const revocation = await this.beginRevocation(settings, sources, now, until)
    const expiry = await this.beginExpiry(settings, now)
    const tasks = [revocation, expiry]
    const pending = tasks.flatMap(({ notices }) => notices)
    const addresses = settings.email === 'enabled' ? splitAddresses(settings.emailAddresses) : []
    const { delivered, failures: undelivered } = await deliverer.deliver(pending, { at: now, addresses })
    failures.push(...undelivered)
    const effects = await this.emit(
      tasks.flatMap((task) => task.effects),
      fail('act'),
    )
    // What is remembered from here on is not told of again: nothing may keep the report from the application any more.
    const revoked = new Set(effects.map(({ key }) => key))
    for (const task of tasks) await task.finish({ delivered, revoked }).catch(fail('storage'))
    connections.forget(drops)
    const next = await this.nextTick(settings, now).catch(fail('storage'))
    return {
      at: now,
      notices: pending.map(({ notice }) => notice).sort(byGravity),
      effects,
      drops,
      checks: revocation.checks,
      // A copy: who acts too late is noted in no report.
      failures: [...failures],
      next: new Date(next ?? now + MINUTE),
    }
  }

  private now(): number {
    return this.options.clock.now().getTime()
  }

  private claimant(now: number): Claimant {
    const { worker, limits } = this.options
    // What was claimed before has taken its time.
    return { worker, now, until: this.now() + limits.lease, most: limits.workPerTick }
  }

  /** Due times follow from the settings, and from the time. Where either is not what it was, everything is due. */
  private async keepSchedule(settings: MonitorSettings, now: number): Promise<void> {
    const { storage } = this.options
    const key = scheduleKeyOf(settings)
    const basis = await readScheduleBasis(storage)
    // Workers may have been given different settings: each goes by its own once, and not at every tick.
    const isOther = basis !== undefined && basis.key !== key && this.scheduleKey !== key
    // A clock that ran ahead has put off what is due now, until a time that may be years away.
    const wentBack = basis !== undefined && now < basis.latest - DAY
    if (isOther || wentBack) await makeAllDue(storage, now, wentBack ? 'ended' : 'kept')
    if (basis === undefined || isOther || wentBack || now > basis.latest + HOUR) {
      await writeScheduleBasis(storage, { key, latest: now })
    }
    this.scheduleKey = key
  }

  private async beginRevocation(
    settings: MonitorSettings,
    sources: RevocationSources | undefined,
    now: number,
    until: number,
  ): Promise<RevocationRun> {
    const { storage, checker, queues, deliverer, limits, crypto } = this.options
    const { revocationCheck } = settings
    if (sources === undefined || revocationCheck.state === 'disabled') return noRun
    const { retryAfter, undeterminedAfter } = limits
    return beginRevocation(
      {
        ...{ storage, settings, sources, checker, queues, retryAfter, until, notifiers: deliverer.names },
        rules: {
          policy: revocationCheck.policy,
          every: intervalMilliseconds(revocationCheck.every),
          undeterminedAfter,
        },
        issuers: new InstalledIssuers(storage, crypto),
      },
      this.claimant(now),
    )
  }

  private beginExpiry(settings: MonitorSettings, now: number): Promise<Task> {
    const { storage, deliverer, limits } = this.options
    const takenDown = new TakenDown(this.options)
    return beginExpiry(
      {
        ...{ storage, settings, notifiers: deliverer.names, retryAfter: limits.retryAfter },
        takesDown: (trusted) => takenDown.identitiesOf(trusted),
      },
      this.claimant(now),
    )
  }

  /** Has the application do what effects say. What there is no time for is done at a later tick. */
  private async emit(effects: readonly RevokeEffect[], fail: Fail): Promise<readonly RevokeEffect[]> {
    const { act, limits } = this.options
    if (act === undefined) return effects
    const emitted: RevokeEffect[] = []
    const { notifierTimeout } = limits
    const overdue = (): Error => new Error(`${effects.length} effects were not done within ${notifierTimeout} ms`)
    const actOnAll = async (signal: AbortSignal): Promise<void> => {
      for (const effect of effects) {
        if (signal.aborted) return
        // Also of what throws at once, or returns no promise where nobody checks types, the rest hears nothing.
        await Promise.resolve(effect)
          .then(act)
          .then(() => emitted.push(effect), fail)
      }
    }
    await withinTimeout(notifierTimeout, overdue, actOnAll).catch(fail)
    return [...emitted]
  }

  /** MON-3: in a day, or in an hour where a certificate is in its last one; sooner where something falls due. */
  private async nextTick(settings: MonitorSettings, now: number): Promise<number> {
    const { storage, connections, checker } = this.options
    const due = [await storage.nextDue('expiry'), connections.nextDue(settings)]
    if (checker.isChecking(settings)) due.push(await storage.nextDue('revocation'))
    const soonest = Math.min(...due.map((time) => time ?? Infinity))
    return Math.max(now, Math.min(soonest, nextCheck(await this.earliestEnd(settings), now)))
  }

  /** Infinity where there is none. */
  private async earliestEnd({ lscMonitoring }: MonitorSettings): Promise<number> {
    const usages = ['identity', 'trust', ...(lscMonitoring === 'enabled' ? ['endpoint'] : [])]
    const ends = await Promise.all(
      usages.map(async (value) => {
        const where = [{ field: 'usage', operator: 'is-exactly', value } as const]
        const { records } = await this.options.storage.query({ where, sort: { by: 'notAfter' }, limit: 1 })
        return records[0]?.notAfter ?? Infinity
      }),
    )
    return Math.min(...ends)
  }
}

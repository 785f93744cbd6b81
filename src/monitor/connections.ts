// Long-lived connections (OCS-6): the peer's certificate was valid when a connection began, and may not be any more.

import type { Clock } from '../base/clock.js'
import type { CryptoProvider } from '../crypto/index.js'
import { ScopeMap, type Storage } from '../inventory/index.js'
import { createTrustAnchors, type PathProfile, validatePath } from '../path/index.js'
import { type RevocationSources, validateCertificate } from '../revocation/index.js'
import type { Certificate, ExtendedKeyUsagePurpose } from '../x509/index.js'
import type { HostQueues } from './host-queues.js'
import { installedCertificates } from './installed-certificate.js'
import type { MonitorLimits } from './limits.js'
import { likelyHost } from './revocation-checker.js'
import { connectionCheckInterval, type MonitorSettings } from './settings.js'

/** A connection whose peer showed a certificate when it began. */
export interface LongLivedConnection {
  /** Tells it from all others; the application's own. */
  readonly id: string
  /** `cti`, `ipsec`, `ldap` …: for people. */
  readonly protocol: string
  /** The node that holds it. */
  readonly node: string
  /** The trust purpose whose certificates the peer's was believed by. */
  readonly trust: string
  /** The peer's. */
  readonly certificate: Certificate
  /** What the peer sent along. */
  readonly intermediates?: readonly Certificate[]
  /** What the certificate must be for. Default: anything. */
  readonly extendedKeyUsage?: readonly ExtendedKeyUsagePurpose[]
  /** Default: now. */
  readonly openedAt?: Date
}

/** A connection the application must end. */
export interface ConnectionDrop {
  readonly connection: LongLivedConnection
  /** Why, each a sentence. */
  readonly reasons: readonly string[]
}

export interface ConnectionOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
  readonly limits: MonitorLimits
  readonly queues: HostQueues
}

interface Watched {
  readonly connection: LongLivedConnection
  openedAt: number
  /** When its certificate was found valid last, or so long ago that it is looked at again in time; milliseconds since 1970. */
  validAt: number
}

/** The open connections of this process. */
export class Connections {
  private readonly watched = new Map<string, Watched>()

  constructor(private readonly options: ConnectionOptions) {}

  get count(): number {
    return this.watched.size
  }

  /** @throws TypeError for an id that is watched already */
  watch(connection: LongLivedConnection): () => void {
    const { id } = connection
    if (this.watched.has(id))
      throw new TypeError(`connection ${id} is watched already: end the first, or give another id`)
    const openedAt = (connection.openedAt ?? this.options.clock.now()).getTime()
    const watched = { connection, openedAt, validAt: openedAt }
    this.watched.set(id, watched)
    return () => {
      // Not another one of that id.
      if (this.watched.get(id) === watched) this.watched.delete(id)
    }
  }

  /** When the next one is due; Infinity for never. */
  nextDue(settings: MonitorSettings): number {
    let next = Infinity
    for (const one of this.watched.values()) next = Math.min(next, this.dueAt(one, settings))
    return next
  }

  private dueAt({ openedAt, validAt }: Watched, settings: MonitorSettings): number {
    const interval = connectionCheckInterval(settings)
    if (interval === undefined) return Infinity
    return Math.max(validAt + interval, openedAt + this.options.limits.longLivedAfter)
  }

  /** Validates what is due; later what fails for other reasons. What must be dropped stays due until it is forgotten. */
  async check(
    settings: MonitorSettings,
    sources: RevocationSources | undefined,
    until: number,
    fail: (error: unknown) => void,
  ): Promise<readonly ConnectionDrop[]> {
    const now = this.options.clock.now().getTime()
    // What seems to have been in the future was by a clock that has been set back.
    for (const one of this.watched.values()) {
      one.openedAt = Math.min(one.openedAt, now)
      one.validAt = Math.min(one.validAt, now)
    }
    const due = [...this.watched.values()].filter((one) => this.dueAt(one, settings) <= now)
    const stores = new ScopeMap<Promise<readonly Certificate[]>>()
    const drops: ConnectionDrop[] = []
    const jobs = due.map((watched) => ({
      host: sources && likelyHost(watched.connection.certificate, settings, sources),
      run: async () => {
        const { connection } = watched
        const { node, trust } = connection
        const store = stores.ensure({ node, purpose: trust }, () => this.trusted(node, trust))
        let reasons: readonly string[]
        try {
          reasons = await this.faultsOf(connection, await store, settings, sources)
        } catch (error) {
          watched.validAt = now + this.options.limits.retryAfter - (connectionCheckInterval(settings) ?? 0)
          fail(error)
          return
        }
        if (this.watched.get(connection.id) !== watched) return
        if (reasons.length === 0) watched.validAt = now
        else drops.push({ connection, reasons })
      },
    }))
    await this.options.queues.run(jobs, until)
    return drops
  }

  /** Of these the application is told, once. */
  forget(drops: readonly ConnectionDrop[]): void {
    for (const { connection } of drops) {
      if (this.watched.get(connection.id)?.connection === connection) this.watched.delete(connection.id)
    }
  }

  private async trusted(node: string, purpose: string): Promise<readonly Certificate[]> {
    const { records } = await this.options.storage.read([{ node, purpose }])
    return installedCertificates(records).map(({ certificate }) => certificate)
  }

  private async faultsOf(
    { certificate, intermediates = [], extendedKeyUsage }: LongLivedConnection,
    trusted: readonly Certificate[],
    { revocationCheck }: MonitorSettings,
    sources: RevocationSources | undefined,
  ): Promise<readonly string[]> {
    const { profile, crypto, clock } = this.options
    // A peer may be trusted by itself.
    const anchors = trusted.filter((one) => one.isSelfIssued || one.equals(certificate))
    const request = {
      ...{ certificate, profile, crypto, at: clock.now() },
      intermediates: [...intermediates, ...trusted.filter(({ isSelfIssued }) => !isSelfIssued)],
      anchors: createTrustAnchors(anchors),
      ...(extendedKeyUsage && { purpose: extendedKeyUsage }),
    }
    const verdict =
      sources === undefined || revocationCheck.state === 'disabled'
        ? await validatePath(request)
        : await validateCertificate({ ...request, revocation: { sources, policy: revocationCheck.policy } })
    return verdict.ok ? [] : verdict.findings.map(({ subject, message }) => `${subject.toString()}: ${message}`)
  }
}

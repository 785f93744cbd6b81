// Asks for the status of installed certificates: through an OCSP client made from the settings, and through CRLs.

import type { Clock } from '../base/clock.js'
import { RecentMap } from '../base/recent-map.js'
import { withinTimeout } from '../base/timers.js'
import type { CryptoProvider } from '../crypto/index.js'
import type { Storage } from '../inventory/index.js'
import { hostOf } from '../net/host-of.js'
import {
  createOcspClient,
  fetchOcspTransport,
  type OcspClient,
  type OcspClientOptions,
  type OcspTransport,
  type TrustedResponder,
} from '../ocsp/index.js'
import { type BuiltPath, type PathProfile, trustAnchorFrom } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import { crlUris } from '../revocation/fetch-crls.js'
import { checkRevocation, type CrlSource, type RevocationSources, type RevocationStatus } from '../revocation/index.js'
import { accessUris } from '../x509/access-uris.js'
import type { Certificate } from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'
import { installedCertificate } from './installed-certificate.js'
import { certificatesWhere } from './issuers.js'
import type { MonitorLimits } from './limits.js'
import type { Counts, ResponderMetrics } from './metrics.js'
import type { MonitorSettings } from './settings.js'

/** How responders are asked. Which responder, and who is trusted to answer, the settings and the catalogue say. */
export type MonitorOcspOptions = Omit<OcspClientOptions, 'clock' | 'responder' | 'trustedResponders'>

export interface CheckerOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly catalogue: Catalogue
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
  readonly ocsp: MonitorOcspOptions
  readonly crls: CrlSource | undefined
  readonly limits: Pick<MonitorLimits, 'sourceTimeout'>
}

const MOST_RESPONDERS = 1000

export class RevocationChecker {
  /** Certificates name any number of hosts. What is forgotten counts from nothing again. */
  private readonly kept = new RecentMap<string, Counts<ResponderMetrics>>(MOST_RESPONDERS)
  private client: { readonly key: string; readonly client: OcspClient } | undefined

  constructor(private readonly options: CheckerOptions) {}

  metrics(): readonly ResponderMetrics[] {
    return [...this.kept.values()].map((counts) => ({ ...counts }))
  }

  /** Whether certificates are checked at the interval. */
  isChecking({ revocationCheck, ocsp }: MonitorSettings): boolean {
    return revocationCheck.state === 'enabled' && (ocsp.state === 'enabled' || this.options.crls !== undefined)
  }

  /**
   * Whom the settings have asked; undefined where nobody is. Nothing counts that was answered before `since`: a scheduled
   * check that is served from what was kept of the last one checks nothing.
   */
  async sources(settings: MonitorSettings, since: Date): Promise<RevocationSources | undefined> {
    if (!this.isChecking(settings)) return undefined
    const { ocsp } = settings
    const { crls } = this.options
    const client = ocsp.state === 'enabled' ? await this.clientFor(ocsp.responder) : undefined
    const { sourceTimeout } = this.options.limits
    const overdue = (): Error => new Error(`no answer within ${sourceTimeout} ms`)
    // Whatever the application has it asked by: one that hangs must not hold up the tick.
    const inTime = <T>(ask: () => Promise<T>): Promise<T> => withinTimeout(sourceTimeout, overdue, ask)
    return {
      ...(client && {
        ocsp: { check: (certificate, issuer) => inTime(() => client.check(certificate, issuer, since)) },
      }),
      ...(crls && { crls: { crlsFor: (certificate) => inTime(() => crls.crlsFor(certificate)) } }),
    }
  }

  /** The status of one certificate, whose signature its issuer's key has verified. */
  async statusOf(
    certificate: Certificate,
    issuer: Certificate,
    sources: RevocationSources,
    at: Date,
  ): Promise<RevocationStatus> {
    const { profile, crypto } = this.options
    const path: BuiltPath = { path: [certificate], anchor: trustAnchorFrom(issuer), policies: noPolicies }
    const { certificates } = await checkRevocation(path, {
      ...{ sources, at, profile, crypto },
      certificates: [issuer],
    })
    return certificates[0]?.revocation ?? { status: 'undetermined', notes: [] }
  }

  /** The client knows which responders are down: it is made anew only where it has to ask others, or believe others. */
  private async clientFor(responder: NonNullable<OcspClientOptions['responder']>): Promise<OcspClient> {
    const { clock, ocsp, profile, crypto } = this.options
    const trustedResponders = await this.designatedResponders()
    const prints = await Promise.all(trustedResponders.map(({ certificate }) => certificate.fingerprint()))
    const key = JSON.stringify([responder, prints.sort()])
    if (this.client?.key !== key) {
      const transport = this.counting(ocsp.transport ?? fetchOcspTransport())
      const client = createOcspClient({ profile, crypto, ...ocsp, transport, clock, responder, trustedResponders })
      this.client = { key, client }
    }
    return this.client.client
  }

  /** OCS-1: certificates an administrator has put where the catalogue has them, and that say themselves what they are for. */
  private async designatedResponders(): Promise<readonly TrustedResponder[]> {
    const { storage, catalogue } = this.options
    const purpose = catalogue.designatedResponders
    if (purpose === undefined) return []
    const found = new Map<string, TrustedResponder>()
    for await (const record of certificatesWhere(storage, 'purpose', purpose)) {
      if (record.purpose !== purpose || found.has(record.sha256)) continue
      const certificate = installedCertificate(record)
      const usage = valueOf(certificate?.extension('extendedKeyUsage'))
      if (certificate !== undefined && usage?.includes('ocspSigning')) found.set(record.sha256, { certificate })
    }
    return [...found.values()]
  }

  private counting(transport: OcspTransport): OcspTransport {
    return {
      send: async (call) => {
        const host = hostOf(call.uri)
        const counts = this.kept.get(host) ?? { host, requests: 0, failures: 0 }
        this.kept.set(host, counts)
        counts.requests++
        try {
          return await transport.send(call)
        } catch (error) {
          counts.failures++
          counts.lastFailureAt = this.options.clock.now().getTime()
          throw error
        }
      },
    }
  }
}

/** A path of two names no policies. */
const noPolicies: BuiltPath['policies'] = { authorityConstrained: [], userConstrained: [] }

/** The host a check is likely to ask first: a responder, or who has the CRL. Empty where it asks none. */
export function likelyHost(certificate: Certificate, { ocsp }: MonitorSettings, sources: RevocationSources): string {
  const isConfigured = ocsp.state === 'enabled' && ocsp.responder !== 'from-certificate'
  const responders = isConfigured ? [ocsp.responder.uri] : sources.ocsp && accessUris(certificate, 'ocsp')
  const [uri = ''] = [...(responders ?? []), ...(sources.crls ? crlUris(certificate) : [])]
  return hostOf(uri)
}

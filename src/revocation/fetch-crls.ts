// CRLs fetched from where certificates say they are (RFC 5280 §4.2.1.13, §4.2.1.15), and kept until they run out.

import { checkNumber } from '../base/arguments.js'
import { type Clock, systemClock } from '../base/clock.js'
import { isParseError } from '../base/errors.js'
import { RecentMap } from '../base/recent-map.js'
import { type CertificateList, parseCertificateList } from '../crl/index.js'
import { checkHttpOptions, fetchBytes, HttpError, type HttpFetchOptions } from '../net/http-fetch.js'
import type { Certificate, DistributionPoint } from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'
import type { CrlSource } from './check-revocation.js'

/** URIs of one certificate that are asked. */
const MAX_URIS = 4
/** Bytes of a list: the largest in public use have some 20 MB. */
const MAX_SIZE = 64 * 1024 * 1024

/** How CRLs are fetched, and how long those fetched are kept. */
export interface FetchCrlOptions extends HttpFetchOptions {
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Lists kept, the one used longest ago going first. Default 100. */
  readonly keptLists?: number
  /** Bytes of the lists kept, of which each may have `maximumSize`. Default 256 MiB. */
  readonly keptBytes?: number
  /** Seconds after which a list is asked for anew at the latest, though it may hold for longer. Default an hour. */
  readonly keptFor?: number
  /** Failures in a row after which a URI is left alone: its last list, or else what it failed by, is its answer. Default 5. */
  readonly failuresToOpen?: number
  /** Seconds it is left alone. Default 60. */
  readonly openFor?: number
}

/** What became of a URI. Times are milliseconds since 1970. */
interface Kept {
  readonly uri: string
  readonly list: Promise<CertificateList>
  /** The last one that came, also where a newer one was asked for in vain. */
  held: CertificateList | undefined
  /** Always and for ever while the list is on its way. */
  since: number
  until: number
  /** In a row. */
  failures: number
}

/**
 * Fetches the CRLs a certificate names by its cRLDistributionPoints, and delta CRLs by freshestCRL of certificate and list,
 * over http or https. One source may serve many checks: a list is in flight once, and kept until its nextUpdate or for
 * `keptFor`, whichever ends first. Nobody has verified it by then: one that was forged on the way is asked for anew within
 * that time. Where nobody gives another the last one serves on: it says itself until when it holds.
 * A URI that has failed is asked again by the next check, but for one that goes on failing.
 * Lists of CRL issuers' own certificates are not fetched.
 *
 * @throws TypeError for a limit that is no number
 */
export function fetchCrlSource(options: FetchCrlOptions = {}): CrlSource {
  return new FetchingSource(options)
}

class FetchingSource implements CrlSource {
  private readonly kept: RecentMap<string, Kept>
  private readonly limits: Required<
    Pick<FetchCrlOptions, 'keptLists' | 'keptBytes' | 'keptFor' | 'failuresToOpen' | 'openFor'>
  >

  constructor(private readonly options: FetchCrlOptions) {
    const { keptLists = 100, keptBytes = 4 * MAX_SIZE, keptFor = 3600, failuresToOpen = 5, openFor = 60 } = options
    checkHttpOptions(options)
    this.limits = { keptLists, keptBytes, keptFor, failuresToOpen, openFor }
    for (const [name, value] of Object.entries(this.limits)) checkNumber(name, value, Infinity)
    this.kept = new RecentMap(keptLists)
  }

  async crlsFor(certificate: Certificate): Promise<readonly CertificateList[]> {
    const lists = new Set<CertificateList>()
    let failure: Error | undefined
    for (const uri of crlUris(certificate).slice(0, MAX_URIS)) {
      try {
        const list = await this.listAt(uri)
        lists.add(list)
        const [delta] = urisOf(list.freshestCRL ?? [])
        if (delta !== undefined) lists.add(await this.listAt(delta))
      } catch (error) {
        if (!isFailure(error)) throw error
        failure = error
      }
    }
    if (lists.size === 0 && failure) throw failure
    return [...lists]
  }

  private listAt(uri: string): Promise<CertificateList> {
    const { now } = this
    const { keptFor, failuresToOpen, openFor } = this.limits
    const known = this.kept.get(uri)
    // Where the clock was set back, what was kept by a wrong one does not count.
    if (known && now >= known.since && now < known.until) return known.list
    const keepFor = (seconds: number, until = Infinity): void => {
      fetching.since = this.now
      fetching.until = Math.min(until, fetching.since + seconds * 1000)
    }
    const call = { uri, origin: 'certificate', what: 'the CRL' } as const
    const fetched = fetchBytes(call, this.options, MAX_SIZE).then((bytes) => parseCertificateList(bytes))
    const list = fetched.then(
      (one) => {
        fetching.held = one
        keepFor(keptFor, one.nextUpdate?.getTime() ?? 0)
        this.makeRoom()
        return one
      },
      (error: unknown) => {
        fetching.failures = (known?.failures ?? 0) + 1
        // One failure is not kept: the next check asks again.
        keepFor(fetching.failures < failuresToOpen ? 0 : openFor)
        if (fetching.held && isFailure(error)) return fetching.held
        throw error
      },
    )
    const fetching: Kept = { uri, list, held: known?.held, since: -Infinity, until: Infinity, failures: 0 }
    this.kept.set(uri, fetching)
    return list
  }

  /** Whoever names many large lists must not fill the memory with them. */
  private makeRoom(): void {
    let bytes = 0
    for (const one of [...this.kept.values()].reverse()) {
      const { length } = one.held?.der ?? []
      if (bytes + length > this.limits.keptBytes) this.kept.delete(one.uri)
      else bytes += length
    }
  }

  private get now(): number {
    return (this.options.clock ?? systemClock).now().getTime()
  }
}

/** Whether nobody answered, or with no list; what the caller has given fails in other ways. */
const isFailure = (error: unknown): error is Error => error instanceof HttpError || isParseError(error)

/** Where a certificate says that its CRLs are, complete ones first; nowhere where that is malformed. */
export const crlUris = (certificate: Certificate): readonly string[] =>
  (['cRLDistributionPoints', 'freshestCRL'] as const).flatMap((name) =>
    urisOf(valueOf(certificate.extension(name)) ?? []),
  )

/** URIs of http and https; LDAP ones are not fetched. */
const urisOf = (points: readonly DistributionPoint[]): readonly string[] =>
  points.flatMap(({ distributionPoint }) =>
    distributionPoint?.type === 'fullName'
      ? distributionPoint.names.flatMap((name) =>
          name.type === 'uniformResourceIdentifier' && /^https?:/i.test(name.value) ? name.value : [],
        )
      : [],
  )

// CRLs fetched from where certificates say they are (RFC 5280 §4.2.1.13, §4.2.1.15), and kept until they run out.

import { checkNumber } from '../base/arguments.js'
import { type Clock, systemClock } from '../base/clock.js'
import { RecentMap } from '../base/recent-map.js'
import { type CertificateList, parseCertificateList } from '../crl/index.js'
import { checkHttpOptions, fetchBytes, HttpError, type HttpFetchOptions } from '../net/http-fetch.js'
import { type Certificate, type DistributionPoint, ParseError } from '../x509/index.js'
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
  /** Seconds a list is kept at the most, though it may hold for longer. Default an hour. */
  readonly keptFor?: number
}

interface Kept {
  readonly list: Promise<CertificateList>
  /** Milliseconds since 1970; for ever while the list is on its way. */
  until: number
}

/**
 * Fetches the CRLs a certificate names by its cRLDistributionPoints, and delta CRLs by freshestCRL of certificate and list,
 * over http or https. One source may serve many checks: a list is in flight once, and kept until its nextUpdate or for
 * `keptFor`, whichever ends first. Nobody has verified it by then: one that was forged on the way is gone within that time.
 * Lists of CRL issuers' own certificates are not fetched.
 *
 * @throws TypeError for a limit that is no number
 */
export function fetchCrlSource(options: FetchCrlOptions = {}): CrlSource {
  return new FetchingSource(options)
}

class FetchingSource implements CrlSource {
  private readonly kept: RecentMap<string, Kept>
  private readonly clock: Clock
  private readonly keptFor: number

  constructor(private readonly options: FetchCrlOptions) {
    const { clock = systemClock, keptLists = 100, keptFor = 3600 } = options
    checkHttpOptions(options)
    checkNumber('keptLists', keptLists, Number.MAX_SAFE_INTEGER)
    checkNumber('keptFor', keptFor, Infinity)
    this.clock = clock
    this.kept = new RecentMap(keptLists)
    this.keptFor = keptFor
  }

  async crlsFor(certificate: Certificate): Promise<readonly CertificateList[]> {
    const points = certificate.extension('cRLDistributionPoints')
    const deltas = certificate.extension('freshestCRL')
    const uris = [points, deltas].flatMap((extension) =>
      extension === undefined || extension.error !== undefined ? [] : urisOf(extension.value),
    )
    const lists = new Set<CertificateList>()
    let failure: Error | undefined
    for (const uri of uris.slice(0, MAX_URIS)) {
      try {
        const list = await this.listAt(uri)
        lists.add(list)
        const [delta] = list.freshestCRL === undefined ? [] : urisOf(list.freshestCRL)
        if (delta !== undefined) lists.add(await this.listAt(delta))
      } catch (error) {
        if (!(error instanceof HttpError) && !(error instanceof ParseError)) throw error
        failure = error
      }
    }
    if (lists.size === 0 && failure !== undefined) throw failure
    return [...lists]
  }

  private listAt(uri: string): Promise<CertificateList> {
    const known = this.kept.get(uri)
    if (known !== undefined && this.now < known.until) return known.list
    const fetching: Kept = { list: this.fetchList(uri), until: Infinity }
    this.kept.set(uri, fetching)
    fetching.list.then(
      ({ nextUpdate }) => (fetching.until = Math.min(nextUpdate?.getTime() ?? 0, this.now + this.keptFor * 1000)),
      // A failure is not kept: the next check asks again.
      () => (fetching.until = 0),
    )
    return fetching.list
  }

  private get now(): number {
    return this.clock.now().getTime()
  }

  private async fetchList(uri: string): Promise<CertificateList> {
    const bytes = await fetchBytes({ uri, origin: 'certificate', what: 'the CRL' }, this.options, MAX_SIZE)
    return parseCertificateList(bytes)
  }
}

/** URIs of http and https; LDAP ones are not fetched. */
const urisOf = (points: readonly DistributionPoint[]): readonly string[] =>
  points.flatMap(({ distributionPoint }) =>
    distributionPoint?.type === 'fullName'
      ? distributionPoint.names.flatMap((name) =>
          name.type === 'uniformResourceIdentifier' && /^https?:/i.test(name.value) ? name.value : [],
        )
      : [],
  )

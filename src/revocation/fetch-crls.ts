// CRLs fetched from where certificates say they are (RFC 5280 §4.2.1.13, §4.2.1.15), and kept until they run out.

import { type Clock, systemClock } from '../base/clock.js'
import { type CertificateList, parseCertificateList } from '../crl/index.js'
import { fetchBytes, HttpError, type HttpFetchOptions } from '../net/http-fetch.js'
import { type Certificate, type DistributionPoint, ParseError } from '../x509/index.js'
import type { CrlSource } from './check-revocation.js'

/** URIs of one certificate that are asked. */
const MAX_URIS = 4
/** Bytes of a list: the largest in public use have some 20 MB. */
const MAX_SIZE = 64 * 1024 * 1024

export interface FetchCrlOptions extends HttpFetchOptions {
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Lists kept, the oldest going first. Default 100. */
  readonly keptLists?: number
}

/**
 * Fetches the CRLs a certificate names by its cRLDistributionPoints, and delta CRLs by freshestCRL of certificate and list,
 * over http or https. Lists are kept until their nextUpdate. One source may serve many checks: a list is in flight once.
 *
 * @throws TypeError for a limit that is no number
 */
export function fetchCrlSource(options: FetchCrlOptions = {}): CrlSource {
  return new FetchingSource(options)
}

class FetchingSource implements CrlSource {
  private readonly lists = new Map<string, Promise<CertificateList>>()
  private readonly clock: Clock

  constructor(private readonly options: FetchCrlOptions) {
    this.clock = options.clock ?? systemClock
  }

  async crlsFor(certificate: Certificate): Promise<readonly CertificateList[]> {
    const points = certificate.extension('cRLDistributionPoints')
    const deltas = certificate.extension('freshestCRL')
    const uris = [points, deltas].flatMap((extension) =>
      extension === undefined || extension.error !== undefined ? [] : urisOf(extension.value),
    )
    const lists: CertificateList[] = []
    let failure: Error | undefined
    for (const uri of uris.slice(0, MAX_URIS)) {
      try {
        const list = await this.listAt(uri)
        lists.push(list)
        const [delta] = list.freshestCRL === undefined ? [] : urisOf(list.freshestCRL)
        if (delta !== undefined && !uris.includes(delta)) lists.push(await this.listAt(delta))
      } catch (error) {
        if (!(error instanceof HttpError) && !(error instanceof ParseError)) throw error
        failure = error
      }
    }
    if (lists.length === 0 && failure !== undefined) throw failure
    return lists
  }

  private async listAt(uri: string): Promise<CertificateList> {
    const known = this.lists.get(uri)
    if (known !== undefined) {
      const list = await known
      if (list.nextUpdate !== undefined && list.nextUpdate > this.clock.now()) return list
    }
    const fetching = this.fetchList(uri)
    this.lists.delete(uri)
    this.lists.set(uri, fetching)
    // A failure is not kept: the next check asks again.
    fetching.catch(() => this.lists.get(uri) === fetching && this.lists.delete(uri))
    for (const oldest of this.lists.keys()) {
      if (this.lists.size <= (this.options.keptLists ?? 100)) break
      this.lists.delete(oldest)
    }
    return fetching
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

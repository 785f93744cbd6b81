// How a request reaches a responder: by HTTP, with the distrust of src/net.

import {
  type AskedUrl,
  checkHttpOptions,
  fetchBytes,
  HttpError,
  type HttpFetchOptions,
  type HttpRequest,
} from '../net/http-fetch.js'
import type { OcspFindingCode } from './finding.js'
import { ocspRequestUrl } from './ocsp-request.js'

export type { FetchedResponse, FetchFunction } from '../net/http-fetch.js'

/** One request to a responder. */
export interface OcspCall {
  readonly uri: string
  /** DER of the OCSPRequest. */
  readonly request: Uint8Array
  /**
   * Who chose the URI. One from a certificate is its issuer's to choose, or an attacker's: following it blindly makes a
   * server ask hosts of its own network for strangers (server-side request forgery).
   */
  readonly origin: 'certificate' | 'configured'
}

/** Carries a request to a responder and its answer back. */
export interface OcspTransport {
  /**
   * The answer's bytes, unread and unverified.
   * @throws OcspTransportError where there is none
   */
  send(call: OcspCall): Promise<Uint8Array>
}

/** Why no answer came. */
export type OcspTransportCode = Extract<
  OcspFindingCode,
  'url-refused' | 'timeout' | 'network' | 'http-status' | 'redirect' | 'content-type' | 'too-large'
>

/** There is no answer: the status stays undetermined. */
export class OcspTransportError extends Error {
  override readonly name = 'OcspTransportError'
  constructor(
    readonly code: OcspTransportCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** `maximumSize` is 1 MiB by default, far more than any responder sends. */
export interface FetchTransportOptions extends HttpFetchOptions {
  /**
   * Default `POST`. `GET` lets proxies answer from their caches; a request whose URL exceeds 255 bytes goes by POST all
   * the same (RFC 5019 §5).
   */
  readonly method?: 'POST' | 'GET'
}

const REQUEST_TYPE = 'application/ocsp-request'
const RESPONSE_TYPE = 'application/ocsp-response'
const MAXIMUM_SIZE = 1024 * 1024
/** Characters of a URL that every cache takes (RFC 5019 §5). */
const LONGEST_URL = 255

/**
 * A transport over HTTP by `fetch` (RFC 6960 appendix A.1): no redirects, http and https only, a limit on time and size,
 * and the media type checked. A host name that resolves to a private address is not recognised as one: where that
 * matters, resolve names yourself in `fetch`, or forbid the traffic.
 *
 * @throws TypeError for a limit that is no number
 */
export function fetchOcspTransport(options: FetchTransportOptions = {}): OcspTransport {
  checkHttpOptions(options)
  return {
    async send({ uri, origin, request }) {
      try {
        const call = { uri, origin, what: 'the responder', contentTypes: [RESPONSE_TYPE] }
        const asked = { ...call, request: (url: AskedUrl) => httpRequest(url, request, options.method) }
        return await fetchBytes(asked, options, MAXIMUM_SIZE)
      } catch (error) {
        if (error instanceof HttpError) throw new OcspTransportError(error.code, error.message, { cause: error.cause })
        throw error
      }
    },
  }
}

function httpRequest(
  { href, search }: AskedUrl,
  request: Uint8Array,
  method: FetchTransportOptions['method'] = 'POST',
): HttpRequest {
  const headers = { accept: RESPONSE_TYPE }
  const url = ocspRequestUrl(href, request)
  // A query stands behind the path, where the request would have to go.
  if (method === 'GET' && url.length <= LONGEST_URL && search === '') return { url, method, headers }
  // A copy, since the types of fetch take no views on shared memory.
  const body = new Uint8Array(request).buffer
  return { url: href, method: 'POST', headers: { ...headers, 'content-type': REQUEST_TYPE }, body }
}

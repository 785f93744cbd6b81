// How a request reaches a responder. The one that comes with the library uses fetch, and trusts neither URLs nor answers.

import { checkNumber } from '../base/arguments.js'
import { concatBytes } from '../base/bytes.js'
import type { OcspFindingCode } from './finding.js'
import { ocspRequestUrl } from './ocsp-request.js'
import { isPrivateHost } from './private-host.js'

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

/** The parts of the Fetch API's Response this reads. */
export interface FetchedResponse {
  readonly ok: boolean
  readonly status: number
  readonly type: string
  readonly headers: { get(name: string): string | null }
  readonly body: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
      cancel(): Promise<void>
    }
  } | null
}

/** `fetch`, by the shape this uses it in. */
export type FetchFunction = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: ArrayBuffer
    readonly redirect: 'manual'
    readonly signal: never
  },
) => Promise<FetchedResponse>

export interface FetchTransportOptions {
  /** Default: the runtime's own. */
  readonly fetch?: FetchFunction
  /**
   * Default `POST`. `GET` lets proxies answer from their caches; a request whose URL exceeds 255 bytes goes by POST all
   * the same (RFC 5019 §5).
   */
  readonly method?: 'POST' | 'GET'
  /** Milliseconds until the whole answer must be there. Default 10,000. */
  readonly timeout?: number
  /** Bytes an answer may have. Default 1 MiB, far more than any responder sends. */
  readonly maximumSize?: number
  /**
   * Refuses a URL by returning false. It sees only those the built-in rules have let pass.
   */
  readonly allowUrl?: (url: URL, origin: OcspCall['origin']) => boolean
  /** Whether URIs of certificates may name hosts of private networks. Default `refuse`. Configured ones always may. */
  readonly privateHosts?: 'refuse' | 'accept'
}

const REQUEST_TYPE = 'application/ocsp-request'
const RESPONSE_TYPE = 'application/ocsp-response'
/** Milliseconds; timers with more fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1
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
  const { fetch = runtimeFetch, timeout = 10_000, maximumSize = 1024 * 1024 } = options
  checkNumber('timeout', timeout, LONGEST_TIMER)
  checkNumber('maximumSize', maximumSize, Number.MAX_SAFE_INTEGER)
  return {
    async send(call) {
      const url = checkedUrl(call, options)
      const controller = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      // Rejects by itself: a fetch of the caller's may not heed the signal.
      const isOver = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new OcspTransportError('timeout', `${url.host} did not answer within ${timeout} ms`))
          controller.abort()
        }, timeout)
      })
      try {
        const asked = requestOver(url, call.request, options.method)
        return await Promise.race([exchange(url, asked, fetch, controller.signal, maximumSize), isOver])
      } catch (error) {
        if (error instanceof OcspTransportError) throw error
        const reason = error instanceof Error ? describeError(error) : String(error)
        throw new OcspTransportError('network', `${url.host} could not be reached: ${reason}`, { cause: error })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const runtimeFetch: FetchFunction = (url, init) => globalThis.fetch(url, init)

/** fetch hides the reason in the cause. */
const describeError = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message} (${cause.message})` : message

function checkedUrl({ uri, origin }: OcspCall, { allowUrl, privateHosts = 'refuse' }: FetchTransportOptions): URL {
  let url: URL
  try {
    url = new URL(uri)
  } catch {
    throw new OcspTransportError('url-refused', 'the responder’s URI is none')
  }
  const refuse = (why: string): never => {
    throw new OcspTransportError('url-refused', `the responder’s URI ${url.protocol}//${url.host} ${why}`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('is neither http nor https')
  if (url.username !== '' || url.password !== '') refuse('holds a user name or password')
  if (origin === 'certificate' && privateHosts === 'refuse' && isPrivateHost(url.hostname)) {
    refuse('comes from a certificate and names a private host')
  }
  if (allowUrl?.(url, origin) === false) refuse('is not allowed')
  return url
}

/** What goes to fetch, by POST or GET. */
type HttpRequest = Pick<Parameters<FetchFunction>[1], 'method' | 'headers' | 'body'> & { readonly url: string }

function requestOver(url: URL, request: Uint8Array, method: FetchTransportOptions['method'] = 'POST'): HttpRequest {
  const headers = { accept: RESPONSE_TYPE }
  const getUrl = ocspRequestUrl(url.href, request)
  // A query stands behind the path, where the request would have to go.
  if (method === 'GET' && getUrl.length <= LONGEST_URL && url.search === '') return { url: getUrl, method, headers }
  // A copy, since the types of fetch take no views on shared memory.
  const body = new Uint8Array(request).buffer
  return { url: url.href, method: 'POST', headers: { ...headers, 'content-type': REQUEST_TYPE }, body }
}

async function exchange(
  url: URL,
  { url: target, ...request }: HttpRequest,
  fetch: FetchFunction,
  signal: AbortSignal,
  maximumSize: number,
): Promise<Uint8Array> {
  const response = await fetch(target, { ...request, redirect: 'manual', signal: signal as never })
  const { status, type, headers } = response
  const refuse = async (code: OcspTransportCode, message: string): Promise<never> => {
    await response.body
      ?.getReader()
      .cancel()
      .catch(() => undefined)
    throw new OcspTransportError(code, `${url.host} ${message}`)
  }
  if (type === 'opaqueredirect' || (status >= 300 && status < 400))
    await refuse('redirect', 'redirects, which is not followed')
  if (status !== 200) await refuse('http-status', `answers with status ${status}`)
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (contentType !== RESPONSE_TYPE)
    await refuse('content-type', `answers with ${contentType ?? ''}, not ${RESPONSE_TYPE}`)
  return readBody(response, url, maximumSize)
}

async function readBody({ body }: FetchedResponse, url: URL, maximumSize: number): Promise<Uint8Array> {
  const reader = body?.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const { value } = part
    if (value === undefined) continue
    size += value.length
    if (size > maximumSize) {
      await reader?.cancel().catch(() => undefined)
      throw new OcspTransportError('too-large', `${url.host} answers with more than ${maximumSize} bytes`)
    }
    parts.push(value)
  }
  return concatBytes(parts)
}

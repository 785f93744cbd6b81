// Fetching bytes over HTTP from places nobody vouches for: no redirects, http and https only, bounded in time and size, and
// no private hosts where a certificate chose the URI.

import { checkNumber } from '../base/arguments.js'
import { concatBytes } from '../base/bytes.js'
import { isObject, membersOf } from '../base/json.js'
import { reasonOf } from '../base/reason.js'
import { LONGEST_TIMER, withinTimeout } from '../base/timers.js'
import { isPrivateHost } from './private-host.js'

/** Why there is no answer. */
export type HttpErrorCode =
  'url-refused' | 'timeout' | 'network' | 'http-status' | 'redirect' | 'content-type' | 'too-large'

/** There is no answer, or none that is read. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError'
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * Who chose a URI. One from a certificate is its issuer's to choose, or an attacker's: following it blindly makes a server
 * ask hosts of its own network for strangers (server-side request forgery).
 */
export type UriOrigin = 'certificate' | 'configured'

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

/** A URL that is about to be asked, by its parts. */
export interface AskedUrl {
  readonly href: string
  /** `http:` or `https:`. */
  readonly protocol: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  /** The query with its question mark; empty where there is none. */
  readonly search: string
}

/** How certificates and CRLs are fetched by HTTP, and from where not. */
export interface HttpFetchOptions {
  /** Default: the runtime's own. */
  readonly fetch?: FetchFunction
  /** Milliseconds until the whole answer must be there. Default 10,000. */
  readonly timeout?: number
  /** Bytes an answer may have. */
  readonly maximumSize?: number
  /** Refuses a URL by returning anything but true. It sees only those the built-in rules have let pass. */
  readonly allowUrl?: (url: AskedUrl, origin: UriOrigin) => boolean
  /** Whether URIs of certificates may name hosts of private networks. Default `refuse`. Configured ones always may. */
  readonly privateHosts?: 'refuse' | 'accept'
}

/** What is asked for. */
export interface HttpCall {
  readonly uri: string
  readonly origin: UriOrigin
  /** What is at the URI, for messages: `the responder`. */
  readonly what: string
  /** Media types that are read; undefined for any. */
  readonly contentTypes?: readonly string[]
  /** How to ask, once the URL is allowed. Default a GET of it. */
  readonly request?: (url: AskedUrl) => HttpRequest
}

/** What goes to fetch. */
export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: ArrayBuffer
}

/** @throws TypeError for a limit that is no number */
export function checkHttpOptions({ timeout = 0, maximumSize = 0 }: HttpFetchOptions): void {
  checkNumber('timeout', timeout, LONGEST_TIMER)
  checkNumber('maximumSize', maximumSize, Number.MAX_SAFE_INTEGER)
}

/**
 * The bytes at a URI. A host name that resolves to a private address is not recognised as one: where that matters, resolve
 * names in a `fetch` of your own, or forbid the traffic.
 * @throws HttpError where there are none
 */
export async function fetchBytes(call: HttpCall, options: HttpFetchOptions, size: number): Promise<Uint8Array> {
  const { fetch = runtimeFetch, timeout = 10_000, maximumSize = size } = options
  const url = checkedUrl(call, options)
  const overdue = (): HttpError => new HttpError('timeout', `${url.host} did not answer within ${timeout} ms`)
  try {
    const request = call.request?.(url) ?? { url: url.href, method: 'GET', headers: {} }
    const types = call.contentTypes
    // The whole exchange: a server may also be slow in its answer's body.
    return await withinTimeout(timeout, overdue, (signal) => exchange(url, request, types, fetch, signal, maximumSize))
  } catch (error) {
    if (error instanceof HttpError) throw error
    throw new HttpError('network', `${url.host} could not be reached: ${reasonOf(error)}${causeOf(error)}`, {
      cause: error,
    })
  }
}

/** The runtime's own. */
export const runtimeFetch: FetchFunction = (url, init) => globalThis.fetch(url, init)

/** fetch hides the reason in the cause. */
function causeOf(error: unknown): string {
  const { cause } = membersOf(error)
  return isObject(cause) ? ` (${reasonOf(cause)})` : ''
}

function checkedUrl({ uri, origin, what }: HttpCall, { allowUrl, privateHosts = 'refuse' }: HttpFetchOptions): URL {
  let url: URL
  try {
    url = new URL(uri)
  } catch {
    throw new HttpError('url-refused', `the URI of ${what} is none`)
  }
  const refuse = (why: string): never => {
    throw new HttpError('url-refused', `the URI of ${what}, ${url.protocol}//${url.host}, ${why}`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('is neither http nor https')
  if (url.username !== '' || url.password !== '') refuse('holds a user name or password')
  if (origin === 'certificate' && privateHosts !== 'accept' && isPrivateHost(url.hostname)) {
    refuse('comes from a certificate and names a private host')
  }
  // A promise of a yes, as somebody without types may return, is none yet.
  const isAllowed: unknown = allowUrl === undefined || allowUrl(url, origin)
  if (isAllowed !== true) refuse('is not allowed')
  return url
}

async function exchange(
  url: URL,
  { url: target, ...request }: HttpRequest,
  contentTypes: readonly string[] | undefined,
  fetch: FetchFunction,
  signal: AbortSignal,
  maximumSize: number,
): Promise<Uint8Array> {
  const { status, type, headers, body } = await fetch(target, {
    ...request,
    redirect: 'manual',
    signal: signal as never,
  })
  const reader = body?.getReader()
  const refuse = async (code: HttpErrorCode, message: string): Promise<never> => {
    await reader?.cancel().catch(() => undefined)
    throw new HttpError(code, `${url.host} ${message}`)
  }
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    await refuse('redirect', 'redirects, which is not followed')
  }
  if (status !== 200) await refuse('http-status', `answers with status ${status}`)
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (contentTypes?.includes(contentType) === false) {
    await refuse('content-type', `answers with ${contentType}, not ${contentTypes.join(' or ')}`)
  }
  let bytes: Uint8Array = new Uint8Array(0)
  let size = 0
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    if (value === undefined) continue
    size += value.length
    if (size > maximumSize) await refuse('too-large', `answers with more than ${maximumSize} bytes`)
    // Copied at once: a part of one byte may keep kilobytes, and there may be as many parts as bytes.
    if (size > bytes.length) bytes = concatBytes([bytes, new Uint8Array(size)])
    bytes.set(value, size - value.length)
  }
  return bytes.slice(0, size)
}

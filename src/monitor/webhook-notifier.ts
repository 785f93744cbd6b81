// Notices as signed JSON to an address of the operator's: https only, bounded in time, tried again where that may help.

import { checkNumber, resolveIntegers } from '../base/arguments.js'
import { type Clock, systemClock } from '../base/clock.js'
import { membersOf } from '../base/json.js'
import { LONGEST_TIMER, timerSleep, withinTimeout } from '../base/timers.js'
import { textDigest } from '../crypto/text-digest.js'
import { type FetchedResponse, type FetchFunction, runtimeFetch } from '../net/http-fetch.js'
import type { Catalogue } from '../purposes/index.js'
import { isoTime, noticeWords } from './digest-text.js'
import type { NoticeDigest, Notifier } from './notice.js'
import { type NoticeData, noticeData } from './notice-data.js'
import { signedHeaders, webhookKeys, type WebhookSecret } from './webhook-signature.js'

/** Bounds and patience of a webhook. Times in milliseconds. */
export interface WebhookLimits {
  /** Until an answer must have begun. Default 10,000. */
  readonly timeout: number
  /** Requests for one message, the first included. Default 4. */
  readonly attempts: number
  /** Before the second attempt; doubled before each after it. Default 1,000. */
  readonly backOff: number
  /** The longest wait. A receiver that asks for a longer one (Retry-After) is left alone until a later tick. Default 30,000. */
  readonly longestWait: number
  /** Notices in one request; more make several. Default 100. */
  readonly noticesPerRequest: number
}

const defaultLimits: WebhookLimits = {
  timeout: 10_000,
  attempts: 4,
  backOff: 1_000,
  longestWait: 30_000,
  noticesPerRequest: 100,
}

/** Where notices are posted, with which secret, and how often it is tried. */
export interface WebhookNotifierOptions {
  /** https, without credentials. */
  readonly url: string
  /** Each signs: while secrets change, give the old one and the new one. */
  readonly secrets: readonly WebhookSecret[]
  /** Default `webhook`. */
  readonly name?: string
  /** Sent along, as `authorization`; none of them may be one this sends itself. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whose services to restart are named in `whatToDo`. */
  readonly catalogue?: Catalogue
  /** http to this machine itself, for trying things out. Default `refuse`. */
  readonly plainHttp?: 'refuse' | 'accept-on-loopback'
  readonly webhookLimits?: Partial<WebhookLimits>
  /** Default: the runtime's own. It gets a signal that ends it, and must follow no redirects. */
  readonly fetch?: FetchFunction
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Waits so many milliseconds between attempts. Default: the runtime's timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>
}

/** The body of a request, as JSON. */
export interface WebhookMessage {
  readonly type: 'certificate-notices'
  /** The header `webhook-id`: the same for the same notices, however often they are sent. */
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  /** Of how many requests of one digest this is which, from 1. */
  readonly part: number
  readonly parts: number
  readonly notices: readonly (NoticeData & WebhookNoticeWords)[]
}

/** What a chat or a ticket shows. */
export interface WebhookNoticeWords {
  /** `tomcat on pub expires in 6 days`. */
  readonly headline: string
  readonly whatToDo: readonly string[]
}

/** Why a digest was not taken. */
export type WebhookErrorCode = 'timeout' | 'network' | 'redirect' | 'http-status'

/** A digest, or a part of it, was not taken. Names the host alone: paths, headers and secrets stay out of it. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  constructor(
    readonly code: WebhookErrorCode,
    message: string,
    /** Of the last answer; undefined where there was none. */
    readonly status: number | undefined,
    /** Requests made for the part that was not taken. */
    readonly attempts: number,
  ) {
    super(message)
  }
}

/**
 * A notifier that posts a digest as JSON, signed as Standard Webhooks 1.0 has it (`webhook-id`, `webhook-timestamp`,
 * `webhook-signature`), with an `Idempotency-Key` that equals the id. Delivered is what was answered with a status of
 * 200 to 299; the answer's body is not read. 429, 5xx, silence and network failures are tried again.
 *
 * `send` rejects with a {@link WebhookError}; parts that were taken before are then sent again with the rest later.
 *
 * @throws TypeError for options that cannot work
 */
export function webhookNotifier(options: WebhookNotifierOptions): Notifier {
  const { name = 'webhook', headers = {}, clock = systemClock, fetch = runtimeFetch, sleep = timerSleep } = options
  const limits = resolveIntegers('webhookLimits', defaultLimits, options.webhookLimits, [
    'attempts',
    'noticesPerRequest',
  ])
  for (const time of ['timeout', 'longestWait'] as const)
    checkNumber(`webhookLimits.${time}`, limits[time], LONGEST_TIMER)
  const url = checkedUrl(options.url, options.plainHttp ?? 'refuse')
  const keys = webhookKeys(options.secrets)
  checkHeaders(headers)

  /** One request. */
  const post = async (id: string, body: ArrayBuffer): Promise<Answer> => {
    const seconds = Math.floor(clock.now().getTime() / 1000)
    const signed = { ...(await signedHeaders(id, seconds, new Uint8Array(body), keys)), 'idempotency-key': id }
    const all = { ...headers, 'content-type': 'application/json', ...signed }
    const request = { method: 'POST', headers: all, body, redirect: 'manual' } as const
    const ask = async (signal: AbortSignal): Promise<Answer> =>
      answerOf(await fetch(url.href, { ...request, signal: signal as never }))
    try {
      return await withinTimeout(limits.timeout, () => new TimeoutError(), ask)
    } catch (error) {
      return { failure: error instanceof TimeoutError ? 'timeout' : 'network', detail: networkCode(error) }
    }
  }

  /** Requests until one is taken, or nothing is to be hoped for. */
  const deliver = async (id: string, body: ArrayBuffer): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const answer = await post(id, body)
      if (answer === 'taken') return
      const wait = waitBefore(answer, attempt, clock, limits)
      if (wait === undefined) throw errorOf(answer, url.host, attempt, limits.timeout)
      await sleep(wait)
    }
  }

  return {
    name,
    async send(digest) {
      const { noticesPerRequest } = limits
      const parts = Math.ceil(digest.notices.length / noticesPerRequest)
      for (let part = 1; part <= parts; part++) {
        const id = await partId(digest.key, part)
        const notices = digest.notices.slice((part - 1) * noticesPerRequest, part * noticesPerRequest)
        const message = messageOf({ ...digest, notices }, options.catalogue, { id, part, parts })
        // A copy: an encoder may write into a buffer it shares.
        await deliver(id, new Uint8Array(new TextEncoder().encode(JSON.stringify(message))).buffer)
      }
    },
  }
}

/** A digest of its own, since a key may hold what no header may. */
const partId = (key: string, part: number): Promise<string> => textDigest(JSON.stringify([key, part]))

function messageOf(
  { at, notices }: NoticeDigest,
  catalogue: Catalogue | undefined,
  which: Pick<WebhookMessage, 'id' | 'part' | 'parts'>,
): WebhookMessage {
  return {
    type: 'certificate-notices',
    ...which,
    at: isoTime(at),
    notices: notices.map((notice) => ({ ...noticeData(notice), ...noticeWords(notice, at, catalogue) })),
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Never quotes the URL: its path is often a secret. */
function checkedUrl(text: string, plainHttp: 'refuse' | 'accept-on-loopback'): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new TypeError('url: expected a URL of https')
  }
  if (url.username !== '' || url.password !== '') throw new TypeError('url: expected no user name and password')
  const isLoopback = url.protocol === 'http:' && LOOPBACK.test(url.hostname)
  if (url.protocol === 'https:' || (isLoopback && plainHttp === 'accept-on-loopback')) return url
  throw new TypeError(`url: expected https, found ${url.protocol}${isLoopback ? '; see plainHttp' : ''}`)
}

const OWN_HEADERS = /^(?:content-.*|webhook-.*|idempotency-key|host|transfer-encoding|connection)$/i

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    const isGood = /^[!#$%&'*+.^`|~\w-]+$/.test(name) && /^[\t -~]*$/.test(value) && !OWN_HEADERS.test(name)
    if (!isGood) throw new TypeError(`headers: expected no ${JSON.stringify(name)}, or another value of it`)
  }
}

interface Failure {
  readonly failure: WebhookErrorCode
  readonly status?: number
  readonly retryAfter?: string | null
  /** What a runtime calls the failure: `ECONNREFUSED`. */
  readonly detail?: string | undefined
}

type Answer = 'taken' | Failure

class TimeoutError extends Error {}

function answerOf({ status, type, headers, body }: FetchedResponse): Answer {
  // Nothing of it is read, so that its size cannot matter; nor is it waited for.
  void body
    ?.getReader()
    .cancel()
    .catch(() => undefined)
  if (status >= 200 && status < 300) return 'taken'
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) return { failure: 'redirect', status }
  return { failure: 'http-status', status, retryAfter: headers.get('retry-after') }
}

/** Milliseconds to wait before the next attempt; undefined where there is to be none. */
function waitBefore(
  { failure, status = 0, retryAfter }: Failure,
  attempt: number,
  clock: Clock,
  { attempts, backOff, longestWait }: WebhookLimits,
): number | undefined {
  const mayHelp = failure === 'timeout' || failure === 'network' || status === 429 || (status >= 500 && status < 600)
  if (!mayHelp || attempt >= attempts) return undefined
  const asked = retryAfterOf(retryAfter ?? '', clock)
  if (asked !== undefined) return asked <= longestWait ? asked : undefined
  // Up to a half is left to chance, so that many senders do not come back together.
  return Math.min(longestWait, backOff * 2 ** (attempt - 1)) * (1 - Math.random() / 2)
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterOf(text: string, clock: Clock): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000
  const date = /GMT$/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now().getTime())
}

/** A code such as ECONNREFUSED, which runtimes hide in the cause. Messages stay out: they may quote the URL. */
function networkCode(error: unknown): string | undefined {
  for (let one = error, depth = 0; depth < 5; depth++) {
    const { code, cause } = membersOf(one)
    one = cause
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,50}$/.test(code)) return code
  }
  return undefined
}

function errorOf({ failure, status, detail }: Failure, host: string, attempts: number, timeout: number): WebhookError {
  const what = {
    timeout: `did not answer within ${timeout} ms`,
    network: `could not be reached${detail === undefined ? '' : `: ${detail}`}`,
    redirect: 'redirects, which is not followed',
    'http-status': `answers with status ${status ?? 0}`,
  }[failure]
  const times = attempts === 1 ? '' : `, asked ${attempts} times`
  return new WebhookError(failure, `${host} ${what}${times}`, status, attempts)
}

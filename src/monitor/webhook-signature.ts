// Signed webhooks as Standard Webhooks 1.0 has them: HMAC-SHA-256 over id, time and body, one signature for each secret.

import { checkNumber, checkTime } from '../base/arguments.js'
import { concatBytes, latin1Bytes } from '../base/bytes.js'

/** What both sides know: `whsec_` and base64, or the bytes themselves; at least 24 of them. */
export type WebhookSecret = string | Uint8Array

/** Headers as `Headers` of the Fetch API has them, or as node:http has them: names in lower case. */
export type WebhookHeaders =
  { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>

/** A request as it has arrived. */
export interface ReceivedWebhook {
  readonly headers: WebhookHeaders
  /** As received, to the byte: JSON that was parsed and written again is another body. */
  readonly body: Uint8Array | string
  /** Any of them may have signed: while secrets change, the old one and the new one. */
  readonly secrets: readonly WebhookSecret[]
  /** Now. */
  readonly at: Date
  /** Seconds the time signed may lie before or after `at`. Default 300. */
  readonly tolerance?: number
}

/** Whether a webhook is the sender’s, and its content; or why it is not. */
export type WebhookVerdict =
  | {
      readonly ok: true
      /** The same for the same message, however often it arrives: drop what has been seen. */
      readonly id: string
      readonly sentAt: Date
    }
  | {
      readonly ok: false
      readonly code: 'header-missing' | 'header-malformed' | 'outside-tolerance' | 'wrong-signature'
      readonly message: string
    }

/** The headers of the standard. */
const ID = 'webhook-id'
const TIMESTAMP = 'webhook-timestamp'
const SIGNATURE = 'webhook-signature'

/** Bytes of the shortest secret the standard takes. */
const SHORTEST_SECRET = 24
/** Signatures of one request that are looked at: each costs an HMAC for each secret, and the sender is anybody. */
const MOST_SIGNATURES = 8
const TOLERANCE = 300

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const

/** Keys of the secrets. Made once: they are checked where somebody looks at the exception. */
export type WebhookKeys = readonly Uint8Array<ArrayBuffer>[]

/** @throws TypeError for a secret that is none, or for no secret; it never holds one */
export function webhookKeys(secrets: readonly WebhookSecret[]): WebhookKeys {
  if (secrets.length === 0) throw new TypeError('secrets: expected at least one, found none')
  return secrets.map((secret, i) => {
    const bytes = typeof secret === 'string' ? fromText(secret, i) : new Uint8Array(secret)
    if (bytes.length >= SHORTEST_SECRET) return bytes
    throw new TypeError(`secrets[${i}]: expected at least ${SHORTEST_SECRET} bytes, found ${bytes.length}`)
  })
}

function fromText(secret: string, i: number): Uint8Array<ArrayBuffer> {
  try {
    if (secret.startsWith('whsec_')) return latin1Bytes(atob(secret.slice(6)))
  } catch {
    // Said below, without the secret.
  }
  throw new TypeError(`secrets[${i}]: expected whsec_ followed by base64, or bytes`)
}

/** The headers that sign a body; `seconds` since 1970. */
export async function signedHeaders(
  id: string,
  seconds: number,
  body: Uint8Array,
  keys: WebhookKeys,
): Promise<Readonly<Record<string, string>>> {
  const content = signedContent(id, String(seconds), body)
  const signatures = await Promise.all(
    keys.map(async (key) => {
      const signature = await crypto.subtle.sign('HMAC', await hmacKey(key), content)
      return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`
    }),
  )
  return { [ID]: id, [TIMESTAMP]: String(seconds), [SIGNATURE]: signatures.join(' ') }
}

/**
 * Whether a webhook comes from somebody who knows a secret, and lately. Signatures are compared in constant time, all of
 * them. `ok` does not say that it comes for the first time: remember ids for as long as `tolerance`, or longer.
 *
 * @throws TypeError for secrets or a time that are none
 */
export async function verifyWebhookSignature(received: ReceivedWebhook): Promise<WebhookVerdict> {
  const { at, tolerance = TOLERANCE } = received
  const keys = webhookKeys(received.secrets)
  checkTime('at', at)
  checkNumber('tolerance', tolerance, Number.MAX_SAFE_INTEGER)
  const [id, timestamp, signature] = [ID, TIMESTAMP, SIGNATURE].map((name) => headerOf(received.headers, name))
  if (id === undefined || timestamp === undefined || signature === undefined) {
    return refuse('header-missing', `expected the headers ${ID}, ${TIMESTAMP} and ${SIGNATURE}`)
  }
  // A dot in the id could be taken for the one behind it.
  if (!/^[\w-]{1,256}$/.test(id)) return refuse('header-malformed', `${ID}: expected letters, digits, _ and -`)
  if (!/^\d{1,11}$/.test(timestamp)) return refuse('header-malformed', `${TIMESTAMP}: expected seconds since 1970`)
  const sentAt = new Date(Number(timestamp) * 1000)
  if (Math.abs(at.getTime() - sentAt.getTime()) > tolerance * 1000) {
    return refuse('outside-tolerance', `signed at ${sentAt.toISOString()}, more than ${tolerance} s from now`)
  }
  const body = typeof received.body === 'string' ? new TextEncoder().encode(received.body) : received.body
  const isSigned = await isSignedByAny(signature, signedContent(id, timestamp, body), keys)
  return isSigned ? { ok: true, id, sentAt } : refuse('wrong-signature', 'no signature is by a secret known here')
}

type Refusal = Extract<WebhookVerdict, { ok: false }>
const refuse = (code: Refusal['code'], message: string): Refusal => ({ ok: false, code, message })

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value: unknown = isFetchHeaders(headers) ? headers.get(name) : headers[name]
  return typeof value === 'string' ? value : undefined
}

const isFetchHeaders = (headers: WebhookHeaders): headers is Extract<WebhookHeaders, { get(name: string): unknown }> =>
  typeof headers['get' as keyof WebhookHeaders] === 'function'

function signedContent(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(concatBytes([new TextEncoder().encode(`${id}.${timestamp}.`), body]))
}

/** Tries every pair: when it ends tells nothing. `verify` itself compares in constant time. */
async function isSignedByAny(header: string, content: Uint8Array<ArrayBuffer>, keys: WebhookKeys): Promise<boolean> {
  const signatures = header.slice(0, 1000).split(' ').slice(0, MOST_SIGNATURES).map(signatureBytes)
  const verdicts = await Promise.all(
    keys.flatMap((key) =>
      signatures.map(async (signature) => crypto.subtle.verify('HMAC', await hmacKey(key), signature, content)),
    ),
  )
  return verdicts.includes(true)
}

/** Empty for what is no signature of this version, which none equals. */
function signatureBytes(text: string): Uint8Array<ArrayBuffer> {
  const base64 = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1] ?? ''
  return latin1Bytes(atob(base64))
}

const hmacKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign', 'verify'])

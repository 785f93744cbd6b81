// Why mail did not go out, address by address.

import { isObject } from '../../base/json.js'
import { plainText } from '../../monitor/digest-text.js'

/** `not-delivered` to some addresses, or `nodemailer-missing`: it is not installed. */
export type EmailErrorCode = 'not-delivered' | 'nodemailer-missing'

/** What became of one address. */
export interface EmailFailure {
  readonly address: string
  /**
   * `refused` for good (5xx), `deferred` for now (4xx: greylisting, a full mailbox), `authentication` refused, no `tls` to be
   * had, `timeout`, or no `connection`.
   */
  readonly outcome: 'refused' | 'deferred' | 'authentication' | 'tls' | 'timeout' | 'connection'
  /** Status of the server's reply, 400 to 599. */
  readonly status?: number
  /** The reply, or what the failure is called. Harmless text; of a reply to credentials only the status. */
  readonly reply: string
}

/** Mail did not go out, or not to everybody. The next `send` serves those it did not reach. */
export class EmailError extends Error {
  override readonly name = 'EmailError'
  constructor(
    readonly code: EmailErrorCode,
    message: string,
    readonly failures: readonly EmailFailure[] = [],
    /** Addresses that have the notices. */
    readonly delivered: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** One error for all addresses that were not served. */
export function notDelivered(failures: readonly EmailFailure[], delivered: readonly string[]): EmailError {
  const each = failures.map(({ address, outcome, reply }) => `${address}: ${outcome} (${reply})`)
  const total = failures.length + delivered.length
  const message = `mail reached ${delivered.length} of ${total} addresses; ${each.join('; ')}`
  return new EmailError('not-delivered', message, failures, delivered)
}

/** What an error of nodemailer, or of a transport like it, means for the address. */
export function failureOf(address: string, error: unknown): EmailFailure {
  const { code, responseCode, response, message } = factsOf(error)
  const status =
    typeof responseCode === 'number' && responseCode >= 400 && responseCode < 600 ? responseCode : undefined
  const outcome = outcomeOf(typeof code === 'string' ? code : '', status)
  // A server may answer credentials by repeating them.
  const said = outcome === 'authentication' ? (status ?? 'no reply') : (response ?? message ?? 'no reply')
  return { address, outcome, ...(status === undefined ? {} : { status }), reply: plainText(String(said)) }
}

function outcomeOf(code: string, status: number | undefined): EmailFailure['outcome'] {
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'authentication'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (code === 'ETLS') return 'tls'
  if (status === undefined) return 'connection'
  return status < 500 ? 'deferred' : 'refused'
}

interface ErrorFacts {
  readonly code?: unknown
  readonly responseCode?: unknown
  readonly response?: string
  readonly message?: string
}

function factsOf(error: unknown): ErrorFacts {
  if (!isObject(error)) return { message: String(error) }
  const { code, responseCode, response, message } = error
  return {
    code,
    responseCode,
    ...(typeof response === 'string' ? { response } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  }
}

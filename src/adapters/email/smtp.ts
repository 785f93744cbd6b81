// Mail by SMTP through nodemailer, which is loaded only when mail is sent: the entry imports without it.

import type * as Nodemailer from 'nodemailer'
import { EmailError } from './errors.js'
import type { MailMessage } from './message.js'

/** The server that takes the mail. */
export interface SmtpOptions {
  readonly host: string
  /** Default 465 with `tls`, 587 with `starttls`, 25 with `none`. */
  readonly port?: number
  /**
   * `starttls`, the default, refuses a server that does not offer it; `tls` speaks TLS from the start; `none` sends notices
   * in the clear, and no credentials.
   */
  readonly security?: 'starttls' | 'tls' | 'none'
  /** The password may be asked for each time it is needed, so that it need not lie in memory in between. */
  readonly credentials?: { readonly user: string; readonly password: string | (() => string | Promise<string>) }
  /** Certificates, as PEM, that the server's must lead to. Default: the runtime's roots. */
  readonly certificateAuthorities?: string
  /** The name the server's certificate must hold. Default `host`. */
  readonly serverName?: string
}

/** Hands a mail to its server; the signal ends it. */
export type Send = (message: MailMessage, signal: AbortSignal) => Promise<unknown>

const ports = { tls: 465, starttls: 587, none: 25 } as const

/**
 * Sends each mail over a connection of its own, so that one that hangs holds up no other.
 * @param timeout - Milliseconds each phase may take; the signal bounds the whole.
 * @throws TypeError for credentials that would go in the clear
 */
export function smtpSend(options: SmtpOptions, timeout: number): Send {
  const { host, security = 'starttls', port = ports[security], credentials } = options
  const { certificateAuthorities: ca, serverName: servername } = options
  if (security === 'none' && credentials !== undefined) {
    throw new TypeError('smtp: expected security of starttls or tls for credentials, found none')
  }
  const connection = {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
  }
  return async (message, signal) => {
    const { createTransport } = await loadNodemailer()
    // Without `forceAuth` a server that does not ask for credentials is sent mail without them.
    const login = credentials === undefined ? {} : { auth: await loginOf(credentials), forceAuth: true }
    const transport = createTransport({ ...connection, ...login })
    try {
      return await transport.sendMail({ ...message, signal })
    } finally {
      transport.close()
    }
  }
}

async function loginOf({
  user,
  password,
}: NonNullable<SmtpOptions['credentials']>): Promise<{ readonly user: string; readonly pass: string }> {
  return { user, pass: typeof password === 'string' ? password : await password() }
}

async function loadNodemailer(): Promise<typeof Nodemailer> {
  try {
    return await import('nodemailer')
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    const message = 'certward/email sends through nodemailer, which is not installed; npm install nodemailer'
    throw new EmailError('nodemailer-missing', message, [], [], { cause: error })
  }
}

/** SMTP servers on this machine: one that is right, and ones that refuse, defer, hang or drip. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { createTestCa } from '../../../src/testkit/index.js'

/** A mail as the server has taken it. */
export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly user: string | undefined
  readonly isSecure: boolean
  readonly mail: ParsedMail
}

export interface MailServer {
  readonly port: number
  /** In the order they came. */
  readonly taken: TakenMail[]
  /** Every RCPT TO, taken or not. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface MailServerOptions extends SMTPServerOptions {
  /** The reply to a recipient; undefined takes it. */
  readonly reply?: (address: string, count: number) => { readonly status: number; readonly text: string } | undefined
  /** Does not answer the end of mail for these addresses. */
  readonly hangsFor?: (address: string) => boolean
}

const ca = await createTestCa({ name: 'Mail Root' })
const leaf = await ca.issue({ dns: ['mail.example'], ip: ['127.0.0.1'] })

/** What the server's certificate leads to. */
export const mailRoot: string = ca.pem

/** A server that offers STARTTLS and takes everything unauthenticated, where the options do not say otherwise. */
export async function mailServer({ reply, hangsFor, ...options }: MailServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = []
  const asked: string[] = []
  const server = new SMTPServer({
    key: leaf.key.pem,
    cert: leaf.chainPem,
    authOptional: true,
    logger: false,
    disableReverseLookup: true,
    onRcptTo({ address }, _session, done) {
      asked.push(address)
      const refusal = reply?.(address, asked.filter((one) => one === address).length)
      done(refusal === undefined ? null : Object.assign(new Error(refusal.text), { responseCode: refusal.status }))
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const to = rcptTo.map(({ address }) => address)
        if (to.some((address) => hangsFor?.(address) === true)) return
        const raw = Buffer.concat(parts)
        void simpleParser(raw).then((mail) => {
          taken.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to,
            raw: raw.toString('latin1'),
            user: typeof session.user === 'string' ? session.user : undefined,
            isSecure: session.secure,
            mail,
          })
          done()
        }, done)
      })
    },
    ...options,
  })
  // Clients that go away without a word are what some tests are about.
  server.on('error', () => undefined)
  const sockets = openSockets(server.server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { port, taken, asked, close: () => closed(sockets, (done) => server.close(done)) }
}

/** A server that does with a connection what it is told, which need not be SMTP. */
export async function rawServer(serve: (socket: Socket) => void): Promise<Pick<MailServer, 'port' | 'close'>> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    serve(socket)
  })
  const sockets = openSockets(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => closed(sockets, (done) => server.close(done)) }
}

function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return sockets
}

function closed(sockets: ReadonlySet<Socket>, close: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    close(() => {
      resolve()
    })
    for (const socket of sockets) socket.destroy()
  })
}

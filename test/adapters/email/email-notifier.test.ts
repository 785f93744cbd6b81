import { createTransport } from 'nodemailer'
import { afterEach, describe, expect, it } from 'vitest'
import {
  EmailError,
  emailNotifier,
  type EmailNotifierOptions,
  type MailMessage,
  type MailTransport,
  type SmtpOptions,
} from '../../../src/adapters/email/index.js'
import type { Notifier } from '../../../src/monitor/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { digestOf, expiryNotice, noticeSubjectOf, noticeTime, revocationNotice } from '../../support/notices.js'
import { mailRoot, mailServer, type MailServer, type MailServerOptions, rawServer } from './mail-server.js'

const running: Pick<MailServer, 'close'>[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

async function serverOf(options?: MailServerOptions): Promise<MailServer> {
  const server = await mailServer(options)
  running.push(server)
  return server
}

async function rawPort(...[serve]: Parameters<typeof rawServer>): Promise<number> {
  const server = await rawServer(serve)
  running.push(server)
  return server.port
}

/** A notifier through the server on a port, by STARTTLS where nothing else is said. */
function notifierTo(
  port: number,
  {
    smtp,
    ...more
  }: { readonly smtp?: Partial<SmtpOptions> } & Partial<Omit<EmailNotifierOptions, 'smtp' | 'transport'>> = {},
): Notifier {
  return emailNotifier({
    smtp: { host: '127.0.0.1', port, certificateAuthorities: mailRoot, ...smtp },
    from: 'pki@example.com',
    to: 'a@example.com',
    ...more,
  })
}

/** The error a sending ends with. */
async function errorOf(sending: Promise<void>): Promise<EmailError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof EmailError) return error
  throw new Error(`expected an EmailError, found ${String(error)}`)
}

const digest = digestOf(revocationNotice(), expiryNotice())

describe('the e-mail notifier', () => {
  it('MON-1 MON-4 sends each address a mail of its own, over STARTTLS, as who it says it is', async () => {
    const server = await serverOf({
      authOptional: false,
      onAuth({ username, password }, _session, done) {
        done(null, username === 'pki' && password === 'pässword' ? { user: 'pki' } : {})
      },
    })
    const credentials = { user: 'pki', password: () => Promise.resolve('pässword') }
    await notifierTo(server.port, {
      smtp: { credentials },
      fromName: 'Example PKI',
      to: ' a@example.com ;b@example.com; a@example.com ',
      catalogue: unifiedCommunications,
    }).send(digest)
    // They come side by side, in no order.
    server.taken.sort((one, other) => (String(one.to) < String(other.to) ? -1 : 1))
    expect(server.taken.map(({ from, to, user, isSecure }) => [from, to, user, isSecure])).toEqual([
      ['pki@example.com', ['a@example.com'], 'pki', true],
      ['pki@example.com', ['b@example.com'], 'pki', true],
    ])
    const [{ mail } = expect.fail()] = server.taken
    expect(mail.from?.value).toEqual([{ name: 'Example PKI', address: 'pki@example.com' }])
    expect(mail.to).toMatchObject({ value: [{ name: '', address: 'a@example.com' }] })
    expect(mail.subject).toBe('Certificates: tomcat on pub is revoked, and 1 more')
    expect(mail.date).toEqual(new Date(noticeTime))
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  })

  it('MON-4 MON-6 is worth reading: what, where, when it ends, what to do, what restarts, what goes down with it', async () => {
    const server = await serverOf()
    const root = expiryNotice({
      kind: 'trust',
      purpose: 'tomcat-trust',
      subject: 'CN=Example Root',
      issuer: 'CN=Example Root',
      notAfter: noticeTime - 3_600_000 * 50,
      level: 'expired',
      daysLeft: -3,
      description: '',
      takesDown: [noticeSubjectOf({ node: 'sub' })],
    })
    await notifierTo(server.port, { catalogue: unifiedCommunications }).send(digestOf(root, expiryNotice()))
    expect(server.taken[0]?.mail.subject).toBe('Certificates: tomcat-trust on pub expired 2 days ago, and 1 more')
    expect(server.taken[0]?.mail.text).toBe(`2 certificates need attention, as of 2026-11-24 04:30:00 UTC.

1. tomcat-trust on pub expired 2 days ago
   Certificate     CN=Example Root
   Where           purpose tomcat-trust, node pub
   Ended           2026-11-22 02:30:00 UTC, 2 days ago
   What to do      Upload its successor to tomcat-trust on pub, or delete it if nothing rests on it any more.
                   Replace the certificates it takes down, or their chains: they end with it.
   Takes down      tomcat on sub: CN=pub.example.com,O=Example, until 2026-11-30 09:30:00 UTC
   Issued by       CN=Example Root
   Serial number   0A1B2C
   SHA-256         ${'ab'.repeat(32)}

2. tomcat on pub expires in 6 days
   Certificate     CN=pub.example.com,O=Example
   Description     Certificate signed by Example CA
   Where           purpose tomcat, node pub
   Ends            2026-11-30 09:30:00 UTC, in 6 days
   What to do      Generate a request for tomcat on pub, have it signed, and upload the certificate.
                   Restart Cisco Tomcat on pub.
                   Restart Cisco CallManager (SIP OAuth mode) on pub.
                   Stop and start the TFTP service.
                   Make a backup at the end.
   Issued by       CN=Example CA
   Serial number   0A1B2C
   SHA-256         ${'ab'.repeat(32)}

`)
  })

  it('MON-4 shows a certificate and its copies on every node as one', async () => {
    const server = await serverOf()
    const [identity, root] = [
      expiryNotice(),
      { sha256: 'cd'.repeat(32), kind: 'trust', purpose: 'tomcat-trust' } as const,
    ]
    const nodes = ['pub', 'sub1', 'sub2']
    const copies = nodes.map((node) =>
      expiryNotice({ key: `copy ${node}`, node, kind: 'trust', purpose: 'tomcat-trust' }),
    )
    const roots = nodes.map((node) =>
      expiryNotice({ ...root, key: `root ${node}`, node, takesDown: [noticeSubjectOf({ node })] }),
    )
    await notifierTo(server.port, {}).send(digestOf(...copies, identity, ...roots))
    const [{ mail } = expect.fail()] = server.taken
    expect(mail.subject).toBe('Certificates: tomcat on pub expires in 6 days, and 1 more')
    expect(mail.text).toContain('2 certificates need attention')
    expect(mail.text).toContain('Also in         tomcat-trust on pub, sub1, sub2\n')
    expect(mail.text).toContain('Also in         tomcat-trust on sub1, sub2\n')
    for (const node of nodes) expect(mail.text).toMatch(new RegExp(`tomcat on ${node}: CN=pub.example.com`))
  })

  it('MON-4 caps a long digest, counts the rest, and stays below what clients cut', async () => {
    const server = await serverOf()
    const notices = Array.from({ length: 5000 }, (_, i) =>
      expiryNotice({ key: String(i), node: `node${i}`, sha256: String(i).padStart(64, '0') }),
    )
    await notifierTo(server.port, { catalogue: unifiedCommunications }).send(digestOf(...notices))
    const [{ mail } = expect.fail()] = server.taken
    expect(mail.subject).toBe('Certificates: tomcat on node0 expires in 6 days, and 4999 more')
    expect(mail.text).toContain('50. tomcat on node49 expires')
    expect(mail.text).not.toContain('node50')
    expect(mail.text).toContain('\nAnd 4950 more, none of them graver than these.\n')
    expect(mail.html).toContain('<p>And 4950 more, none of them graver than these.</p>')
    expect(String(mail.html).length).toBeLessThan(100_000)
  })

  it('MON-2 the same digest to the same address has the same Message-ID, any other another', async () => {
    const server = await serverOf()
    const notifier = notifierTo(server.port, { to: 'a@example.com; b@example.com' })
    for (const one of [digest, digest, { ...digest, key: 'run 2' }]) await notifier.send(one)
    const ids = ['a', 'b'].map((name) =>
      server.taken.filter(({ to }) => to[0] === `${name}@example.com`).map(({ mail }) => mail.messageId),
    )
    for (const [first, again, other] of ids) {
      expect(first).toMatch(/^<[0-9a-f]{40}@example\.com>$/)
      expect(again).toBe(first)
      expect(other).not.toBe(first)
    }
    expect(ids[0]?.[0]).not.toBe(ids[1]?.[0])
  })

  it('MON-2 one address of three refused for good: the others are served once, the error names it and the reply', async () => {
    const server = await serverOf({
      reply: (address) => (address.startsWith('b') ? { status: 550, text: 'no such\u202e user' } : undefined),
    })
    const notifier = notifierTo(server.port, { to: 'a@example.com; b@example.com; c@example.com' })
    const error = await errorOf(notifier.send(digest))
    expect(error).toMatchObject({ code: 'not-delivered', delivered: ['a@example.com', 'c@example.com'] })
    expect(error.failures).toHaveLength(1)
    expect(error.failures[0]).toMatchObject({ address: 'b@example.com', outcome: 'refused', status: 550 })
    expect(error.message).toMatch(/^mail reached 2 of 3 addresses; b@example.com: refused \(550 no such.* user\)$/)
    expect(error.message).not.toContain('\u202e')
    await errorOf(notifier.send(digest))
    expect(server.taken.map(({ to }) => to[0]).sort()).toEqual(['a@example.com', 'c@example.com'])
    expect(server.asked.filter((address) => address.startsWith('b'))).toHaveLength(2)
  })

  it('MON-2 a greylisting server is served at the next try, the others not again, new notices excepted', async () => {
    const server = await serverOf({
      reply: (address, count) => (address.startsWith('b') && count === 1 ? { status: 451, text: 'later' } : undefined),
    })
    const notifier = notifierTo(server.port, { to: 'a@example.com; b@example.com' })
    const error = await errorOf(notifier.send(digest))
    expect(error.failures).toMatchObject([{ address: 'b@example.com', outcome: 'deferred', status: 451 }])
    const later = digestOf(...digest.notices, expiryNotice({ key: 'new', node: 'sub', sha256: 'cd'.repeat(32) }))
    await notifier.send({ ...later, key: 'run 2' })
    const subjects = (name: string) =>
      server.taken.filter(({ to }) => to[0] === `${name}@example.com`).map(({ mail }) => mail.subject)
    expect(subjects('a')).toEqual([
      'Certificates: tomcat on pub is revoked, and 1 more',
      'Certificates: tomcat on sub expires in 6 days',
    ])
    expect(subjects('b')).toEqual(['Certificates: tomcat on pub is revoked, and 2 more'])
  })

  it('MON-2 an address that hangs keeps the others from nothing, and is said to', async () => {
    const server = await serverOf({ hangsFor: (address) => address.startsWith('a') })
    const to = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@example.com`)
    const error = await errorOf(notifierTo(server.port, { to: to.join(';'), timeout: 3000 }).send(digest))
    expect(error.failures).toMatchObject([{ address: 'a@example.com', outcome: 'timeout' }])
    expect(error.delivered).toEqual(to.slice(1))
    expect(server.taken).toHaveLength(5)
  })

  it('MON-2 does not wait for a server that says nothing, nor for one that says it for ever', async () => {
    const closed: Promise<void>[] = []
    const silent = await rawPort((socket) => {
      closed.push(new Promise((resolve) => socket.on('close', () => resolve())))
    })
    expect((await errorOf(notifierTo(silent, { timeout: 100 }).send(digest))).failures[0]?.outcome).toBe('timeout')
    // Never idle, so that no limit on idleness ends it.
    const dripping = await rawPort((socket) => {
      socket.write('220 mail.example\r\n')
      const timer = setInterval(() => socket.write('250-still here\r\n'), 10)
      closed.push(
        new Promise((resolve) => {
          socket.on('close', () => {
            clearInterval(timer)
            resolve()
          })
        }),
      )
    })
    expect((await errorOf(notifierTo(dripping, { timeout: 200 }).send(digest))).failures[0]?.outcome).toBe('timeout')
    // The connections are given up too.
    await Promise.all(closed)
    expect(closed).toHaveLength(2)
  })

  it('MON-2 does not wait for a transport that never ends', async () => {
    const transport: MailTransport = { sendMail: () => new Promise(() => undefined) }
    const notifier = emailNotifier({ transport, from: 'pki@example.com', to: 'a@example.com', timeout: 20 })
    expect((await errorOf(notifier.send(digest))).failures[0]?.outcome).toBe('timeout')
  })

  it('MON-4 a reply that is no SMTP, a flood of it, and a closed port are failures of the connection', async () => {
    const talker = await rawPort((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const flood = await rawPort((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65536, '2')));
      }
      socket.on('drain', more)
      more()
    })
    const gone = await mailServer()
    await gone.close()
    for (const port of [talker, flood, gone.port]) {
      const { failures } = await errorOf(notifierTo(port, { timeout: 5000 }).send(digest))
      expect(['connection', 'timeout']).toContain(failures[0]?.outcome)
      expect(failures[0]?.reply.length).toBeLessThan(1000)
    }
  })

  it('MON-4 sends nothing to a server without TLS, one of another name, or one nobody vouches for', async () => {
    const plain = await serverOf({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    const refused = await errorOf(notifierTo(plain.port).send(digest))
    expect(refused.failures[0]?.outcome).toBe('tls')
    const server = await serverOf()
    for (const smtp of [{ serverName: 'other.example' }, { certificateAuthorities: [] as never }]) {
      const { failures } = await errorOf(notifierTo(server.port, { smtp }).send(digest))
      expect(failures[0]?.outcome).toMatch(/^(?:tls|connection)$/)
    }
    await notifierTo(server.port, { smtp: { serverName: 'mail.example' } }).send(digest)
    expect([plain.asked.length, server.taken.length]).toEqual([0, 1])
  })

  it('MON-4 speaks TLS from the start, or none, where told', async () => {
    const implicit = await serverOf({ secure: true })
    await notifierTo(implicit.port, { smtp: { security: 'tls' } }).send(digest)
    const plain = await serverOf({ hideSTARTTLS: true })
    await notifierTo(plain.port, { smtp: { security: 'none' } }).send(digest)
    expect([implicit.taken[0]?.isSecure, plain.taken[0]?.isSecure]).toEqual([true, false])
  })

  it('MON-4 refused credentials are said to be, and not repeated even by a server that repeats them', async () => {
    const base64 = Buffer.from('\0pki\0hunter2').toString('base64')
    const server = await serverOf({
      onAuth: (_auth, _session, done) => done(Object.assign(new Error(`hunter2 ${base64}`), { responseCode: 535 })),
    })
    const credentials = { user: 'pki', password: 'hunter2' }
    const error = await errorOf(notifierTo(server.port, { smtp: { credentials } }).send(digest))
    expect(error.failures).toEqual([{ address: 'a@example.com', outcome: 'authentication', status: 535, reply: '535' }])
    expect(`${String(error.stack)} ${JSON.stringify(error)}`).not.toMatch(/hunter2|cGtp|aHVudGVy/)
    expect(server.taken).toHaveLength(0)
  })

  it('MON-4 a server that wants no credentials gets no mail where there are some', async () => {
    const server = await serverOf({ disabledCommands: ['AUTH'] })
    const credentials = { user: 'pki', password: 'hunter2' }
    const error = await errorOf(notifierTo(server.port, { smtp: { credentials } }).send(digest))
    expect(error.failures[0]?.outcome).toBe('authentication')
    expect(server.taken).toHaveLength(0)
  })

  it('MON-4 takes a transporter of nodemailer, or anything that sends', async () => {
    const transporter: MailTransport = createTransport({ jsonTransport: true })
    await emailNotifier({ transport: transporter, from: 'pki@example.com', to: 'a@example.com' }).send(digest)
    const sent: MailMessage[] = []
    const rejected = ['a@example.com']
    const transport: MailTransport = {
      sendMail: (mail) => {
        sent.push(mail)
        return Promise.resolve({ rejected })
      },
    }
    const notifier = emailNotifier({ transport, from: 'pki@example.com', to: 'a@example.com', name: 'mail' })
    expect(notifier.name).toBe('mail')
    const error = await errorOf(notifier.send(digest))
    expect(error.failures).toEqual([{ address: 'a@example.com', outcome: 'refused', status: 550, reply: 'refused' }])
    rejected.length = 0
    await notifier.send(digest)
    expect(sent).toHaveLength(2)
    expect(sent[0]?.envelope).toEqual({ from: 'pki@example.com', to: 'a@example.com' })
  })

  it('MON-2 says nothing where there is nothing to say', async () => {
    const transport: MailTransport = { sendMail: () => Promise.reject(new Error('expected no mail')) }
    await emailNotifier({ transport, from: 'pki@example.com', to: 'a@example.com' }).send(digestOf())
  })

  it.each([
    ['a@example.com, b@example.com', /"a@example.com, b@example.com"/],
    ['a@example.com; nobody; b@', /"nobody", "b@"/],
    ['a@example.com\r\nBcc: c@example.com', /Bcc/],
    ['a@example.com\u2028', undefined],
    ['"x\r\nBcc: c"@example.com', /Bcc/],
    ['<a@example.com>', /<a@example.com>/],
    [' ; ', /found none/],
  ])('MON-1 checks the addresses %j', (to, message) => {
    const make = (): unknown => emailNotifier({ smtp: { host: 'mail.example' }, from: 'pki@example.com', to })
    if (message === undefined) expect(make).not.toThrow()
    else expect(make).toThrow(message)
  })

  it('MON-4 refuses senders that are none, credentials in the clear, and limits that limit nothing', () => {
    const options = { smtp: { host: 'mail.example' }, from: 'pki@example.com', to: 'a@example.com' }
    const credentials = { user: 'pki', password: 'hunter2' }
    const smtp = { host: 'mail.example', security: 'none', credentials } as const
    expect(() => emailNotifier({ ...options, from: 'pki' })).toThrow(TypeError)
    expect(() => emailNotifier({ ...options, smtp })).toThrow(/credentials/)
    expect(() => emailNotifier({ ...options, timeout: NaN })).toThrow(TypeError)
    expect(() => emailNotifier({ ...options, mostNotices: -1 })).toThrow(TypeError)
  })
})

// The transport under fire (OCS-9): whatever a network does, no answer comes of it, in time, and nothing is believed.

import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  createOcspClient,
  decideRevocation,
  type FetchFunction,
  fetchOcspTransport,
  type FetchTransportOptions,
  type OcspTransportCode,
  OcspTransportError,
} from '../../src/ocsp/index.js'
import { fixedClock } from '../../src/base/clock.js'
import { nodeListener, type OcspResponder } from '../../src/testkit/index.js'
import { makeScene, type Scene, summary } from '../support/ocsp.js'
import { at } from '../support/paths.js'

let scene: Scene
let responder: OcspResponder
beforeAll(async () => {
  scene = await makeScene()
  responder = await scene.authority.ocspResponder()
})

const servers: (Server | HttpServer)[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** Listens on the loopback address; what it is, as a URL. */
async function listen(server: Server | HttpServer): Promise<string> {
  servers.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
const http = (listener: RequestListener): Promise<string> => listen(createHttpServer(listener))
/** A server that writes `text` to whoever connects, and then does as told. */
const tcp = (text: string, then: (socket: Socket) => void = () => undefined): Promise<string> =>
  listen(
    createTcpServer((socket) => {
      socket.once('data', () => socket.write(text, () => then(socket)))
    }),
  )

/** What sending a request comes to: `answered`, or the code of the error; and how long it took, in milliseconds. */
async function send(
  uri: string,
  options: FetchTransportOptions = {},
  origin: 'certificate' | 'configured' = 'configured',
): Promise<OcspTransportCode | 'answered'> {
  try {
    await fetchOcspTransport({ timeout: 250, ...options }).send({ uri, request: Uint8Array.of(0x30, 0), origin })
    return 'answered'
  } catch (error) {
    if (!(error instanceof OcspTransportError)) throw error
    return error.code
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/ocsp-response\r\n'
const closedPort = async (): Promise<string> => {
  const url = await listen(createTcpServer())
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return url
}

interface Fault {
  readonly title: string
  readonly code: OcspTransportCode
  readonly server: () => Promise<string>
  readonly options?: FetchTransportOptions
}

const faults: readonly Fault[] = [
  { title: 'a connection that is refused', code: 'network', server: closedPort },
  {
    title: 'a connection that is closed at once',
    code: 'network',
    server: () => tcp('', (socket) => socket.destroy()),
  },
  {
    title: 'a reset amid the body',
    code: 'network',
    server: () => tcp(`${HEAD}content-length: 100\r\n\r\n12345`, (socket) => socket.resetAndDestroy()),
  },
  {
    title: 'an end amid the body',
    code: 'network',
    server: () => tcp(`${HEAD}content-length: 100\r\n\r\n12345`, (socket) => socket.end()),
  },
  { title: 'no answer at all', code: 'timeout', server: () => tcp('') },
  { title: 'headers that do not end', code: 'timeout', server: () => tcp(HEAD) },
  {
    title: 'a drip of bytes that never ends',
    code: 'timeout',
    server: () =>
      http((_, response) => {
        response.writeHead(200, { 'content-type': 'application/ocsp-response' })
        const drip = setInterval(() => response.write('0'), 20)
        response.on('close', () => {
          clearInterval(drip)
        })
      }),
  },
  {
    title: 'bytes that are no HTTP',
    code: 'network',
    server: () => tcp('220 mail.example ESMTP\r\n', (socket) => socket.end()),
  },
  ...[204, 400, 401, 404, 429, 500, 502, 503].map((status): Fault => ({
    title: `status ${status}`,
    code: 'http-status',
    server: () =>
      http((_, response) => response.writeHead(status, { 'content-type': 'application/ocsp-response' }).end()),
  })),
  ...[301, 302, 303, 307, 308].map((status): Fault => ({
    title: `a redirect by ${status}`,
    code: 'redirect',
    server: () => http((_, response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()),
  })),
  ...['text/html', 'application/ocsp-request', 'application/ocsp-response-not', ''].map((type): Fault => ({
    title: `content of type "${type}"`,
    code: 'content-type',
    server: () => http((_, response) => response.writeHead(200, { 'content-type': type }).end('<html>')),
  })),
  {
    title: 'no type of content',
    code: 'content-type',
    server: () => http((_, response) => response.writeHead(200).end('12345')),
  },
  {
    title: 'a body beyond the limit, announced',
    code: 'too-large',
    server: () =>
      http((_, response) =>
        response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(Buffer.alloc(2000)),
      ),
    options: { maximumSize: 1999 },
  },
  {
    title: 'a body beyond the limit, without end',
    code: 'too-large',
    server: () =>
      http((_, response) => {
        response.writeHead(200, { 'content-type': 'application/ocsp-response' })
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', more)
        more()
      }),
  },
  {
    title: 'a body that is small until it is unpacked',
    code: 'too-large',
    server: async () => {
      const { gzipSync } = await import('node:zlib')
      const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024))
      return http((_, response) =>
        response.writeHead(200, { 'content-type': 'application/ocsp-response', 'content-encoding': 'gzip' }).end(bomb),
      )
    },
  },
]

/** Milliseconds: few where they run out, else more than a slow machine takes. */
const patience = (code: OcspTransportCode): FetchTransportOptions => ({ timeout: code === 'timeout' ? 100 : 10_000 })

describe('OCS-9 a responder that answers with', () => {
  it.each(faults)('$title has given no answer: $code', async ({ code, server, options }) => {
    const start = performance.now()
    expect(await send(await server(), { ...patience(code), ...options })).toBe(code)
    expect(performance.now() - start).toBeLessThan(15_000)
  })

  it.each(faults)(
    '$title leaves the status undetermined, and the policy decides',
    async ({ code, server, options }) => {
      const transport = fetchOcspTransport({ ...patience(code), ...options })
      const client = createOcspClient({
        transport,
        responder: { uri: await server() },
        clock: fixedClock(at),
        clientLimits: { retries: 0 },
      })
      const verdict = await client.check(scene.leaf.certificate, scene.authority.certificate)
      expect(summary(verdict)).toBe(code)
      expect(decideRevocation(verdict, 'common-criteria').accept).toBe(false)
      expect(decideRevocation(verdict, 'standard-hard-fail').accept).toBe(false)
      expect(decideRevocation(verdict, 'standard-soft-fail').accept).toBe(true)
    },
  )

  it('garbage of the right type is malformed', async () => {
    const uri = await http((_, response) =>
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end('garbage'),
    )
    const client = createOcspClient({ responder: { uri }, clock: fixedClock(at) })
    expect(summary(await client.check(scene.leaf.certificate, scene.authority.certificate))).toBe('malformed')
  })
})

describe('OCS-9 a failure of fetch', () => {
  const failing = (error: unknown): FetchFunction => vi.fn<FetchFunction>().mockRejectedValue(error)

  it('is told with its cause', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND ocsp.example'), { code: 'ENOTFOUND' })
    const transport = fetchOcspTransport({ fetch: failing(new TypeError('fetch failed', { cause })) })
    await expect(
      transport.send({ uri: 'http://ocsp.example/', request: new Uint8Array(0), origin: 'configured' }),
    ).rejects.toThrow('ocsp.example could not be reached: fetch failed (getaddrinfo ENOTFOUND ocsp.example)')
    expect(await send('http://ocsp.example/', { fetch: failing('a string') })).toBe('network')
  })

  it('ends in time also where a fetch of the caller’s does not heed the signal', async () => {
    expect(await send('http://ocsp.example/', { fetch: () => new Promise(() => undefined), timeout: 20 })).toBe(
      'timeout',
    )
    const body = {
      getReader: () => ({ read: () => new Promise<never>(() => undefined), cancel: async () => undefined }),
    }
    const headers = { get: () => 'application/ocsp-response' }
    const response = { ok: true, status: 200, type: 'basic', headers, body }
    expect(await send('http://ocsp.example/', { fetch: async () => response, timeout: 20 })).toBe('timeout')
  })

  it('is a redirect where a browser hides where to', async () => {
    const headers = { get: () => null }
    const hidden = { ok: false, status: 0, type: 'opaqueredirect', headers, body: null }
    expect(await send('http://ocsp.example/', { fetch: async () => hidden })).toBe('redirect')
  })
})

describe('OCS-4 a URI', () => {
  /** A fetch that must not be called. */
  const never: FetchFunction = () => {
    throw new Error('fetch was called')
  }
  let connections: number
  const counting = async (): Promise<string> => {
    connections = 0
    const server = createHttpServer(nodeListener(responder))
    server.on('connection', () => connections++)
    return listen(server)
  }

  it('of a certificate that names a private host is refused, and no connection is made', async () => {
    const url = await counting()
    const { authority } = scene
    const leaf = await authority.issue({ authorityInfoAccess: { ocsp: [url] } })
    const client = createOcspClient({ clock: fixedClock(at) })
    const verdict = await client.check(leaf.certificate, authority.certificate)
    expect(verdict).toMatchObject({
      ok: false,
      findings: [
        { code: 'url-refused', message: expect.stringContaining('comes from a certificate and names a private host') },
      ],
    })
    expect(connections).toBe(0)
  })

  it('of a certificate may name a private host where the caller accepts that', async () => {
    const url = await counting()
    const { authority } = scene
    const leaf = await authority.issue({ authorityInfoAccess: { ocsp: [url] } })
    const transport = fetchOcspTransport({ privateHosts: 'accept' })
    const client = createOcspClient({ clock: fixedClock(at), transport })
    expect(summary(await client.check(leaf.certificate, authority.certificate))).toBe('good by delegated')
    expect(connections).toBe(1)
  })

  it('that is configured may name one', async () => {
    const client = createOcspClient({ clock: fixedClock(at), responder: { uri: await counting() } })
    expect(summary(await client.check(scene.leaf.certificate, scene.authority.certificate))).toBe('good by delegated')
  })

  it.each([
    'file:///etc/passwd',
    'ftp://ocsp.example/',
    'ldap://ocsp.example/cn=x',
    'data:application/ocsp-response;base64,MAMKAQA=',
    'javascript:alert(1)',
    'blob:http://ocsp.example/1',
    'http://user@ocsp.example/',
    'http://user:word@ocsp.example/',
    'https://:word@ocsp.example/',
    '//ocsp.example/',
    'ocsp.example',
    'http://',
    '',
  ])('is refused whoever chose it: %s', async (uri) => {
    expect(await send(uri, { fetch: never })).toBe('url-refused')
    expect(await send(uri, { fetch: never, privateHosts: 'accept' }, 'certificate')).toBe('url-refused')
  })

  it('is the caller’s to refuse, and sees what the rules have let pass', async () => {
    const seen: string[] = []
    const allowUrl = (url: { readonly hostname: string }, origin: string): boolean => {
      seen.push(`${url.hostname} ${origin}`)
      return false
    }
    expect(await send('http://ocsp.example/', { fetch: never, allowUrl }, 'certificate')).toBe('url-refused')
    expect(await send('http://10.1.2.3/', { fetch: never, allowUrl }, 'certificate')).toBe('url-refused')
    expect(await send('http://10.1.2.3/', { fetch: never, allowUrl })).toBe('url-refused')
    expect(seen).toEqual(['ocsp.example certificate', '10.1.2.3 configured'])
  })

  it('is refused with the caller’s own error where that fails', async () => {
    const allowUrl = (): boolean => {
      throw new RangeError('allowUrl is broken')
    }
    const sent = fetchOcspTransport({ fetch: never, allowUrl }).send({
      uri: 'http://ocsp.example/',
      origin: 'configured',
      request: new Uint8Array(0),
    })
    await expect(sent).rejects.toThrow(new RangeError('allowUrl is broken'))
  })

  it.each<unknown>([Promise.resolve(false), Promise.resolve(true), undefined, 1, 'yes'])(
    'is let through by true alone, and not by what somebody without types returns: %s',
    async (said) => {
      const allowUrl = (): boolean => said as boolean
      expect(await send('http://ocsp.example/', { fetch: never, allowUrl }, 'certificate')).toBe('url-refused')
      const privateHosts = said as 'accept'
      expect(await send('http://10.1.2.3/', { fetch: never, privateHosts }, 'certificate')).toBe('url-refused')
    },
  )

  it('is in no message with its user, its password or its path', async () => {
    const transport = fetchOcspTransport({ fetch: never })
    const call = {
      uri: 'http://user:word@ocsp.example/secret',
      request: new Uint8Array(0),
      origin: 'configured',
    } as const
    await expect(transport.send(call)).rejects.toThrow(
      'the URI of the responder, http://ocsp.example, holds a user name or password',
    )
  })
})

describe('OCS-9 a request goes', () => {
  interface Seen {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array | undefined
    readonly redirect: string
  }
  let seen: Seen
  const watch: FetchFunction = async (url, { method, headers, body, redirect }) => {
    seen = { method, url, headers, body: body && new Uint8Array(body), redirect }
    const asked = new Request(url, { method, ...(body && { body }) })
    return responder(asked)
  }
  const ask = async (options: FetchTransportOptions, uri = 'http://ocsp.example/a'): Promise<string> => {
    const transport = fetchOcspTransport({ fetch: watch, ...options })
    const client = createOcspClient({ clock: fixedClock(at), transport, responder: { uri } })
    return summary(await client.check(scene.leaf.certificate, scene.authority.certificate))
  }

  it('by POST, with the types RFC 6960 appendix A.1 names', async () => {
    expect(await ask({})).toBe('good by delegated')
    expect(seen).toMatchObject({
      method: 'POST',
      url: 'http://ocsp.example/a',
      headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
      redirect: 'manual',
    })
    expect(seen.body?.[0]).toBe(0x30)
  })

  it('by GET where the caller wants that', async () => {
    expect(await ask({ method: 'GET' })).toBe('good by delegated')
    expect(seen).toMatchObject({ method: 'GET', url: expect.stringMatching(/^http:\/\/ocsp\.example\/a\/MF[\w%]+$/) })
    expect(seen.body).toBeUndefined()
    expect(seen.headers).toEqual({ accept: 'application/ocsp-response' })
  })

  it('by POST all the same where the URL would be too long, or has a query', async () => {
    await ask({ method: 'GET' }, `http://ocsp.example/${'a'.repeat(200)}`)
    expect(seen.method).toBe('POST')
    // 255 characters are what every cache takes: one more goes by POST (RFC 5019 §5).
    await ask({ method: 'GET' })
    const short = seen.url.length - 'a'.length
    await ask({ method: 'GET' }, `http://ocsp.example/${'a'.repeat(255 - short)}`)
    expect([seen.method, seen.url.length]).toEqual(['GET', 255])
    await ask({ method: 'GET' }, `http://ocsp.example/${'a'.repeat(256 - short)}`)
    expect(seen.method).toBe('POST')
    await ask({ method: 'GET' }, 'http://ocsp.example/?ca=1')
    expect(seen).toMatchObject({ method: 'POST', url: 'http://ocsp.example/?ca=1' })
  })

  it('and its answer’s type may have parameters and capital letters', async () => {
    const body = await responder.answer(new Uint8Array(0))
    const fetch: FetchFunction = async () =>
      new Response(new Uint8Array(body), { headers: { 'content-type': 'Application/OCSP-Response; charset=binary' } })
    expect(await send('http://ocsp.example/', { fetch })).toBe('answered')
  })
})

describe('fetchOcspTransport', () => {
  it('takes a mebibyte of an answer where no limit is given, and no byte more (OCS-9)', async () => {
    const answering =
      (length: number): FetchFunction =>
      async () =>
        new Response(new Uint8Array(length), { headers: { 'content-type': 'application/ocsp-response' } })
    expect(await send('http://ocsp.example/', { fetch: answering(1_048_576) })).toBe('answered')
    expect(await send('http://ocsp.example/', { fetch: answering(1_048_577) })).toBe('too-large')
    expect(await send('http://ocsp.example/', { fetch: answering(5), maximumSize: 4 })).toBe('too-large')
  })

  it.each([{ timeout: NaN }, { timeout: -1 }, { timeout: 2 ** 31 }, { maximumSize: NaN }])(
    'refuses a limit that is none: %o',
    (options) => {
      expect(() => fetchOcspTransport(options)).toThrow(TypeError)
    },
  )
})

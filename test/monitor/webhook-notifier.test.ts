import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/base/clock.js'
import {
  type NoticeDigest,
  verifyWebhookSignature,
  WebhookError,
  type WebhookMessage,
  webhookNotifier,
  type WebhookNotifierOptions,
} from '../../src/monitor/index.js'
import type { FetchedResponse, FetchFunction } from '../../src/net/http-fetch.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import {
  digestOf,
  expiryNotice,
  hostileText,
  noticeSubjectOf,
  noticeTime,
  revocationNotice,
} from '../support/notices.js'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes now').toString('base64')}`
const OTHER = new Uint8Array(24).fill(7)
const clock = fixedClock(new Date(noticeTime))
const seconds = noticeTime / 1000

/** What arrived at the receiver. */
interface Received {
  readonly headers: IncomingMessage['headers']
  readonly method: string | undefined
  readonly url: string | undefined
  readonly body: string
}

const running: Server[] = []
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A receiver on this machine that answers as told, request by request. */
async function receiver(
  answer: (response: ServerResponse, request: Received, count: number) => void,
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { headers, method, url } = request
      const one = { headers, method, url, body: Buffer.concat(parts).toString() }
      received.push(one)
      answer(response, one, received.length)
    })
  })
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cr3t-path`, received }
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(code, headers).end('what the server says, s3cr3t-path')

function notifierTo(url: string, more: Partial<WebhookNotifierOptions> = {}) {
  const waits: number[] = []
  const notifier = webhookNotifier({
    url,
    secrets: [SECRET],
    plainHttp: 'accept-on-loopback',
    clock,
    sleep: (wait) => {
      waits.push(wait)
      return Promise.resolve()
    },
    ...more,
  })
  return { waits, notifier, send: (digest: NoticeDigest = digestOf(expiryNotice())) => notifier.send(digest) }
}

/** The error a sending ends with. */
async function failureOf(sending: Promise<void>): Promise<WebhookError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof WebhookError)) throw new Error(`expected a WebhookError, found ${String(error)}`)
  expect(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`).not.toMatch(/s3cr3t|whsec_|Bearer/)
  expect(error.cause).toBeUndefined()
  return error
}

/** A fetch that answers with these statuses, one after the other. */
function fetchOf(...answers: readonly (number | Error | readonly [number, string])[]) {
  const asked: string[] = []
  const fetch: FetchFunction = (url) => {
    asked.push(url)
    const answer = answers[asked.length - 1] ?? 500
    if (answer instanceof Error) return Promise.reject(answer)
    const [code, retryAfter] = typeof answer === 'number' ? [answer, null] : answer
    const response: FetchedResponse = {
      ok: code < 300,
      status: code,
      type: 'basic',
      headers: { get: (name) => (name === 'retry-after' ? retryAfter : null) },
      body: null,
    }
    return Promise.resolve(response)
  }
  return { asked, fetch }
}

describe('the webhook notifier', () => {
  it('MON-4 posts the digest as signed JSON, once', async () => {
    const { url, received } = await receiver(status(204))
    const digest = digestOf(revocationNotice(), expiryNotice({ takesDown: [noticeSubjectOf({ node: 'sub' })] }))
    await notifierTo(url, { catalogue: unifiedCommunications, headers: { authorization: 'Bearer s3cr3t' } }).send(
      digest,
    )
    expect(received).toHaveLength(1)
    const [{ headers, method, url: path, body } = expect.fail()] = received
    expect([method, path]).toEqual(['POST', '/hook/s3cr3t-path'])
    const message = JSON.parse(body) as WebhookMessage
    expect(headers).toMatchObject({
      authorization: 'Bearer s3cr3t',
      'content-type': 'application/json',
      'idempotency-key': message.id,
      'webhook-id': message.id,
      'webhook-timestamp': String(seconds),
    })
    // The oracle: Node's own HMAC over id, time and body.
    const key = Buffer.from(SECRET.slice(6), 'base64')
    const expected = createHmac('sha256', key).update(`${message.id}.${seconds}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(message).toMatchObject({ type: 'certificate-notices', at: '2026-11-24T04:30:00Z', part: 1, parts: 1 })
    expect(message.notices).toHaveLength(2)
    expect(message.notices[0]).toMatchObject({
      type: 'revocation',
      severity: 'critical',
      headline: 'tomcat on pub is revoked',
    })
    expect(message.notices[1]).toMatchObject({
      type: 'expiry',
      key: 'notice 1',
      notAfter: '2026-11-30T09:30:00Z',
      takesDownCount: 1,
      takesDown: [{ node: 'sub' }],
      whatToDo: expect.arrayContaining(['Restart Cisco Tomcat on pub.']),
    })
    expect(await verifyWebhookSignature({ headers, body, secrets: [SECRET], at: new Date(noticeTime) })).toEqual({
      ok: true,
      id: message.id,
      sentAt: new Date(noticeTime),
    })
  })

  it('MON-2 the same notices have the same id, others another', async () => {
    const { url, received } = await receiver(status(200))
    const { send } = notifierTo(url)
    await send()
    await send({ ...digestOf(expiryNotice()), at: noticeTime + 1000 })
    await send({ ...digestOf(expiryNotice()), key: 'run 2' })
    const ids = received.map(({ headers }) => headers['webhook-id'])
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('MON-4 signs with every secret while they change', async () => {
    const { url, received } = await receiver(status(200))
    await notifierTo(url, { secrets: [SECRET, OTHER] }).send()
    const [{ headers, body } = expect.fail()] = received
    for (const secrets of [[SECRET], [OTHER], [new Uint8Array(32), OTHER]]) {
      expect((await verifyWebhookSignature({ headers, body, secrets, at: clock.now() })).ok).toBe(true)
    }
    const verdict = await verifyWebhookSignature({ headers, body, secrets: [new Uint8Array(32)], at: clock.now() })
    expect(verdict).toMatchObject({ ok: false, code: 'wrong-signature' })
  })

  it('MON-4 tries again after 503, 429 and a broken connection, with back-off and the same id', async () => {
    const { url, received } = await receiver((response, _, count) => {
      if (count === 1) status(503)(response)
      else if (count === 2) status(429)(response)
      else if (count === 3) response.destroy()
      else status(200)(response)
    })
    const { send, waits } = notifierTo(url)
    await send()
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    expect(received).toHaveLength(4)
    expect(waits).toHaveLength(3)
    for (const [i, most] of [1000, 2000, 4000].entries()) {
      expect(waits[i]).toBeLessThanOrEqual(most)
      expect(waits[i]).toBeGreaterThanOrEqual(most / 2)
    }
  })

  it('MON-4 gives up after so many attempts, and says what the last one said', async () => {
    const { fetch, asked } = fetchOf(503, 502, 500)
    const { send, waits } = notifierTo('https://hooks.example.com/s3cr3t', { fetch, webhookLimits: { attempts: 3 } })
    const error = await failureOf(send())
    expect(error).toMatchObject({ code: 'http-status', status: 500, attempts: 3 })
    expect(error.message).toBe('hooks.example.com answers with status 500, asked 3 times')
    expect([asked.length, waits.length]).toEqual([3, 2])
  })

  it.each([400, 401, 404, 410, 413, 600])('MON-4 does not insist after status %d', async (code) => {
    const { fetch, asked } = fetchOf(code)
    const error = await failureOf(notifierTo('https://hooks.example.com/s3cr3t', { fetch }).send())
    expect(error).toMatchObject({ code: 'http-status', status: code, attempts: 1 })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['12', 12_000],
    ['0', 0],
    ['Tue, 24 Nov 2026 04:30:20 GMT', 20_000],
    ['Tue, 24 Nov 2026 04:00:00 GMT', 0],
  ])('MON-4 honours Retry-After %s', async (retryAfter, wait) => {
    const { fetch } = fetchOf([503, retryAfter], 200)
    const { send, waits } = notifierTo('https://hooks.example.com/', { fetch })
    await send()
    expect(waits).toEqual([wait])
  })

  it.each(['31', '9999999999', 'Wed, 25 Nov 2026 04:30:00 GMT'])(
    'MON-4 leaves a receiver that asks for Retry-After %s to a later tick',
    async (retryAfter) => {
      const { fetch, asked } = fetchOf([429, retryAfter])
      const error = await failureOf(notifierTo('https://hooks.example.com/', { fetch }).send())
      expect(error).toMatchObject({ status: 429, attempts: 1 })
      expect(asked).toHaveLength(1)
    },
  )

  it('MON-4 takes a Retry-After that is none for none', async () => {
    const { fetch } = fetchOf([503, 'soon'], [503, '-1'], 200)
    const { send, waits } = notifierTo('https://hooks.example.com/', { fetch })
    await send()
    expect(waits.every((wait) => wait >= 500)).toBe(true)
  })

  it('MON-4 follows no redirect', async () => {
    const target = await receiver(status(200))
    const { url, received } = await receiver(status(307, { location: target.url }))
    const error = await failureOf(notifierTo(url).send())
    expect(error).toMatchObject({ code: 'redirect', attempts: 1 })
    expect([received.length, target.received.length]).toEqual([1, 0])
  })

  it('MON-4 does not wait for a receiver that hangs, before its answer or in it', async () => {
    const { url } = await receiver(() => undefined)
    const silent = await failureOf(notifierTo(url, { webhookLimits: { timeout: 50, attempts: 2 } }).send())
    expect(silent).toMatchObject({ code: 'timeout', status: undefined, attempts: 2 })
    const endless = await receiver((response) => void response.writeHead(200).write('x'))
    await notifierTo(endless.url).send()
    expect(endless.received).toHaveLength(1)
  })

  it('MON-4 does not wait for a fetch that heeds no signal', async () => {
    const fetch: FetchFunction = () => new Promise(() => undefined)
    const webhookLimits = { timeout: 20, attempts: 1 }
    const error = await failureOf(notifierTo('https://hooks.example.com/', { fetch, webhookLimits }).send())
    expect(error.code).toBe('timeout')
  })

  it('MON-4 takes a flood for an answer without reading it', async () => {
    let written = 0
    const { url } = await receiver((response) => {
      response.writeHead(200)
      const flood = (): void => {
        while (!response.destroyed && written < 200_000_000) {
          written += 65536
          if (!response.write(Buffer.alloc(65536))) break
        }
      }
      response.on('drain', flood)
      flood()
    })
    await notifierTo(url).send()
    expect(written).toBeLessThan(100_000_000)
  })

  it('MON-4 names a network failure by its code, never by a message that quotes secrets', async () => {
    const cause = Object.assign(new Error('connect to https://hooks.example.com/s3cr3t'), { code: 'ECONNREFUSED' })
    const { fetch } = fetchOf(new TypeError('fetch failed for https://hooks.example.com/s3cr3t', { cause }))
    const options = { fetch, webhookLimits: { attempts: 1 }, headers: { authorization: 'Bearer s3cr3t' } }
    const error = await failureOf(notifierTo('https://hooks.example.com/s3cr3t', options).send())
    expect(error.message).toBe('hooks.example.com could not be reached: ECONNREFUSED')
    const plain = fetchOf(new Error('Bearer s3cr3t'))
    const other = await failureOf(notifierTo('https://hooks.example.com/', { ...options, fetch: plain.fetch }).send())
    expect(other.message).toBe('hooks.example.com could not be reached')
  })

  it('MON-4 a port nobody listens on is a network failure', async () => {
    const { url } = await receiver(status(200))
    const [server] = running.splice(0)
    await new Promise((resolve) => server?.close(resolve))
    const error = await failureOf(notifierTo(url, { webhookLimits: { attempts: 1 } }).send())
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ could not be reached: ECONNREFUSED$/)
  })

  it('MON-2 sends a long digest in parts, each with an id of its own; what failed is sent again with the same ids', async () => {
    let isDown = true
    const { url, received } = await receiver((response, _, count) =>
      status(isDown && count === 2 ? 400 : 200)(response),
    )
    const { send } = notifierTo(url, { webhookLimits: { noticesPerRequest: 2 } })
    const digest = digestOf(...Array.from({ length: 5 }, (_, i) => expiryNotice({ key: `notice ${i}` })))
    await failureOf(send(digest))
    isDown = false
    await send(digest)
    const ids = received.map(({ headers }) => headers['webhook-id'])
    expect(ids.slice(2, 4)).toEqual(ids.slice(0, 2))
    expect(new Set(ids).size).toBe(3)
    const messages = received.slice(2).map(({ body }) => JSON.parse(body) as WebhookMessage)
    expect(messages.map(({ part, parts, notices }) => [part, parts, notices.length])).toEqual([
      [1, 3, 2],
      [2, 3, 2],
      [3, 3, 1],
    ])
  })

  it.each([
    ['ftp://hooks.example.com/', /https/],
    ['http://hooks.example.com/', /https/],
    ['http://127.0.0.1.example.com/', /https/],
    ['http://localhost.example.com/', /https/],
    ['https://user:s3cr3t@hooks.example.com/', /user name/],
    ['s3cr3t', /https/],
  ])('MON-4 refuses the URL %s, without quoting it', (url, message) => {
    const make = (): unknown => webhookNotifier({ url, secrets: [SECRET], plainHttp: 'accept-on-loopback' })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/s3cr3t/)
  })

  it('MON-4 refuses plain http even to this machine unless told', () => {
    const make = (plainHttp?: 'accept-on-loopback') => (): unknown =>
      webhookNotifier({
        url: 'http://[::1]:8080/',
        secrets: [SECRET],
        ...(plainHttp === undefined ? {} : { plainHttp }),
      })
    expect(make()).toThrow(/plainHttp/)
    expect(make('accept-on-loopback')).not.toThrow()
  })

  it.each([
    [[], /at least one/],
    [['whsec_c2hvcnQ='], /secrets\[0\]: expected at least 24 bytes, found 5/],
    [[SECRET, 'hunter2'], /secrets\[1\]: expected whsec_/],
    [['whsec_*hunter2*'], /secrets\[0\]: expected whsec_/],
    [[new Uint8Array(23)], /found 23/],
  ])('MON-4 refuses secrets that are none, without quoting them: %#', (secrets, message) => {
    const make = (): unknown => webhookNotifier({ url: 'https://hooks.example.com/', secrets })
    expect(make).toThrow(message)
    expect(make).not.toThrow(/hunter2/)
  })

  it.each([
    [{ 'x-a': 'b\r\nx-c: d' }],
    [{ 'x-a\r\nx-b': '' }],
    [{ 'Webhook-Signature': 'v1,' }],
    [{ 'content-length': '1' }],
    [{ 'Idempotency-Key': '1' }],
  ])('MON-4 refuses headers that break the request: %j', (headers) => {
    expect(() => webhookNotifier({ url: 'https://hooks.example.com/', secrets: [SECRET], headers })).toThrow(TypeError)
  })

  it.each([{ attempts: 0 }, { timeout: NaN }, { timeout: 2 ** 31 }, { noticesPerRequest: 0 }, { backOff: -1 }])(
    'MON-4 refuses limits that are none: %j',
    (webhookLimits) => {
      const make = (): unknown =>
        webhookNotifier({ url: 'https://hooks.example.com/', secrets: [SECRET], webhookLimits })
      expect(make).toThrow(TypeError)
    },
  )

  it('MON-4 whatever values say, the body is JSON that holds them harmlessly, and the headers are the same', async () => {
    const { url, received } = await receiver(status(200))
    const { send } = notifierTo(url)
    await fc.assert(
      fc.asyncProperty(hostileText, async (value) => {
        received.length = 0
        const hostile = { node: value, subject: value, description: value, key: value }
        await send({
          at: noticeTime,
          key: value,
          notices: [revocationNotice({ ...hostile, message: value }), expiryNotice(hostile)],
          addresses: [],
        })
        const [{ headers, body } = expect.fail()] = received
        expect(headers['webhook-id']).toMatch(/^[0-9a-f]{32}$/)
        expect(body).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
        expect((JSON.parse(body) as WebhookMessage).notices).toHaveLength(2)
      }),
      { numRuns: 100 },
    )
  })
})

describe('verifyWebhookSignature', () => {
  // The example of the standard's own libraries.
  const vector = {
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    at: new Date(1614265330_000),
  }

  it('MON-4 takes the example of Standard Webhooks, as text, bytes and Headers', async () => {
    const verdict = { ok: true, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt: vector.at }
    expect(await verifyWebhookSignature(vector)).toEqual(verdict)
    expect(await verifyWebhookSignature({ ...vector, body: new TextEncoder().encode(vector.body) })).toEqual(verdict)
    expect(await verifyWebhookSignature({ ...vector, headers: new Headers(vector.headers) })).toEqual(verdict)
  })

  it('MON-4 finds the right signature among others, and reads no more than eight', async () => {
    const right = vector.headers['webhook-signature']
    const wrong = `v1,${'A'.repeat(43)}=`
    const among = (count: number) => ({
      ...vector,
      headers: {
        ...vector.headers,
        'webhook-signature': [...Array<string>(count).fill(wrong), `v1a,${'B'.repeat(86)}==`, right].join(' '),
      },
    })
    expect((await verifyWebhookSignature(among(3))).ok).toBe(true)
    expect(await verifyWebhookSignature(among(7))).toMatchObject({ ok: false, code: 'wrong-signature' })
  })

  it.each([
    [{ 'webhook-id': undefined }, 'header-missing'],
    [{ 'webhook-timestamp': undefined }, 'header-missing'],
    [{ 'webhook-signature': undefined }, 'header-missing'],
    [{ 'webhook-signature': '' }, 'wrong-signature'],
    [{ 'webhook-signature': 'v1,' }, 'wrong-signature'],
    [{ 'webhook-signature': ' '.repeat(100_000) }, 'wrong-signature'],
    [{ 'webhook-signature': 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' }, 'wrong-signature'],
    [{ 'webhook-id': 'msg_other' }, 'wrong-signature'],
    [{ 'webhook-id': 'msg.1614265330' }, 'header-malformed'],
    [{ 'webhook-id': '' }, 'header-malformed'],
    [{ 'webhook-timestamp': '1614265331' }, 'wrong-signature'],
    [{ 'webhook-timestamp': '1614265330.0' }, 'header-malformed'],
    [{ 'webhook-timestamp': 'now' }, 'header-malformed'],
    [{ 'webhook-timestamp': '9'.repeat(1000) }, 'header-malformed'],
  ])('MON-4 refuses headers changed to %j', async (change, code) => {
    const verdict = await verifyWebhookSignature({ ...vector, headers: { ...vector.headers, ...change } })
    expect(verdict).toMatchObject({ ok: false, code })
  })

  it.each([
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('MON-4 %d seconds after it was signed, it is taken: %s', async (later, ok) => {
    const at = new Date(vector.at.getTime() + later * 1000)
    expect(await verifyWebhookSignature({ ...vector, at })).toMatchObject(
      ok ? { ok } : { ok, code: 'outside-tolerance' },
    )
    expect((await verifyWebhookSignature({ ...vector, at, tolerance: 301 })).ok).toBe(true)
  })

  it('MON-4 a body changed anywhere is refused', async () => {
    for (let i = 0; i < vector.body.length; i++) {
      const body = new TextEncoder().encode(vector.body)
      body[i] = (body[i] ?? 0) ^ 1
      expect((await verifyWebhookSignature({ ...vector, body })).ok).toBe(false)
    }
  })

  it('MON-4 a time that is none and no secrets are misuse', async () => {
    await expect(verifyWebhookSignature({ ...vector, at: new Date(NaN) })).rejects.toThrow(TypeError)
    await expect(verifyWebhookSignature({ ...vector, tolerance: NaN })).rejects.toThrow(TypeError)
    await expect(verifyWebhookSignature({ ...vector, secrets: [] })).rejects.toThrow(TypeError)
  })
})

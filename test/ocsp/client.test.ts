// The client (OCS-4, OCS-9): whom it asks, how often, what it keeps, and when it leaves a responder alone.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import { type CryptoProvider, runtimeCrypto } from '../../src/crypto/index.js'
import {
  createOcspClient,
  type OcspCall,
  type OcspClient,
  type OcspClientOptions,
  OcspTransportError,
} from '../../src/ocsp/index.js'
import {
  type OcspResponder,
  type OcspResponderOptions,
  readOcspRequest,
  type TestCertificate,
  type TestCertificateStatus,
} from '../../src/testkit/index.js'
import { after, DAY, makeScene, type Scene, SECOND, summary } from '../support/ocsp.js'
import { at } from '../support/paths.js'

let scene: Scene
let asker: TestCertificate
let responder: OcspResponder
const uri = 'http://ocsp.example/'
beforeAll(async () => {
  scene = await makeScene()
  const { authority } = scene
  asker = await authority.issue({ authorityInfoAccess: { ocsp: [uri] } })
  responder = await authority.ocspResponder()
})

let now: Date
const clock: Clock = { now: () => now }
let calls: OcspCall[]
let pauses: number[]
beforeEach(() => {
  now = at
  calls = []
  pauses = []
})

type Answer = Uint8Array | Error | Promise<Uint8Array>
/** A client whose responder answers as `respond` says, by default rightly. */
const clientOf = (
  respond: (call: OcspCall, number: number) => Answer = ({ request }) => responder.answer(request),
  options: OcspClientOptions = {},
): OcspClient =>
  createOcspClient({
    clock,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
    },
    transport: {
      async send(call) {
        calls.push(call)
        const response = await respond(call, calls.length)
        if (response instanceof Error) throw response
        return response
      },
    },
    ...options,
  })

const check = async (client: OcspClient, { certificate } = asker): Promise<string> =>
  summary(await client.check(certificate, scene.authority.certificate))

const GOOD = 'good by delegated'
const down = new OcspTransportError('network', 'down')
const answering = async (options: OcspResponderOptions): Promise<(call: OcspCall) => Promise<Uint8Array>> => {
  const other = await scene.authority.ocspResponder(options)
  return ({ request }) => other.answer(request)
}

describe('OCS-4 the client asks', () => {
  it('the responder the certificate names', async () => {
    expect(await check(clientOf())).toBe(GOOD)
    expect(calls).toMatchObject([{ uri, origin: 'certificate' }])
  })

  it('the configured responder and no other', async () => {
    const configured = 'http://10.0.0.1/ocsp'
    for (const certificate of [asker, scene.leaf]) {
      expect(await check(clientOf(undefined, { responder: { uri: configured } }), certificate)).toBe(GOOD)
    }
    expect(calls).toMatchObject([
      { uri: configured, origin: 'configured' },
      { uri: configured, origin: 'configured' },
    ])
  })

  it('nobody where the certificate names nobody', async () => {
    const { authority, leaf } = scene
    const elsewhere = await authority.issue({ authorityInfoAccess: { caIssuers: ['http://ca.example/ca.cer'] } })
    const malformed = await authority.issue({
      extensions: [{ oid: 'authorityInfoAccess', value: Uint8Array.of(5, 0) }],
    })
    for (const certificate of [leaf, elsewhere, malformed]) {
      expect(await check(clientOf(), certificate)).toBe('no-responder')
    }
    expect(calls).toEqual([])
  })

  it('the next responder where one fails, and three at the most', async () => {
    const uris = ['a', 'b', 'c', 'd'].map((host) => `http://${host}.example/`)
    const named = await scene.authority.issue({ authorityInfoAccess: { ocsp: uris } })
    const refuse = new OcspTransportError('content-type', 'a page')
    expect(
      await check(
        clientOf(() => refuse),
        named,
      ),
    ).toBe('content-type')
    expect(calls.map((call) => call.uri)).toEqual(uris.slice(0, 3))
    calls = []
    expect(
      await check(
        clientOf((call, number) => (number < 2 ? refuse : responder.answer(call.request))),
        named,
      ),
    ).toBe(GOOD)
    expect(calls.map((call) => call.uri)).toEqual(uris.slice(0, 2))
  })

  it('the next responder where one does not know the certificate, and believes it where none does', async () => {
    const uris = ['a', 'b', 'c'].map((host) => `http://${host}.example/`)
    const named = await scene.authority.issue({ authorityInfoAccess: { ocsp: uris } })
    const ignorant = await answering({ status: () => 'unknown' })
    const rightFrom = (first: number) => (call: OcspCall, number: number) =>
      number < first ? ignorant(call) : responder.answer(call.request)
    for (const [client, status, count] of [
      [clientOf(rightFrom(2)), GOOD, 2],
      [clientOf(rightFrom(9)), 'unknown by delegated', 3],
      [clientOf((call, number) => (number === 1 ? ignorant(call) : down)), 'unknown by delegated', 7],
    ] as const) {
      calls = []
      expect([await check(client, named), calls.length]).toEqual([status, count])
    }
  })

  it('by SHA-1 or by SHA-256', async () => {
    await check(clientOf())
    await check(clientOf(undefined, { hash: 'sha-256' }))
    const lengths = calls.map(({ request }) => readOcspRequest(request).certIds[0]?.issuerKeyHash.length)
    expect(lengths).toEqual([20, 32])
  })

  it('with a nonce where told to, another each time, and refuses an answer without it', async () => {
    const client = clientOf(undefined, { nonce: 'send' })
    expect(await check(client)).toBe(GOOD)
    now = after(2 * DAY)
    await check(client)
    const [first, second] = calls.map(({ request }) => readOcspRequest(request).nonce)
    expect(first).toHaveLength(34)
    expect(first).not.toEqual(second)
    now = at
    expect(await check(clientOf(await answering({ nonce: 'omit' }), { nonce: 'send' }))).toBe('nonce-missing')
    const lenient = { nonce: 'send', missingNonce: 'accept' } as const
    expect(await check(clientOf(await answering({ nonce: 'omit' }), lenient))).toBe(GOOD)
    expect(await check(clientOf(await answering({ nonce: Uint8Array.of(1) }), lenient))).toBe('nonce-mismatch')
  })

  it('with digests of the provider it is given', async () => {
    const made: string[] = []
    let before: readonly string[] = []
    const crypto: CryptoProvider = {
      ...runtimeCrypto,
      digest: (algorithm, data) => {
        made.push(algorithm)
        return runtimeCrypto.digest(algorithm, data)
      },
    }
    const respond = (call: OcspCall): Promise<Uint8Array> => {
      before = [...made]
      return responder.answer(call.request)
    }
    expect(await check(clientOf(respond, { crypto }))).toBe(GOOD)
    expect(before).toEqual(['sha-256', 'sha-256', 'sha-1', 'sha-1'])
  })

  it('and judges what comes back by its own options', async () => {
    const designated = await scene.authority.ocspResponder({ mode: 'designated' })
    const respond = ({ request }: OcspCall): Promise<Uint8Array> => designated.answer(request)
    expect(await check(clientOf(respond))).toBe('responder-not-authorized')
    const trustedResponders = [{ certificate: designated.certificate.certificate }]
    expect(await check(clientOf(respond, { trustedResponders }))).toBe('good by trusted-responder')
  })
})

describe('the client keeps', () => {
  it('a verdict until its nextUpdate, and asks again then', async () => {
    const client = clientOf(await answering({ thisUpdate: at, nextUpdate: after(3 * DAY) }))
    const verdicts = new Set([await client.check(asker.certificate, scene.authority.certificate)])
    now = after(3 * DAY - 1)
    verdicts.add(await client.check(asker.certificate, scene.authority.certificate))
    expect([verdicts.size, calls.length]).toEqual([1, 1])
    now = after(3 * DAY)
    await check(client)
    expect(calls).toHaveLength(2)
  })

  it('nothing from before the time it is given', async () => {
    const client = clientOf()
    const [certificate, issuer] = [asker.certificate, scene.authority.certificate]
    await client.check(certificate, issuer)
    now = after(SECOND)
    await client.check(certificate, issuer, at)
    expect(calls).toHaveLength(1)
    await client.check(certificate, issuer, after(1))
    expect(calls).toHaveLength(2)
    await client.check(certificate, issuer, after(1))
    expect(calls).toHaveLength(2)
  })

  it('what it has where somebody asks for newer and the responder is down, for those who do not', async () => {
    const client = clientOf((call, number) => (number === 1 ? responder.answer(call.request) : down))
    const [certificate, issuer] = [asker.certificate, scene.authority.certificate]
    expect(await check(client)).toBe(GOOD)
    now = after(SECOND)
    expect(summary(await client.check(certificate, issuer, now))).toBe('network')
    expect(await check(client)).toBe(GOOD)
  })

  it('nothing that a newer answer has taken the place of, though that does not last itself', async () => {
    const [old, over] = [
      { thisUpdate: after(-2 * DAY), nextUpdate: after(DAY) },
      { thisUpdate: after(-DAY), nextUpdate: after(-SECOND) },
    ]
    const status = (): TestCertificateStatus => ({ revocationTime: after(-DAY), revocationReason: 'certificateHold' })
    const onHold = await answering({ ...over, status })
    const good = await answering(old)
    const client = clientOf((call, number) => (number === 2 ? onHold : good)(call))
    expect(await check(client)).toBe(GOOD)
    const newer = await client.check(asker.certificate, scene.authority.certificate, after(1))
    expect(summary(newer)).toBe('revoked by delegated')
    await check(client)
    expect(calls).toHaveLength(3)
  })

  it('what it knows where the answer of somebody who is asked for a newer one is older', async () => {
    const status = (): TestCertificateStatus => ({ revocationTime: after(-DAY), revocationReason: 'certificateHold' })
    const onHold = await answering({ thisUpdate: after(-SECOND), nextUpdate: after(DAY), status })
    const replayed = await answering({ thisUpdate: after(-DAY), nextUpdate: after(2 * DAY) })
    const client = clientOf((call, number) => (number === 1 ? onHold : replayed)(call))
    const ask = async (keptSince?: Date): Promise<string> =>
      summary(await client.check(asker.certificate, scene.authority.certificate, keptSince))
    expect(await ask()).toBe('revoked by delegated')
    now = after(SECOND)
    expect(await ask(now)).toBe('revoked by delegated')
    // It was asked for just now.
    expect(await ask(now)).toBe('revoked by delegated')
    expect(calls).toHaveLength(2)
    now = after(DAY)
    expect(await ask()).toBe(GOOD)
  })

  it('a final revocation for good, and asks no more', async () => {
    const revoked = await answering({ nextUpdate: after(SECOND), status: () => ({ revocationTime: at }) })
    const client = clientOf((call, number) => (number === 1 ? revoked(call) : responder.answer(call.request)))
    expect(await check(client)).toBe('revoked by delegated')
    now = after(2 * DAY)
    expect(await check(client)).toBe('revoked by delegated')
    const [certificate, issuer] = [asker.certificate, scene.authority.certificate]
    expect(summary(await client.check(certificate, issuer, now))).toBe('revoked by delegated')
    expect(calls).toHaveLength(1)
  })

  it('a final revocation that is older than what it knows', async () => {
    const old = { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }
    const revoked = await answering({ ...old, status: () => ({ revocationTime: after(-3 * DAY) }) })
    const client = clientOf((call, number) => (number === 1 ? responder.answer(call.request) : revoked(call)))
    expect(await check(client)).toBe(GOOD)
    now = after(SECOND)
    await client.check(asker.certificate, scene.authority.certificate, now)
    expect(await check(client)).toBe('revoked by delegated')
  })

  it('nothing from a time that has not come: its clock was set back', async () => {
    const client = clientOf()
    await check(client)
    now = after(-SECOND)
    expect(await check(client)).toBe(GOOD)
    expect(calls).toHaveLength(2)
  })

  it('one without a nextUpdate for as long as it may be old', async () => {
    const options = { thisUpdate: after(-100 * SECOND), nextUpdate: 'omit' } as const
    const client = clientOf(await answering(options), { maximumAge: 160 })
    expect(await check(client)).toBe(GOOD)
    now = after(60 * SECOND - 1)
    await check(client)
    expect(calls).toHaveLength(1)
    now = after(60 * SECOND)
    await check(client)
    expect(calls).toHaveLength(2)
  })

  it('one without a nextUpdate for a day, where no maximum age is given', async () => {
    const client = clientOf(await answering({ thisUpdate: at, nextUpdate: 'omit' }))
    await check(client)
    now = after(DAY - 1)
    await check(client)
    expect(calls).toHaveLength(1)
    now = after(DAY)
    await check(client)
    expect(calls).toHaveLength(2)
  })

  it('revoked and unknown as well as good', async () => {
    for (const status of ['unknown', { revocationTime: at }] as const) {
      calls = []
      const client = clientOf(await answering({ status: () => status }))
      const [first, second] = [await check(client), await check(client)]
      expect([first, calls.length]).toEqual([second, 1])
    }
  })

  it.each<[string, () => Promise<(call: OcspCall) => Answer> | ((call: OcspCall) => Answer)]>([
    ['try-later', () => answering({ responseStatus: 'tryLater' })],
    ['responder-error', () => answering({ responseStatus: 'unauthorized' })],
    ['responder-not-authorized', () => answering({ signature: 'broken' })],
    ['stale', () => answering({ thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) })],
    ['malformed', () => () => new Uint8Array(3)],
    ['network', () => () => down],
    ['too-large', () => () => new OcspTransportError('too-large', 'too much')],
    ['network', () => () => new TypeError('of the transport’s own')],
  ])('nothing that is undetermined: %s', async (code, respond) => {
    const client = clientOf(await respond(), { clientLimits: { retries: 0 } })
    expect([await check(client), await check(client)]).toEqual([code, code])
    expect(calls).toHaveLength(2)
  })

  it('nothing that has run out but for the skew', async () => {
    const client = clientOf(await answering({ thisUpdate: after(-DAY), nextUpdate: after(-SECOND) }))
    expect([await check(client), await check(client)]).toEqual([GOOD, GOOD])
    expect(calls).toHaveLength(2)
  })

  it('so many verdicts, the oldest going first', async () => {
    const client = clientOf(undefined, { clientLimits: { cachedVerdicts: 2 } })
    const options = { authorityInfoAccess: { ocsp: [uri] } }
    const leaves = await Promise.all(Array.from({ length: 3 }, () => scene.authority.issue(options)))
    for (const leaf of leaves) await check(client, leaf)
    for (const leaf of [...leaves].reverse()) await check(client, leaf)
    // The third and second were kept; the first was not.
    expect(calls).toHaveLength(4)
  })

  it('a verdict for one issuer, and none for a namesake of it', async () => {
    const client = clientOf(undefined, { responder: { uri } })
    expect(await check(client)).toBe(GOOD)
    const verdict = await client.check(asker.certificate, scene.namesake.certificate)
    expect(summary(verdict)).not.toContain('good')
    expect(calls).toHaveLength(2)
  })
})

describe('the client has one request in flight for a certificate', () => {
  it('however many ask at once, and whenever they come', async () => {
    let response: Uint8Array | undefined
    const remember = async ({ request }: OcspCall): Promise<Uint8Array> => (response = await responder.answer(request))
    await check(clientOf(remember))
    calls = []
    // The answer is there and the keys are imported: all that follows happens between two turns of the event loop.
    const client = clientOf(() => response ?? down)
    const many: Promise<string>[] = []
    for (let step = 0; step < 500; step++) {
      many.push(check(client))
      await Promise.resolve()
    }
    expect(new Set(await Promise.all(many))).toEqual(new Set([GOOD]))
    expect(calls).toHaveLength(1)
  })

  it('and asks about others meanwhile', async () => {
    const client = clientOf(undefined, { responder: { uri } })
    await Promise.all([check(client), check(client, scene.leaf), check(client)])
    expect(calls).toHaveLength(2)
  })

  it('also where it fails, after which the next may ask anew', async () => {
    const client = clientOf(() => new OcspTransportError('content-type', 'a page'))
    expect(await Promise.all([check(client), check(client)])).toEqual(['content-type', 'content-type'])
    expect(calls).toHaveLength(1)
    await check(client)
    expect(calls).toHaveLength(2)
  })
})

describe('the client asks again', () => {
  it.each([
    ['network', down],
    ['timeout', new OcspTransportError('timeout', 'slow')],
    ['http-status', new OcspTransportError('http-status', '500')],
  ])('after %s, twice, each time waiting twice as long', async (code, error) => {
    expect(await check(clientOf(() => error))).toBe(code)
    expect([calls.length, pauses]).toEqual([3, [250, 500]])
  })

  it('after tryLater, until it answers', async () => {
    const later = await answering({ responseStatus: 'tryLater' })
    const client = clientOf((call, number) => (number < 3 ? later(call) : responder.answer(call.request)))
    expect(await check(client)).toBe(GOOD)
    expect(pauses).toEqual([250, 500])
  })

  it.each(['url-refused', 'redirect', 'content-type', 'too-large'] as const)('but not after %s', async (code) => {
    expect(await check(clientOf(() => new OcspTransportError(code, 'no')))).toBe(code)
    expect([calls.length, pauses]).toEqual([1, []])
  })

  it('as often and as soon as it is told', async () => {
    const client = clientOf(() => down, { clientLimits: { retries: 4, retryDelay: 10, failuresToOpen: 100 } })
    await check(client)
    expect(pauses).toEqual([10, 20, 40, 80])
  })
})

describe('the client leaves a responder alone', () => {
  const clientLimits = { retries: 0, failuresToOpen: 3, openFor: 60 }

  it('after so many failures in a row, for so long, and then tries once', async () => {
    const client = clientOf(() => down, { clientLimits })
    for (let i = 0; i < 3; i++) expect(await check(client)).toBe('network')
    expect(await check(client)).toBe('responder-unavailable')
    expect(calls).toHaveLength(3)
    now = after(60 * SECOND - 1)
    expect(await check(client)).toBe('responder-unavailable')
    now = after(60 * SECOND)
    expect(await check(client)).toBe('network')
    expect(await check(client)).toBe('responder-unavailable')
    expect(calls).toHaveLength(4)
  })

  it('and forgets the failures once it answers', async () => {
    const client = clientOf((call, number) => (number === 3 || number === 6 ? responder.answer(call.request) : down), {
      clientLimits,
      responder: { uri },
    })
    const { authority } = scene
    const leaves = await Promise.all(Array.from({ length: 6 }, () => authority.issue()))
    const verdicts: string[] = []
    for (const leaf of leaves) verdicts.push(await check(client, leaf))
    expect(verdicts).toEqual(['network', 'network', GOOD, 'network', 'network', GOOD])
  })

  it('for no longer where the clock is set back meanwhile', async () => {
    const client = clientOf((call, number) => (number > 3 ? responder.answer(call.request) : down), { clientLimits })
    now = after(400 * DAY)
    for (let i = 0; i < 3; i++) await check(client)
    expect(await check(client)).toBe('responder-unavailable')
    now = at
    expect(await check(client)).toBe(GOOD)
  })

  it('counts what is repeated too, and stops repeating', async () => {
    const client = clientOf(() => down, { clientLimits: { ...clientLimits, retries: 10 } })
    expect(await check(client)).toBe('network')
    expect(calls).toHaveLength(3)
  })

  it('without telling others apart by it', async () => {
    const other = await scene.authority.issue({ authorityInfoAccess: { ocsp: ['http://other.example/'] } })
    const client = clientOf((call) => (call.uri === uri ? down : responder.answer(call.request)), { clientLimits })
    for (let i = 0; i < 4; i++) await check(client)
    expect(await check(client, other)).toBe(GOOD)
  })

  it('and says which, but not what else stands in its URI', async () => {
    const odd = await scene.authority.issue({ authorityInfoAccess: { ocsp: ['http://user:word@odd.example/a\nb'] } })
    const client = clientOf(() => down, { clientLimits })
    for (let i = 0; i < 3; i++) await check(client, odd)
    expect(await client.check(odd.certificate, scene.authority.certificate)).toMatchObject({
      findings: [{ message: 'the responder odd.example failed 3 times in a row and is left alone for now' }],
    })
  })
})

describe('createOcspClient', () => {
  it.each([{ retries: NaN }, { retries: -1 }, { cachedVerdicts: Infinity }, { openFor: 0.5 }])(
    'refuses limits that are none: %o',
    (clientLimits) => {
      expect(() => createOcspClient({ clientLimits })).toThrow(TypeError)
    },
  )

  it('goes by the machine’s clock and timer where it is given none', async () => {
    const [certificate, issuer] = [scene.leaf.certificate, scene.authority.certificate]
    let count = 0
    const transport = {
      send: () => {
        count++
        return Promise.reject(down)
      },
    }
    const client = createOcspClient({ transport, responder: { uri }, clientLimits: { retries: 1, retryDelay: 1 } })
    expect(summary(await client.check(certificate, issuer))).toBe('network')
    expect(count).toBe(2)
  })
})

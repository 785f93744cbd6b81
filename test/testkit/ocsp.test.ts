// The OCSP responder: openssl and GnuTLS accept what it answers in each mode, and refuse each wrong answer.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/base/clock.js'
import { bitString } from '../../src/der/writer.js'
import {
  createTestCa,
  generateTestKey,
  nodeListener,
  type OcspResponderOptions,
  readOcspRequest,
  type TestCa,
  type TestCertificate,
  type TestKeyType,
} from '../../src/testkit/index.js'
import { makeOcspRequest, requestSignature } from '../support/ocsp-request.js'
import { parseErrorOf } from '../support/parse-error.js'
import {
  gnutlsDelegated,
  gnutlsResponse,
  opensslAsks,
  opensslRequest,
  opensslResponse,
  opensslResponseText,
  without,
} from './oracles.js'

let root: TestCa
let intermediate: TestCa
let good: TestCertificate
let revoked: TestCertificate
const revocationTime = new Date('2026-02-03T04:05:06Z')
beforeAll(async () => {
  root = await createTestCa()
  intermediate = await root.issueIntermediate()
  good = await intermediate.issue()
  revoked = await intermediate.issue()
  intermediate.revoke(revoked, { at: revocationTime, reason: 'keyCompromise' })
})

const requestFor = async (leaf: TestCertificate, nonce?: Uint8Array): Promise<Uint8Array> =>
  makeOcspRequest({ certIds: [await intermediate.certId(leaf)], ...(nonce === undefined ? {} : { nonce }) })

/** What openssl makes of the answer about `leaf`. */
async function verdict(options: OcspResponderOptions = {}, leaf = good, ...args: readonly string[]): Promise<string> {
  const respond = await intermediate.ocspResponder(options)
  const answer = await respond.answer(await requestFor(leaf))
  const designated = options.mode === 'designated' ? { designated: respond.certificate } : {}
  return opensslResponse(answer, { leaf, issuer: intermediate, trusted: [root], ...designated }, ...args)
}

/** What openssl prints of the answer about `good`. */
async function text(options: OcspResponderOptions = {}, nonce?: Uint8Array): Promise<string> {
  return opensslResponseText(await (await intermediate.ocspResponder(options)).answer(await requestFor(good, nonce)))
}

describe.skipIf(without.openssl)('a right answer', () => {
  it.each(['direct', 'delegated', 'designated'] as const)('of a %s responder is accepted by openssl', async (mode) => {
    expect(await verdict({ mode })).toMatch(/Response verify OK\n.*: good\n/)
    const told = await verdict({ mode }, revoked)
    expect(told).toMatch(/Response verify OK\n.*: revoked\n/)
    expect(told).toContain('Reason: keyCompromise')
    expect(told).toContain('Revocation Time: Feb  3 04:05:06 2026 GMT')
  })

  it.skipIf(without.ocsptool)('of each mode is accepted by GnuTLS', async () => {
    const request = await requestFor(good)
    const direct = await intermediate.ocspResponder({ mode: 'direct' })
    expect(gnutlsResponse(await direct.answer(request), intermediate)).toContain('Verifying OCSP Response: Success.')
    const delegated = await intermediate.ocspResponder()
    expect(gnutlsDelegated(await delegated.answer(request), intermediate)).toContain(
      'Verifying OCSP Response: Success.',
    )
    const designated = await intermediate.ocspResponder({ mode: 'designated' })
    const answer = await designated.answer(request)
    expect(gnutlsResponse(answer, designated.certificate)).toContain('Verifying OCSP Response: Success.')
    expect(gnutlsResponse(answer, intermediate)).toContain('Failure, Signer cert is not trusted.')
  })

  it.each<TestKeyType>(['p384', 'ed25519', 'rsa-2048'])('is signed with a key of type %s', async (keyType) => {
    const ca = await createTestCa({ keyType })
    const leaf = await ca.issue()
    const respond = await ca.ocspResponder()
    const answer = await respond.answer(makeOcspRequest({ certIds: [await ca.certId(leaf)] }))
    expect(opensslResponse(answer, { leaf, issuer: ca, trusted: [ca] })).toMatch(/Response verify OK\n.*: good\n/)
  })

  it('is unknown for what the authority has not issued', async () => {
    const respond = await intermediate.ocspResponder()
    const answer = await respond.answer(makeOcspRequest({ certIds: [await intermediate.certId(4711n)] }))
    expect(opensslResponseText(answer)).toContain('Cert Status: unknown')
  })

  it('is good again for a certificate released from hold', async () => {
    const held = await intermediate.issue()
    intermediate.revoke(held, { reason: 'certificateHold' })
    expect(await verdict({}, held)).toContain('Reason: certificateHold')
    intermediate.revoke(held, { reason: 'removeFromCRL' })
    expect(await verdict({}, held)).toMatch(/: good\n/)
  })

  it('answers several questions at once, in whatever hash each is asked', async () => {
    const respond = await intermediate.ocspResponder()
    const hashes = ['sha-1', 'sha-256', 'sha-384', 'sha-512'] as const
    const certIds = await Promise.all(hashes.map((hash) => intermediate.certId(good, hash)))
    const foreign = await root.certId(good)
    const printed = opensslResponseText(await respond.answer(makeOcspRequest({ certIds: [...certIds, foreign] })))
    expect(printed.match(/Hash Algorithm: \w+/g)).toEqual(
      ['sha1', 'sha256', 'sha384', 'sha512', 'sha1'].map((hash) => `Hash Algorithm: ${hash}`),
    )
    expect(printed.match(/Cert Status: \w+/g)).toEqual([
      ...certIds.map(() => 'Cert Status: good'),
      'Cert Status: unknown',
    ])
  })

  it('has dates that the clock alone decides, in whole seconds', async () => {
    const ca = await createTestCa({ clock: fixedClock(new Date('2026-03-01T12:00:00.900Z')) })
    const leaf = await ca.issue()
    const respond = await ca.ocspResponder({ nextUpdate: new Date('2026-03-05T00:00:00Z') })
    const printed = opensslResponseText(await respond.answer(makeOcspRequest({ certIds: [await ca.certId(leaf)] })))
    expect(printed).toContain('Produced At: Mar  1 12:00:00 2026 GMT')
    expect(printed).toContain('This Update: Mar  1 12:00:00 2026 GMT')
    expect(printed).toContain('Next Update: Mar  5 00:00:00 2026 GMT')
  })
})

describe.skipIf(without.openssl)('a wrong answer', () => {
  it.each<[string, () => Promise<OcspResponderOptions> | OcspResponderOptions, string]>([
    ['a broken signature', () => ({ signature: 'broken' }), 'signature failure'],
    ['a key that is not the responder’s', async () => ({ signingKey: await generateTestKey() }), 'signature failure'],
    [
      'a responder without the usage',
      () => ({ responderCertificate: { extendedKeyUsage: ['serverAuth'] } }),
      'missing ocspsigning usage',
    ],
    [
      'a responder whose certificate has expired',
      () => ({ responderCertificate: { notAfter: new Date('2026-01-01T00:00:00Z') } }),
      'certificate has expired',
    ],
    [
      'a responder of another authority',
      async () => ({ responder: await (await createTestCa()).issue() }),
      'Verify error',
    ],
    ['a responder whose certificate is not sent', () => ({ certificates: [] }), 'signer certificate not found'],
    ['a thisUpdate that is to come', () => ({ thisUpdate: new Date('2090-01-01T00:00:00Z') }), 'status not yet valid'],
    [
      'a nextUpdate that is past',
      () => ({ thisUpdate: new Date('2026-01-01T00:00:00Z'), nextUpdate: new Date('2026-01-02T00:00:00Z') }),
      'status expired',
    ],
    ['no answer to the question', () => ({ answers: () => [] }), 'No Status found'],
    [
      'a status that is not so',
      () => ({ status: () => ({ revocationTime, revocationReason: 'superseded' }) }),
      'Reason: superseded',
    ],
    ['tryLater', () => ({ responseStatus: 'tryLater' }), 'Responder Error: trylater (3)'],
    ['sigRequired', () => ({ responseStatus: 'sigRequired' }), 'Responder Error: sigrequired (5)'],
    ['internalError', () => ({ responseStatus: 'internalError' }), 'Responder Error: internalerror (2)'],
  ])('has %s', async (_, options, complaint) => {
    expect(await verdict(await options())).toContain(complaint)
  })

  it('answers another question than was asked, or more', async () => {
    const other = await intermediate.certId(revoked)
    const printed = await text({
      answers: ([right]) =>
        right === undefined
          ? []
          : [
              { ...right, certId: other },
              { ...right, status: 'unknown' },
            ],
    })
    expect(printed.match(/Cert Status: \w+/g)).toEqual(['Cert Status: good', 'Cert Status: unknown'])
    expect(printed).toContain(`Serial Number: ${revoked.certificate.serialNumber}`)
  })
})

describe.skipIf(without.openssl)('a response', () => {
  const nonce = Uint8Array.of(0xde, 0xad, 0xbe, 0xef)

  it('echoes the nonce, leaves it out, or has another', async () => {
    expect(await text({}, nonce)).toContain('0406DEADBEEF'.slice(4))
    expect(await text()).not.toContain('OCSP Nonce')
    expect(await text({ nonce: 'omit' }, nonce)).not.toContain('OCSP Nonce')
    expect(await text({ nonce: Uint8Array.of(1, 2, 3) }, nonce)).toContain('0403010203')
  })

  it('names its responder by name or by key', async () => {
    expect(await text()).toContain('Responder Id: CN = Test OCSP Responder')
    expect(await text({ responderId: 'key' })).toMatch(/Responder Id: [0-9A-F]{40}\n/)
    expect(await verdict({ responderId: 'key' })).toContain('Response verify OK')
  })

  it('has extensions of its own and of each answer, and no nextUpdate where told so', async () => {
    const printed = await text({
      extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }],
      singleExtensions: [{ oid: '1.2.3.5', value: Uint8Array.of(5, 0) }],
      nextUpdate: 'omit',
      certificates: [intermediate, root],
    })
    expect(printed).toContain('1.2.3.4: critical')
    expect(printed).toContain('1.2.3.5:')
    expect(printed).not.toContain('Next Update')
    expect(printed.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2)
  })
})

describe('over HTTP, in the types of the Fetch API, a responder', () => {
  const base = 'http://ocsp.test/some/path'

  /** responseStatus, behind the headers of the SEQUENCE, whose length has one byte to three, and of the ENUMERATED. */
  const statusOf = (response: Uint8Array): number | undefined => {
    const [, length = 0] = response
    return response[4 + (length > 0x80 ? length - 0x80 : 0)]
  }

  it('answers POST and GET alike (RFC 6960 appendix A.1)', async () => {
    // Ed25519 and a clock that stands still: one answer has one encoding.
    const ca = await createTestCa({ keyType: 'ed25519', clock: fixedClock(revocationTime) })
    const respond = await ca.ocspResponder({ mode: 'direct', responderId: 'key' })
    const body = makeOcspRequest({ certIds: [await ca.certId(await ca.issue())] })
    const posted = await respond(new Request(base, { method: 'POST', body: new Uint8Array(body) }))
    expect(posted.status).toBe(200)
    expect(posted.headers.get('content-type')).toBe('application/ocsp-response')
    const bytes = await posted.arrayBuffer()
    expect(bytes.byteLength).toBeGreaterThan(100)
    expect(new Uint8Array(bytes)).toEqual(await respond.answer(body))
    const text64 = Buffer.from(body).toString('base64')
    // Whoever escapes nothing, and whoever escapes all.
    for (const part of [text64, encodeURIComponent(text64)]) {
      const got = await respond(new Request(`${base}/${part}`))
      expect(await got.arrayBuffer()).toEqual(bytes)
    }
  })

  it('finds requests whose base64 has slashes in it', async () => {
    const respond = await intermediate.ocspResponder()
    const body = await requestFor(good, new Uint8Array(30).fill(0xff))
    const text64 = Buffer.from(body).toString('base64')
    expect(text64).toContain('//')
    const response = await respond(new Request(`${base}/${text64}`))
    expect(statusOf(new Uint8Array(await response.arrayBuffer()))).toBe(0)
  })

  it('says malformedRequest to rubbish, unauthorized for other issuers, and 405 to other methods', async () => {
    const respond = await intermediate.ocspResponder()
    const posted = async (body: Uint8Array): Promise<Uint8Array> => {
      const response = await respond(new Request(base, { method: 'POST', body: new Uint8Array(body) }))
      return new Uint8Array(await response.arrayBuffer())
    }
    expect(await posted(new Uint8Array(0))).toEqual(Uint8Array.of(0x30, 3, 10, 1, 1))
    expect(statusOf(await posted(Uint8Array.of(0x30, 0)))).toBe(1)
    expect(statusOf(new Uint8Array(await (await respond(new Request(base))).arrayBuffer()))).toBe(1)
    expect(statusOf(await posted(makeOcspRequest({ certIds: [await root.certId(good)] })))).toBe(6)
    const certId = { ...(await intermediate.certId(good)), hashAlgorithm: Uint8Array.of(0x30, 3, 6, 1, 0x2a) }
    expect(statusOf(await posted(makeOcspRequest({ certIds: [certId] })))).toBe(6)
    expect((await respond(new Request(base, { method: 'DELETE' }))).status).toBe(405)
  })

  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer(nodeListener(await intermediate.ocspResponder()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it.skipIf(without.openssl)('stands behind a server of node:http in one line, and openssl asks it', async () => {
    const question = { leaf: revoked, issuer: intermediate, trusted: [root] }
    // With a nonce of openssl's own, which it checks.
    const asked = [await opensslAsks(url, question), await opensslAsks(`${url}/ocsp`, { ...question, leaf: good })]
    expect(asked).toEqual([expect.stringContaining(': revoked'), expect.stringContaining(': good')])
    for (const answer of asked) expect(answer).toMatch(/^Response verify OK$/m)
    expect(asked.join()).not.toMatch(/nonce/i)
  })

  it('is asked with fetch', async () => {
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(await requestFor(good)) })
    expect(statusOf(new Uint8Array(await response.arrayBuffer()))).toBe(0)
  })

  it('becomes status 500 where it fails itself', async () => {
    const failing = createServer(nodeListener(() => Promise.reject(new Error('out of order'))))
    await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve))
    const response = await fetch(`http://127.0.0.1:${(failing.address() as AddressInfo).port}`)
    expect([response.status, await response.text()]).toEqual([500, 'Error: out of order'])
    failing.close()
  })
})

describe('readOcspRequest', () => {
  it.skipIf(without.openssl)('reads what openssl asks', () => {
    const nonce = readOcspRequest(opensslRequest(intermediate, [good])).nonce
    expect(nonce?.slice(0, 2)).toEqual(Uint8Array.of(4, 16))
    const { certIds, nonce: none } = readOcspRequest(
      opensslRequest(intermediate, [good, revoked], '-no_nonce', '-sha256'),
    )
    expect(none).toBeUndefined()
    expect(certIds.map(({ serialNumber }) => serialNumber)).toEqual([good.serialNumber, revoked.serialNumber])
    expect(certIds.map(({ hashOid }) => hashOid)).toEqual(['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.1'])
  })

  it('steps over a signature, and refuses what is not DER', async () => {
    const certIds = [await intermediate.certId(good)]
    const signature = requestSignature(bitString(new Uint8Array(8)))
    expect(readOcspRequest(makeOcspRequest({ certIds, more: [signature] })).certIds).toHaveLength(1)
    parseErrorOf(() => readOcspRequest(makeOcspRequest({ certIds, version: 0 })), 'explicit-default')
    parseErrorOf(() => readOcspRequest(makeOcspRequest({ certIds, version: 1 })), 'invalid-version')
    parseErrorOf(() => readOcspRequest(makeOcspRequest({ certIds, more: [Uint8Array.of(5, 0)] })), 'trailing-bytes')
    parseErrorOf(() => readOcspRequest(makeOcspRequest({ certIds: [] })), 'truncated')
    const request = makeOcspRequest({ certIds })
    for (let length = 0; length < request.length; length++) {
      parseErrorOf(() => readOcspRequest(request.subarray(0, length)), 'truncated')
    }
  })
})

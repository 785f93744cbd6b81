// What a response that is rightly signed says (OCS-2, OCS-9): about whom, until when, in answer to what.

import { beforeAll, describe, expect, it } from 'vitest'
import { defaultOcspLimits, parseOcspResponse } from '../../src/ocsp/index.js'
import {
  type OcspResponderOptions,
  type TestCertificate,
  type TestCertificateStatus,
  type TestSingleResponse,
} from '../../src/testkit/index.js'
import { foreignBytes } from '../support/foreign-bytes.js'
import {
  after,
  answer,
  DAY,
  type Evaluation,
  evaluate,
  makeScene,
  type Scene,
  SECOND,
  summary,
} from '../support/ocsp.js'
import { at } from '../support/paths.js'

let scene: Scene
let other: TestCertificate
beforeAll(async () => {
  scene = await makeScene()
  other = await scene.authority.issue()
})

const judge = async (options: OcspResponderOptions = {}, evaluation: Evaluation = {}): Promise<string> =>
  summary(await evaluate(scene, await answer(scene, { mode: 'direct', ...options }), evaluation))

const GOOD = 'good by issuer'
const revoked: TestCertificateStatus = { revocationTime: after(-DAY), revocationReason: 'keyCompromise' }
const held: TestCertificateStatus = { revocationTime: after(-DAY), revocationReason: 'certificateHold' }
/** In place of the one right answer, answers that differ from it as given. */
const answers =
  (...changes: readonly Partial<TestSingleResponse>[]): NonNullable<OcspResponderOptions['answers']> =>
  ([right]) =>
    right === undefined ? [] : changes.map((change) => ({ ...right, ...change }))

describe('OCS-2 the status', () => {
  it('is read from arrays of another realm too, as Jest has them', async () => {
    const response = foreignBytes(await answer(scene, { mode: 'direct' }))
    expect(summary(await evaluate(scene, response))).toBe(GOOD)
    expect(summary(await evaluate(scene, foreignBytes(new Uint8Array(3))))).toBe('malformed')
  })

  it('is good, unknown, or revoked with a time and a reason', async () => {
    expect(await judge()).toBe(GOOD)
    expect(await judge({ status: () => 'unknown' })).toBe('unknown by issuer')
    const response = await answer(scene, { status: () => revoked })
    expect(await evaluate(scene, response)).toMatchObject({
      ok: true,
      status: 'revoked',
      revokedAt: after(-DAY),
      reason: 'keyCompromise',
    })
  })

  it.each([
    'unspecified',
    'keyCompromise',
    'cACompromise',
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
    'removeFromCRL',
    'privilegeWithdrawn',
    'aACompromise',
  ] as const)('is revoked for the reason %s', async (revocationReason) => {
    const response = await answer(scene, { status: () => ({ revocationTime: at, revocationReason }) })
    expect(await evaluate(scene, response)).toMatchObject({ status: 'revoked', reason: revocationReason })
  })

  it('is revoked for an unspecified reason where none is given', async () => {
    const response = await answer(scene, { status: () => ({ revocationTime: at }) })
    expect(await evaluate(scene, response)).toMatchObject({ status: 'revoked', reason: 'unspecified' })
  })

  it('comes with its times, and with the archive cutoff where there is a readable one', async () => {
    const cutoff = Buffer.from('180f32303230303130313030303030305a', 'hex')
    const with_ = (value: Uint8Array): Promise<Uint8Array> =>
      answer(scene, { singleExtensions: [{ oid: '1.3.6.1.5.5.7.48.1.6', value, critical: true }] })
    expect(await evaluate(scene, await with_(cutoff))).toMatchObject({
      producedAt: at,
      thisUpdate: at,
      nextUpdate: after(DAY),
      archiveCutoff: new Date('2020-01-01T00:00:00Z'),
    })
    for (const value of [Uint8Array.of(5, 0), Uint8Array.from([...cutoff, 5, 0])]) {
      expect(await evaluate(scene, await with_(value))).toMatchObject({ status: 'good', archiveCutoff: undefined })
    }
  })

  it('of several answers is the gravest, in whatever order they come', async () => {
    for (const [graver, lesser] of [
      [revoked, 'good'],
      [held, 'good'],
      [revoked, 'unknown'],
      ['unknown', 'good'],
    ] as const) {
      const expected = `${typeof graver === 'string' ? graver : 'revoked'} by issuer`
      expect(await judge({ answers: answers({ status: graver }, { status: lesser }) })).toBe(expected)
      expect(await judge({ answers: answers({ status: lesser }, { status: graver }) })).toBe(expected)
    }
  })

  it('of several equal answers is the newest', async () => {
    const [old, young] = [{ thisUpdate: after(-DAY) }, { thisUpdate: after(-SECOND) }]
    for (const order of [
      [old, young],
      [young, old],
    ]) {
      const verdict = await evaluate(scene, await answer(scene, { answers: answers(...order) }))
      expect(verdict).toMatchObject({ status: 'good', thisUpdate: after(-SECOND) })
    }
  })
})

describe('OCS-9 a response is about the certificate', () => {
  const NOT_COVERED = 'certificate-not-covered'

  it.each(['sha-1', 'sha-256', 'sha-384', 'sha-512'] as const)('whose CertID it has by %s', async (hash) => {
    const certId = await scene.authority.certId(scene.leaf, hash)
    expect(await judge({ answers: answers({ certId }) })).toBe(GOOD)
  })

  it('and of no other serial number, issuer name or issuer key', async () => {
    const { authority, sibling, namesake, leaf } = scene
    for (const certId of [
      await authority.certId(other),
      await authority.certId(leaf.serialNumber + 1n),
      await authority.certId(-leaf.serialNumber),
      await sibling.certId(leaf.serialNumber),
      await namesake.certId(leaf.serialNumber),
      { ...(await authority.certId(leaf)), issuerKeyHash: (await sibling.certId(leaf.serialNumber)).issuerKeyHash },
      { ...(await authority.certId(leaf)), issuerNameHash: new Uint8Array(20) },
      { ...(await authority.certId(leaf)), issuerKeyHash: new Uint8Array(0) },
    ]) {
      expect(await judge({ answers: answers({ certId }) })).toBe(NOT_COVERED)
    }
  })

  it('and not about one whose hashes are of another algorithm than it says, or of an unknown one', async () => {
    const { authority, leaf } = scene
    const [sha1, sha256] = [await authority.certId(leaf), await authority.certId(leaf, 'sha-256')]
    for (const hashAlgorithm of [sha256.hashAlgorithm, Buffer.from('300506032a0304', 'hex')]) {
      expect(await judge({ answers: answers({ certId: { ...sha1, hashAlgorithm } }) })).toBe(NOT_COVERED)
    }
  })

  it('and about nobody where it holds no answer', async () => {
    expect(await judge({ answers: () => [] })).toBe(NOT_COVERED)
  })

  it('however many others it is about', async () => {
    const foreign = await scene.sibling.certId(scene.leaf.serialNumber)
    const about = { certId: await scene.authority.certId(other), status: revoked }
    const all = [about, { certId: foreign, status: revoked }, {}]
    expect(await judge({ answers: answers(...all) })).toBe(GOOD)
    expect(await judge({ answers: answers(...all.reverse()) })).toBe(GOOD)
  })

  it('which is not the one of another issuer that the caller has in mind', async () => {
    const response = await answer(scene, { mode: 'direct' })
    const { sibling, namesake } = scene
    for (const { certificate: issuer } of [sibling, namesake]) {
      expect(summary(await evaluate(scene, response, { issuer }))).toBe('responder-not-authorized')
    }
  })
})

describe('OCS-9 a response is current', () => {
  const times = (thisUpdate: number, nextUpdate: number | 'omit', producedAt = thisUpdate): OcspResponderOptions => ({
    thisUpdate: after(thisUpdate * SECOND),
    nextUpdate: nextUpdate === 'omit' ? nextUpdate : after(nextUpdate * SECOND),
    producedAt: after(producedAt * SECOND),
  })
  const HOUR = 3600

  it.each<[string, OcspResponderOptions, string]>([
    ['from now on', times(0, HOUR), GOOD],
    ['until now', times(-HOUR, 0), GOOD],
    ['until five minutes ago, the skew allowed', times(-HOUR, -300), GOOD],
    ['until longer ago than the skew', times(-HOUR, -301), 'stale'],
    ['from five minutes ahead, the skew allowed', times(300, HOUR), GOOD],
    ['from further ahead than the skew', times(301, HOUR), 'produced-in-future, not-yet-valid'],
    ['from tomorrow, as if produced now', times(24 * HOUR, 48 * HOUR, 0), 'not-yet-valid'],
    ['without a nextUpdate, for a day', times(-24 * HOUR, 'omit'), GOOD],
    ['without a nextUpdate, for no longer than a day', times(-24 * HOUR - 301, 'omit'), 'stale'],
    ['as old as the responder likes, with a nextUpdate', times(-1000 * HOUR, HOUR), GOOD],
    ['produced within the skew before it was known', times(-HOUR, HOUR, -HOUR - 300), GOOD],
    ['produced before it was known', times(-HOUR, HOUR, -2 * HOUR), 'produced-before-update'],
    ['produced long after it was known', times(-100 * HOUR, HOUR, -1), GOOD],
    ['produced ahead of now', times(-HOUR, HOUR, 301), 'produced-in-future'],
    ['until before it begins', times(-1, -2), 'times-contradictory'],
    ['until before it begins, both within the skew', times(200, -200), 'times-contradictory'],
    ['until the very second it begins', times(0, 0), GOOD],
  ])('%s', async (_, options, expected) => {
    expect(await judge(options)).toBe(expected)
  })

  it('by the skew and the greatest age the caller sets', async () => {
    expect(await judge(times(-HOUR, -1), { clockSkew: 0 })).toBe('stale')
    expect(await judge(times(1, HOUR), { clockSkew: 0 })).toBe('produced-in-future, not-yet-valid')
    expect(await judge(times(-HOUR, -HOUR), { clockSkew: HOUR })).toBe(GOOD)
    expect(await judge(times(-HOUR, 'omit'), { maximumAge: 60, clockSkew: 0 })).toBe('stale')
    expect(await judge(times(-100 * HOUR, 'omit'), { maximumAge: Infinity })).toBe(GOOD)
  })

  it('is stale with the times in the message, in words', async () => {
    const verdict = await evaluate(scene, await answer(scene, times(-HOUR, -HOUR / 2)))
    expect(verdict).toMatchObject({
      ok: false,
      findings: [
        {
          code: 'stale',
          message: 'the answer held until 2026-05-31T23:30:00Z, before 2026-06-01T00:00:00Z',
          rule: 'RFC 6960 §3.2 (6)',
        },
      ],
    })
  })

  it('but for a revocation that is final, which an old answer proves as well as a new one', async () => {
    const old = times(-100 * HOUR, -50 * HOUR)
    expect(await judge({ ...old, status: () => revoked })).toBe('revoked by issuer')
    expect(await judge({ ...old, status: () => held })).toBe('stale')
    expect(await judge({ ...old, status: () => 'unknown' })).toBe('stale')
    const future = times(24 * HOUR, 48 * HOUR, 0)
    expect(await judge({ ...future, status: () => revoked })).toBe('not-yet-valid')
  })

  it('and of an old answer and a current one counts the current, unless the old one is final', async () => {
    const old = { thisUpdate: after(-10 * DAY), nextUpdate: after(-9 * DAY) }
    for (const order of [1, -1]) {
      const both = (status: TestCertificateStatus) => answers(...[{ ...old, status }, {}].slice().sort(() => order))
      expect(await judge({ answers: both('good') })).toBe(GOOD)
      expect(await judge({ answers: both(held) })).toBe(GOOD)
      expect(await judge({ answers: both(revoked) })).toBe('revoked by issuer')
    }
  })
})

describe('OCS-9 a response answers the request', () => {
  const nonce = Uint8Array.from({ length: 32 }, (_, i) => i)
  const asked = async (options: OcspResponderOptions, evaluation: Evaluation = {}): Promise<string> =>
    summary(await evaluate(scene, await answer(scene, { mode: 'direct', ...options }, nonce), { nonce, ...evaluation }))

  it('where it echoes the nonce', async () => {
    expect(await asked({})).toBe(GOOD)
  })

  it('of every length RFC 9654 §2.1 allows', async () => {
    for (let length = 1; length <= 128; length++) {
      const sent = new Uint8Array(length).fill(length)
      const echoing = await answer(scene, { mode: 'direct' }, sent)
      expect(summary(await evaluate(scene, echoing, { nonce: sent })), `${length}`).toBe(GOOD)
      const other = sent.map((byte) => byte ^ 1)
      expect(summary(await evaluate(scene, echoing, { nonce: other })), `${length}`).toBe('nonce-mismatch')
    }
  })

  it('and not where the nonce is missing, unless the caller accepts that', async () => {
    expect(await asked({ nonce: 'omit' })).toBe('nonce-missing')
    expect(await asked({ nonce: 'omit' }, { missingNonce: 'accept' })).toBe(GOOD)
  })

  it('and never where it is another', async () => {
    for (const wrong of [Uint8Array.of(1), nonce.slice(1), Uint8Array.from([...nonce, 0]), new Uint8Array(0)]) {
      expect(await asked({ nonce: wrong })).toBe('nonce-mismatch')
      expect(await asked({ nonce: wrong }, { missingNonce: 'accept' })).toBe('nonce-mismatch')
    }
  })

  it('and one that echoes an earlier request is a replay', async () => {
    const replayed = await answer(
      scene,
      { mode: 'direct' },
      nonce.map((byte) => byte ^ 0xff),
    )
    expect(summary(await evaluate(scene, replayed, { nonce }))).toBe('nonce-mismatch')
    // What a client cannot tell that sends none.
    expect(summary(await evaluate(scene, replayed))).toBe(GOOD)
  })

  it('where old responders echo the nonce as bare bytes', async () => {
    const bare = { nonce: 'omit', extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2', value: nonce }] } as const
    expect(await asked(bare)).toBe(GOOD)
    expect(await asked(bare, { nonce: nonce.slice(1) })).toBe('nonce-mismatch')
  })
})

describe('OCS-9 extensions', () => {
  const unknown = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }

  it('that are critical and unknown refuse the response, and the answer they are in', async () => {
    expect(await judge({ extensions: [unknown] })).toBe('critical-extension-unknown')
    expect(await judge({ singleExtensions: [unknown] })).toBe('critical-extension-unknown')
    expect(await judge({ extensions: [{ ...unknown, critical: false }] })).toBe(GOOD)
    expect(await judge({ singleExtensions: [{ ...unknown, critical: false }] })).toBe(GOOD)
  })

  it('of an answer about another certificate refuse nothing', async () => {
    const certId = await scene.authority.certId(other)
    expect(await judge({ answers: answers({ certId, extensions: [unknown] }, {}) })).toBe(GOOD)
  })

  it('that stand twice make the response malformed', async () => {
    const plain = { ...unknown, critical: false }
    expect(await judge({ extensions: [plain, plain] })).toBe('malformed')
    expect(await judge({ singleExtensions: [plain, plain] })).toBe('malformed')
  })
})

describe('OCS-9 a response that is none', () => {
  it.each([
    ['tryLater', 'try-later'],
    ['internalError', 'try-later'],
    ['unauthorized', 'responder-error'],
    ['malformedRequest', 'responder-error'],
    ['sigRequired', 'responder-error'],
  ] as const)('says %s, which is %s', async (responseStatus, code) => {
    const verdict = await evaluate(scene, await answer(scene, { responseStatus }))
    expect(verdict).toMatchObject({
      ok: false,
      findings: [{ code, message: `the responder answers ${responseStatus}` }],
    })
  })

  it('is malformed: empty, cut short, with more behind it, in BER, a certificate', async () => {
    const right = await answer(scene, { mode: 'direct' })
    const content = right.subarray(4)
    for (const response of [
      new Uint8Array(0),
      right.slice(0, -1),
      Uint8Array.from([...right, 0]),
      // The same in BER: of indefinite length, and with a length in one byte more than it takes.
      Uint8Array.from([0x30, 0x80, ...content, 0, 0]),
      Uint8Array.from([0x30, 0x83, 0, ...right.subarray(2, 4), ...content]),
      scene.leaf.der,
      new TextEncoder().encode('<html>not here</html>'),
    ]) {
      expect(summary(await evaluate(scene, response))).toBe('malformed')
    }
    expect(right[1]).toBe(0x82)
    expect(summary(await evaluate(scene, right))).toBe(GOOD)
  })

  it('is larger, or longer, than the limits', async () => {
    const huge = new Uint8Array(10 * 1024 * 1024)
    huge.set([0x30, 0x84, 0, 0x9f, 0xff, 0xfa])
    const verdict = await evaluate(scene, huge)
    expect(verdict).toMatchObject({
      findings: [{ code: 'malformed', message: expect.stringContaining('responseSize') }],
    })
    const many = Array.from({ length: 1001 }, () => ({}))
    expect(await judge({ answers: answers(...many) })).toBe('malformed')
    expect(await judge({ answers: answers(...many.slice(1)) })).toBe(GOOD)
    const certificates = Array.from({ length: 17 }, () => scene.leaf)
    expect(await judge({ certificates })).toBe('malformed')
    expect(await judge({ certificates }, { limits: { certificates: 17 } })).toBe(GOOD)
    expect(defaultOcspLimits).toEqual({ responseSize: 1024 * 1024, singleResponses: 1000, certificates: 16 })
  })

  it('may be given as it was parsed', async () => {
    const response = parseOcspResponse(await answer(scene))
    const { certificate } = scene.leaf
    const verdict = await evaluate(scene, new Uint8Array(0), { response, certificate })
    expect(summary(verdict)).toBe('good by delegated')
  })
})

describe('OCS-9 everything against a response is told', () => {
  const T = (milliseconds: number): string => after(milliseconds).toISOString().replace('.000', '')
  const unknown = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }

  it.each<[string, string, OcspResponderOptions, Evaluation?]>([
    [
      'the response has the critical extension 1.2.3.4, which is not understood',
      'RFC 6960 §4.4',
      { extensions: [unknown] },
    ],
    [
      'the answer has the critical extension 1.2.3.4, which is not understood',
      'RFC 6960 §4.4',
      { singleExtensions: [unknown] },
    ],
    [
      `the response was produced at ${T(DAY)}, after ${T(0)}`,
      'RFC 6960 §2.4',
      { producedAt: after(DAY), thisUpdate: after(0) },
    ],
    [
      'the response lacks the nonce of the request: it may be an old one, replayed',
      'RFC 6960 §4.4.1',
      {},
      { nonce: Uint8Array.of(1) },
    ],
    [
      'the response answers another request: its nonce is another',
      'RFC 6960 §4.4.1',
      { nonce: Uint8Array.of(2) },
      { nonce: Uint8Array.of(1) },
    ],
    [
      'the response is not about the certificate: no CertID has its issuer’s name, key and serial number',
      'RFC 6960 §3.2 (1)',
      { answers: () => [] },
    ],
    [
      `the answer holds from ${T(DAY)} on, after ${T(0)}`,
      'RFC 6960 §3.2 (5)',
      { thisUpdate: after(DAY), nextUpdate: after(2 * DAY), producedAt: after(0) },
    ],
    [
      `the response was produced at ${T(-DAY)}, before what it tells was known (${T(-DAY / 2)})`,
      'RFC 6960 §2.4',
      { thisUpdate: after(-DAY / 2), producedAt: after(-DAY) },
    ],
    [
      `the answer holds until ${T(-2 * DAY)}, before it does from ${T(-DAY)} on`,
      'RFC 6960 §4.2.2.1',
      { thisUpdate: after(-DAY), nextUpdate: after(-2 * DAY), producedAt: after(-DAY) },
    ],
    [
      `the answer held until ${T(-DAY)}, before ${T(0)}`,
      'RFC 6960 §3.2 (6)',
      { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY), producedAt: after(-2 * DAY) },
    ],
    [
      `the answer counts, without a nextUpdate, until ${T(-DAY)}, before ${T(0)}`,
      'RFC 6960 §3.2 (6)',
      { thisUpdate: after(-2 * DAY), nextUpdate: 'omit', producedAt: after(-2 * DAY) },
    ],
  ])('in words, and with the rule: %s', async (message, rule, options, evaluation = {}) => {
    const verdict = await evaluate(scene, await answer(scene, { mode: 'direct', ...options }), evaluation)
    expect(verdict.ok ? [] : verdict.findings.map((one) => [one.message, one.rule])).toEqual([[message, rule]])
  })

  it('at once', async () => {
    const old = { thisUpdate: after(-10 * DAY), nextUpdate: after(-9 * DAY), producedAt: after(DAY) }
    const extensions = [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }]
    expect(await judge({ ...old, extensions }, { nonce: Uint8Array.of(1) })).toBe(
      'critical-extension-unknown, produced-in-future, nonce-missing, stale',
    )
  })
})

describe('a question that makes no sense is a TypeError', () => {
  it.each<[string, Evaluation]>([
    ['an invalid time', { at: new Date(NaN) }],
    ['a skew that is no number', { clockSkew: NaN }],
    ['a negative skew', { clockSkew: -1 }],
    ['an infinite skew', { clockSkew: Infinity }],
    ['an age that is no number', { maximumAge: NaN }],
    ['a negative age', { maximumAge: -1 }],
    ['a limit that is no number', { limits: { certificates: NaN } }],
  ])('%s', async (_, evaluation) => {
    await expect(judge({}, evaluation)).rejects.toThrow(TypeError)
  })
})

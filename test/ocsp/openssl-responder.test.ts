// A responder of openssl, with its own database: what it makes of our requests, and what we make of its answers.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createOcspClient,
  createOcspRequest,
  evaluateOcspResponse,
  fetchOcspTransport,
  type OcspRequestOptions,
  type OcspVerdict,
} from '../../src/ocsp/index.js'
import { createTestCa, type TestCa, type TestCertificate } from '../../src/testkit/index.js'
import { summary } from '../support/ocsp.js'
import { OpensslCa, opensslReasons } from '../support/openssl-ca.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'OCSP responses of openssl’s own responder')

const revokedAt = new Date('2026-02-03T04:05:06Z')
const reasons = Object.keys(opensslReasons) as (keyof typeof opensslReasons)[]

describe.skipIf(openssl === undefined)('openssl ocsp as the responder', () => {
  let authority: TestCa
  let good: TestCertificate
  let stranger: TestCertificate
  let unreasoned: TestCertificate
  let database: OpensslCa
  const revoked = new Map<string, TestCertificate>()
  const signers = new Map<string, TestCertificate>()

  beforeAll(async () => {
    authority = await (await createTestCa()).issueIntermediate({ name: 'Authority' })
    good = await authority.issue()
    stranger = await authority.issue()
    unreasoned = await authority.issue()
    for (const reason of reasons) revoked.set(reason, await authority.issue())
    const without = { responderCertificate: { without: ['ocspNoCheck'] } } as const
    signers.set('issuer', authority)
    signers.set('delegated', (await authority.ocspResponder()).certificate)
    signers.set('delegated, its status unknown', (await authority.ocspResponder(without)).certificate)
    signers.set('trusted-responder', (await authority.ocspResponder({ mode: 'designated' })).certificate)
    database = new OpensslCa(openssl ?? '', authority, [
      { certificate: good },
      { certificate: unreasoned, revoked: { at: revokedAt } },
      ...reasons.map((reason) => ({
        certificate: revoked.get(reason) ?? good,
        revoked: { at: revokedAt, reason },
      })),
    ])
  })
  afterAll(() => {
    database.remove()
  })

  const signer = (model: string): TestCertificate => signers.get(model) ?? authority
  const subjectOf = ({ certificate }: TestCertificate) => ({ certificate, issuer: authority.certificate })

  async function ask(
    leaf: TestCertificate,
    model = 'issuer',
    options: OcspRequestOptions = {},
    ...args: readonly string[]
  ): Promise<OcspVerdict> {
    const { der, nonce } = await createOcspRequest(subjectOf(leaf), options)
    const trusted = model === 'trusted-responder' ? [{ certificate: signer(model).certificate }] : []
    return evaluateOcspResponse({
      ...subjectOf(leaf),
      response: await database.answer(der, signer(model), ...args),
      // The responder goes by the machine's clock.
      at: new Date(),
      trustedResponders: trusted,
      ...(nonce && { nonce }),
    })
  }

  describe.each(['issuer', 'delegated', 'trusted-responder'])('OCS-1 answering by the model %s', (model) => {
    it.each(['sha-1', 'sha-256'] as const)('says good and unknown, asked by %s', async (hash) => {
      expect(summary(await ask(good, model, { hash }))).toBe(`good by ${model}`)
      expect(summary(await ask(stranger, model, { hash }))).toBe(`unknown by ${model}`)
    })

    it('OCS-9 echoes our nonce', async () => {
      expect(summary(await ask(good, model, { nonce: 'random' }))).toBe(`good by ${model}`)
      expect(summary(await ask(good, model, { nonce: Uint8Array.of(7) }))).toBe(`good by ${model}`)
    })

    it('is named by its key', async () => {
      expect(summary(await ask(good, model, {}, '-resp_key_id'))).toBe(`good by ${model}`)
    })
  })

  it.each(reasons)('OCS-2 says revoked, when, and that the reason is %s', async (reason) => {
    expect(await ask(revoked.get(reason) ?? good)).toMatchObject({
      status: 'revoked',
      revokedAt,
      reason: opensslReasons[reason],
    })
  })

  it('OCS-2 says revoked without a reason', async () => {
    expect(await ask(unreasoned)).toMatchObject({ status: 'revoked', revokedAt, reason: 'unspecified' })
  })

  it('answers a question about several certificates, for each of them', async () => {
    const [held = good] = [revoked.get('certificateHold')]
    const { der } = await createOcspRequest([good, held, stranger].map(subjectOf))
    const response = await database.answer(der, signer('delegated'))
    const verdicts = await Promise.all(
      [good, held, stranger, unreasoned].map(async (leaf) =>
        summary(await evaluateOcspResponse({ ...subjectOf(leaf), response, at: new Date() })),
      ),
    )
    expect(verdicts).toEqual([
      'good by delegated',
      'revoked by delegated',
      'unknown by delegated',
      'certificate-not-covered',
    ])
  })

  it('OCS-1 is refused without ocspNoCheck, without its certificate, and for a certificate that is no responder’s', async () => {
    const refused = 'responder-not-authorized'
    expect(summary(await ask(good, 'delegated, its status unknown'))).toBe(refused)
    expect(summary(await ask(good, 'delegated', {}, '-resp_no_certs'))).toBe(refused)
    const { der } = await createOcspRequest(subjectOf(good))
    const response = await database.answer(der, good)
    expect(summary(await evaluateOcspResponse({ ...subjectOf(good), response, at: new Date() }))).toBe(refused)
  })

  it('OCS-9 is asked by the client over HTTP, by POST and GET', async () => {
    const { uri, close } = await database.serve(signer('delegated'))
    try {
      for (const method of ['POST', 'GET'] as const) {
        const client = createOcspClient({ responder: { uri }, transport: fetchOcspTransport({ method }) })
        const check = async ({ certificate }: TestCertificate): Promise<string> =>
          summary(await client.check(certificate, authority.certificate))
        expect(await check(good)).toBe('good by delegated')
        expect(await check(stranger)).toBe('unknown by delegated')
        expect(await check(unreasoned)).toBe('revoked by delegated')
      }
      const client = createOcspClient({ responder: { uri }, nonce: 'send', hash: 'sha-256' })
      expect(summary(await client.check(good.certificate, authority.certificate))).toBe('good by delegated')
    } finally {
      close()
    }
  })
})

// Laws of OCSP: no byte of a response can be changed unnoticed, the order of its parts decides nothing, and what it says of
// one certificate it says of no other.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { evaluateOcspResponse, parseOcspResponse } from '../../src/ocsp/index.js'
import type { TestCertificate, TestCertificateStatus, TestSingleResponse } from '../../src/testkit/index.js'
import { after, answer, DAY, evaluate, makeScene, type Scene, summary } from '../support/ocsp.js'
import { mutationsOf } from '../support/mutation.js'
import { at, rootOf } from '../support/paths.js'

let scene: Scene
let others: readonly TestCertificate[]
beforeAll(async () => {
  scene = await makeScene()
  const { authority, sibling, namesake, leaf } = scene
  const { serialNumber } = leaf
  others = [
    await authority.issue(),
    await authority.issue({ serialNumber: serialNumber + 1n }),
    await authority.issue({ serialNumber: serialNumber >> 8n }),
    await sibling.issue({ serialNumber }),
    await namesake.issue({ serialNumber }),
  ]
})

describe('OCS-9 a response with a byte changed', () => {
  it.each(['direct', 'delegated'] as const)('is never good, nor unknown or revoked: %s', async (mode) => {
    // Ed25519 signatures have one form only, so that there is no other that is as good.
    const authority = await rootOf({ keyType: 'ed25519' })
    const own = { authority, leaf: await authority.issue() }
    const response = await answer(own, { mode })
    expect(summary(await evaluate(own, response))).toContain('good')
    const verdicts = new Set<string>()
    for (let i = 0; i < response.length; i++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const changed = response.map((byte, j) => (i === j ? byte ^ change : byte))
        verdicts.add(summary(await evaluate(own, changed)))
      }
    }
    for (const verdict of verdicts) expect(verdict).not.toMatch(/ by /)
  })

  it('is as it was only where the byte is of a certificate nobody needs', async () => {
    const authority = await rootOf({ keyType: 'ed25519' })
    const own = { authority, leaf: await authority.issue() }
    const plain = await answer(own, { mode: 'direct' })
    const response = await answer(own, { mode: 'direct', certificates: [scene.leaf] })
    const start = Buffer.from(response).indexOf(Buffer.from(scene.leaf.der))
    expect(start).toBeGreaterThan(plain.length / 2)
    for (let i = 0; i < response.length; i++) {
      const changed = response.map((byte, j) => (i === j ? byte ^ 0x01 : byte))
      const verdict = summary(await evaluate(own, changed))
      if (verdict.includes(' by ')) expect([verdict, i >= start]).toEqual(['good by issuer', true])
    }
  })
})

const statuses: readonly TestCertificateStatus[] = [
  'good',
  'unknown',
  { revocationTime: after(-DAY), revocationReason: 'keyCompromise' },
  { revocationTime: after(-DAY), revocationReason: 'certificateHold' },
]
const single = fc.record({
  /** -1 is the leaf in question. */
  about: fc.integer({ min: -1, max: 4 }),
  status: fc.constantFrom(...statuses),
  age: fc.constantFrom(-1, 0, 1, 2, 3),
  lifetime: fc.constantFrom(undefined, 1, 2, 40),
  hash: fc.constantFrom('sha-1' as const, 'sha-256' as const),
})
type Single = typeof single extends fc.Arbitrary<infer T> ? T : never

const written = async ({ about, status, age, lifetime, hash }: Single): Promise<TestSingleResponse> => {
  const certificate = others[about] ?? scene.leaf
  const issuer = [scene.authority, scene.authority, scene.authority, scene.sibling, scene.namesake][about]
  return {
    certId: await (issuer ?? scene.authority).certId(certificate.serialNumber, hash),
    status,
    thisUpdate: after(-age * DAY),
    nextUpdate: lifetime === undefined ? undefined : after((lifetime - age) * DAY),
  }
}

describe('OCS-9 the order', () => {
  it('of the answers and of the certificates of a response decides nothing', async () => {
    const { authority, leaf, root, namesake } = scene
    const { certificate: responder } = await authority.ocspResponder()
    const certificates = [responder, leaf, root, namesake]
    const shuffled = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(single, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(99)),
        shuffled,
        async (singles, dice, order) => {
          const all = await Promise.all(singles.map(written))
          const mixed = all
            .map((one) => [dice.next().value as number, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one)
          const inOrder = order.flatMap((i) => certificates[i] ?? [])
          const producedAt = at
          const judged = async (
            answers: readonly TestSingleResponse[],
            sent: typeof certificates,
          ): Promise<unknown> => {
            const options = { responder, certificates: sent, answers: () => answers, producedAt }
            const verdict = await evaluate(scene, await answer(scene, options))
            if (verdict.ok) return { ...verdict, responder: verdict.responder?.serialNumber }
            return verdict.findings.map(({ code }) => code).sort()
          }
          expect(await judged(mixed, inOrder)).toEqual(await judged(all, certificates))
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('OCS-9 a response', () => {
  it('for one certificate is never one for another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(single, { minLength: 1, maxLength: 4 }), async (singles) => {
        const foreign = singles.map((one) => ({ ...one, about: Math.max(0, one.about) }))
        const response = await answer(scene, { answers: () => [], mode: 'direct' })
        expect(summary(await evaluate(scene, response))).toBe('certificate-not-covered')
        const all = await Promise.all(foreign.map(written))
        const verdict = await evaluate(scene, await answer(scene, { mode: 'direct', answers: () => all }))
        expect(summary(verdict)).toBe('certificate-not-covered')
      }),
      { numRuns: 100 },
    )
  })
})

describe('OCS-9 hostile bytes', () => {
  it('end in a response or a ParseError, and in a verdict', async () => {
    const seeds = [
      await answer(scene),
      await answer(scene, { mode: 'direct', extensions: [{ oid: '1.2.3', value: Uint8Array.of(5, 0) }] }),
      await answer(scene, { status: () => ({ revocationTime: at, revocationReason: 'superseded' }) }),
      await answer(scene, { responseStatus: 'tryLater' }),
    ]
    const about = { certificate: scene.leaf.certificate, issuer: scene.authority.certificate, at }
    const nonce = Uint8Array.of(1, 2, 3)
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutationsOf(seeds), fc.uint8Array({ maxLength: 100 })), async (bytes) => {
        try {
          parseOcspResponse(bytes)
        } catch (error) {
          if (!(error instanceof ParseError)) throw error
        }
        const verdict = await evaluateOcspResponse({ ...about, response: bytes, nonce })
        expect(verdict.ok).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

// Policies (OCS-3): every status under every policy, and what is said about it.

import { beforeAll, describe, expect, it } from 'vitest'
import { decideRevocation, isAccepted, type OcspVerdict, type RevocationPolicy } from '../../src/ocsp/index.js'
import type { OcspResponderOptions } from '../../src/testkit/index.js'
import { answer, evaluate, makeScene, type Scene } from '../support/ocsp.js'
import { at } from '../support/paths.js'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

const verdictOn = async (options: OcspResponderOptions): Promise<OcspVerdict> =>
  evaluate(scene, await answer(scene, options))

const verdicts = {
  good: {},
  unknown: { status: () => 'unknown' },
  revoked: { status: () => ({ revocationTime: at, revocationReason: 'keyCompromise' }) },
  'on hold': { status: () => ({ revocationTime: at, revocationReason: 'certificateHold' }) },
  undetermined: { responseStatus: 'tryLater' },
  'not proven': { signature: 'broken' },
} as const satisfies Record<string, OcspResponderOptions>

type Row = readonly [keyof typeof verdicts, Readonly<Record<RevocationPolicy, boolean>>]
const table: readonly Row[] = [
  ['good', { 'common-criteria': true, 'standard-hard-fail': true, 'standard-soft-fail': true }],
  ['unknown', { 'common-criteria': false, 'standard-hard-fail': true, 'standard-soft-fail': true }],
  ['revoked', { 'common-criteria': false, 'standard-hard-fail': false, 'standard-soft-fail': false }],
  ['on hold', { 'common-criteria': false, 'standard-hard-fail': false, 'standard-soft-fail': false }],
  ['undetermined', { 'common-criteria': false, 'standard-hard-fail': false, 'standard-soft-fail': true }],
  ['not proven', { 'common-criteria': false, 'standard-hard-fail': false, 'standard-soft-fail': true }],
]
const cells = table.flatMap(([status, byPolicy]) =>
  Object.entries(byPolicy).map(([policy, accept]) => ({ status, policy: policy as RevocationPolicy, accept })),
)

describe('OCS-3 decideRevocation', () => {
  it.each(cells)('$status under $policy: accept is $accept', async ({ status, policy, accept }) => {
    const decision = decideRevocation(await verdictOn(verdicts[status]), policy)
    expect(decision.accept).toBe(accept)
    // What is not known is said also where it is let pass.
    expect(decision.findings.length > 0).toBe(status !== 'good')
    for (const { rule } of decision.findings.slice(0, 1)) expect(rule).toBe(`OCS-3, ${policy}`)
  })

  it.each<[keyof typeof verdicts, string[], string]>([
    ['unknown', ['unknown'], 'the responder does not know the certificate'],
    ['revoked', ['revoked'], 'the certificate is revoked at 2026-06-01T00:00:00.000Z (keyCompromise)'],
    ['on hold', ['revoked'], 'the certificate is on hold since 2026-06-01T00:00:00.000Z (certificateHold)'],
    ['undetermined', ['undetermined', 'try-later'], 'whether the certificate is revoked could not be determined'],
    [
      'not proven',
      ['undetermined', 'responder-not-authorized'],
      'whether the certificate is revoked could not be determined',
    ],
  ])('says of %s what it is, and why', async (status, codes, message) => {
    const { findings } = decideRevocation(await verdictOn(verdicts[status]), 'common-criteria')
    expect(findings.map(({ code }) => code)).toEqual(codes)
    expect(findings[0]?.message).toBe(message)
  })

  it('lets no status pass that it does not know', () => {
    for (const policy of ['common-criteria', 'standard-hard-fail', 'standard-soft-fail'] as const) {
      for (const status of ['', 'GOOD', 'revoked', 'toString', '0']) expect(isAccepted(status, policy)).toBe(false)
    }
  })
})

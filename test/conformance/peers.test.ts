/** The libraries certward is compared with, on a chain that holds and one that has been tampered with. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/index.js'
import { createTestCa } from '../../src/testkit/index.js'
import { temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'
import { loadPkits } from './formats/pkits.js'
import { judgeWithPeer, peerNames } from './peers/judge-with-peer.js'

const { path, remove } = temporaryDirectory()
afterAll(remove)

beforeAll(async () => {
  const root = await createTestCa({ name: 'Root', clock: fixedClock(new Date('2011-04-14T00:00:00Z')) })
  const authority = await root.issueIntermediate({ name: 'Authority' })
  const leaf = await authority.issue()
  const forged = Uint8Array.from(leaf.der)
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  for (const directory of ['certs', 'crls']) mkdirSync(join(path, directory))
  const files = { 'root.crt': root.der, 'authority.crt': authority.der, 'leaf.crt': leaf.der, 'forged.crt': forged }
  for (const [name, der] of Object.entries(files)) writeFileSync(join(path, 'certs', name), der)
  for (const [name, { der }] of [
    ['root.crl', await root.crl()],
    ['authority.crl', await authority.crl()],
  ] as const) {
    writeFileSync(join(path, 'crls', name), der)
  }
  const caseOf = (target: string, shouldValidate: boolean) => ({
    ...{ id: '1', name: target, certificates: ['root.crt', 'authority.crt', `${target}.crt`] },
    ...{ crls: ['root.crl', 'authority.crl'], initialPolicySet: ['2.5.29.32.0'], userConstrainedPolicySet: [] },
    ...{ initialExplicitPolicy: false, initialPolicyMappingInhibit: false, initialInhibitAnyPolicy: false },
    shouldValidate,
  })
  writeFileSync(join(path, 'pkits.json'), JSON.stringify([caseOf('leaf', true), caseOf('forged', false)]))
})

describe('the peer', () => {
  it.each(peerNames)('%s accepts the one and refuses the other', { timeout: 30_000 }, async (peer) => {
    if (peer === 'openssl' && tool('openssl', 'openssl as a peer of the conformance suites') === undefined) return
    const outcome = await judgeWithPeer({ peer, suite: 'pkits', path }, loadPkits(path))
    expect(outcome).toMatchObject({ total: 2, disagreements: [] })
  })
})

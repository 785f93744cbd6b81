// Deletion: DEL-1 … DEL-4.

import { beforeEach, expect, it } from 'vitest'
import type { TestCa } from '../../src/testkit/index.js'
import {
  certify,
  codesOf,
  done,
  everything,
  installedIn,
  messagesOf,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'

const trust = { purpose: 'tomcat-trust', node: 'pub' }
const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
  done(await setting.manager.upload({ ...trust, file: root.pem }))
})

const rootPrint = (): Promise<string> => root.certificate.fingerprint()

it('DEL-1 refuses to delete an identity', async () => {
  const { manager, storage } = setting
  const leaf = await certify(setting, root, ec)
  done(await manager.upload({ ...ec, file: leaf.pem }))
  const before = await everything(storage)
  const result = await manager.delete({ ...ec, sha256: await leaf.certificate.fingerprint() })
  expect(codesOf(result)).toEqual(['identity-not-deletable'])
  expect(await everything(storage)).toEqual(before)
})

it('DEL-1 deletes a trusted certificate, by its fingerprint in either case, and keeps it in history', async () => {
  const { manager, storage } = setting
  const sha256 = await rootPrint()
  const planned = done(await manager.plan.delete({ ...trust, sha256 }))
  expect(planned.breaks).toEqual([])
  const outcome = done(await manager.delete({ ...trust, sha256: sha256.toUpperCase() }))
  expect(outcome.changes).toEqual([{ type: 'remove', ...trust, subject: 'CN=Root', before: sha256, after: undefined }])
  expect(outcome).toEqual({ ok: true, changes: planned.changes, effects: planned.effects, notices: [] })
  expect(await installedIn(storage, trust)).toEqual([])
  expect(await recordsOf(storage, 'history')).toMatchObject([{ sha256, why: 'deleted', usage: 'trust' }])
  expect(codesOf(await manager.delete({ ...trust, sha256 }))).toEqual(['not-found'])
})

it('DEL-2 refuses to delete what the system has generated, in its trust purpose too, until it is replaced', async () => {
  const { manager, storage } = setting
  const place = { purpose: 'CallManager-ECDSA', node: 'pub' }
  const target = { purpose: 'CallManager-trust', node: 'pub' }
  done(await manager.generateSelfSigned(place))
  const [copy] = await installedIn(storage, target)
  expect(copy).toMatchObject({ origin: 'generated', type: 'self-signed' })
  const sha256 = copy?.sha256 ?? ''
  for (const at of [place, target]) {
    const result = await manager.delete({ ...at, sha256 })
    expect(codesOf(result)).toEqual([at === place ? 'identity-not-deletable' : 'system-generated'])
  }
  const leaf = await certify(setting, root, place)
  done(await manager.upload({ ...place, file: leaf.pem + root.pem }))
  expect((await installedIn(storage, target)).map(({ subject }) => subject)).toEqual(['CN=Root'])
})

it('DEL-3 names every certificate whose chain breaks, on each node, and deletes only when that plan is named', async () => {
  const { manager, storage } = setting
  const sha256 = await rootPrint()
  const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
  done(await manager.upload({ ...trust, file: intermediate.pem }))
  done(await manager.upload({ ...trust, node: 'sub1', file: root.pem + intermediate.pem }))
  for (const node of ['pub', 'sub1']) {
    const leaf = await certify(setting, intermediate, { ...ec, node })
    done(await manager.upload({ ...ec, node, file: leaf.pem }))
  }
  const { breaks, planId } = done(await manager.plan.delete({ ...trust, sha256 }))
  expect(breaks.map(({ node, purpose, subject }) => [node, purpose, subject])).toEqual([
    ['pub', 'tomcat-ECDSA', 'CN=pub.example.com'],
    ['pub', 'tomcat-trust', 'CN=Intermediate'],
    ['sub1', 'tomcat-ECDSA', 'CN=sub1.example.com'],
    ['sub1', 'tomcat-trust', 'CN=Intermediate'],
  ])
  const before = await everything(storage)
  for (const confirm of [undefined, 'yes', `${planId}0`]) {
    const result = await manager.delete({ ...trust, sha256, ...(confirm !== undefined && { confirm }) })
    expect(codesOf(result)).toEqual(['confirmation-required'])
    expect(messagesOf(result)).toContain(planId)
    expect(messagesOf(result)).toContain('CN=sub1.example.com (tomcat-ECDSA on sub1)')
  }
  expect(await everything(storage)).toEqual(before)
  done(await manager.delete({ ...trust, sha256, confirm: planId }))
})

it('DEL-3 does not take the plan of a smaller breakage for confirmation of a larger one', async () => {
  const { manager } = setting
  const sha256 = await rootPrint()
  const { planId } = done(await manager.plan.delete({ ...trust, sha256 }))
  const leaf = await certify(setting, root, ec)
  done(await manager.upload({ ...ec, file: leaf.pem }))
  expect(codesOf(await manager.delete({ ...trust, sha256, confirm: planId }))).toEqual(['confirmation-required'])
})

it('DEL-3 names nothing whose chain holds without it, or did not hold before', async () => {
  const { manager, clock } = setting
  const sha256 = await rootPrint()
  const leaf = await certify(setting, root, ec)
  done(await manager.upload({ ...ec, file: leaf.pem }))
  clock.advance(100 * 86_400_000)
  expect(done(await manager.plan.delete({ ...trust, sha256 })).breaks).toEqual([])
})

it('DEL-4 leaves word for every other node where the purpose replicates', async () => {
  const { manager, storage } = setting
  const sha256 = await rootPrint()
  const { effects } = done(await manager.delete({ ...trust, sha256 }))
  expect(effects.map(({ type, node }) => [type, node])).toEqual([
    ['replicate', 'sub1'],
    ['replicate', 'sub2'],
  ])
  const words = (await recordsOf(storage, 'outbox')).filter((record) => record.kind === 'outbox')
  const ofOne = words.filter(({ target }) => target === 'sub1').map(({ action, sha256: print }) => [action, print])
  expect(ofOne).toEqual([
    ['put', sha256],
    ['delete', sha256],
  ])
  const vpn = { purpose: 'Phone-VPN-trust', node: 'sub1' }
  done(await manager.upload({ ...vpn, file: root.pem }))
  expect(done(await manager.delete({ ...vpn, sha256 })).effects).toEqual([])
})

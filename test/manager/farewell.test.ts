// A node that has left the cluster (CLU-1), a purpose that has left the catalogue (PUR-1): what was kept of it goes.

import { beforeEach, expect, it } from 'vitest'
import { createCertificateManager, type CertificateManager } from '../../src/manager/index.js'
import { createCertificateMonitor, defaultMonitorSettings } from '../../src/monitor/index.js'
import { defineCatalogue, unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import {
  audits,
  certify,
  codesOf,
  DAY,
  done,
  everything,
  hostOf,
  installedIn,
  messagesOf,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'
import { type Nodes, nodesOf } from '../support/nodes.js'

const node = 'sub2'
const uploaded = { purpose: 'tomcat-ECDSA', node }
const generated = { purpose: 'CallManager-ECDSA', node }
const requested = { purpose: 'cup-ECDSA', node }
const trust = { purpose: 'tomcat-trust', node }

let setting: Setting
let root: TestCa
let nodes: Nodes
/** The manager of the nodes that are left. */
let manager: CertificateManager
beforeEach(async () => {
  setting = setUp()
  nodes = nodesOf(setting)
  const { storage, keys, clock } = setting
  const cluster = { publisher: 'pub', nodes: ['pub', 'sub1'] }
  manager = createCertificateManager({ catalogue: unifiedCommunications, cluster, storage, keys, clock })
  root = await rootOf(setting, { keyType: 'p256' })
  const leaf = await certify(setting, root, uploaded)
  done(await setting.manager.upload({ ...uploaded, file: leaf.pem + root.pem }))
  done(await setting.manager.generateSelfSigned(generated))
  done(await setting.manager.generateSelfSigned({ ...generated, node: 'sub1' }))
  done(await setting.manager.generateCsr({ ...requested, subject: { commonName: hostOf(node) } }))
  await nodes.cluster.drain()
})

const subjectsIn = async (purpose: string, on: string): Promise<readonly string[]> =>
  (await installedIn(setting.storage, { purpose, node: on })).map(({ subject }) => subject).sort()

it('CLU-1 takes away certificates, requests, keys and pending backups of a node that has left, and what showed it to others', async () => {
  const { storage, keys } = setting
  const history = await recordsOf(storage, 'history')
  const held = await keys.handles()
  expect(await subjectsIn('CallManager-trust', 'pub')).toEqual(['CN=sub1', 'CN=sub2'])
  expect(await subjectsIn('tomcat-trust', 'pub')).toEqual(['CN=Root', `CN=${hostOf(node)}`])
  const planned = done(await manager.plan.removeNode({ node }))
  const outcome = done(await manager.removeNode({ node, actor: 'anna' }))
  expect(outcome).toEqual(planned)
  expect(outcome.changes.map(({ type, purpose }) => `${type} ${purpose}`).sort()).toEqual([
    'remove CallManager-ECDSA',
    // Its own, and that of sub1.
    'remove CallManager-trust',
    'remove CallManager-trust',
    'remove tomcat-ECDSA',
    // The root, and its own.
    'remove tomcat-trust',
    'remove tomcat-trust',
    'request-removed cup-ECDSA',
  ])
  expect(outcome.effects.map(({ type, node: on }) => `${type} ${on}`).sort()).toEqual([
    ...['replicate pub', 'replicate pub', 'replicate sub1', 'replicate sub1'],
  ])
  await nodes.cluster.drain()
  for (const { id } of unifiedCommunications.purposes) expect(await subjectsIn(id, node)).toEqual([])
  for (const on of ['pub', 'sub1']) {
    expect(await subjectsIn('CallManager-trust', on)).toEqual(['CN=sub1'])
    expect(await subjectsIn('tomcat-trust', on)).toEqual(['CN=Root'])
  }
  expect((await recordsOf(storage, 'request')).filter((one) => one.node === node)).toEqual([])
  expect((await recordsOf(storage, 'due')).filter((one) => one.node === node)).toEqual([])
  expect(await manager.backupPending()).toEqual([{ purpose: 'CallManager-ECDSA', node: 'sub1' }])
  expect(await keys.handles()).toHaveLength(held.length - 3)
  expect(await manager.sweepKeys()).toBe(0)
  expect((await recordsOf(storage, 'history')).length).toBeGreaterThan(history.length)
  expect((await audits(storage)).filter(({ action }) => action === 'remove-node')).toMatchObject([
    { node, purpose: '', actor: 'anna', outcome: 'done', after: [] },
  ])
})

it('CLU-1 refuses to remove a node of the cluster, and one nothing is kept of, and has changed nothing', async () => {
  const before = await everything(setting.storage)
  const own = await manager.plan.removeNode({ node: 'sub1' })
  expect(codesOf(own)).toEqual(['wrong-node'])
  expect(messagesOf(own)).toBe('sub1 is a node of the cluster still')
  const unknown = await manager.plan.removeNode({ node: 'sub9' })
  expect(codesOf(unknown)).toEqual(['not-found'])
  expect(messagesOf(unknown)).toBe('nothing is kept of sub9')
  expect(await everything(setting.storage)).toEqual(before)
  expect(codesOf(await manager.removeNode({ node: 'sub1' }))).toEqual(['wrong-node'])
  done(await manager.removeNode({ node }))
  expect(codesOf(await manager.removeNode({ node }))).toEqual(['not-found'])
})

it('CLU-1 leaves devices and every other node as they are', async () => {
  const { storage } = setting
  const file = (await root.issue()).pem
  done(await setting.manager.recordEndpoint({ purpose: 'LSC', device: 'SEP001122334455', file }))
  const others = async (): Promise<readonly unknown[]> => {
    const records = [...(await recordsOf(storage, 'identity')), ...(await recordsOf(storage, 'endpoint'))]
    return records.filter((one) => one.node !== node)
  }
  const before = await others()
  expect(before).toHaveLength(2)
  done(await manager.removeNode({ node }))
  expect(await others()).toEqual(before)
})

it('MON-2 nobody is told of the certificates of a node that was removed', async () => {
  const { storage, clock } = setting
  done(await manager.removeNode({ node }))
  await nodes.cluster.drain()
  clock.advance(6 * 365 * DAY)
  const settings = { ...defaultMonitorSettings, notificationFrequency: { every: 1, unit: 'days' } } as const
  const monitor = createCertificateMonitor({
    ...{ catalogue: unifiedCommunications, storage, clock, settings, notifiers: [] },
  })
  const { notices } = await monitor.tick()
  expect(notices.length).toBeGreaterThan(0)
  expect(notices.filter((one) => one.node === node || one.subject === `CN=${node}`)).toEqual([])
})

it('PUR-1 takes away what was kept of a purpose that has left the catalogue, on every node, and nothing else', async () => {
  const { storage, keys, clock, manager: whole } = setting
  const retired = 'CallManager-ECDSA'
  const catalogue = defineCatalogue({
    ...unifiedCommunications,
    purposes: unifiedCommunications.purposes.filter(({ id }) => id !== retired),
    trustLists: [],
  })
  const cluster = { publisher: 'pub', nodes: ['pub', 'sub1', 'sub2'] }
  const later = createCertificateManager({ catalogue, cluster, storage, keys, clock })
  expect(messagesOf(await whole.removePurpose({ purpose: retired }))).toBe(
    `${retired} is a purpose of the catalogue still`,
  )
  expect(codesOf(await whole.plan.removePurpose({ purpose: retired }))).toEqual(['wrong-purpose'])
  expect(messagesOf(await later.removePurpose({ purpose: 'CallManager-EC' }))).toBe('nothing is kept of CallManager-EC')
  const held = await keys.handles()
  const planned = done(await later.plan.removePurpose({ purpose: retired }))
  expect(done(await later.removePurpose({ purpose: retired, actor: 'anna' }))).toEqual(planned)
  expect(planned.changes.map(({ type, node: on, purpose }) => `${type} ${purpose} ${on}`)).toEqual([
    `remove ${retired} sub1`,
    `remove ${retired} sub2`,
  ])
  expect(await keys.handles()).toHaveLength(held.length - 2)
  expect(await later.sweepKeys()).toBe(0)
  expect(await later.backupPending()).toEqual([])
  expect(await subjectsIn('tomcat-ECDSA', node)).toEqual([`CN=${hostOf(node)}`])
  const noted = (await audits(storage)).filter(({ action }) => action === 'remove-purpose')
  expect(
    noted.map(({ purpose, actor, outcome, findings }) => [purpose, actor, outcome, ...findings].join()).sort(),
  ).toEqual([
    'CallManager-EC,,refused,not-found',
    'CallManager-ECDSA,,refused,wrong-purpose',
    'CallManager-ECDSA,anna,done',
  ])
  // What showed its certificates to the nodes shows nothing any more.
  const copies = await installedIn(storage, { purpose: 'CallManager-trust', node: 'pub' })
  expect(copies).toHaveLength(2)
  for (const { sha256 } of copies) {
    done(await later.delete({ purpose: 'CallManager-trust', node: 'pub', sha256 }))
  }
})

it('PUR-1 takes no missing name for the node or the purpose as a whole', async () => {
  const file = root.pem
  for (const place of [
    { ...trust, purpose: '' },
    { ...trust, node: '' },
    { node: '', purpose: '' },
  ]) {
    const codes = codesOf(await manager.upload({ ...place, file }))
    expect(codes.every((code) => code === 'unknown-purpose' || code === 'unknown-node')).toBe(true)
  }
  expect(codesOf(await manager.removeNode({ node: '' }))).toEqual(['not-found'])
  expect(codesOf(await manager.removePurpose({ purpose: '' }))).toEqual(['not-found'])
})

it('UPL-4 makes the removal anew where somebody else writes meanwhile, and gives up with a conflict that names the node', async () => {
  const { storage, keys, clock } = setting
  const busy = { ...storage, commit: () => Promise.resolve({ ok: false as const, conflict: [trust] }) }
  const cluster = { publisher: 'pub', nodes: ['pub', 'sub1'] }
  const other = createCertificateManager({ catalogue: unifiedCommunications, cluster, storage: busy, keys, clock })
  const result = await other.removeNode({ node })
  expect(codesOf(result)).toEqual(['conflict'])
  expect(messagesOf(result)).toBe('sub2 was changed by somebody else while this was decided: try again')
  expect(await keys.handles()).toHaveLength(4)
})

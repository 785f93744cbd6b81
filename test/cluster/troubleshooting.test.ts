// Diagnosis and exchange: CLU-3, CLU-4, and the size of trust lists.

import { beforeEach, expect, it } from 'vitest'
import { createCertificateCluster } from '../../src/cluster/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import { audits, certify, done, everything, installedIn, rootOf, type Setting, setUp } from '../support/manager.js'
import { type Nodes, nodesOf } from '../support/nodes.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }

let setting: Setting
let root: TestCa
let nodes: Nodes
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
  nodes = nodesOf(setting)
})

const wait = { type: 'wait', minutes: 30 }
const restart = (service: string, ...of: readonly string[]): object => ({ type: 'restart-service', service, nodes: of })

it('CLU-3 finds nothing in a cluster whose nodes know each other, self-signed or not', async () => {
  const { manager } = setting
  done(await manager.generateSelfSigned(ec))
  for (const node of ['sub1', 'sub2']) {
    const leaf = await certify(setting, root, { ...ec, node })
    done(await manager.upload({ ...ec, node, file: leaf.pem + root.pem }))
  }
  await nodes.cluster.drain()
  expect(await nodes.cluster.diagnose()).toEqual({ ok: true, findings: [], faults: [] })
})

it('CLU-3, CLU-4 find what is missing at which peer, with the guide’s remedies in its order, and change nothing', async () => {
  const { manager, storage } = setting
  done(await manager.generateSelfSigned(ec))
  const before = await everything(storage)
  const { ok, findings } = await nodes.cluster.diagnose()
  expect(ok).toBe(false)
  expect(await everything(storage)).toEqual(before)
  expect(findings.map((one) => 'peer' in one && [one.code, one.node, one.peer, one.purpose, one.trust])).toEqual([
    ['missing', 'pub', 'sub1', 'tomcat-ECDSA', 'tomcat-trust'],
    ['missing', 'pub', 'sub2', 'tomcat-ECDSA', 'tomcat-trust'],
  ])
  expect(findings[0]).toMatchObject({
    found: undefined,
    message: 'tomcat-trust of sub1 does not hold the tomcat-ECDSA certificate of pub',
    remedies: [
      wait,
      restart('Cisco Intercluster Sync Agent', 'pub', 'sub1'),
      restart('Cisco Tomcat', 'pub', 'sub1'),
      wait,
      { type: 'exchange', nodes: ['pub', 'sub1'], purpose: 'tomcat-trust' },
      restart('Cisco Tomcat', 'pub', 'sub1'),
    ],
  })
})

it('CLU-3, CLU-4 find what differs, and name the stale certificate to delete before the exchange', async () => {
  const { manager } = setting
  done(await manager.generateSelfSigned(ec))
  await nodes.cluster.drain()
  const [stale] = await nodes.gateway.list('sub1', 'tomcat-trust')
  done(await manager.regenerate(ec))
  const { findings } = await nodes.cluster.diagnose()
  const [first] = findings
  expect(first).toMatchObject({ code: 'differs', peer: 'sub1', found: stale?.sha256 })
  const remedies = first !== undefined && 'remedies' in first ? first.remedies : []
  expect(remedies.map(({ type }) => type)).toEqual([
    ...['wait', 'restart-service', 'restart-service', 'wait', 'delete-stale', 'exchange', 'restart-service'],
  ])
  expect(remedies[4]).toEqual({ type: 'delete-stale', node: 'sub1', purpose: 'tomcat-trust', sha256: stale?.sha256 })
})

it('CLU-3 does not take a peer’s word for a certificate it cannot show', async () => {
  done(await setting.manager.generateSelfSigned(ec))
  await nodes.cluster.drain()
  nodes.behaviour['sub1'] = { gives: Uint8Array.from(root.der) }
  const { ok, findings, faults } = await nodes.cluster.diagnose()
  expect(ok).toBe(false)
  expect(findings).toMatchObject([{ code: 'missing', peer: 'sub1' }])
  expect(faults).toMatchObject([{ node: 'sub1', code: 'untruthful' }])
})

it('CLU-3 does not take a node’s word for a certificate of its own it cannot show', async () => {
  done(await setting.manager.generateSelfSigned(ec))
  nodes.behaviour['pub'] = { gives: Uint8Array.from(root.der) }
  const { findings, faults } = await nodes.cluster.diagnose()
  expect(findings).toEqual([])
  expect(faults).toMatchObject([{ node: 'pub', code: 'untruthful' }])
  expect((await nodes.cluster.exchange()).exchanged).toEqual([])
})

it('CLU-3 finds by its subject what differs, where somebody had uploaded it', async () => {
  const { manager, storage } = setting
  done(await manager.generateSelfSigned(ec))
  const [old] = await installedIn(storage, ec)
  const file = Uint8Array.from(old?.der ?? [])
  done(await manager.upload({ purpose: 'tomcat-trust', node: 'sub1', file, as: 'peer' }))
  done(await manager.regenerate(ec))
  const { findings } = await nodes.cluster.diagnose()
  expect(findings.map((one) => 'peer' in one && [one.code, one.peer, one.found])).toEqual([
    ['differs', 'sub1', old?.sha256],
    ['missing', 'sub2', undefined],
  ])
})

it('CLU-3 finds in its place what differs, where the node goes by another name now', async () => {
  const { manager } = setting
  done(await manager.generateSelfSigned({ ...ec, subject: { commonName: 'old.example' } }))
  await nodes.cluster.drain()
  const [old] = await nodes.gateway.list('sub1', 'tomcat-trust')
  done(await manager.generateSelfSigned({ ...ec, subject: { commonName: 'new.example' } }))
  const { findings } = await nodes.cluster.diagnose()
  expect(findings.map((one) => 'peer' in one && [one.code, one.peer, one.found])).toEqual([
    ['differs', 'sub1', old?.sha256],
    ['differs', 'sub2', old?.sha256],
  ])
})

it('CLU-3 says which nodes could not be asked', async () => {
  done(await setting.manager.generateSelfSigned(ec))
  await nodes.cluster.drain()
  nodes.behaviour['sub2'] = { isDown: true }
  const { ok, findings, faults } = await nodes.cluster.diagnose()
  expect([ok, findings]).toEqual([false, []])
  expect(faults).toEqual([{ node: 'sub2', code: 'unreachable', message: 'sub2 does not answer' }])
})

it('CLU-4 exchanges the certificates of each node, in place of stale ones, and says what to restart', async () => {
  const { manager, storage } = setting
  for (const node of ['pub', 'sub1']) done(await manager.generateSelfSigned({ ...ec, node }))
  await nodes.cluster.drain()
  done(await manager.regenerate(ec))
  const { exchanged, effects, faults } = await nodes.cluster.exchange()
  expect(exchanged.map(({ node, peer, purpose }) => [node, peer, purpose])).toEqual([
    ['pub', 'sub1', 'tomcat-ECDSA'],
    ['pub', 'sub2', 'tomcat-ECDSA'],
  ])
  expect(effects.map((one) => [one.type, one.node, 'service' in one && one.service])).toEqual([
    ['restart-service', 'sub1', 'Cisco Tomcat'],
    ['restart-service', 'sub2', 'Cisco Tomcat'],
  ])
  expect(faults).toEqual([])
  expect((await nodes.cluster.diagnose()).ok).toBe(true)
  expect((await nodes.cluster.exchange()).exchanged).toEqual([])
  expect((await audits(storage)).filter(({ action }) => action === 'exchange')).toHaveLength(2)
  // What was left in the outbox says the same: nothing is undone when it arrives.
  await nodes.cluster.drain()
  expect((await nodes.cluster.reconcile()).mended).toEqual([])
  expect((await nodes.cluster.diagnose()).ok).toBe(true)
})

it('CLU-4 goes on with the other nodes where one is down or does not do what it confirms', async () => {
  done(await setting.manager.generateSelfSigned(ec))
  nodes.behaviour['sub1'] = { isDown: true }
  expect((await nodes.cluster.exchange()).exchanged).toMatchObject([{ peer: 'sub2' }])
  nodes.behaviour['sub1'] = { ignoresChanges: true }
  const { exchanged, faults } = await nodes.cluster.exchange()
  expect(exchanged).toEqual([])
  expect(faults).toMatchObject([{ node: 'sub1', code: 'untruthful' }])
  nodes.behaviour['sub1'] = { refusesChanges: true }
  expect(await nodes.cluster.exchange()).toEqual({
    exchanged: [],
    effects: [],
    faults: [{ node: 'sub1', code: 'unreachable', message: 'sub1 makes no changes' }],
  })
})

it('CLU-4, DEL-2 make of a generated certificate one at the peer, and of another one that may be deleted', async () => {
  const { manager } = setting
  done(await manager.generateSelfSigned(ec))
  const leaf = await certify(setting, root, { ...ec, node: 'sub1' })
  done(await manager.upload({ ...ec, node: 'sub1', file: leaf.pem + root.pem }))
  await nodes.cluster.exchange()
  expect((await nodes.gateway.list('sub2', 'tomcat-trust')).map(({ origin }) => origin).sort()).toEqual([
    'generated',
    'replicated',
  ])
})

it('CLU-3 warns of an ITL that outgrows what phones load, from the fortieth certificate on', async () => {
  const { manager, storage, clock } = setting
  for (const node of ['pub', 'sub1']) {
    done(await manager.generateSelfSigned({ purpose: 'CallManager-ECDSA', node, key: { type: 'ec', curve: 'P-256' } }))
  }
  const [list] = unifiedCommunications.trustLists ?? []
  expect(list).toMatchObject({ id: 'ITL', mostCertificates: 39 })
  const withLimit = async (mostCertificates: number): Promise<readonly unknown[]> => {
    const trustLists = list === undefined ? [] : [{ ...list, mostCertificates }]
    const cluster = createCertificateCluster({
      ...{ catalogue: { ...unifiedCommunications, trustLists }, storage, clock, gateway: nodes.gateway },
      cluster: { publisher: 'pub', nodes: ['pub', 'sub1', 'sub2'] },
    })
    return (await cluster.diagnose()).findings
  }
  expect(await withLimit(2)).toEqual([])
  expect(await withLimit(1)).toMatchObject([
    {
      code: 'trust-list-too-large',
      certificates: 2,
      message: 'the ITL holds 2 certificates; with more than 1 its file outgrows the 64 kB that phones load',
    },
  ])
})

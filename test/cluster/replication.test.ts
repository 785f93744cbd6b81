// Replication and reconciliation: CLU-1, CLU-2, PUR-7, DEL-4.

import { beforeEach, describe, expect, it } from 'vitest'
import { createCertificateCluster, type TrustChange } from '../../src/cluster/index.js'
import { copyId, trustId } from '../../src/inventory/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import {
  audits,
  certify,
  cluster as members,
  codesOf,
  DAY,
  done,
  everything,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'
import { loseWords, type Nodes, nodesOf } from '../support/nodes.js'

const trust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
let nodes: Nodes
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
  nodes = nodesOf(setting, 'own-storages')
})

/** By node, the subjects it trusts for a purpose. */
async function trusted(purpose = 'tomcat-trust', of = nodes): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    members.nodes.map(async (node) => (await of.gateway.list(node, purpose)).map(({ subject }) => subject).sort()),
  )
}

describe.each(['one-storage', 'own-storages'] as const)('drain, with nodes in %s', (where) => {
  beforeEach(() => {
    nodes = nodesOf(setting, where)
  })

  it('PUR-7 brings what one node trusts to all, once, and DEL-4 takes it from all', async () => {
    const { manager, storage } = setting
    done(await manager.upload({ ...trust, file: root.pem, description: 'company' }))
    expect(await nodes.cluster.drain()).toEqual({
      delivered: [
        { node: 'sub1', words: 1 },
        { node: 'sub2', words: 1 },
      ],
      waiting: [],
      faults: [],
    })
    expect(await trusted()).toEqual([['CN=Root'], ['CN=Root'], ['CN=Root']])
    expect(await recordsOf(storage, 'outbox')).toEqual([])
    expect((await nodes.gateway.list('sub1', 'tomcat-trust'))[0]).toMatchObject({
      origin: 'replicated',
      description: 'company',
    })
    expect((await nodes.cluster.drain()).delivered).toEqual([])
    done(await manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }))
    await nodes.cluster.drain()
    expect(await trusted()).toEqual([[], [], []])
  })

  it('PUR-7 keeps CAPF-trust where it is, and replicates its copy', async () => {
    done(await setting.manager.upload({ purpose: 'CAPF-trust', node: 'pub', file: root.pem }))
    await nodes.cluster.drain()
    expect(await trusted('CAPF-trust')).toEqual([['CN=Root'], [], []])
    expect(await trusted('CallManager-trust')).toEqual([['CN=Root'], ['CN=Root'], ['CN=Root']])
  })

  it('PUR-7 shows every node the self-signed certificate of each, and takes the old one away', async () => {
    const { manager } = setting
    const place = { purpose: 'CallManager-ECDSA', node: 'pub' }
    done(await manager.generateSelfSigned({ ...place, subject: { commonName: 'one.example' } }))
    done(await manager.generateSelfSigned({ ...place, subject: { commonName: 'two.example' } }))
    await nodes.cluster.drain()
    expect(await trusted('CallManager-trust')).toEqual([['CN=two.example'], ['CN=two.example'], ['CN=two.example']])
    const leaf = await certify(setting, root, place)
    done(await manager.upload({ ...place, file: leaf.pem + root.pem }))
    await nodes.cluster.drain()
    expect(await trusted('CallManager-trust')).toEqual([['CN=Root'], ['CN=Root'], ['CN=Root']])
  })
})

it('DEL-2 holds on every node a generated certificate was replicated to', async () => {
  nodes = nodesOf(setting)
  const { manager } = setting
  done(await manager.generateSelfSigned({ purpose: 'CallManager-ECDSA', node: 'pub' }))
  await nodes.cluster.drain()
  const [copy] = await nodes.gateway.list('sub1', 'CallManager-trust')
  const result = await manager.delete({ purpose: 'CallManager-trust', node: 'sub1', sha256: copy?.sha256 ?? '' })
  expect(codesOf(result)).toEqual(['system-generated'])
})

describe('a node that is down', () => {
  it('CLU-2 gets everything, in order, when it returns', async () => {
    const { manager, clock } = setting
    nodes.behaviour['sub1'] = { isDown: true }
    const since = clock.now()
    done(await manager.upload({ ...trust, file: root.pem }))
    clock.advance(DAY)
    const other = await rootOf(setting, { name: 'Other', keyType: 'p256' })
    done(await manager.upload({ ...trust, file: other.pem }))
    done(await manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }))
    expect(await nodes.cluster.drain()).toEqual({
      delivered: [{ node: 'sub2', words: 3 }],
      waiting: [{ node: 'sub1', words: 3, since }],
      faults: [{ node: 'sub1', code: 'unreachable', message: 'sub1 does not answer' }],
    })
    expect(await trusted('tomcat-trust', { ...nodes, gateway: nodesGateway() })).toEqual([
      ['CN=Other'],
      [],
      ['CN=Other'],
    ])
    nodes.behaviour['sub1'] = {}
    expect((await nodes.cluster.drain()).delivered).toEqual([{ node: 'sub1', words: 3 }])
    expect(await trusted()).toEqual([['CN=Other'], ['CN=Other'], ['CN=Other']])
  })

  it('CLU-2 does not hold up the others, however slow it is', async () => {
    let answer = (): void => undefined
    nodes.behaviour['sub1'] = { wait: new Promise((resolve) => (answer = resolve)) }
    done(await setting.manager.upload({ ...trust, file: root.pem }))
    const drained = nodes.cluster.drain()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await nodes.gateway.list('sub2', 'tomcat-trust')).toHaveLength(1)
    answer()
    expect((await drained).delivered.map(({ node }) => node).sort()).toEqual(['sub1', 'sub2'])
  })

  /** Lists what a node that is down would, were it asked. */
  function nodesGateway(): Nodes['gateway'] {
    return {
      ...nodes.gateway,
      list: (node, purpose) => (node === 'sub1' ? Promise.resolve([]) : nodes.gateway.list(node, purpose)),
    }
  }
})

it('CLU-2 keeps a word through a crash between its delivery and its removal: delivered again, it changes nothing', async () => {
  const { manager, storage } = setting
  done(await manager.upload({ ...trust, file: root.pem }))
  const words = await recordsOf(storage, 'outbox')
  await nodes.cluster.drain()
  const appends = words.filter((record) => record.kind === 'outbox')
  await storage.commit({ relies: [], puts: [], deletes: [], appends })
  const before = await nodes.gateway.list('sub1', 'tomcat-trust')
  await nodes.cluster.drain()
  expect(await nodes.gateway.list('sub1', 'tomcat-trust')).toEqual(before)
})

describe('words of several nodes', () => {
  beforeEach(() => {
    nodes = nodesOf(setting)
  })

  it('CLU-2 arrive in the order they were left', async () => {
    const { manager, clock } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    clock.advance(1000)
    done(await manager.upload({ ...trust, node: 'sub1', file: root.pem }))
    clock.advance(1000)
    done(await manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }))
    await nodes.cluster.drain()
    expect(await nodes.gateway.list('sub2', 'tomcat-trust')).toEqual([])
  })

  it('CLU-2 arrive in the order one node left them where its clock was set back in between', async () => {
    const { manager, clock } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    clock.advance(-1000)
    done(await manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }))
    await nodes.cluster.drain()
    expect(await trusted()).toEqual([[], [], []])
  })

  it('CLU-2 are dropped where they wait for a node that is no longer one of the cluster', async () => {
    const { manager, storage, clock } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    const cluster = createCertificateCluster({
      ...{ catalogue: unifiedCommunications, storage, gateway: nodes.gateway, clock },
      cluster: { publisher: 'pub', nodes: ['pub', 'sub1'] },
    })
    expect((await cluster.drain()).delivered).toEqual([{ node: 'sub1', words: 1 }])
    expect(await nodes.gateway.list('sub2', 'tomcat-trust')).toEqual([])
    expect(await recordsOf(storage, 'outbox')).toEqual([])
  })

  it('CLU-2 arrive once where two drain at once', async () => {
    let answer = (): void => undefined
    nodes.behaviour['sub1'] = { wait: new Promise((resolve) => (answer = resolve)) }
    done(await setting.manager.upload({ ...trust, file: root.pem }))
    const both = [nodes.cluster.drain(), nodes.cluster.drain()]
    await new Promise((resolve) => setTimeout(resolve, 20))
    answer()
    const [first, second] = await Promise.all(both)
    expect(first?.delivered).toHaveLength(2)
    expect(second?.delivered).toEqual([])
  })

  it('CLU-2 wait no longer than the answer time for a node that never answers, and keep until it does', async () => {
    const { manager, storage, clock } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    const cluster = createCertificateCluster({
      ...{ catalogue: unifiedCommunications, cluster: members, storage, gateway: nodes.gateway, clock },
      answerTime: 20,
    })
    nodes.behaviour['sub1'] = { wait: new Promise(() => undefined) }
    const faults = [{ node: 'sub1', code: 'unreachable', message: 'no answer within 20 ms' }]
    expect(await cluster.drain()).toMatchObject({
      delivered: [{ node: 'sub2', words: 1 }],
      waiting: [{ node: 'sub1', words: 1 }],
      faults,
    })
    expect(await cluster.reconcile()).toEqual({ mended: [], faults })
    expect((await cluster.diagnose()).faults).toEqual(faults)
    expect((await cluster.exchange()).faults).toEqual(faults)
    nodes.behaviour['sub1'] = {}
    expect((await cluster.drain()).delivered).toEqual([{ node: 'sub1', words: 1 }])
    expect(await trusted()).toEqual([['CN=Root'], ['CN=Root'], ['CN=Root']])
  })

  it.each([-1, NaN, 2 ** 31])('refuse %s as an answer time', (answerTime) => {
    const { storage } = setting
    const options = { catalogue: unifiedCommunications, cluster: members, storage, gateway: nodes.gateway, answerTime }
    expect(() => createCertificateCluster(options)).toThrow(
      new TypeError(`answerTime: expected a number from 0 to 2147483647, found ${answerTime}`),
    )
  })

  it('CLU-2 are brought by the next drain where one before it has failed', async () => {
    const { manager, storage, clock } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    let isBroken = true
    const cluster = createCertificateCluster({
      ...{ catalogue: unifiedCommunications, cluster: members, gateway: nodes.gateway, clock },
      storage: {
        ...storage,
        list: async (kind, page) => {
          if (isBroken) throw new Error('out of order')
          return storage.list(kind, page)
        },
      },
    })
    await expect(cluster.drain()).rejects.toThrow('out of order')
    isBroken = false
    expect((await cluster.drain()).delivered).toHaveLength(2)
  })
})

describe('reconcile', () => {
  it('CLU-2 mends what is missing and what should be gone, says so, and the second time does nothing', async () => {
    const { manager, storage } = setting
    const print = await root.certificate.fingerprint()
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    const change = { purpose: 'tomcat-trust', id: (await nodes.gateway.list('sub1', 'tomcat-trust'))[0]?.id ?? '' }
    await nodes.gateway.push('sub1', [{ ...change, action: 'delete', sha256: print }])
    const mended = { purpose: 'tomcat-trust', subject: 'CN=Root', sha256: print }
    expect(await nodes.cluster.reconcile()).toEqual({
      mended: [{ ...mended, node: 'sub1', action: 'put' }],
      faults: [],
    })
    expect(await trusted()).toEqual([['CN=Root'], ['CN=Root'], ['CN=Root']])
    expect(await nodes.cluster.reconcile()).toEqual({ mended: [], faults: [] })

    nodes.behaviour['sub2'] = { isDown: true }
    setting.clock.advance(1000)
    done(await manager.delete({ ...trust, sha256: print }))
    await nodes.cluster.drain()
    // The word for sub2 is lost.
    await loseWords(storage)
    nodes.behaviour['sub2'] = {}
    expect((await nodes.cluster.reconcile()).mended).toEqual([{ ...mended, node: 'sub2', action: 'delete' }])
    expect(await trusted()).toEqual([[], [], []])
    expect((await nodes.cluster.reconcile()).mended).toEqual([])
    const noted = (await audits(storage)).filter(({ action }) => action === 'reconcile')
    expect(noted.map(({ node, before, after }) => [node, before, after])).toEqual(
      expect.arrayContaining([
        ['sub1', [], [print]],
        ['sub2', [print], []],
      ]),
    )
    expect(noted).toHaveLength(2)
  })

  it('CLU-2 spreads what was uploaded again after it was deleted', async () => {
    const { manager } = setting
    const sha256 = await root.certificate.fingerprint()
    done(await manager.upload({ ...trust, file: root.pem }))
    done(await manager.delete({ ...trust, sha256 }))
    await nodes.cluster.drain()
    nodes.behaviour['sub1'] = { ignoresChanges: true }
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    nodes.behaviour['sub1'] = {}
    expect((await nodes.cluster.reconcile()).mended.map(({ node, action }) => [node, action])).toEqual([
      ['sub1', 'put'],
    ])
  })

  it('CLU-2 spreads what was uploaded on another node after it was deleted', async () => {
    nodes = nodesOf(setting)
    const { manager, clock, storage } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    done(await manager.delete({ ...trust, sha256: await root.certificate.fingerprint() }))
    await nodes.cluster.drain()
    clock.advance(1000)
    const elsewhere = { ...trust, node: 'sub1' }
    done(await manager.upload({ ...elsewhere, file: root.pem }))
    await loseWords(storage)
    expect((await nodes.cluster.reconcile()).mended.map(({ node, action }) => [node, action])).toEqual([
      ['pub', 'put'],
      ['sub2', 'put'],
    ])
  })

  it('UPL-5 does not let a late word put an older certificate in the place of a newer one', async () => {
    const { manager, clock } = setting
    clock.advance(3 * DAY)
    const newer = await rootOf(setting, { key: root.key, notBefore: new Date(root.certificate.notBeforeTime + DAY) })
    done(await manager.upload({ ...trust, file: newer.pem }))
    await nodes.cluster.drain()
    const [held] = await nodes.gateway.list('sub1', 'tomcat-trust')
    const late = { action: 'put', purpose: 'tomcat-trust', id: held?.id ?? '', der: root.der, description: '' } as const
    await nodes.gateway.push('sub1', [{ ...late, origin: 'replicated', installedAt: 0 }])
    expect(await nodes.gateway.list('sub1', 'tomcat-trust')).toEqual([held])
  })

  it('CLU-2, UPL-5 settle on the newest certificate of a subject', async () => {
    const { manager, clock } = setting
    clock.advance(3 * DAY)
    const newer = await rootOf(setting, { key: root.key, notBefore: new Date(root.certificate.notBeforeTime + DAY) })
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    nodes.behaviour['sub2'] = { ignoresChanges: true }
    done(await manager.upload({ ...trust, file: newer.pem }))
    await nodes.cluster.drain()
    nodes.behaviour['sub2'] = {}
    const sha256 = await newer.certificate.fingerprint()
    expect((await nodes.cluster.reconcile()).mended).toMatchObject([{ node: 'sub2', action: 'put', sha256 }])
  })

  it('CLU-2 leaves nodes alone that do not answer, and what only they could speak for', async () => {
    const { manager } = setting
    done(await manager.generateSelfSigned({ purpose: 'tomcat-ECDSA', node: 'pub' }))
    await nodes.cluster.drain()
    nodes.behaviour['pub'] = { isDown: true }
    const { mended, faults } = await nodes.cluster.reconcile()
    expect(mended).toEqual([])
    expect(faults).toMatchObject([{ node: 'pub', code: 'unreachable' }])
    expect(await nodes.gateway.list('sub1', 'tomcat-trust')).toHaveLength(1)
  })

  it('CLU-2 says which node gives other bytes than it lists, and spreads nothing of it', async () => {
    const { manager, storage } = setting
    nodes.behaviour['sub1'] = { isDown: true }
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    const rogue = await rootOf(setting, { name: 'Rogue', keyType: 'p256' })
    nodes.behaviour['sub1'] = {}
    for (const gives of [Uint8Array.from(rogue.der), Uint8Array.of(1, 2, 3)]) {
      nodes.behaviour['pub'] = { gives }
      nodes.behaviour['sub2'] = { gives }
      const before = await everything(storage)
      await loseWords(storage)
      const { mended, faults } = await nodes.cluster.reconcile()
      expect(mended).toEqual([])
      expect(faults.map(({ node, code }) => [node, code])).toEqual([
        ['pub', 'untruthful'],
        ['sub2', 'untruthful'],
      ])
      expect(before).toBeDefined()
      expect(await nodes.gateway.list('sub1', 'tomcat-trust')).toEqual([])
    }
  })

  it('CLU-2, CLU-3 says which node lists what is no certificate, and goes on with the others', async () => {
    const { manager } = setting
    done(await manager.upload({ ...trust, file: root.pem }))
    await nodes.cluster.drain()
    const [listed] = await nodes.gateway.list('pub', 'tomcat-trust')
    const members = ['id', 'sha256', 'subject', 'description', 'origin', 'installedAt']
    const broken = members.flatMap((name) => [undefined, null, NaN, {}].map((value) => [{ ...listed, [name]: value }]))
    for (const lists of [undefined, null, 5, 'text', {}, [null], [5], [listed, {}], ...broken]) {
      nodes.behaviour['sub1'] = { lists }
      const { mended, faults } = await nodes.cluster.reconcile()
      const { faults: byDiagnosis } = await nodes.cluster.diagnose()
      const { faults: byExchange } = await nodes.cluster.exchange()
      expect(mended).toEqual([])
      for (const found of [faults, byDiagnosis, byExchange]) {
        expect(found, JSON.stringify(lists)).toMatchObject([{ node: 'sub1', code: 'unreachable' }])
      }
    }
  })

  it('CLU-2 says which node confirms changes it does not make', async () => {
    nodes.behaviour['sub2'] = { ignoresChanges: true }
    done(await setting.manager.upload({ ...trust, file: root.pem }))
    const { mended, faults } = await nodes.cluster.reconcile()
    expect(mended).toEqual([])
    expect(faults).toMatchObject([{ node: 'sub2', code: 'untruthful' }])
    nodes.behaviour['sub2'] = {}
    expect((await nodes.cluster.reconcile()).mended).toHaveLength(1)
  })
})

describe('a change pushed to a node', () => {
  const place = { node: 'sub1', purpose: 'tomcat-trust' }
  const put = (id: string, der: Uint8Array): TrustChange => {
    const whence = { description: '', origin: 'replicated', installedAt: 5 } as const
    return { action: 'put', purpose: place.purpose, id, der, ...whence }
  }
  const push = (change: TrustChange): Promise<void> => nodes.gateway.push(place.node, [change])
  beforeEach(() => {
    nodes = nodesOf(setting, 'one-storage')
  })

  it('CLU-2 that is made again writes nothing, be it a certificate or its removal', async () => {
    const { storage } = setting
    const sha256 = await root.certificate.fingerprint()
    // What stands for its subject, and what shows an identity.
    for (const id of [await trustId(root.certificate), copyId({ node: 'pub', purpose: 'tomcat-ECDSA' })]) {
      const changes = [put(id, root.der), { action: 'delete', purpose: place.purpose, id, sha256 } as const]
      for (const change of changes) {
        await push(change)
        const before = await storage.read([place])
        await push(change)
        expect(await storage.read([place]), `${id} ${change.action}`).toEqual(before)
      }
    }
  })

  it('DEL-4 removes the certificate it names, and no other of the same id', async () => {
    const id = await trustId(root.certificate)
    await push(put(id, root.der))
    await push({ action: 'delete', purpose: place.purpose, id, sha256: 'ab'.repeat(32) })
    expect(await trusted()).toEqual([[], ['CN=Root'], []])
    await push({ action: 'delete', purpose: place.purpose, id, sha256: await root.certificate.fingerprint() })
    expect(await trusted()).toEqual([[], [], []])
  })
})

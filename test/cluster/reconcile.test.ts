// What reconciliation makes of nodes that disagree: CLU-2, UPL-5, DEL-2, DEL-4.

import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCertificateCluster, type ListedCertificate } from '../../src/cluster/index.js'
import { copyId, type Storage } from '../../src/inventory/index.js'
import { createCertificateManager } from '../../src/manager/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import { type TestCa, testKey } from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import {
  audits,
  certify,
  cluster as members,
  codesOf,
  DAY,
  done,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'
import { clusterOver, loseWords, type Nodes, nodesOf } from '../support/nodes.js'

const trust = { purpose: 'tomcat-trust', node: 'pub' }
const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const callManager = { purpose: 'CallManager-ECDSA', node: 'pub' }

let setting: Setting
let nodes: Nodes
beforeEach(() => {
  setting = setUp()
  nodes = nodesOf(setting)
})

/** A root of the name `Root`, or another; with another key each time. */
const root = (days = 0, key = `root of ${String(days)} days`, name = 'Root', of = setting): Promise<TestCa> =>
  testKey('p256', key).then((own) =>
    rootOf(of, { name, keyType: 'p256', key: own, notBefore: new Date(of.clock.now().getTime() - days * DAY) }),
  )

const print = (ca: TestCa): Promise<string> => ca.certificate.fingerprint()

/** Fingerprints each node trusts for a purpose. */
const held = (purpose = 'tomcat-trust', of = nodes): Promise<readonly (readonly string[])[]> =>
  Promise.all(
    members.nodes.map(async (node) => (await of.gateway.list(node, purpose)).map(({ sha256 }) => sha256).sort()),
  )

/** The one certificate a node trusts for a purpose. */
async function shown(purpose = 'tomcat-trust', node = 'pub'): Promise<ListedCertificate> {
  const [only, ...others] = await nodes.gateway.list(node, purpose)
  expect(others).toEqual([])
  return only ?? expect.fail('nothing is shown')
}

/** A root that every node holds, and a newer one of its name that has taken its place on the publisher alone. */
async function replaced(): Promise<{ readonly older: TestCa; readonly newer: TestCa }> {
  const { manager, clock, storage } = setting
  const [older, newer] = [await root(5), await root(1)]
  done(await manager.upload({ ...trust, file: older.pem }))
  await nodes.cluster.drain()
  clock.advance(1000)
  done(await manager.upload({ ...trust, file: newer.pem }))
  await loseWords(storage)
  return { older, newer }
}

/** A root that every node held, and that the publisher has deleted, of which nobody was told. */
async function deletedUnheard(): Promise<{ readonly company: TestCa; readonly sha256: string }> {
  const { manager, storage } = setting
  const company = await root()
  done(await manager.upload({ ...trust, file: company.pem }))
  await nodes.cluster.drain()
  const sha256 = await print(company)
  done(await manager.delete({ ...trust, sha256 }))
  await loseWords(storage)
  return { company, sha256 }
}

/** What a reconciliation mends: node, action, fingerprint. A second one must find nothing. */
async function mended(): Promise<readonly (readonly string[])[]> {
  const report = await nodes.cluster.reconcile()
  expect(report.faults).toEqual([])
  expect(await nodes.cluster.reconcile()).toEqual({ mended: [], faults: [] })
  return report.mended.map(({ node, action, sha256 }) => [node, action, sha256])
}

describe('certificates of one subject', () => {
  it('CLU-2, UPL-5 make way for an older one where they were deleted before it came', async () => {
    const { manager, clock } = setting
    const [newer, older] = [await root(1), await root(5)]
    done(await manager.upload({ ...trust, file: newer.pem }))
    await nodes.cluster.drain()
    clock.advance(1000)
    done(await manager.delete({ ...trust, sha256: await print(newer) }))
    clock.advance(1000)
    done(await manager.upload({ ...trust, file: older.pem }))
    await loseWords(setting.storage)
    const [taken, put] = [await print(newer), await print(older)]
    expect(await mended()).toEqual([
      ['sub1', 'delete', taken],
      ['sub1', 'put', put],
      ['sub2', 'delete', taken],
      ['sub2', 'put', put],
    ])
    expect(await held()).toEqual([[put], [put], [put]])
  })

  it.each([
    ['one', 'other'],
    ['other', 'one'],
  ])('CLU-2 settle on the same where two nodes hold others of the same date, %s and %s', async (a, b) => {
    const { manager } = setting
    const [one, other] = [await root(3, a), await root(3, b)]
    done(await manager.upload({ ...trust, file: one.pem }))
    done(await manager.upload({ ...trust, node: 'sub1', file: other.pem }))
    await nodes.cluster.drain()
    const [first, last] = [await print(one), await print(other)].sort()
    const stale = (await held()).flatMap(([sha256], index) => (sha256 === last ? [members.nodes[index]] : []))
    expect(stale.length).toBeGreaterThan(0)
    expect(await mended()).toEqual(
      stale.flatMap((node) => [
        [node, 'delete', last],
        [node, 'put', first],
      ]),
    )
    expect(await held()).toEqual(members.nodes.map(() => [first]))
  })

  it('CLU-2 settle on one of two of the same date, beside one that is older', async () => {
    const { manager } = setting
    const [one, other, older] = [await root(3, 'one'), await root(3, 'other'), await root(5)]
    const files = (await print(one)) < (await print(other)) ? [one, other] : [other, one]
    for (const [i, { pem }] of [...files, older].entries()) {
      done(await manager.upload({ ...trust, node: members.nodes[i] ?? '', file: pem }))
    }
    await loseWords(setting.storage)
    const [first, second] = await Promise.all(files.map(print))
    expect(await mended()).toEqual([
      ['sub1', 'delete', second],
      ['sub1', 'put', first],
      ['sub2', 'put', first],
    ])
  })

  it.each([0, 1, 2])('UPL-5 give way to the newest, whichever node holds it: node %i', async (at) => {
    const { manager } = setting
    const order = [...members.nodes.slice(at), ...members.nodes.slice(0, at)]
    const roots = [await root(1), await root(5), await root(3)]
    for (const [index, node] of order.entries()) {
      done(await manager.upload({ ...trust, node, file: roots[index]?.pem ?? '' }))
    }
    await loseWords(setting.storage)
    const [newest] = roots
    const sha256 = newest === undefined ? '' : await print(newest)
    expect(await mended()).toEqual(
      members.nodes.filter((node) => node !== order[0]).map((node) => [node, 'put', sha256]),
    )
  })

  it('CLU-2 do not come back from a node that has missed their successor and its end', async () => {
    const { manager, clock } = setting
    const { older, newer } = await replaced()
    clock.advance(1000)
    done(await manager.delete({ ...trust, sha256: await print(newer) }))
    await loseWords(setting.storage)
    const sha256 = await print(older)
    expect(await mended()).toEqual([
      ['sub1', 'delete', sha256],
      ['sub2', 'delete', sha256],
    ])
    expect(await held()).toEqual([[], [], []])
  })

  it('CLU-2 stay where the node that holds their successor does not answer', async () => {
    await replaced()
    nodes.behaviour['pub'] = { isDown: true }
    expect((await nodes.cluster.reconcile()).mended).toEqual([])
  })
})

describe('a deletion', () => {
  it('DEL-4 counts where it came in the very millisecond of the upload', async () => {
    const { sha256 } = await deletedUnheard()
    expect(await mended()).toEqual([
      ['sub1', 'delete', sha256],
      ['sub2', 'delete', sha256],
    ])
  })

  it('DEL-4 does not count once it was uploaded anew, though a node still holds it from before', async () => {
    const { manager, clock } = setting
    const { company, sha256 } = await deletedUnheard()
    clock.advance(1000)
    const change = { action: 'delete', purpose: 'tomcat-trust', id: (await shown('tomcat-trust', 'sub2')).id } as const
    await nodes.gateway.push('sub2', [{ ...change, sha256 }])
    clock.advance(1000)
    done(await manager.upload({ ...trust, node: 'sub2', file: company.pem }))
    await loseWords(setting.storage)
    expect(await mended()).toEqual([['pub', 'put', sha256]])
  })

  it('DEL-4 counts where the node it was made on does not answer', async () => {
    await deletedUnheard()
    nodes.behaviour['pub'] = { isDown: true }
    const { mended: changed } = await nodes.cluster.reconcile()
    expect(changed.map(({ node, action }) => [node, action])).toEqual([
      ['sub1', 'delete'],
      ['sub2', 'delete'],
    ])
  })

  it('DEL-4 is of that certificate alone', async () => {
    const { manager } = setting
    const [company, other] = [await root(1), await root(2, 'other', 'Other')]
    done(await manager.upload({ ...trust, file: company.pem }))
    done(await manager.upload({ ...trust, node: 'sub1', file: other.pem }))
    done(await manager.delete({ ...trust, node: 'sub1', sha256: await print(other) }))
    await loseWords(setting.storage)
    expect((await mended()).map(([node, action]) => [node, action])).toEqual([
      ['sub1', 'put'],
      ['sub2', 'put'],
    ])
  })

  it('DEL-4 is found on whichever page of the history it stands', async () => {
    const { manager, clock, storage } = setting
    const roots = await Promise.all([1, 2, 3, 4].map((day) => root(day, undefined, `Root ${String(day)}`)))
    for (const { pem } of roots) done(await manager.upload({ ...trust, file: pem }))
    await nodes.cluster.drain()
    clock.advance(1000)
    for (const one of roots) done(await manager.delete({ ...trust, sha256: await print(one) }))
    await loseWords(setting.storage)
    const pagewise: Storage = { ...storage, list: (kind, page) => storage.list(kind, { ...page, limit: 1 }) }
    const cluster = clusterOver({ storage: pagewise, clock }, nodes.gateway)
    expect((await cluster.reconcile()).mended.map(({ node, action }) => `${action} ${node}`).sort()).toEqual([
      ...Array<string>(4).fill('delete sub1'),
      ...Array<string>(4).fill('delete sub2'),
    ])
  })
})

describe('a node', () => {
  it('CLU-2 has mended nothing where it confirms a change and holds what it held before', async () => {
    await replaced()
    nodes.behaviour['sub1'] = { ignoresChanges: true }
    const { mended: changed, faults } = await nodes.cluster.reconcile()
    expect(changed.map(({ node, action }) => [node, action])).toEqual([['sub2', 'put']])
    const message = 'sub1 has confirmed changes of tomcat-trust it has not made'
    expect(faults).toEqual([{ node: 'sub1', code: 'untruthful', message }])
    const noted = (await audits(setting.storage)).filter(({ action }) => action === 'reconcile')
    expect(noted.map(({ node }) => node)).toEqual(['sub2'])
  })

  it('CLU-2 has been given nothing where it only takes away what is in the way', async () => {
    const { manager } = setting
    const files = [await root(3, 'one'), await root(3, 'other')]
    for (const [i, { pem }] of files.entries()) {
      done(await manager.upload({ ...trust, node: members.nodes[i] ?? '', file: pem }))
    }
    await loseWords(setting.storage)
    const cluster = clusterOver(setting, {
      ...nodes.gateway,
      push: (node, changes) =>
        nodes.gateway.push(
          node,
          changes.filter(({ action }) => action === 'delete'),
        ),
    })
    const report = await cluster.reconcile()
    expect(report.mended.map(({ action }) => action)).toEqual(['delete'])
    expect(report.faults.map(({ code }) => code)).toEqual(['untruthful', 'untruthful'])
  })

  it('CLU-2 that no longer answers once it has changed is out of reach, and no liar', async () => {
    const { manager } = setting
    done(await manager.upload({ ...trust, file: (await root()).pem }))
    await loseWords(setting.storage)
    const { gateway, behaviour } = nodes
    const cluster = clusterOver(setting, {
      ...gateway,
      push: async (node, changes) => {
        await gateway.push(node, changes)
        if (node === 'sub1') behaviour[node] = { isDown: true }
      },
    })
    const report = await cluster.reconcile()
    expect(report.mended.map(({ node }) => node)).toEqual(['sub2'])
    expect(report.faults).toEqual([{ node: 'sub1', code: 'unreachable', message: 'sub1 does not answer' }])
    behaviour['sub1'] = {}
    expect((await cluster.reconcile()).mended).toEqual([])
  })
})

it('PUR-7 what a node trusts for itself alone is nobody else’s to be given or to lose', async () => {
  const { manager } = setting
  const company = await root()
  done(await manager.upload({ purpose: 'CAPF-trust', node: 'pub', file: company.pem }))
  await nodes.cluster.drain()
  expect(await mended()).toEqual([])
  expect(await held('CAPF-trust')).toEqual([[await print(company)], [], []])
})

it('CLU-2 a node that has not answered is not asked again, and one that lies is told of once', async () => {
  const { manager } = setting
  done(await manager.upload({ ...trust, file: (await root()).pem }))
  await nodes.cluster.drain()
  const NOBODYS = 'ab'.repeat(32)
  const asked: string[] = []
  const cluster = clusterOver(setting, {
    ...nodes.gateway,
    list: async (node, purpose) => {
      asked.push(node)
      if (node === 'sub2') throw new Error('no answer')
      const certificates = await nodes.gateway.list(node, purpose)
      if (node === 'pub' || purpose !== 'tomcat-trust') return certificates
      const lies = ['one', 'other'].flatMap((id) => certificates.map((one) => ({ ...one, id, sha256: NOBODYS })))
      return [...certificates, ...lies]
    },
    pull: async (node, purpose, sha256) =>
      sha256 === NOBODYS ? Uint8Array.of(5, 0) : nodes.gateway.pull(node, purpose, sha256),
  })
  const { faults } = await cluster.reconcile()
  expect(faults.map(({ node, code }) => `${node} ${code}`).sort()).toEqual(['sub1 untruthful', 'sub2 unreachable'])
  expect(asked.filter((node) => node === 'sub2')).toHaveLength(1)
})

describe('what shows an identity', () => {
  it('CLU-2 is what its own node shows, though a peer holds a newer one', async () => {
    const { manager, clock } = setting
    done(await manager.generateSelfSigned(ec))
    await nodes.cluster.drain()
    clock.advance(-DAY)
    done(await manager.regenerate(ec))
    await loseWords(setting.storage)
    const { sha256: current } = await shown()
    expect(await mended()).toEqual([
      ['sub1', 'put', current],
      ['sub2', 'put', current],
    ])
    expect((await nodes.gateway.list('sub1', 'tomcat-trust')).map(({ origin }) => origin)).toEqual(['generated'])
  })

  it('CLU-2 goes from the peers once its own node shows none', async () => {
    const { manager } = setting
    done(await manager.generateSelfSigned(callManager))
    await nodes.cluster.drain()
    const { sha256: old } = await shown('CallManager-trust')
    const company = await root()
    const leaf = await certify(setting, company, callManager)
    done(await manager.upload({ ...callManager, file: leaf.pem + company.pem }))
    await loseWords(setting.storage)
    const sha256 = await print(company)
    expect([...(await mended())].sort()).toEqual(
      [
        ['sub1', 'delete', old],
        ['sub1', 'put', sha256],
        ['sub2', 'delete', old],
        ['sub2', 'put', sha256],
      ].sort(),
    )
    const noted = (await audits(setting.storage)).filter(({ action }) => action === 'reconcile')
    expect(noted.map(({ node, before, after }) => [node, before, after])).toEqual([
      ['sub1', [old], [sha256]],
      ['sub2', [old], [sha256]],
    ])
    expect((await nodes.gateway.list('sub1', 'CallManager-trust')).map(({ origin }) => origin)).toEqual(['replicated'])
  })

  it('CLU-2, CLU-4 stays where peers were given it by exchange and its own node does not show it', async () => {
    const { manager } = setting
    done(await manager.generateSelfSigned(ec))
    await nodes.cluster.drain()
    const own = await shown()
    const change = { action: 'delete', purpose: 'tomcat-trust', id: own.id } as const
    await nodes.gateway.push('pub', [{ ...change, sha256: own.sha256 }])
    expect(await mended()).toEqual([])
    done(await manager.regenerate(ec))
    await nodes.gateway.push('pub', [{ ...change, sha256: (await shown()).sha256 }])
    await loseWords(setting.storage)
    nodes.behaviour['pub'] = { hides: 'tomcat-ECDSA' }
    expect((await nodes.cluster.reconcile()).mended).toEqual([])
    nodes.behaviour['pub'] = {}
    expect(await mended()).toEqual([
      ['sub1', 'delete', own.sha256],
      ['sub2', 'delete', own.sha256],
    ])
  })

  it('CLU-2 comes back to a peer that deleted it, while its own node shows it', async () => {
    const { manager, clock } = setting
    done(await manager.generateSelfSigned(ec))
    await nodes.cluster.drain()
    clock.advance(1000)
    const { id, sha256 } = await shown()
    await nodes.gateway.push('sub1', [{ action: 'delete', purpose: 'tomcat-trust', id, sha256 }])
    expect(await mended()).toEqual([['sub1', 'put', sha256]])
  })

  it('CLU-2 stays as it is at the peers while one of them holds the current one and its own node shows none', async () => {
    const { manager } = setting
    done(await manager.generateSelfSigned(ec))
    await nodes.cluster.drain()
    done(await manager.regenerate(ec))
    await loseWords(setting.storage)
    const { id, sha256 } = await shown()
    nodes.behaviour['sub2'] = { isDown: true }
    expect((await nodes.cluster.exchange()).exchanged).toMatchObject([{ peer: 'sub1', sha256 }])
    nodes.behaviour['sub2'] = {}
    await nodes.gateway.push('pub', [{ action: 'delete', purpose: 'tomcat-trust', id, sha256 }])
    expect(await mended()).toEqual([])
  })

  it('CLU-2 follows its own node in a trust purpose too that is not the identity’s, or is no more', async () => {
    const { der } = await root()
    const id = copyId(ec)
    const told = { description: '', origin: 'replicated', installedAt: setting.clock.now().getTime() } as const
    for (const node of ['sub1', 'sub2']) {
      await nodes.gateway.push(node, [{ action: 'put', purpose: 'CallManager-trust', id, der, ...told }])
    }
    expect((await mended()).map(([node, action]) => [node, action])).toEqual([
      ['sub1', 'delete'],
      ['sub2', 'delete'],
    ])
  })

  it('CLU-2 stays while its own node does not answer, though peers hold different ones', async () => {
    const { manager } = setting
    done(await manager.generateSelfSigned(ec))
    await nodes.cluster.drain()
    nodes.behaviour['sub1'] = { ignoresChanges: true }
    done(await manager.regenerate(ec))
    await nodes.cluster.drain()
    nodes.behaviour['sub1'] = {}
    nodes.behaviour['pub'] = { isDown: true }
    expect((await nodes.cluster.reconcile()).mended).toEqual([])
  })
})

/** One thing that happens in a cluster. */
type Step = readonly [
  'upload' | 'delete' | 'generate' | 'certify' | 'exchange' | 'drain' | 'lose' | 'switch' | 'wait' | 'tamper',
  node: number,
  which: number,
]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(
    ...(['upload', 'upload', 'upload', 'delete', 'delete', 'generate', 'certify'] as const),
    ...(['exchange', 'drain', 'lose', 'switch', 'switch', 'wait', 'wait', 'tamper'] as const),
  ),
  fc.nat(2),
  fc.nat(4),
)

describe('whatever has happened to a cluster', () => {
  it('CLU-2 its nodes agree once they answer and have been reconciled, and reconciled again they change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const own = setUp()
        const cluster = nodesOf(own)
        const roots = [
          await root(9, 'a', 'Root', own),
          await root(5, 'b', 'Root', own),
          await root(5, 'c', 'Root', own),
          await root(2, 'd', 'Root', own),
          await root(2, 'd', 'Other', own),
        ]
        for (const one of steps) await take(one, roots, own, cluster)
        for (const node of members.nodes) cluster.behaviour[node] = {}
        const { faults } = await cluster.cluster.reconcile()
        expect(faults).toEqual([])
        expect(await cluster.cluster.reconcile()).toEqual({ mended: [], faults: [] })
        for (const purpose of ['tomcat-trust', 'CallManager-trust']) {
          const [first, ...others] = await held(purpose, cluster)
          for (const other of others) expect(other).toEqual(first)
        }
        // What is deleted then is gone, and nothing it had taken the place of is back.
        own.clock.advance(1000)
        for (const { sha256, origin } of await cluster.gateway.list('sub1', 'tomcat-trust')) {
          if (origin === 'generated') continue
          const certificate = { purpose: 'tomcat-trust', node: 'sub1', sha256 }
          const plan = await own.manager.plan.delete(certificate)
          if (plan.ok) done(await own.manager.delete({ ...certificate, confirm: plan.planId }))
        }
        await loseWords(own.storage)
        await cluster.cluster.reconcile()
        const left = await Promise.all(members.nodes.map((node) => cluster.gateway.list(node, 'tomcat-trust')))
        expect(left.flat().filter(({ subject }) => subject === 'CN=Root')).toEqual([])
        await leave('sub2', own, cluster)
      }),
      { numRuns: Math.max(60, runsOf(60)) },
    )
  })

  /** Nothing shows a node that has left, nor what peers were given by exchange. */
  async function leave(gone: string, { storage, keys, clock }: Setting, { gateway }: Nodes): Promise<void> {
    const rest = { ...members, nodes: members.nodes.filter((node) => node !== gone) }
    const options = { catalogue: unifiedCommunications, cluster: rest, storage, clock }
    const codes = codesOf(await createCertificateManager({ ...options, keys }).removeNode({ node: gone }))
    expect(codes).toSatisfy(([code]: string[]) => code === 'done' || code === 'not-found')
    await createCertificateCluster({ ...options, gateway }).drain()
    const copies = unifiedCommunications.purposes.map(({ id }) => copyId({ node: gone, purpose: id }))
    for (const node of rest.nodes) {
      for (const purpose of ['tomcat-trust', 'CallManager-trust']) {
        const ids = (await gateway.list(node, purpose)).map(({ id }) => id)
        expect(ids.filter((id) => copies.includes(id))).toEqual([])
      }
    }
  }

  async function take([what, at, which]: Step, roots: readonly TestCa[], own: Setting, all: Nodes): Promise<void> {
    const { manager, clock, storage } = own
    const { cluster, gateway, behaviour } = all
    const node = members.nodes[at] ?? ''
    const ca = roots[which] ?? (await root(0, 'e', 'Root', own))
    const identity = { node, purpose: which % 2 === 0 ? 'tomcat-ECDSA' : 'CallManager-ECDSA' }
    // What the manager refuses has not happened.
    switch (what) {
      case 'upload':
        await manager.upload({ node, purpose: 'tomcat-trust', file: ca.pem })
        break
      case 'delete':
        await manager.delete({ node, purpose: 'tomcat-trust', sha256: await print(ca) })
        break
      case 'generate':
        await manager.generateSelfSigned(identity)
        break
      case 'certify':
        await manager.upload({ ...identity, file: (await certify(own, ca, identity)).pem + ca.pem })
        break
      case 'exchange':
        await cluster.exchange()
        break
      case 'drain':
        await cluster.drain()
        break
      case 'lose':
        await loseWords(storage)
        break
      case 'switch':
        behaviour[node] = behaviour[node]?.isDown === true ? {} : { isDown: true }
        break
      case 'wait':
        clock.advance(1000)
        break
      case 'tamper': {
        if (behaviour[node]?.isDown === true) break
        const uploaded = (await gateway.list(node, 'tomcat-trust')).find(({ subject }) => subject === 'CN=Root')
        if (uploaded === undefined) break
        const { id, sha256 } = uploaded
        await gateway.push(node, [{ action: 'delete', purpose: 'tomcat-trust', id, sha256 }])
      }
    }
  }
})

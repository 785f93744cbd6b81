// A newer authority in the place of one that has another key: what ends there is told with the upload (UPL-5, DEL-3).

import { beforeEach, describe, expect, it } from 'vitest'
import type { CertificateRecord, Scope, Storage } from '../../src/inventory/index.js'
import type { Outcome } from '../../src/manager/index.js'
import { type TestCa, testKey } from '../../src/testkit/index.js'
import { certify, DAY, done, rootOf, type Setting, setUp } from '../support/manager.js'

const node = 'pub'
const trust = { purpose: 'CallManager-trust', node }
const identity = { purpose: 'CallManager-ECDSA', node }

let setting: Setting
let root: TestCa
let intermediate: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
  intermediate = await root.issueIntermediate({ name: 'Intermediate' })
  done(await setting.manager.upload({ ...trust, file: root.pem + intermediate.pem }))
  const leaf = await certify(setting, intermediate, identity)
  done(await setting.manager.upload({ ...identity, file: leaf.pem }))
  setting.clock.advance(2 * DAY)
})

const broken = ({ notices }: Outcome): readonly string[] =>
  notices.flatMap(({ code, message }) => (code === 'chain-broken' ? message : []))

/** The authority's name with another key, two days newer. */
const rekeyed = (): Promise<TestCa> => rootOf(setting, { keyType: 'p256' })
/** The same key, two days newer. */
const renewed = (): Promise<TestCa> => rootOf(setting, { key: root.key })

const ofLeaf =
  'the chain of CN=pub.example.com (CallManager-ECDSA on pub) ends where an older authority is replaced: have it issued anew'
const ofIntermediate =
  'the chain of CN=Intermediate (CallManager-trust on pub) ends where an older authority is replaced: have it issued anew'

/** One certificate for all nodes, as a request for several servers brings it. */
async function copyIdentity(storage: Storage, from: Scope, to: Scope): Promise<CertificateRecord> {
  const { records, revisions } = await storage.read([from, to])
  const record = records.find((one) => one.kind === 'identity' && one.node === from.node)
  if (record?.kind !== 'identity') throw new Error('nothing is installed')
  const puts = [{ ...record, ...to }]
  expect(await storage.commit({ relies: revisions, puts, deletes: [], appends: [] })).toMatchObject({ ok: true })
  return record
}

it('UPL-5 names what a root with another key no longer vouches for, in the plan as in the outcome', async () => {
  const upload = { ...trust, file: (await rekeyed()).pem }
  const planned = done(await setting.manager.plan.upload(upload))
  expect(broken(planned)).toEqual([ofLeaf, ofIntermediate])
  expect(done(await setting.manager.upload(upload))).toEqual(planned)
})

it('UPL-5 names nothing where the key is the same, or the file brings what the chain needs', async () => {
  const { manager } = setting
  expect(broken(done(await manager.upload({ ...trust, file: (await renewed()).pem })))).toEqual([])
  setting.clock.advance(DAY)
  const other = await rekeyed()
  const again = await other.issueIntermediate({ name: 'Intermediate', key: intermediate.key })
  expect(broken(done(await manager.upload({ ...trust, file: other.pem + again.pem })))).toEqual([])
})

it('UPL-5 names what an identity’s new chain takes from others, and not what it replaces itself', async () => {
  const { manager } = setting
  const sibling = { purpose: 'CallManager', node }
  for (const [name, expected] of [
    ['second', [ofLeaf, ofIntermediate]],
    // The first two are broken already, and the one of the sibling is replaced.
    ['third', []],
  ] as const) {
    const other = await rootOf(setting, { key: await testKey('rsa-2048', name) })
    const leaf = await certify(setting, other, sibling)
    expect(broken(done(await manager.upload({ ...sibling, file: leaf.pem + other.pem })))).toEqual(expected)
    setting.clock.advance(DAY)
  }
})

it('PUR-5 names what a copy of a root takes the place of', async () => {
  const { manager } = setting
  const upload = { purpose: 'CAPF-trust', node, file: (await rekeyed()).pem }
  expect(broken(done(await manager.upload(upload)))).toEqual([ofLeaf, ofIntermediate])
})

describe('PUR-7 where the trust purpose is the same on every node', () => {
  const others = { ...identity, node: 'sub1' }
  const ofOthers =
    'the chain of CN=sub1.example.com (CallManager-ECDSA on sub1) ends where an older authority is replaced: have it issued anew'
  const intermediateThere =
    'the chain of CN=Intermediate (CallManager-trust on sub1) ends where an older authority is replaced: have it issued anew'

  beforeEach(async () => {
    const file = root.pem + intermediate.pem
    done(await setting.manager.upload({ ...trust, node: 'sub1', file }))
    done(await setting.manager.upload({ ...others, file: (await certify(setting, intermediate, others)).pem }))
  })

  it('names what breaks on the nodes it is brought to as well', async () => {
    const upload = { ...trust, file: (await rekeyed()).pem }
    const planned = done(await setting.manager.plan.upload(upload))
    expect(broken(planned)).toEqual([ofLeaf, ofIntermediate, ofOthers, intermediateThere])
    expect(done(await setting.manager.upload(upload))).toEqual(planned)
  })

  it('names one certificate of several nodes where it stays, and not where it is replaced', async () => {
    const { manager, storage } = setting
    const shared = await copyIdentity(storage, identity, others)
    const other = await rekeyed()
    const leaf = await certify(setting, other, identity)
    const outcome = done(await manager.upload({ ...identity, file: leaf.pem + other.pem }))
    expect(outcome.changes).toContainEqual(expect.objectContaining({ type: 'replace', before: shared.sha256 }))
    expect(broken(outcome)).toEqual([
      ofIntermediate,
      ofOthers.replace('CN=sub1.example.com', 'CN=pub.example.com'),
      intermediateThere,
    ])
  })

  it('names nothing of a node that has a newer one and keeps it', async () => {
    const { manager, clock } = setting
    const older = await rekeyed()
    clock.advance(DAY)
    done(await manager.upload({ ...trust, node: 'sub1', file: (await renewed()).pem }))
    expect(broken(done(await manager.upload({ ...trust, file: older.pem })))).toEqual([ofLeaf, ofIntermediate])
  })
})

it('UPL-5 looks at other certificates only where an authority is replaced, and lets them change meanwhile', async () => {
  const { storage } = setting
  const read: Scope[][] = []
  const relied: Scope[][] = []
  const watched: Storage = {
    ...storage,
    read: (scopes) => {
      read.push([...scopes])
      return storage.read(scopes)
    },
    commit: (change) => {
      relied.push(change.relies.map(({ scope }) => scope))
      return storage.commit(change)
    },
  }
  const { manager } = setUp({ ...setting, storage: watched })
  const leaf = await certify(setting, root, identity)
  done(await manager.upload({ ...identity, file: leaf.pem }))
  expect(read).toEqual([[identity, trust]])
  const other = await rekeyed()
  const next = await certify(setting, other, identity)
  done(await manager.upload({ ...identity, file: next.pem + other.pem }))
  expect(read).toHaveLength(3)
  expect(read[2]).toContainEqual({ ...identity, purpose: 'CallManager' })
  expect(relied).toEqual([
    [identity, trust],
    [identity, trust],
  ])
})

it('UPL-5 names nothing whose chain has not held before', async () => {
  const { manager, clock } = setting
  clock.advance(50 * DAY)
  expect(broken(done(await manager.upload({ ...trust, file: (await rekeyed()).pem })))).toEqual([ofIntermediate])
})

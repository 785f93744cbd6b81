// Each call of the storage, the key store and the nodes fails in turn, in the life of a small cluster. Whoever was told so does
// the same again, and everything is as if nothing had failed.

import { expect, it } from 'vitest'
import { createCertificateCluster, createStorageGateway, type NodeGateway } from '../../src/cluster/index.js'
import { createMemoryStorage, type KeyStore, type Storage } from '../../src/inventory/index.js'
import { createCertificateManager, type Outcome, type Refusal } from '../../src/manager/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import { extent } from '../support/extent.js'
import { eachCall, FailingCall, OUT_OF_ORDER } from '../support/failing-call.js'
import { answer, audits, cluster as members, codesOf, hostOf, recordsOf, rootOf, setUp } from '../support/manager.js'
import { recycledKeyStore } from '../support/recycled-keys.js'

const uploaded = { purpose: 'tomcat-ECDSA', node: 'pub' }
const generated = { purpose: 'CallManager-ECDSA', node: 'pub' }
const trust = { purpose: 'tomcat-trust', node: 'pub' }
const leaving = 'sub2'
const subject = { commonName: hostOf('pub') }

/** What a life leaves behind. */
interface Left {
  /** By node and purpose, what is installed. */
  readonly installed: readonly string[]
  /** Done, as the audit has it, each once. */
  readonly actions: readonly string[]
  readonly waiting: number
  readonly pendingBackups: readonly unknown[]
  /** What was refused when it was done again. */
  readonly refusals: readonly string[]
}

async function live(failing: FailingCall): Promise<Left> {
  const memory = createMemoryStorage()
  const memoryKeys = recycledKeyStore()
  const storage = failing.among<Storage>('storage', memory)
  const setting = setUp({ storage, keys: failing.among<KeyStore>('keys', memoryKeys) })
  const { manager, clock } = setting
  const others = new Map(
    members.nodes.map((node) => [node, node === members.publisher ? memory : createMemoryStorage()]),
  )
  const nodes = createStorageGateway((node) => others.get(node) ?? memory, { clock })
  const gateway = failing.among<NodeGateway>('gateway', nodes)
  const cluster = createCertificateCluster({
    ...{ catalogue: unifiedCommunications, cluster: members, storage, gateway, clock },
  })
  const root = await rootOf(setting, { keyType: 'p256' })
  const other = await rootOf(setting, { name: 'Other', keyType: 'p256' })
  const otherPrint = await other.certificate.fingerprint()

  const refusals: string[] = []
  /** Once more where it fails, as somebody would who reads that it has. */
  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error) || error.message !== OUT_OF_ORDER) throw error
      return work()
    }
  }
  const operate = async (work: () => Promise<Outcome | Refusal>): Promise<void> => {
    refusals.push(...codesOf(await insist(work)).filter((code) => code !== 'done'))
  }
  await operate(() => manager.upload({ ...trust, file: root.pem }))
  await operate(() => manager.upload({ ...trust, file: other.pem }))
  await operate(() => manager.generateCsr({ ...uploaded, subject }))
  const request = await insist(() => manager.downloadCsr(uploaded))
  if (typeof request !== 'string') throw new Error('no request')
  const leaf = await answer(request, root)
  await operate(() => manager.upload({ ...uploaded, file: leaf.pem }))
  await insist(() => cluster.drain())
  await operate(() => manager.generateSelfSigned(generated))
  await operate(() => manager.regenerate(generated))
  await operate(() => manager.generateSelfSigned({ ...generated, node: leaving }))
  await operate(() => manager.delete({ ...trust, sha256: otherPrint }))
  await operate(() => manager.generateCsr({ ...generated, subject }))
  await operate(() => manager.generateCsr({ ...generated, subject }))
  await insist(() => manager.recordBackup())
  await insist(() => cluster.drain())
  const rest = members.nodes.filter((node) => node !== leaving)
  const smaller = createCertificateManager({
    ...{ catalogue: unifiedCommunications, storage, keys: setting.keys, clock },
    cluster: { ...members, nodes: rest },
  })
  await operate(() => smaller.removeNode({ node: leaving }))
  await insist(() => cluster.drain())
  await insist(() => cluster.reconcile())
  await insist(() => manager.sweepKeys())

  failing.isCounting = false
  await cluster.drain()
  await cluster.reconcile()
  await manager.sweepKeys()
  const used = [...(await recordsOf(memory, 'request')), ...(await recordsOf(memory, 'identity'))].flatMap((record) =>
    'keyHandle' in record && record.keyHandle !== undefined ? [record.keyHandle] : [],
  )
  expect([...(await memoryKeys.handles())].sort(), failing.failed).toEqual(used.sort())
  const installed: string[] = []
  for (const node of members.nodes) {
    for (const { id } of unifiedCommunications.purposes) {
      for (const one of await nodes.list(node, id)) installed.push(`${node} ${id} ${one.subject} ${one.origin}`)
    }
  }
  const done = (await audits(memory)).filter(({ outcome }) => outcome === 'done').map(({ action }) => action)
  return {
    installed: installed.sort(),
    actions: [...new Set(done)].sort(),
    waiting: (await recordsOf(memory, 'outbox')).length,
    pendingBackups: await manager.backupPending(),
    refusals,
  }
}

it('UPL-4 DEL-4 CLU-2 CSR-6 whichever call fails, what was done again ends as if none had, and no key is lost or left over', async () => {
  const whole = new FailingCall(-1, 'before')
  const { refusals: none, ...expected } = await live(whole)
  expect(none).toStrictEqual([])
  expect(expected).toMatchObject({ waiting: 0, pendingBackups: [] })
  expect(expected.installed.length).toBeGreaterThan(8)
  for (const failing of eachCall(whole.calls, extent('CERTWARD_CALL_STRIDE', { all: 1, some: 5 }))) {
    const { refusals, ...left } = await live(failing)
    expect(left, failing.failed).toStrictEqual(expected)
    // A deletion, or a removal, that was made although it failed finds nothing to delete any more.
    if (failing.failed !== 'storage.commit') expect(refusals, failing.failed).toStrictEqual([])
    else expect(['', 'not-found']).toContain(refusals.join())
  }
}, 300_000)

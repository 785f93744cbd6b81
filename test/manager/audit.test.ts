// The audit: who did what, and what came of it; and whoever listens.

import { beforeEach, describe, expect, it } from 'vitest'
import { createCertificateCluster, createStorageGateway } from '../../src/cluster/index.js'
import type { AuditRecord } from '../../src/inventory/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import { audits, cluster, codesOf, done, rootOf, type Setting, setUp } from '../support/manager.js'
import { loseWords } from '../support/nodes.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const trust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
})

describe('the audit', () => {
  it('DEL-1, UPL-5 note every change: who, what, from which fingerprint to which', async () => {
    const { manager, storage } = setting
    const actor = 'anna'
    done(await manager.upload({ ...trust, file: root.pem, actor }))
    const sha256 = await root.certificate.fingerprint()
    done(await manager.delete({ ...trust, sha256, actor }))
    done(await manager.generateSelfSigned({ ...ec, actor }))
    await manager.recordBackup({ actor })
    const noted = await audits(storage)
    expect(noted.map(({ action, outcome, purpose }) => [action, outcome, purpose]).sort()).toEqual([
      ['delete', 'done', 'tomcat-trust'],
      ['generate-self-signed', 'done', 'tomcat-ECDSA'],
      ['record-backup', 'done', 'tomcat-ECDSA'],
      ['upload', 'done', 'tomcat-trust'],
    ])
    expect(noted.every((one) => one.actor === actor && one.at === setting.clock.now().getTime())).toBe(true)
    expect(noted.find(({ action }) => action === 'upload')).toMatchObject({ before: [], after: [sha256] })
    expect(noted.find(({ action }) => action === 'delete')).toMatchObject({ before: [sha256], after: [] })
  })

  it('UPL-4 notes every refusal by its codes, also of places there are not', async () => {
    const { manager, storage } = setting
    await manager.upload({ ...trust, file: 'nothing', actor: 'bert' })
    await manager.upload({ purpose: 'apache', node: 'pub', file: root.pem })
    await manager.regenerate(ec)
    await manager.generateCsr({ ...ec, subject: { commonName: '' } })
    expect(
      (await audits(storage)).map(({ action, outcome, findings }) => [action, outcome, ...findings]).sort(),
    ).toEqual([
      ['generate-csr', 'refused', 'invalid-input'],
      ['regenerate', 'refused', 'not-found'],
      ['upload', 'refused', 'malformed'],
      ['upload', 'refused', 'unknown-purpose'],
    ])
  })

  it('UPL-4 CLU-2 CLU-4 are told to a listener once they stand, changes and refusals, of manager and cluster', async () => {
    const told: AuditRecord[] = []
    const audit = (record: AuditRecord): void => void told.push(record)
    const own = setUp({ audit })
    const { manager, storage, clock } = own
    const gateway = createStorageGateway(() => storage, { clock })
    const nodes = createCertificateCluster({
      ...{ catalogue: unifiedCommunications, cluster, storage, gateway, clock, audit },
    })
    done(await manager.upload({ ...trust, file: root.pem, actor: 'anna' }))
    await manager.upload({ ...trust, file: 'nothing' })
    done(await manager.generateSelfSigned(ec))
    await nodes.exchange()
    await loseWords(storage)
    await nodes.reconcile()
    await new Promise((resolve) => setImmediate(resolve))
    const byId = (a: AuditRecord, b: AuditRecord): number => (a.id < b.id ? -1 : 1)
    expect([...told].sort(byId)).toEqual([...(await audits(storage))].sort(byId))
    expect(new Set(told.map(({ action }) => action))).toEqual(
      new Set(['upload', 'generate-self-signed', 'exchange', 'reconcile']),
    )
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no log')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no log'))],
    ['never ends', () => new Promise<void>(() => undefined)],
  ])('a listener that %s changes nothing', async (_, audit) => {
    const { manager, storage } = setUp({ audit })
    done(await manager.upload({ ...trust, file: root.pem }))
    expect(codesOf(await manager.upload({ ...trust, file: 'nothing' }))).toEqual(['malformed'])
    await new Promise((resolve) => setImmediate(resolve))
    expect(await audits(storage)).toHaveLength(2)
  })
})

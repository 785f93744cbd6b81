// PUR-13: devices, each with one certificate of a purpose, for monitoring and revocation only.

import { beforeEach, describe, expect, it } from 'vitest'
import { createCertificateMonitor, defaultMonitorSettings } from '../../src/monitor/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { IssuedCertificate, TestCa } from '../../src/testkit/index.js'
import {
  audits,
  codesOf,
  DAY,
  done,
  everything,
  installedIn,
  recordsOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'

const phone = { purpose: 'LSC', device: 'SEP001122334455' }
const scope = { purpose: 'LSC', node: phone.device }

let setting: Setting
let capf: TestCa
beforeEach(async () => {
  setting = setUp()
  capf = await rootOf(setting, { name: 'CAPF', keyType: 'p256' })
})

const issue = (days: number): Promise<IssuedCertificate> => {
  const now = setting.clock.now().getTime()
  return capf.issue({
    name: phone.device,
    notBefore: new Date(now - 1000),
    notAfter: new Date(now + days * DAY),
  })
}

describe('a device', () => {
  it('PUR-13 has its certificate noted, listed, shown and handed out', async () => {
    const { manager, storage } = setting
    const { pem, certificate } = await issue(300)
    const outcome = done(await manager.recordEndpoint({ ...phone, file: pem, description: 'reception', actor: 'capf' }))
    expect(outcome).toMatchObject({ changes: [{ type: 'install', ...scope }], effects: [], notices: [] })
    const sha256 = await certificate.fingerprint()
    expect(await installedIn(storage, scope)).toMatchObject([
      { kind: 'endpoint', id: 'current', node: phone.device, description: 'reception', sha256 },
    ])
    const where = [{ field: 'usage', operator: 'is-exactly', value: 'endpoint' } as const]
    expect((await manager.list({ where })).records).toHaveLength(1)
    expect(await manager.show({ ...scope, sha256 })).toContain(`Node: ${phone.device}`)
    expect(await manager.download({ ...scope, sha256 }, 'der')).toStrictEqual(new Uint8Array(certificate.der))
    expect(await audits(storage)).toMatchObject([{ action: 'record-endpoint', actor: 'capf', outcome: 'done' }])
  })

  it('PUR-13 has one of a purpose: a newer one replaces it, an older one is refused, the same changes nothing', async () => {
    const { manager, storage, clock } = setting
    const first = await issue(300)
    clock.advance(DAY)
    const second = await issue(300)
    done(await manager.recordEndpoint({ ...phone, file: second.pem }))
    expect(codesOf(await manager.recordEndpoint({ ...phone, file: first.pem }))).toEqual(['older-certificate'])
    const again = done(await manager.recordEndpoint({ ...phone, file: second.pem }))
    expect(again).toMatchObject({ changes: [], notices: [{ code: 'already-installed' }] })
    clock.advance(DAY)
    const third = await issue(300)
    expect(done(await manager.recordEndpoint({ ...phone, file: third.pem })).changes).toMatchObject([
      { type: 'replace' },
    ])
    expect(await installedIn(storage, scope)).toHaveLength(1)
    expect(await recordsOf(storage, 'history')).toMatchObject([{ usage: 'endpoint', why: 'replaced' }])
  })

  it('PUR-13 goes with what is watched of it', async () => {
    const { manager, storage } = setting
    done(await manager.recordEndpoint({ ...phone, file: (await issue(300)).pem }))
    expect(done(await manager.removeEndpoint(phone)).changes).toMatchObject([{ type: 'remove' }])
    expect((await storage.read([scope])).records).toEqual([])
    expect(codesOf(await manager.removeEndpoint(phone))).toEqual(['not-found'])
  })

  it('UPL-8 PUR-13 is planned without anything written, and the plan equals the outcome', async () => {
    const { manager, storage } = setting
    const file = (await issue(300)).pem
    const before = await everything(storage)
    const recording = done(await manager.plan.recordEndpoint({ ...phone, file }))
    expect(codesOf(await manager.plan.removeEndpoint(phone))).toEqual(['not-found'])
    expect(await everything(storage)).toEqual(before)
    expect(done(await manager.recordEndpoint({ ...phone, file }))).toEqual(recording)
    const removal = done(await manager.plan.removeEndpoint(phone))
    expect(done(await manager.removeEndpoint(phone))).toEqual(removal)
  })

  it.each([
    ['a purpose of nodes', { ...phone, purpose: 'tomcat' }, ['unknown-node']],
    ['a purpose there is not', { ...phone, purpose: 'apache' }, ['unknown-purpose', 'unknown-node']],
    ['no name', { ...phone, device: ' ' }, ['invalid-input']],
    ['a purpose of nodes, on a node', { purpose: 'tomcat', device: 'pub' }, ['wrong-purpose']],
  ])('PUR-13 is refused with %s', async (_, place, codes) => {
    const { manager } = setting
    expect(codesOf(await manager.recordEndpoint({ ...place, file: (await issue(300)).pem }))).toEqual(codes)
    expect(codesOf(await manager.removeEndpoint(place))).toEqual(codes)
  })

  it('FMT-3 is refused with a file of none, of several, of a key, of nothing', async () => {
    const { manager } = setting
    const { pem } = await issue(300)
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
    const codes = await Promise.all(
      [pem + capf.pem, key, 'nothing', ''].map(async (file) =>
        codesOf(await manager.recordEndpoint({ ...phone, file })),
      ),
    )
    expect(codes).toEqual([['unsuitable-file'], ['private-key'], ['malformed'], ['malformed']])
  })

  it('MON-1 counts for the monitor where that is enabled', async () => {
    const { manager, storage, clock } = setting
    done(await manager.recordEndpoint({ ...phone, file: (await issue(100)).pem }))
    const settings = { ...defaultMonitorSettings, lscMonitoring: 'enabled' } as const
    const monitor = createCertificateMonitor({
      ...{ catalogue: unifiedCommunications, storage, clock, settings, notifiers: [] },
    })
    await monitor.tick()
    clock.advance(80 * DAY)
    expect((await monitor.tick()).notices).toMatchObject([{ kind: 'endpoint', node: phone.device, purpose: 'LSC' }])
  })
})

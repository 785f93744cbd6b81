// Requests: CSR-6, CSR-8 … CSR-11.

import { execFileSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { verifyRequestSignature } from '../../src/authoring/index.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import {
  audits,
  codesOf,
  done,
  everything,
  hostOf,
  messagesOf,
  recordsOf,
  type Setting,
  setUp,
} from '../support/manager.js'
import { tool } from '../support/tools.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const subject = { commonName: hostOf('pub') }

let setting: Setting
beforeEach(() => {
  setting = setUp()
})

const downloaded = async (place = ec): Promise<Uint8Array> => {
  const der = await setting.manager.downloadCsr(place, 'der')
  if (!(der instanceof Uint8Array)) throw new Error('no request')
  return der
}

it('CSR-6 overwrites the pending request and its key; there is one for each purpose and node', async () => {
  const { manager, storage, keys } = setting
  done(await manager.generateCsr({ ...ec, subject }))
  const [first] = await keys.handles()
  const { changes } = done(await manager.generateCsr({ ...ec, subject: { commonName: 'b.example' } }))
  expect(changes.map(({ type, subject: name }) => [type, name])).toEqual([
    ['request-removed', hostOf('pub')],
    ['request-created', 'b.example'],
  ])
  expect(await keys.handles()).not.toContain(first)
  done(await manager.generateCsr({ ...ec, node: 'sub1', subject }))
  expect(await recordsOf(storage, 'request')).toHaveLength(2)
  expect(await keys.handles()).toHaveLength(2)
})

it('CSR-8 refuses keys and hashes the purpose does not take, before a key is made', async () => {
  const { manager, keys } = setting
  const key = { type: 'rsa', modulusLength: 2048 } as const
  const result = await manager.generateCsr({ ...ec, subject, key })
  expect(codesOf(result)).toEqual(['key-not-offered'])
  expect(messagesOf(result)).toMatch(/EC P-384, EC P-256, EC P-521, not of RSA 2048/)
  const curve = await manager.generateCsr({ ...ec, subject, key: { type: 'ec', curve: 'P-224' } })
  expect(messagesOf(curve)).toMatch(/, not of EC P-224$/)
  const hash = 'sha-1' as 'sha-256'
  expect(codesOf(await manager.generateCsr({ ...ec, subject, hash }))).toEqual(['key-not-offered'])
  expect(await keys.handles()).toEqual([])
})

it('CSR-1 names every fault of subject, names and key at once, before a key is made', async () => {
  const { manager, storage, keys } = setting
  const before = await everything(storage)
  const result = await manager.generateCsr({
    ...ec,
    subject: { commonName: 'x'.repeat(65), country: 'USA' },
    subjectAltNames: { dns: ['no host'], ip: ['1.2.3'] },
    key: { type: 'rsa', modulusLength: 2048 },
  })
  expect(codesOf(result)).toEqual(['key-not-offered', 'invalid-input'])
  expect(messagesOf(result)).toMatch(/tomcat-ECDSA: subject\.country is "USA".*65 characters.*no host.*1\.2\.3/)
  expect(await keys.handles()).toEqual([])
  expect(await everything(storage)).toEqual(before)
})

it('CSR-9 asks for every node of the cluster in a multi-server request, or for the hosts given; not for every purpose', async () => {
  const { manager } = setting
  done(
    await manager.generateCsr({
      ...ec,
      subject: { commonName: 'ms.example.com' },
      distribution: { type: 'multi-server' },
    }),
  )
  const names = parseCertificationRequest(await downloaded()).extension('subjectAltName')?.value ?? []
  expect(names.map((name) => name.value)).toEqual(['ms.example.com', 'pub', 'sub1', 'sub2'])
  const result = await manager.generateCsr({
    ...{ purpose: 'TVS', node: 'pub', subject },
    distribution: { type: 'multi-server', hosts: ['a.example'] },
  })
  expect(codesOf(result)).toEqual(['invalid-input'])
  expect(messagesOf(result)).toMatch(/CSR-9/)
})

it('PUR-1 asks for no certificate for a purpose that holds no identity', async () => {
  const result = await setting.manager.generateCsr({ purpose: 'tomcat-trust', node: 'pub', subject })
  expect(codesOf(result)).toEqual(['wrong-purpose'])
  expect(messagesOf(result)).toContain('tomcat-trust holds no identity')
})

describe('the key', () => {
  it('CSR-11 never leaves the key store: the record holds a handle, and no record, outcome or audit anything of it', async () => {
    const { manager, storage, keys } = setting
    const outcome = done(await manager.generateCsr({ ...ec, subject }))
    const [handle = ''] = await keys.handles()
    expect(await recordsOf(storage, 'request')).toMatchObject([{ keyHandle: handle }])
    expect(JSON.stringify([outcome, await audits(storage)])).not.toContain(handle)
    expect(Object.keys(outcome).sort()).toEqual(['changes', 'effects', 'notices', 'ok', 'pem'])
  })

  it('CSR-11 is proven to be possessed, also to openssl', async () => {
    const { manager } = setting
    const { pem } = done(await manager.generateCsr({ ...ec, subject, hash: 'sha-384' }))
    expect(await verifyRequestSignature(parseCertificationRequest(await downloaded()))).toMatchObject({ ok: true })
    expect(await manager.downloadCsr(ec)).toBe(pem)
    const openssl = tool('openssl', 'openssl’s word on requests of the manager')
    if (openssl === undefined) return
    const printed = execFileSync(openssl, ['req', '-verify', '-noout', '-text'], { input: pem, encoding: 'utf8' })
    expect(printed).toMatch(/ecdsa-with-SHA384/)
  })
})

it('LST-3 says where no request is pending', async () => {
  expect(await setting.manager.downloadCsr(ec)).toMatchObject({ ok: false, findings: [{ code: 'not-found' }] })
})

it('UPL-8 plans a request, and its refusal, without making a key', async () => {
  const { manager, storage, keys } = setting
  done(await manager.generateCsr({ ...ec, subject }))
  const [handles, before] = [await keys.handles(), await everything(storage)]
  const input = { ...ec, subject: { commonName: 'b.example' } }
  const planned = done(await manager.plan.generateCsr(input))
  expect(codesOf(await manager.plan.generateCsr({ ...ec, subject: { commonName: '' } }))).toEqual(['invalid-input'])
  expect([await keys.handles(), await everything(storage)]).toEqual([handles, before])
  const { pem, ...outcome } = done(await manager.generateCsr(input))
  expect(outcome).toEqual(planned)
  expect(pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/)
})

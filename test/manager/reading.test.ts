// Show, filter, download: LST-1 … LST-3, FMT-2.

import { beforeAll, expect, it } from 'vitest'
import type { Query } from '../../src/inventory/index.js'
import { readCertificates } from '../../src/reading/index.js'
import type { IssuedCertificate, TestCa } from '../../src/testkit/index.js'
import { certify, DAY, done, rootOf, type Setting, setUp } from '../support/manager.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const trust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
let intermediate: TestCa
let leaf: IssuedCertificate
beforeAll(async () => {
  setting = setUp()
  const { manager } = setting
  root = await rootOf(setting, { keyType: 'p256', name: 'Alpha Root' })
  intermediate = await root.issueIntermediate({ name: 'Beta CA' })
  leaf = await certify(setting, intermediate, ec)
  done(await manager.upload({ ...ec, file: leaf.pem + intermediate.pem + root.pem }))
  done(await manager.upload({ ...trust, node: 'sub1', file: root.pem, description: 'company' }))
  done(await manager.generateSelfSigned({ purpose: 'TVS', node: 'sub2', subject: { commonName: 'tvs.example' } }))
})

const names = async (query: Query): Promise<readonly string[]> =>
  (await setting.manager.list(query)).records.map(({ commonName, purpose, node }) => `${commonName} ${purpose} ${node}`)

it('LST-1 sorts by common name, expiry, key type and usage', async () => {
  expect((await names({})).map((name) => name.split(' ')[0])).toEqual([
    'Alpha',
    'Alpha',
    'Beta',
    'pub.example.com',
    'pub.example.com',
    'tvs.example',
    'tvs.example',
  ])
  const { records } = await setting.manager.list({ sort: { by: 'notAfter', direction: 'descending' } })
  const ends = records.map(({ notAfter }) => notAfter)
  expect(ends).toEqual([...ends].sort((a, b) => b - a))
  const sorted = (await setting.manager.list({ sort: { by: 'keyType' } })).records.map(({ keyType }) => keyType)
  expect(sorted).toEqual([...sorted].sort())
  expect((await setting.manager.list({ sort: { by: 'usage' } })).records[0]?.kind).toBe('identity')
})

it('LST-1 filters by every operator and field', async () => {
  const where = (field: string, operator: string, value?: string): Promise<readonly string[]> =>
    names({
      where: [{ field, operator, ...(value !== undefined && { value }) } as NonNullable<Query['where']>[number]],
    })
  expect(await where('commonName', 'begins-with', 'alpha')).toHaveLength(2)
  expect(await where('commonName', 'ends-with', ' CA')).toEqual(['Beta CA tomcat-trust pub'])
  expect(await where('commonName', 'contains', 'a r')).toHaveLength(2)
  expect(await where('commonName', 'is-exactly', 'beta ca')).toHaveLength(1)
  expect(await where('description', 'is-exactly', 'company')).toEqual(['Alpha Root tomcat-trust sub1'])
  expect(await where('description', 'is-empty')).toEqual(['pub.example.com tomcat-ECDSA pub', 'tvs.example TVS sub2'])
  expect(await where('description', 'is-not-empty')).toHaveLength(5)
  expect(await where('usage', 'is-exactly', 'identity')).toHaveLength(2)
  expect(await where('type', 'is-exactly', 'self-signed')).toHaveLength(4)
  expect(await where('node', 'is-exactly', 'sub1')).toHaveLength(1)
  expect(await where('purpose', 'begins-with', 'tvs')).toHaveLength(2)
  expect(await where('issuer', 'contains', 'beta')).toHaveLength(2)
  expect(await where('serialNumber', 'is-exactly', root.certificate.serialNumber)).toHaveLength(2)
  const value = new Date(setting.clock.now().getTime() + 365 * DAY)
  expect(await names({ where: [{ field: 'notAfter', operator: 'before', value }] })).toEqual([
    'pub.example.com tomcat-ECDSA pub',
    'pub.example.com tomcat-trust pub',
  ])
  expect(await names({ where: [{ field: 'notAfter', operator: 'after', value }] })).toHaveLength(5)
})

it('LST-1 pages with a cursor that stays right while certificates come', async () => {
  const { manager } = setting
  const first = await manager.list({ limit: 3 })
  const late = await rootOf(setting, { keyType: 'p256', name: 'Aaa Root' })
  const place = { purpose: 'ipsec-trust', node: 'pub' }
  done(await manager.upload({ ...place, file: late.pem }))
  const rest = await manager.list({ limit: 10, ...(first.next !== undefined && { cursor: first.next }) })
  expect([...first.records, ...rest.records]).toHaveLength(7)
  expect(rest.next).toBeUndefined()
  done(await manager.delete({ ...place, sha256: await late.certificate.fingerprint() }))
})

it('LST-2 shows one certificate with purpose, node, usage, type, description, fingerprints and all its fields', async () => {
  const sha256 = await root.certificate.fingerprint()
  const text = await setting.manager.show({ ...trust, node: 'sub1', sha256: sha256.toUpperCase() })
  expect(text).toContain(
    [
      ...['Purpose: tomcat-trust', 'Usage: trust', 'Node: sub1', 'Type: self-signed, uploaded', 'Description: company'],
      `SHA-256 fingerprint: ${sha256}`,
      `SHA-1 fingerprint: ${await root.certificate.fingerprint('sha-1')}`,
    ].join('\n'),
  )
  expect(text).toContain('Subject: CN')
  expect(text).toContain('X509v3 Basic Constraints')
  expect(await setting.manager.show({ ...trust, node: 'sub2', sha256 })).toMatchObject({
    ok: false,
    findings: [{ code: 'not-found' }],
  })
})

it('LST-3, FMT-2 download a certificate as PEM and DER, its chain as PEM and PKCS#7, expired or not', async () => {
  const { manager, clock } = setting
  const reference = { ...ec, sha256: await leaf.certificate.fingerprint() }
  expect(await manager.download(reference)).toBe(leaf.pem)
  expect(await manager.download(reference, 'der')).toEqual(Uint8Array.from(leaf.der))
  const chain = [leaf, intermediate, root].map(({ pem }) => pem).join('')
  expect(await manager.download(reference, 'chain-pem')).toBe(chain)
  const bundle = await manager.download(reference, 'chain-pkcs7')
  if (typeof bundle !== 'string') throw new Error('no bundle')
  expect(bundle).toMatch(/^-----BEGIN PKCS7-----/)
  expect(readCertificates(bundle).certificates).toHaveLength(3)
  clock.advance(400 * DAY)
  expect(await manager.download(reference, 'chain-pem')).toBe(chain)
  const ofRoot = { ...trust, sha256: await root.certificate.fingerprint() }
  expect(await manager.download(ofRoot, 'chain-pem')).toBe(root.pem)
})

it('LST-3 hands out copies: what a caller does to them changes nothing', async () => {
  const reference = { ...ec, sha256: await leaf.certificate.fingerprint() }
  const der = await setting.manager.download(reference, 'der')
  if (der instanceof Uint8Array) der.fill(0)
  expect(await setting.manager.download(reference)).toBe(leaf.pem)
})

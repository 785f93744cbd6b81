// Files nobody should upload: each is refused with its reason, none makes the manager throw or write (FMT-3, FMT-4).

import { beforeEach, expect, it } from 'vitest'
import fc from 'fast-check'
import { generateTestKey, type TestCa } from '../../src/testkit/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import {
  answer,
  audits,
  certify,
  codesOf,
  done,
  everything,
  installedIn,
  messagesOf,
  rootOf,
  type Setting,
  setUp,
} from '../support/manager.js'

const ec = { purpose: 'tomcat-ECDSA', node: 'pub' }
const trust = { purpose: 'tomcat-trust', node: 'pub' }

let setting: Setting
let root: TestCa
beforeEach(async () => {
  setting = setUp()
  root = await rootOf(setting, { keyType: 'p256' })
})

it('FMT-3 refuses a private key by name, and neither stores nor echoes it', async () => {
  const { manager, storage } = setting
  const key = await generateTestKey('p256')
  const before = await everything(storage)
  for (const file of [key.pem, root.pem + key.pem, key.pkcs8]) {
    const result = await manager.upload({ ...trust, file })
    expect(codesOf(result)).toEqual(['private-key'])
    const secret = Buffer.from(key.pkcs8).toString('base64')
    expect(JSON.stringify([result, await audits(storage)])).not.toContain(secret.slice(40, 80))
  }
  expect(await everything(storage)).toEqual(before)
})

it('FMT-3 refuses what is no certificate', async () => {
  const { manager } = setting
  for (const file of ['', 'hello', Uint8Array.of(0x30, 0x80), new Uint8Array(1000), root.der.slice(0, -1)]) {
    expect(codesOf(await manager.upload({ ...trust, file }))).toEqual(['malformed'])
  }
})

it('UPL-4 installs the very bytes it has checked, whatever becomes of the caller’s meanwhile', async () => {
  const { manager, storage } = setting
  done(await manager.upload({ ...trust, file: root.pem }))
  const { pem } = done(await manager.generateCsr({ ...ec, subject: { commonName: 'pub.example.com' } }))
  let installs = 0
  for (let turns = 0; turns < 60; turns++) {
    const { der } = await answer(pem, root)
    const file = der.slice()
    const pending = manager.upload({ ...ec, file })
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    // The last byte is the signature's: nothing but the signature shows it.
    file.fill(file.at(-1) === 0 ? 1 : 0, -1)
    const result = await pending
    const [installed] = await installedIn(storage, ec)
    if (result.ok) expect(installed?.der).toEqual(der)
    if (result.ok) installs++
    else expect(codesOf(result)).toEqual(['chain'])
  }
  expect(installs).toBeGreaterThan(20)
})

it('PUR-4 names each of several application certificates', async () => {
  const leaves = await Promise.all([1, 2].map((n) => root.issue({ name: `host${n}.example` })))
  const result = await setting.manager.upload({ ...ec, file: leaves.map(({ pem }) => pem).join('') })
  expect(codesOf(result)).toEqual(['unsuitable-file', 'unsuitable-file'])
  expect(messagesOf(result)).toMatch(/host1\.example.*\n.*host2\.example/)
})

it('FMT-4 takes a hundred authorities at once', async () => {
  const key = await generateTestKey('p256')
  const files = await Promise.all(
    Array.from({ length: 100 }, (_, n) => root.issueIntermediate({ name: `CA ${n}`, key })),
  )
  const { changes } = done(
    await setting.manager.upload({ ...trust, file: [root, ...files].map(({ pem }) => pem).join('') }),
  )
  expect(changes).toHaveLength(101)
})

it.each([
  'subjectAltName',
  'keyUsage',
  'extendedKeyUsage',
  'basicConstraints',
  'authorityKeyIdentifier',
  'nameConstraints',
] as const)('UPL-4 refuses a certificate whose %s is malformed, with all its other faults', async (name) => {
  const { manager, storage } = setting
  done(await manager.upload({ ...trust, file: root.pem }))
  const leaf = await certify(setting, root, ec, {
    requestedExtensions: 'ignore',
    extensions: [{ oid: name, value: Uint8Array.of(0x30, 5, 1) }],
    without: [name],
  })
  const before = await everything(storage)
  for (const place of [ec, trust]) {
    for (const as of ['authority', 'peer'] as const) {
      const result = await manager.upload({ ...place, file: leaf.pem, as })
      expect(result.ok).toBe(false)
      expect(codesOf(result)).not.toEqual([])
    }
  }
  expect(codesOf(await manager.upload({ ...ec, file: leaf.pem }))).toContain('profile')
  expect(await everything(storage)).toEqual(before)
})

it('UPL-4 refuses a public key nobody can read', async () => {
  const { manager } = setting
  const odd = await root.issue({
    name: 'odd.example',
    publicKey: Uint8Array.of(0x30, 0x0a, 0x30, 3, 6, 1, 0x2a, 3, 3, 0, 1, 2),
  })
  expect((await manager.upload({ ...ec, file: odd.pem })).ok).toBe(false)
  expect((await manager.upload({ ...trust, file: odd.pem, as: 'peer' })).ok).toBe(false)
})

it('FMT-3 survives any bytes, and any change of one byte of a right file, for every purpose', async () => {
  const { manager } = setting
  done(await manager.upload({ ...trust, file: root.pem }))
  const leaf = await certify(setting, root, ec)
  const purposes = unifiedCommunications.purposes.map(({ id }) => id)
  const flipped = fc.tuple(fc.nat(leaf.der.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    const der = Uint8Array.from(leaf.der)
    der[at] = (der[at] ?? 0) ^ mask
    return der
  })
  await fc.assert(
    fc.asyncProperty(fc.oneof(flipped, fc.uint8Array()), fc.constantFrom(...purposes), async (file, purpose) => {
      expect((await manager.plan.upload({ ...ec, file })).ok).toBe(false)
      expect((await manager.plan.upload({ purpose, node: 'pub', file, as: 'peer' })).ok).toBeTypeOf('boolean')
    }),
    { numRuns: 300 },
  )
})

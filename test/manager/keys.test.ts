// Keys as catalogues, key stores and certificates speak of them.

import { expect, it } from 'vitest'
import { keyFindings, specificationOf } from '../../src/manager/keys.js'
import type { PublicKey } from '../../src/x509/index.js'
import { createTestCa, type TestKeyType } from '../../src/testkit/index.js'

const keyOf = async (keyType: TestKeyType): Promise<PublicKey> =>
  (await createTestCa({ keyType })).certificate.publicKey.key

it('REG-2 makes keys like those of RSA and of named curves, and of no other kind', async () => {
  expect(specificationOf(await keyOf('rsa-3072'))).toEqual({ type: 'rsa', modulusLength: 3072 })
  expect(specificationOf(await keyOf('p384'))).toEqual({ type: 'ec', curve: 'P-384' })
  expect(specificationOf(await keyOf('ed25519'))).toBeUndefined()
  const point = Uint8Array.of(4)
  expect(specificationOf({ type: 'ec', curve: undefined, curveOid: '1.3.132.0.16', point })).toBeUndefined()
})

it('CSR-8 names the keys a purpose takes, and the one it does not', () => {
  const kinds = [
    { type: 'rsa', modulusLength: 2048 },
    { type: 'ec', curve: 'P-384' },
  ] as const
  const messages = (key: Parameters<typeof keyFindings>[1]): readonly string[] =>
    keyFindings('tomcat', key, kinds, 'CSR-8').map(({ message }) => message)
  for (const kind of kinds) expect(messages(kind)).toEqual([])
  expect(messages(undefined)).toEqual(['tomcat takes keys of RSA 2048, EC P-384'])
  expect(messages({ type: 'rsa', modulusLength: 3072 })).toEqual([
    'tomcat takes keys of RSA 2048, EC P-384, not of RSA 3072',
  ])
  expect(messages({ type: 'ec', curve: 'P-256' })).toEqual(['tomcat takes keys of RSA 2048, EC P-384, not of EC P-256'])
})

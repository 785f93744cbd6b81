// What every KeyStore keeps to, as cases any test runner can run.

import { createCertificateRequest, type SignerHash, verifyRequestSignature } from '../authoring/index.js'
import { type ContractCase, expectRejection, expectSame } from './contract-case.js'
import type { KeySpecification, KeyStore } from './key-store.js'

const hashes: readonly SignerHash[] = ['sha-256', 'sha-384', 'sha-512']

/** Every kind of key a catalogue may ask for (CSR-8). RSA of 3072 and 4096 bits differs in time only. */
const kinds: readonly KeySpecification[] = [
  { type: 'rsa', modulusLength: 2048 },
  { type: 'ec', curve: 'P-256' },
  { type: 'ec', curve: 'P-384' },
  { type: 'ec', curve: 'P-521' },
]
const p256: KeySpecification = { type: 'ec', curve: 'P-256' }

const nameOf = (kind: KeySpecification): string => (kind.type === 'ec' ? kind.curve : `RSA ${kind.modulusLength}`)

/** Signs a request with the key and verifies it: what `sign` returns is what X.509 carries. */
async function proveSigning(keys: KeyStore, handle: string, hash?: SignerHash): Promise<Uint8Array> {
  const key = await keys.signer(handle, hash)
  const profile = { keyUsage: [{ usage: 'digitalSignature' }], extendedKeyUsage: [] }
  const { request } = await createCertificateRequest({ profile, subject: { commonName: 'key.example' }, key })
  expectSame(`the signature with ${hash ?? 'the default hash'}`, await verifyRequestSignature(request), { ok: true })
  return key.publicKey
}

type KeyStoreCheck = readonly [name: string, check: (keys: KeyStore) => Promise<void>]

const checks: readonly KeyStoreCheck[] = [
  ...kinds.map((kind): KeyStoreCheck => [
    `CSR-8 a key of ${nameOf(kind)} is made, and signs with every hash`,
    async (keys) => {
      const handle = await keys.generate(kind)
      const first = await proveSigning(keys, handle)
      for (const hash of hashes) {
        expectSame('the key', await proveSigning(keys, handle, hash), first)
        const { algorithm } = await keys.signer(handle, hash)
        expectSame('the hash', 'hash' in algorithm ? algorithm.hash : undefined, hash)
      }
    },
  ]),
  [
    'a kind nobody makes is refused, and leaves no key',
    async (keys) => {
      const wrong = [{ type: 'ec', curve: 'P-1000' } as unknown, { type: 'rsa', modulusLength: 3 } as unknown]
      for (const kind of wrong) {
        await expectRejection('generate', 'KeyStoreError', () => keys.generate(kind as KeySpecification))
      }
      expectSame('handles', await keys.handles(), [])
    },
  ],
  [
    'CSR-11 a handle tells nothing of the key, and no two are the same',
    async (keys) => {
      const handles = await Promise.all(Array.from({ length: 4 }, () => keys.generate(p256)))
      expectSame('handles', [...(await keys.handles())].sort(), [...handles].sort())
      expectSame('different ones', new Set(handles).size, handles.length)
      const signer = await keys.signer(handles[0] ?? '')
      for (const name of Object.keys(signer)) {
        if (['publicKey', 'algorithm', 'sign'].includes(name)) continue
        throw new Error(`expected a signer of three members, found ${name}`)
      }
    },
  ],
  [
    'a destroyed key is gone; destroying it again, or one that never was, does nothing',
    async (keys) => {
      const [gone, kept] = [await keys.generate(p256), await keys.generate(p256)]
      await keys.destroy(gone)
      await keys.destroy(gone)
      for (const odd of ['never was', '', '..', '../../etc/passwd', kept.slice(1), `${kept}.pem`, `./${kept}`]) {
        await keys.destroy(odd)
      }
      expectSame('handles', await keys.handles(), [kept])
      await expectRejection('signer', 'KeyStoreError', () => keys.signer(gone))
      await proveSigning(keys, kept)
    },
  ],
  [
    'a handle nobody gave out is refused',
    async (keys) => {
      const handle = await keys.generate(p256)
      for (const odd of ['never was', '', '..', '../../etc/passwd', handle.slice(1), `./${handle}`, `${handle}\n`]) {
        await expectRejection(JSON.stringify(odd), 'KeyStoreError', () => keys.signer(odd))
      }
    },
  ],
  [
    'keys are made, used and destroyed at once without harm to each other',
    async (keys) => {
      const use = async (at: number): Promise<string | undefined> => {
        const handle = await keys.generate(p256)
        await Promise.all([proveSigning(keys, handle, hashes[at % 3]), proveSigning(keys, handle), keys.handles()])
        if (at % 2 === 0) return handle
        await keys.destroy(handle)
        return undefined
      }
      const kept = (await Promise.all([0, 1, 2, 3, 4, 5].map(use))).filter((handle) => handle !== undefined)
      expectSame('handles', [...(await keys.handles())].sort(), [...kept].sort())
    },
  ],
]

/**
 * The contract of {@link KeyStore}. An implementation passes when every case resolves. That a key cannot be read from where
 * it lies is for the implementation to prove.
 *
 * @param make makes a new, empty key store for each case
 * @example
 * ```ts
 * for (const { name, run } of keyStoreContract(() => Promise.resolve(createMemoryKeyStore()))) it(name, run)
 * ```
 */
export function keyStoreContract(make: () => Promise<KeyStore>): readonly ContractCase[] {
  return checks.map(([name, check]) => ({ name, run: async () => check(await make()) }))
}

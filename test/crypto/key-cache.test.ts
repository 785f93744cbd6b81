// The cache of imported keys: by bytes, bounded, failures kept, one provider's keys never another's.

import { describe, expect, it } from 'vitest'
import { KeyCache } from '../../src/crypto/key-cache.js'
import { type SubtleCryptoLike, webCryptoProvider } from '../../src/crypto/index.js'
import { bitString, objectIdentifier, sequence } from '../../src/der/writer.js'
import { parseCertificate, SubjectPublicKeyInfo } from '../../src/x509/index.js'
import { createTestCa } from '../../src/testkit/index.js'

function keyNumber(i: number): SubjectPublicKeyInfo {
  const spki = sequence(
    sequence(objectIdentifier('1.3.101.112')),
    bitString(Uint8Array.of(i >> 8, i & 255, ...new Uint8Array(30))),
  )
  return new SubjectPublicKeyInfo(spki, 0, spki.length, 0)
}

describe('KeyCache', () => {
  it('imports a key once, by its bytes, whichever object holds them', () => {
    let imports = 0
    const cache = new KeyCache(() => ++imports)
    const key = keyNumber(1)
    expect([cache.get(key), cache.get(key), cache.get(keyNumber(1))]).toEqual([1, 1, 1])
    expect(cache.get(keyNumber(2))).toBe(2)
  })

  it('keeps 1,024 keys and lets the oldest go', () => {
    let imports = 0
    const cache = new KeyCache(() => ++imports)
    for (let i = 0; i < 1024; i++) cache.get(keyNumber(i))
    expect(cache.get(keyNumber(0))).toBe(1)
    cache.get(keyNumber(1024))
    expect(imports).toBe(1025)
    expect(cache.get(keyNumber(1))).toBe(2)
    expect(cache.get(keyNumber(0))).toBe(1026)
    for (let i = 0; i < 10_000; i++) cache.get(keyNumber(i))
    expect(Reflect.get(cache, 'byBytes')).toHaveProperty('size', 1024)
  })

  it('keeps what importing came to even where it failed', () => {
    let imports = 0
    const cache = new KeyCache(() => {
      imports++
      return { key: undefined }
    })
    const key = keyNumber(1)
    cache.get(key)
    cache.get(key)
    cache.get(keyNumber(1))
    expect(imports).toBe(1)
  })

  it('does not mix its keys with those of another cache', () => {
    const [first, second] = [new KeyCache(() => 'first'), new KeyCache(() => 'second')]
    const key = keyNumber(1)
    expect([first.get(key), second.get(key), first.get(key), second.get(key)]).toEqual([
      'first',
      'second',
      'first',
      'second',
    ])
    first.put(key, 'put')
    expect([second.get(key), first.get(key), first.get(keyNumber(1))]).toEqual(['second', 'put', 'put'])
  })
})

describe('two providers over Web Crypto', () => {
  it('do not use keys the other has imported, and import each once', async () => {
    const imported: string[] = []
    const watched = (name: string): SubtleCryptoLike => ({
      digest: (algorithm, data) => crypto.subtle.digest(algorithm, data),
      importKey: async (_format, data, algorithm, extractable, usages) => {
        imported.push(name)
        const key: unknown = await crypto.subtle.importKey('spki', data, algorithm, extractable, usages)
        return { name, key }
      },
      verify: async (algorithm, key: { name: string; key: CryptoKey }, signature, data) => {
        expect(key.name).toBe(name)
        return crypto.subtle.verify(algorithm, key.key, signature, data)
      },
    })
    const [first, second] = ['first', 'second'].map((name) => webCryptoProvider(() => watched(name)))
    const root = await createTestCa()
    const { signatureAlgorithm, signatureValue, tbsCertificate } = (await root.issue()).certificate
    for (const provider of [first, second, first, second]) {
      const { publicKey } = parseCertificate(root.der)
      expect(
        await provider?.verify(signatureAlgorithm, root.certificate.publicKey, signatureValue, tbsCertificate),
      ).toBe('valid')
      expect(await provider?.verify(signatureAlgorithm, publicKey, signatureValue, tbsCertificate)).toBe('valid')
    }
    expect(imported).toEqual(['first', 'second'])
  })
})

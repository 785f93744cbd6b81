// Signatures remembered: what is the same is not verified again, and nothing else is taken for it.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type CryptoProvider,
  rememberSignatures,
  runtimeCrypto,
  type SignatureVerdict,
} from '../../src/crypto/index.js'
import { createTestCa } from '../../src/testkit/index.js'
import { type Certificate, SubjectPublicKeyInfo } from '../../src/x509/index.js'

/** A provider that counts what it is asked, and answers all the same. */
function counting(answer: () => SignatureVerdict | Promise<SignatureVerdict>) {
  const asked: Uint8Array[] = []
  const provider: CryptoProvider = {
    digest: (algorithm, data) => runtimeCrypto.digest(algorithm, data),
    verify: (_algorithm, _publicKey, _signature, data) => {
      asked.push(data)
      return answer()
    },
  }
  return { asked, remembering: rememberSignatures(provider) }
}

let root: Certificate
let leaf: Certificate
beforeAll(async () => {
  const ca = await createTestCa({ name: 'Root' })
  root = ca.certificate
  leaf = (await ca.issue({ name: 'leaf' })).certificate
})

const asks = (
  provider: CryptoProvider,
  subject: Certificate,
  key = root.publicKey,
  data: Uint8Array = subject.tbsCertificate,
): SignatureVerdict | Promise<SignatureVerdict> =>
  provider.verify(subject.signatureAlgorithm, key, subject.signatureValue, data)

/** The same bytes in an object of their own. */
const copyOf = ({ der }: SubjectPublicKeyInfo): SubjectPublicKeyInfo =>
  new SubjectPublicKeyInfo(der.slice(), 0, der.length, 0)

describe('a signature found valid', () => {
  it('is not verified again, whichever objects hold it', () => {
    const { asked, remembering } = counting(() => 'valid')
    expect(asks(remembering, leaf)).toBe('valid')
    expect(asks(remembering, leaf, copyOf(root.publicKey), leaf.tbsCertificate.slice())).toBe('valid')
    expect(asked).toHaveLength(1)
  })

  it('is not verified again by a provider that answers later', async () => {
    const { asked, remembering } = counting(() => Promise.resolve('valid'))
    expect(await asks(remembering, leaf)).toBe('valid')
    expect(asks(remembering, leaf)).toBe('valid')
    expect(asked).toHaveLength(1)
  })

  it('is forgotten when 512 others were used since', () => {
    const { asked, remembering } = counting(() => 'valid')
    const numbered = (i: number): unknown =>
      remembering.verify(leaf.signatureAlgorithm, root.publicKey, Uint8Array.of(i >> 8, i & 255), leaf.tbsCertificate)
    for (let i = 0; i < 512; i++) numbered(i)
    numbered(0)
    numbered(512)
    expect(asked).toHaveLength(513)
    numbered(0)
    expect(asked).toHaveLength(513)
    numbered(1)
    expect(asked).toHaveLength(514)
  })

  it('is verified each time where what is signed has more than 8 KiB', async () => {
    const { asked, remembering } = counting(() => 'valid')
    for (const length of [8192, 8192, 8193, 8193]) await asks(remembering, leaf, root.publicKey, new Uint8Array(length))
    expect(asked.map(({ length }) => length)).toEqual([8192, 8193, 8193])
  })
})

describe('anything else', () => {
  it.each(['invalid', 'unsupported'] as const)('is asked again where it was %s', async (verdict) => {
    for (const answer of [() => verdict, () => Promise.resolve(verdict)]) {
      const { asked, remembering } = counting(answer)
      expect([await asks(remembering, leaf), await asks(remembering, leaf)]).toEqual([verdict, verdict])
      expect(asked).toHaveLength(2)
    }
  })

  it('is asked again after the provider has thrown', async () => {
    const { asked, remembering } = counting(() => Promise.reject(new Error('no device')))
    await expect(asks(remembering, leaf)).rejects.toThrow('no device')
    await expect(asks(remembering, leaf)).rejects.toThrow('no device')
    expect(asked).toHaveLength(2)
  })

  it('is never taken for it: every changed bit of key, signature and message is found by the runtime', async () => {
    const remembering = rememberSignatures(runtimeCrypto)
    expect(await asks(remembering, leaf)).toBe('valid')
    const { signatureAlgorithm, signatureValue, tbsCertificate } = leaf
    const parts = [root.publicKey.der, signatureValue, tbsCertificate]
    const places = fc.nat({ max: parts.reduce((sum, { length }) => sum + length, 0) * 8 - 1 })
    await fc.assert(
      fc.asyncProperty(places, async (bit) => {
        let left = bit
        const [key = [], signature = [], data = []] = parts.map((part) => {
          const copy = part.slice()
          const at = left >> 3
          if (left >= 0 && at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (left & 7))
          left = left < 0 || at < copy.length ? -1 : left - copy.length * 8
          return copy
        })
        let changedKey: SubjectPublicKeyInfo
        try {
          const der = Uint8Array.from(key)
          changedKey = new SubjectPublicKeyInfo(der, 0, der.length, 0)
        } catch {
          return
        }
        const question = [signatureAlgorithm, changedKey, Uint8Array.from(signature), Uint8Array.from(data)] as const
        expect(await remembering.verify(...question)).toBe(await runtimeCrypto.verify(...question))
        expect(await asks(remembering, leaf)).toBe('valid')
      }),
      { numRuns: 300 },
    )
  })

  it('is another question where bytes move between signature and message', async () => {
    const { asked, remembering } = counting(() => 'valid')
    const [key, bytes] = [root.publicKey, Uint8Array.of(1, 2, 3, 4)]
    for (let cut = 0; cut <= bytes.length; cut++) {
      await remembering.verify(leaf.signatureAlgorithm, key, bytes.slice(0, cut), bytes.slice(cut))
    }
    expect(asked).toHaveLength(5)
  })

  it('is another question under another algorithm, hash or salt', async () => {
    const { asked, remembering } = counting(() => 'valid')
    const pss = { hash: 'sha-256', maskHash: 'sha-256', saltLength: 32 } as const
    const base = { ...leaf.signatureAlgorithm, oid: '1.2', hash: undefined, pss }
    const others = [
      { ...base, oid: '1.3' },
      { ...base, hash: 'sha-256' as const },
      { ...base, pss: undefined },
      { ...base, pss: { ...pss, hash: 'sha-512' as const } },
      { ...base, pss: { ...pss, maskHash: 'sha-512' as const } },
      { ...base, pss: { ...pss, saltLength: 20 } },
    ]
    for (const algorithm of others.flatMap((other) => [base, other, other])) {
      await remembering.verify(algorithm, root.publicKey, leaf.signatureValue, leaf.tbsCertificate)
    }
    expect(asked).toHaveLength(2 * others.length)
  })
})

// The same table of signatures for every provider: node:crypto, Web Crypto, and Web Crypto as @peculiar/webcrypto has it.

import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto'
import { describe, expect, it } from 'vitest'
import { createProvider } from '../../src/crypto/node.js'
import { type CryptoProvider, type SignatureVerdict, webCryptoProvider } from '../../src/crypto/index.js'
import { provider as webProvider } from '../../src/crypto/web.js'
import { bitString, explicit, integer, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { SubjectPublicKeyInfo } from '../../src/x509/index.js'
import { type SignatureAlgorithm } from '../../src/x509/index.js'
import { parseCertificate } from '../../src/x509/index.js'
import { makeCertificate } from '../support/make-certificate.js'

const peculiar = new PeculiarCrypto()
const providers = {
  node: createProvider(),
  web: webProvider,
  peculiar: webCryptoProvider(() => peculiar.subtle),
}
type ProviderName = keyof typeof providers

const message = new TextEncoder().encode('what is signed')
const other = new TextEncoder().encode('what is not')

/** A key as certificates carry it. */
const keyOf = (spki: Uint8Array): SubjectPublicKeyInfo => new SubjectPublicKeyInfo(spki, 0, spki.length, 0)
const spki = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ type: 'spki', format: 'der' }))

/** An algorithm as certificates name it. */
const algorithmOf = (der: Uint8Array): SignatureAlgorithm =>
  parseCertificate(makeCertificate({ signature: der })).signatureAlgorithm
const named = (oid: string, ...parameters: Uint8Array[]): SignatureAlgorithm =>
  algorithmOf(sequence(objectIdentifier(oid), ...parameters))

const hashes = {
  'sha-256': '2.16.840.1.101.3.4.2.1',
  'sha-384': '2.16.840.1.101.3.4.2.2',
  'sha-512': '2.16.840.1.101.3.4.2.3',
}
type Hash = keyof typeof hashes
const nodeHash = (hash: Hash): string => hash.replace('-', '')
const hashLength = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 }

const rsaPkcs1 = { 'sha-256': 11, 'sha-384': 12, 'sha-512': 13 }
const pkcs1 = (hash: Hash): SignatureAlgorithm => named(`1.2.840.113549.1.1.${rsaPkcs1[hash]}`, nullValue())
const ecdsaArc = { 'sha-256': 2, 'sha-384': 3, 'sha-512': 4 }
const ecdsa = (hash: Hash): SignatureAlgorithm => named(`1.2.840.10045.4.3.${ecdsaArc[hash]}`)
const pss = (hash: Hash, maskHash: Hash, saltLength: number): SignatureAlgorithm =>
  algorithmOf(pssIdentifier(hash, maskHash, saltLength))
const hashIdentifier = (hash: Hash): Uint8Array => sequence(objectIdentifier(hashes[hash]), nullValue())
function pssIdentifier(hash: Hash, maskHash: Hash, saltLength: number): Uint8Array {
  return sequence(
    objectIdentifier('1.2.840.113549.1.1.10'),
    sequence(
      explicit(0, hashIdentifier(hash)),
      explicit(1, sequence(objectIdentifier('1.2.840.113549.1.1.8'), hashIdentifier(maskHash))),
      // 20 is the DEFAULT, which DER leaves out.
      ...(saltLength === 20 ? [] : [explicit(2, integer(saltLength))]),
    ),
  )
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const ed448 = generateKeyPairSync('ed448')

const bytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer)
const signPss = (key: KeyObject, hash: Hash, saltLength: number): Uint8Array =>
  bytes(sign(nodeHash(hash), message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }))
const signWith = (key: KeyObject, hash: Hash | undefined): Uint8Array =>
  bytes(sign(hash === undefined ? null : nodeHash(hash), message, key))

interface Case {
  readonly algorithm: SignatureAlgorithm
  readonly key: SubjectPublicKeyInfo
  readonly signature: Uint8Array
}

const everywhere: Readonly<Record<string, Case>> = {}
const add = (name: string, one: Case): void => void Object.assign(everywhere, { [name]: one })
for (const hash of ['sha-256', 'sha-384', 'sha-512'] as const) {
  const key = keyOf(spki(rsa.publicKey))
  add(`RSASSA-PKCS1-v1_5 with ${hash}`, { algorithm: pkcs1(hash), key, signature: signWith(rsa.privateKey, hash) })
  for (const salt of [hashLength[hash], 0, 20]) {
    const signature = signPss(rsa.privateKey, hash, salt)
    add(`RSASSA-PSS with ${hash} and a salt of ${salt} bytes`, { algorithm: pss(hash, hash, salt), key, signature })
  }
  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    const pair = generateKeyPairSync('ec', { namedCurve })
    const signature = signWith(pair.privateKey, hash)
    add(`ECDSA on ${namedCurve} with ${hash}`, { algorithm: ecdsa(hash), key: keyOf(spki(pair.publicKey)), signature })
  }
}
const edAlgorithm = named('1.3.101.112')
const edCase: Case = {
  algorithm: edAlgorithm,
  key: keyOf(spki(ed25519.publicKey)),
  signature: signWith(ed25519.privateKey, undefined),
}
add('Ed25519', edCase)

const verify = async (
  name: ProviderName | CryptoProvider,
  { algorithm, key, signature }: Case,
  data = message,
): Promise<SignatureVerdict> =>
  (typeof name === 'string' ? providers[name] : name).verify(algorithm, key, signature, data)

const rsaKey = keyOf(spki(rsa.publicKey))
const p256Key = keyOf(spki(p256.publicKey))
const p256Case: Case = { algorithm: ecdsa('sha-256'), key: p256Key, signature: signWith(p256.privateKey, 'sha-256') }
const rsaCase: Case = { algorithm: pkcs1('sha-256'), key: rsaKey, signature: signWith(rsa.privateKey, 'sha-256') }

/** r and s of an ECDSA signature in DER. */
function numbersOf(signature: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const rLength = signature[3] ?? 0
  return [signature.subarray(4, 4 + rLength), signature.subarray(6 + rLength)]
}
const tlv = (tag: number, ...content: Uint8Array[]): Uint8Array => {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  return Uint8Array.from([tag, length, ...content.flatMap((part) => [...part])])
}

const flipped = (signature: Uint8Array, at = signature.length - 1): Uint8Array =>
  signature.map((byte, i) => (i === at ? byte ^ 1 : byte))

describe.each(Object.keys(providers) as ProviderName[])('the %s provider', (name) => {
  it.each(Object.keys(everywhere))('verifies %s, and nothing beside it', async (title) => {
    const one = everywhere[title]
    if (one === undefined) throw new TypeError(title)
    expect(await verify(name, one)).toBe('valid')
    expect(await verify(name, one)).toBe('valid')
    expect(await verify(name, one, other)).toBe('invalid')
    expect(await verify(name, { ...one, signature: flipped(one.signature) })).toBe('invalid')
    expect(await verify(name, { ...one, signature: one.signature.slice(0, -1) })).toBe('invalid')
    expect(await verify(name, { ...one, signature: Uint8Array.of(...one.signature, 0) })).toBe('invalid')
    expect(await verify(name, { ...one, signature: new Uint8Array() })).toBe('invalid')
    expect(await verify(name, { ...one, signature: new Uint8Array(5000) })).toBe('invalid')
  })

  it('says invalid where the key is of another kind than the algorithm', async () => {
    expect(await verify(name, { ...rsaCase, key: p256Key })).toBe('invalid')
    expect(await verify(name, { ...rsaCase, key: edCase.key })).toBe('invalid')
    expect(await verify(name, { ...p256Case, key: rsaKey })).toBe('invalid')
    expect(await verify(name, { ...edCase, key: p256Key })).toBe('invalid')
    const x25519 = keyOf(spki(generateKeyPairSync('x25519').publicKey))
    expect(await verify(name, { ...edCase, key: x25519 })).toBe('invalid')
    const dsa = keyOf(spki(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey))
    expect(await verify(name, { ...rsaCase, key: dsa })).toBe('invalid')
    const curve = keyOf(spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey))
    expect(await verify(name, { ...p256Case, key: curve })).toBe('invalid')
    // A key restricted to RSA-PSS signs nothing else (RFC 4055 §1.2).
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(await verify(name, { ...rsaCase, key: keyOf(spki(restricted.publicKey)) })).toBe('invalid')
  })

  it('says invalid where another hash was signed, or another salt', async () => {
    expect(await verify(name, { ...rsaCase, algorithm: pkcs1('sha-384') })).toBe('invalid')
    expect(await verify(name, { ...p256Case, algorithm: ecdsa('sha-384') })).toBe('invalid')
    const signature = signPss(rsa.privateKey, 'sha-256', 32)
    expect(await verify(name, { algorithm: pss('sha-256', 'sha-256', 20), key: rsaKey, signature })).toBe('invalid')
    expect(await verify(name, { algorithm: pss('sha-384', 'sha-384', 32), key: rsaKey, signature })).toBe('invalid')
    expect(await verify(name, { algorithm: pkcs1('sha-256'), key: rsaKey, signature })).toBe('invalid')
    expect(await verify(name, { ...rsaCase, algorithm: pss('sha-256', 'sha-256', 32) })).toBe('invalid')
  })

  it('never says valid of RSA-PSS with two hashes, or with a salt no key has room for', async () => {
    const signature = signPss(rsa.privateKey, 'sha-256', 32)
    expect(await verify(name, { algorithm: pss('sha-256', 'sha-384', 32), key: rsaKey, signature })).toBe('unsupported')
    for (const salt of [2_000, 2 ** 31 - 1]) {
      expect(await verify(name, { algorithm: pss('sha-256', 'sha-256', salt), key: rsaKey, signature })).not.toBe(
        'valid',
      )
    }
  })

  it('says unsupported of malformed keys, unknown ones, and points off their curve', async () => {
    const withBits = (key: SubjectPublicKeyInfo, bits: Uint8Array): SubjectPublicKeyInfo => {
      const identifier = key.der.subarray(2 + ((key.der[1] ?? 0) < 0x80 ? 0 : (key.der[1] ?? 0) & 0x7f))
      const length = 2 + (identifier[1] ?? 0)
      return keyOf(sequence(identifier.slice(0, length), bitString(bits)))
    }
    const offCurve = p256Key.keyBytes.map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte))
    const infinity = Uint8Array.of(4, ...new Uint8Array(64))
    for (const point of [offCurve, infinity, offCurve.subarray(0, 64), Uint8Array.of(0), new Uint8Array()]) {
      expect(await verify(name, { ...p256Case, key: withBits(p256Key, point) })).toBe('unsupported')
    }
    for (const bits of [new Uint8Array(), Uint8Array.of(0x30, 0), rsaKey.keyBytes.subarray(1)]) {
      expect(await verify(name, { ...rsaCase, key: withBits(rsaKey, bits) })).toBe('unsupported')
    }
    expect(await verify(name, { ...edCase, key: withBits(edCase.key, new Uint8Array(31)) })).toBe('unsupported')
  })

  it('says unsupported of algorithms nobody knows, whatever the key', async () => {
    for (const key of [
      rsaKey,
      p256Key,
      keyOf(sequence(sequence(objectIdentifier('1.2.3')), bitString(new Uint8Array(9)))),
    ]) {
      expect(await verify(name, { ...rsaCase, algorithm: named('1.2.3.4'), key })).toBe('unsupported')
    }
  })

  it('takes an ECDSA signature in DER alone: every other encoding of the same numbers is invalid', async () => {
    const [r, s] = numbersOf(p256Case.signature)
    const zero = Uint8Array.of(0)
    const variants = [
      // Side by side, as Web Crypto has them.
      Uint8Array.from([r, s].flatMap((part) => [...new Uint8Array(32), ...part].slice(-32))),
      tlv(0x30, tlv(2, zero, r), tlv(2, s)),
      tlv(0x30, tlv(2, r), tlv(2, zero, s)),
      tlv(0x30, tlv(2, r), tlv(2, s), tlv(5)),
      tlv(0x30, tlv(2, r)),
      tlv(0x31, tlv(2, r), tlv(2, s)),
      tlv(0x30, tlv(2, s), tlv(2, r)),
      tlv(0x30, tlv(2, zero), tlv(2, zero)),
      tlv(0x30, tlv(2, r), tlv(2, zero)),
      tlv(0x30, tlv(2, Uint8Array.of(0x80, ...r.slice(1))), tlv(2, s)),
      // A length of two bytes where one does.
      Uint8Array.of(0x30, 0x81, p256Case.signature[1] ?? 0, ...p256Case.signature.slice(2)),
      // Indefinite.
      Uint8Array.of(0x30, 0x80, ...p256Case.signature.slice(2), 0, 0),
    ]
    // Of a number with a zero in front, the zero left out: a negative one.
    let [padded, rest] = [r, s]
    while (padded[0] !== 0) [padded, rest] = numbersOf(signWith(p256.privateKey, 'sha-256'))
    variants.push(tlv(0x30, tlv(2, padded.subarray(1)), tlv(2, rest)))
    expect(await verify(name, { ...p256Case, signature: tlv(0x30, tlv(2, padded), tlv(2, rest)) })).toBe('valid')
    expect(await verify(name, p256Case)).toBe('valid')
    for (const [i, signature] of variants.entries()) {
      expect(await verify(name, { ...p256Case, signature }), `variant ${i}`).toBe('invalid')
    }
  })

  it('hashes as node:crypto does, into an array of its own', async () => {
    for (const [algorithm, nodeName] of [
      ['sha-1', 'sha1'],
      ['sha-256', 'sha256'],
      ['sha-384', 'sha384'],
      ['sha-512', 'sha512'],
    ] as const) {
      const digest = await providers[name].digest(algorithm, message)
      expect(Buffer.from(digest).toString('hex')).toBe(createHash(nodeName).update(message).digest('hex'))
      expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype)
    }
  })
})

describe('what only some providers know', () => {
  const curveCase = (namedCurve: string): Case => {
    const pair = generateKeyPairSync('ec', { namedCurve })
    return {
      algorithm: ecdsa('sha-256'),
      key: keyOf(spki(pair.publicKey)),
      signature: signWith(pair.privateKey, 'sha-256'),
    }
  }

  it.each(['brainpoolP256r1', 'secp256k1'])(
    '%s: node and @peculiar/webcrypto verify it, Web Crypto does not',
    async (curve) => {
      const one = curveCase(curve)
      expect(await verify('node', one)).toBe('valid')
      expect(await verify('peculiar', one)).toBe('valid')
      expect(await verify('web', one)).toBe('unsupported')
      for (const name of ['node', 'peculiar'] as const) {
        expect(await verify(name, one, other)).toBe('invalid')
        expect(await verify(name, { ...one, signature: flipped(one.signature) })).toBe('invalid')
      }
    },
  )

  it('compressed points of P-256: node verifies them, and nobody takes them for another key', async () => {
    const [x, y] = [p256Key.keyBytes.slice(1, 33), p256Key.keyBytes.slice(33)]
    const identifier = sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier('1.2.840.10045.3.1.7'))
    const compressed = (sign: number): SubjectPublicKeyInfo =>
      keyOf(sequence(identifier, bitString(Uint8Array.of(sign, ...x))))
    const sign = 2 + ((y[31] ?? 0) & 1)
    expect(await verify('node', { ...p256Case, key: compressed(sign) })).toBe('valid')
    for (const name of ['node', 'web', 'peculiar'] as const) {
      expect(await verify(name, { ...p256Case, key: compressed(5 - sign) })).not.toBe('valid')
      expect(await verify(name, { ...p256Case, key: compressed(sign) })).not.toBe('invalid')
    }
  })

  it('Ed448: node verifies it', async () => {
    const algorithm = named('1.3.101.113')
    const one: Case = { algorithm, key: keyOf(spki(ed448.publicKey)), signature: signWith(ed448.privateKey, undefined) }
    expect(await verify('node', one)).toBe('valid')
    expect(await verify('node', one, other)).toBe('invalid')
    for (const name of ['web', 'peculiar'] as const) expect(await verify(name, one, other)).not.toBe('valid')
  })

  it('keys restricted to RSA-PSS: node verifies what the restriction allows, Web Crypto has none (RFC 4055 §3.3)', async () => {
    const key = keyOf(sequence(pssIdentifier('sha-256', 'sha-256', 32), bitString(rsaKey.keyBytes)))
    const one = (saltLength: number): Case => ({
      algorithm: pss('sha-256', 'sha-256', saltLength),
      key,
      signature: signPss(rsa.privateKey, 'sha-256', saltLength),
    })
    expect(await verify('node', one(32))).toBe('valid')
    expect(await verify('node', one(40))).toBe('valid')
    expect(await verify('web', one(32))).toBe('unsupported')
    const short = signPss(rsa.privateKey, 'sha-256', 20)
    for (const name of ['node', 'web', 'peculiar'] as const) {
      expect(await verify(name, { algorithm: pss('sha-256', 'sha-256', 20), key, signature: short })).toBe('invalid')
      expect(await verify(name, { algorithm: pss('sha-384', 'sha-384', 48), key, signature: short })).toBe('invalid')
    }
  })

  it('DSA: node verifies it', async () => {
    const pair = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
    const algorithm = named('2.16.840.1.101.3.4.3.2')
    const one: Case = { algorithm, key: keyOf(spki(pair.publicKey)), signature: signWith(pair.privateKey, 'sha-256') }
    expect(await verify('node', one)).toBe('valid')
    expect(await verify('node', one, other)).toBe('invalid')
    expect(await verify('web', one)).toBe('unsupported')
  })
})

describe('the node provider', () => {
  it('answers at once but for the first signature of a key of a NIST curve', async () => {
    const fresh = createProvider()
    const answer = (one: Case): unknown => fresh.verify(one.algorithm, keyOf(one.key.der), one.signature, message)
    expect(answer(rsaCase)).toBe('valid')
    expect(answer(edCase)).toBe('valid')
    const first = answer(p256Case)
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toBe('valid')
    expect(answer(p256Case)).toBe('valid')
  })

  it('says the same of the first signature of an RSA key, which it has not imported yet, as of those after it', async () => {
    const cases = Object.entries(everywhere).filter(([name]) => name.startsWith('RSA'))
    expect(cases).toHaveLength(12)
    for (const [name, one] of cases) {
      const forged = { ...one, signature: flipped(one.signature) }
      for (const [first, verdict] of [
        [one, 'valid'],
        [forged, 'invalid'],
      ] as const) {
        const fresh = createProvider()
        const key = keyOf(one.key.der)
        expect(await verify(fresh, { ...first, key }), name).toBe(verdict)
        expect(await verify(fresh, { ...forged, key }), name).toBe('invalid')
        expect(await verify(fresh, { ...one, key }), name).toBe('valid')
      }
    }
  })
})

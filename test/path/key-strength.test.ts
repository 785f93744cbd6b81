// Keys and algorithms by profile: what each accepts of targets, authorities and anchors.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DerReader } from '../../src/der/reader.js'
import * as tags from '../../src/der/tags.js'
import { bitString, explicit, integer, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { appliance, explain, type PathProfile, rfc5280, rfc5280Section6, webpki } from '../../src/path/index.js'
import { generateTestKey, type TestCa, type TestKey } from '../../src/testkit/index.js'
import { at, judgeChain, rootOf, validateChain } from '../support/paths.js'
import { line, statusByCrl } from '../support/revocation.js'

// Only keys count here.
const keysOnly = (profile: PathProfile): PathProfile => ({ ...profile, rules: rfc5280Section6.rules })
const legacy: PathProfile = { ...rfc5280, legacyAlgorithms: 'accept' }
const refused = 'public-key-refused'

const spki = (pair: { publicKey: KeyObject }): Uint8Array =>
  new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }))

const rsaEncryption = (): Uint8Array => sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue())
/** An RSA key of a length and exponent; its modulus is no product of primes. */
const rsa = (bits: number, exponent = 65537n): Uint8Array =>
  sequence(rsaEncryption(), bitString(sequence(integer((1n << BigInt(bits - 1)) + 1n), integer(exponent))))

let root: TestCa | undefined
async function judge(publicKey: Uint8Array, profile: PathProfile): Promise<string> {
  root ??= await rootOf()
  return (await judgeChain([root, await root.issue({ publicKey })], { profile: keysOnly(profile) })).join(' ')
}

describe('RSA keys', () => {
  it('have 2,048 bits at least, 4,096 at most on the appliance, and whole bytes on the Web (PUR-10, BR 6.1.5)', async () => {
    const rows: readonly (readonly [bits: number, ...accepting: PathProfile[]])[] = [
      [1023],
      [1024, legacy],
      [2047, legacy],
      [2048, rfc5280, webpki, appliance, legacy],
      [2049, rfc5280, appliance, legacy],
      [2056, rfc5280, webpki, appliance, legacy],
      [4096, rfc5280, webpki, appliance, legacy],
      [4097, rfc5280, legacy],
      [16384, rfc5280, webpki, legacy],
      [16392],
    ]
    for (const [bits, ...accepting] of rows) {
      for (const profile of [rfc5280, webpki, appliance, legacy]) {
        expect(await judge(rsa(bits), profile), `${bits} ${profile.name}`).toBe(
          accepting.includes(profile) ? 'valid' : refused,
        )
      }
    }
  })

  it('have an odd exponent from 3 up to 2^256 (FIPS 186-5)', async () => {
    expect(await judge(rsa(2048, 3n), rfc5280)).toBe('valid')
    expect(await judge(rsa(2048, (1n << 256n) - 1n), rfc5280)).toBe('valid')
    for (const exponent of [1n, 2n, 65536n, (1n << 256n) + 1n]) {
      expect(await judge(rsa(2048, exponent), rfc5280), String(exponent)).toBe(refused)
      expect(await judge(rsa(2048, exponent), legacy), String(exponent)).toBe(refused)
    }
  })

  it('may be bound to RSA-PSS, but not on the Web (RFC 4055, BR 7.1.3.1)', async () => {
    const key = spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }))
    expect(await judge(key, rfc5280)).toBe('valid')
    expect(await judge(key, webpki)).toBe(refused)
  })
})

describe('keys of curves', () => {
  it('are of P-256, P-384 and P-521', async () => {
    for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
      expect(await judge(spki(generateKeyPairSync('ec', { namedCurve })), webpki)).toBe('valid')
    }
    for (const namedCurve of ['P-224', 'secp256k1', 'brainpoolP256r1', 'prime192v1', 'sect233k1']) {
      const key = spki(generateKeyPairSync('ec', { namedCurve }))
      for (const profile of [rfc5280, webpki, legacy]) expect(await judge(key, profile), namedCurve).toBe(refused)
    }
    const brainpool: PathProfile = { ...rfc5280, keys: { ...rfc5280.keys, curves: ['P-256', 'brainpoolP256r1'] } }
    expect(await judge(spki(generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })), brainpool)).toBe('valid')
  })

  it('are named, never spelled out (CVE-2020-0601, RFC 5480 §2.1.1)', async () => {
    const key = spki(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }))
    for (const profile of [rfc5280, rfc5280Section6, webpki, legacy]) expect(await judge(key, profile)).toBe(refused)
  })

  it('of Edwards and Montgomery are fine, but not on the Web (RFC 8410, BR 6.1.5)', async () => {
    for (const pair of [
      generateKeyPairSync('ed25519'),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('x448'),
    ]) {
      expect(await judge(spki(pair), rfc5280)).toBe('valid')
      expect(await judge(spki(pair), webpki)).toBe(refused)
    }
  })
})

describe('other keys', () => {
  it('of DSA are for archives only, and keys nobody knows for nobody', async () => {
    const dsa = spki(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }))
    expect(await judge(dsa, rfc5280)).toBe(refused)
    expect(await judge(dsa, legacy)).toBe('valid')
    const unknown = sequence(sequence(objectIdentifier('1.2.3.4')), bitString(Uint8Array.of(1)))
    for (const profile of [rfc5280, legacy, rfc5280Section6]) expect(await judge(unknown, profile)).toBe(refused)
  })

  it('of DSA without parameters take them from the key above, at any depth (RFC 5280 §6.1.4 (e))', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
    const whole = spki({ publicKey })
    const content = new DerReader(whole, 'key')
    content.enter(tags.SEQUENCE)
    content.skip(tags.SEQUENCE)
    const bare = sequence(sequence(objectIdentifier('1.2.840.10040.4.1')), whole.subarray(content.position))
    const signing = (publicKey: Uint8Array, isRight = true, key = privateKey): TestKey => ({
      ...shape,
      publicKey,
      sign: async (data) => new Uint8Array(sign('sha256', isRight ? data : data.subarray(1), key)),
    })
    const shape = await generateTestKey('p256')
    const by = { signatureAlgorithm: 'dsaWithSHA256' } as const
    const root = await rootOf({ key: signing(whole), ...by })
    const first = await root.issueIntermediate({ name: 'First', key: signing(bare), ...by })
    const second = await first.issueIntermediate({ name: 'Second', key: signing(bare), ...by })
    const leaf = await second.issue(by)
    const chain = [root, first, second, leaf]
    for (const profile of [legacy, { ...rfc5280Section6, legacyAlgorithms: 'accept' } as const]) {
      expect(await judgeChain(chain, { profile })).toEqual(['valid'])
      const forged = await second.issue({ ...by, signingKey: signing(bare, false) })
      expect(await judgeChain([root, first, second, forged], { profile })).toEqual(['signature-invalid'])
      // Nothing to take: above is a key of another kind.
      const other = await rootOf({ name: 'Other' })
      const below = await other.issueIntermediate({ name: 'Below', key: signing(bare) })
      expect(await judgeChain([other, below, await below.issue(by)], { profile })).toEqual(['signature-unsupported'])
    }
    // Parameters of its own stay its own, whatever they are above.
    const pair = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    const own = await first.issueIntermediate({ name: 'Own', key: signing(spki(pair), true, pair.privateKey), ...by })
    expect(await judgeChain([root, first, own, await own.issue(by)], { profile: legacy })).toEqual(['valid'])
    const verdict = await validateChain(chain, { profile: legacy })
    if (!verdict.ok) throw new Error(explain(verdict))
    const crls = [await second.crl({ ...by, entries: [{ serialNumber: leaf.serialNumber, revocationDate: at }] })]
    expect(line(await statusByCrl(verdict, crls, { profile: legacy }))).toBe('revoked (unspecified)')
  })

  it('that are malformed are told apart from weak ones', async () => {
    const empty = sequence(rsaEncryption(), bitString(new Uint8Array()))
    const zero = sequence(rsaEncryption(), bitString(sequence(integer(0), integer(3))))
    const short = sequence(sequence(objectIdentifier('1.3.101.112')), bitString(new Uint8Array(31)))
    for (const key of [empty, zero, short]) {
      for (const profile of [rfc5280, rfc5280Section6]) expect(await judge(key, profile)).toBe('malformed')
    }
  })

  it('of authorities and anchors are held to the same', async () => {
    const only384 = (profile: PathProfile): PathProfile => ({
      ...profile,
      keys: { ...profile.keys, curves: ['P-384'] },
    })
    const weak = await rootOf({ keyType: 'p256' })
    const strong = await rootOf({ keyType: 'p384' })
    const between = await strong.issueIntermediate({ keyType: 'p256' })
    const leaf = { keyType: 'p384' } as const
    for (const profile of [rfc5280, rfc5280Section6].map(only384)) {
      expect(await judgeChain([weak, await weak.issue(leaf)], { profile })).toEqual([refused])
      expect(await judgeChain([strong, between, await between.issue(leaf)], { profile })).toEqual([refused])
      expect(await judgeChain([strong, await strong.issue(leaf)], { profile })).toEqual(['valid'])
    }
  })
})

describe('signature algorithms', () => {
  const algorithm = 'signature-algorithm-refused'
  const judgeNamed = async (
    signatureAlgorithm: string | Uint8Array,
    profile: PathProfile,
  ): Promise<readonly string[]> => {
    const ca = await rootOf()
    // The signature is none of the algorithm: only whether the algorithm is accepted counts.
    return judgeChain([ca, await ca.issue({ signatureAlgorithm })], { profile: keysOnly(profile) })
  }

  it('with SHA-1 are for archives only; with MD5 for nobody', async () => {
    for (const name of ['sha1WithRSAEncryption', 'ecdsaWithSHA1', 'ecdsaWithSHA224']) {
      expect(await judgeNamed(name, rfc5280), name).toContain(algorithm)
      expect(await judgeNamed(name, webpki), name).toContain(algorithm)
      expect(await judgeNamed(name, legacy), name).not.toContain(algorithm)
    }
    for (const profile of [rfc5280, rfc5280Section6, webpki, legacy]) {
      expect(await judgeNamed('md5WithRSAEncryption', profile)).toContain(algorithm)
    }
  })

  it('of RSA-PSS have one hash for the message and the mask (RFC 8017 §8.1)', async () => {
    const sha256 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'), nullValue())
    const sha1Mask = sequence(
      objectIdentifier('1.2.840.113549.1.1.10'),
      sequence(explicit(0, sha256), explicit(2, integer(32))),
    )
    for (const profile of [rfc5280, webpki, legacy]) expect(await judgeNamed(sha1Mask, profile)).toContain(algorithm)
  })

  it('of an anchor’s own signature count for nothing', async () => {
    const ca = await rootOf({ signatureAlgorithm: 'sha1WithRSAEncryption' })
    expect(await judgeChain([ca, await ca.issue()])).toEqual(['valid'])
  })

  it('of Ed25519 are none of the Web (BR 7.1.3.2)', async () => {
    const ca = await rootOf({ keyType: 'ed25519' })
    const leaf = await ca.issue({ keyType: 'p256' })
    expect(await judgeChain([ca, leaf], { profile: rfc5280 })).toEqual(['valid'])
    expect(await judgeChain([ca, leaf], { profile: keysOnly(webpki) })).toContain(algorithm)
  })

  it('with SHA-2 verify for every key of the kit', async () => {
    for (const keyType of ['rsa-2048', 'rsa-pss-2048', 'p256', 'p384', 'p521', 'ed25519'] as const) {
      const ca = await rootOf({ keyType })
      expect(await judgeChain([ca, await ca.issue()]), keyType).toEqual(['valid'])
    }
  })
})

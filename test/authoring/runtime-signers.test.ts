// Signers over the runtime's keys: what they sign verifies in openssl, and keys that cannot serve are refused at once.

import { generateKeyPairSync, type KeyObject, type webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  signerFromKeyObject,
  signerFromWebCrypto,
  type SignerHash,
  verifyRequestSignature,
} from '../../src/authoring/index.js'
import { ec, ed25519, requestOf, rsa } from '../support/authoring.js'
import { openssl as runOpenssl } from '../support/openssl.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'RSASSA-PSS requests checked by openssl')
const hashes: readonly SignerHash[] = ['sha-256', 'sha-384', 'sha-512']
const saltLengths = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const
const usages = ['sign', 'verify'] as const

const generate = async (
  algorithm: RsaHashedKeyGenParams | EcKeyGenParams,
  extractable = false,
): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, extractable, usages)
const rsaParameters = (name: string, hash: string): RsaHashedKeyGenParams => ({
  name,
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash,
})
const p256 = { name: 'ECDSA', namedCurve: 'P-256' }

describe('signerFromWebCrypto', () => {
  it('signs with key pairs that are not extractable', async () => {
    const pair = await generate({ name: 'ECDSA', namedCurve: 'P-384' })
    const request = await requestOf({ key: await signerFromWebCrypto(pair, 'sha-384') })
    expect(request.publicKey.key).toMatchObject({ type: 'ec', curve: 'P-384' })
    expect(request.signatureAlgorithm).toMatchObject({ scheme: 'ecdsa', hash: 'sha-384' })
    expect(await verifyRequestSignature(request)).toEqual({ ok: true })
  })

  it.each(hashes)(
    'CSR-8 signs with RSASSA-PSS and %s, its parameters written in full (RFC 4055 §3.1)',
    async (hash) => {
      const pair = await generate(rsaParameters('RSA-PSS', hash))
      const request = await requestOf({ key: await signerFromWebCrypto(pair) })
      const pss = { hash, maskHash: hash, saltLength: saltLengths[hash] }
      expect(request.signatureAlgorithm).toMatchObject({ scheme: 'rsa-pss', hash, pss })
      // The key stays one that PKCS #1 can use too.
      expect(request.publicKey.key.type).toBe('rsa')
      expect(await verifyRequestSignature(request)).toEqual({ ok: true })
      if (openssl === undefined) return
      const text = runOpenssl(openssl, ['req', '-inform', 'DER', '-verify', '-text', '-noout'], request.der).toString()
      const name = hash.replace('-', '')
      expect(text).toContain('Signature Algorithm: rsassaPss')
      expect(text).toMatch(new RegExp(`Hash Algorithm: ${name}\\s+Mask Algorithm: mgf1 with ${name}`))
      expect(text).toContain(`Salt Length: 0x${saltLengths[hash].toString(16)}`)
    },
  )

  it('refuses a public key that is not the private key’s', async () => {
    const [one, other, larger] = await Promise.all([
      generate(p256),
      generate(p256),
      generate({ name: 'ECDSA', namedCurve: 'P-384' }),
    ])
    for (const publicKey of [other.publicKey, larger.publicKey]) {
      await expect(signerFromWebCrypto({ privateKey: one.privateKey, publicKey })).rejects.toThrow(
        new TypeError('expected a key pair, found a public key that is not the private key’s'),
      )
    }
  })

  it('refuses keys that cannot sign, and says what it found', async () => {
    const { publicKey, privateKey } = await generate(p256)
    await expect(signerFromWebCrypto({ privateKey: publicKey, publicKey })).rejects.toThrow(
      new TypeError('expected a private key that may sign, found a public one'),
    )
    const spki = await crypto.subtle.exportKey('spki', publicKey)
    const locked = await crypto.subtle.importKey('spki', spki, p256, false, ['verify'])
    await expect(signerFromWebCrypto({ privateKey, publicKey: locked })).rejects.toThrow(
      new TypeError('expected an extractable public key'),
    )
    const agreement: webcrypto.CryptoKeyPair = await crypto.subtle.generateKey(
      { name: 'ECDH', namedCurve: 'P-256' },
      false,
      ['deriveBits'],
    )
    await expect(signerFromWebCrypto(agreement)).rejects.toThrow(/RSA-PSS, ECDSA or Ed25519, found one for ECDH/)
  })

  it('refuses an RSA key of another hash than the one asked for, and of SHA-1', async () => {
    const pair = await generate(rsaParameters('RSASSA-PKCS1-v1_5', 'SHA-256'))
    await expect(signerFromWebCrypto(pair, 'sha-512')).rejects.toThrow(/imported for sha-512, found one for sha-256/)
    const old = await generate(rsaParameters('RSASSA-PKCS1-v1_5', 'SHA-1'))
    await expect(signerFromWebCrypto(old)).rejects.toThrow(/found one for sha-1/)
  })
})

describe('signerFromKeyObject', () => {
  it.skipIf(openssl === undefined).each(hashes)('CSR-8 signs with RSASSA-PSS and %s where asked', async (hash) => {
    const request = await requestOf({ key: await signerFromKeyObject(rsa(), hash, 'rsa-pss') })
    expect(request.signatureAlgorithm).toMatchObject({ scheme: 'rsa-pss', hash })
    // Throws where the signature does not verify.
    runOpenssl(openssl ?? 'openssl', ['req', '-inform', 'DER', '-verify', '-noout'], request.der)
  })

  it('refuses keys it cannot sign with, and says what it found', async () => {
    const refused: [KeyObject, RegExp][] = [
      [generateKeyPairSync('ed25519').publicKey, /expected a private key, found a public one/],
      [ec('secp256k1'), /found secp256k1/],
      [generateKeyPairSync('x25519').privateKey, /found x25519/],
      [generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, /found rsa-pss/],
    ]
    for (const [key, message] of refused) await expect(signerFromKeyObject(key)).rejects.toThrow(message)
  })

  it('keeps the private key out of what it returns', async () => {
    for (const key of [rsa(), ec(), ed25519()]) {
      const signer = await signerFromKeyObject(key)
      const { d = 'absent' } = key.export({ format: 'jwk' })
      const shown = `${JSON.stringify(signer)} ${Buffer.from(signer.publicKey).toString('base64url')}`
      expect(shown).not.toContain(d)
      expect(Object.keys(signer)).toEqual(['publicKey', 'algorithm', 'sign'])
    }
  })
})

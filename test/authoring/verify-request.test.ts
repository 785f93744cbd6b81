// Proof of possession: true requests verify, and nothing else does.

import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCertificateRequest, signerFromKeyObject, verifyRequestSignature } from '../../src/authoring/index.js'
import { ParseError } from '../../src/base/errors.js'
import { readPem } from '../../src/pem/index.js'
import { type CertificationRequest, parseCertificationRequest } from '../../src/pkcs10/index.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'requests made by openssl')
const profile = { keyUsage: [{ usage: 'digitalSignature' }], extendedKeyUsage: [{ usage: 'serverAuth' }] }
const keys: [string, () => KeyObject][] = [
  ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey],
  ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
]

/** A request openssl makes with `key`. */
function opensslRequest(key: KeyObject, ...options: readonly string[]): CertificationRequest {
  const directory = mkdtempSync(join(tmpdir(), 'certward-'))
  try {
    const file = join(directory, 'key.pem')
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const pem = execFileSync(openssl ?? 'openssl', ['req', '-new', '-key', file, '-subj', '/CN=host.test', ...options])
    return parseCertificationRequest(readPem(pem)[0]?.bytes ?? new Uint8Array(0))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe('verifyRequestSignature', () => {
  it.each(keys)('CSR-11 verifies a request of our own with a key of %s', async (_, make) => {
    const { der } = await createCertificateRequest({
      profile,
      subject: { commonName: 'host.test' },
      key: await signerFromKeyObject(make()),
    })
    expect(await verifyRequestSignature(parseCertificationRequest(der))).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined).each(keys)('verifies a request of openssl with a key of %s', async (_, make) => {
    expect(await verifyRequestSignature(opensslRequest(make()))).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined)('verifies RSASSA-PSS by an RSA key', async () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const options = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sha256']
    expect(await verifyRequestSignature(opensslRequest(key, ...options))).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined)('refuses, with its reason, what it cannot verify', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
    expect(await verifyRequestSignature(opensslRequest(key))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be verified') as string,
    })
  })

  it('CSR-11 never verifies a request with a changed byte', async () => {
    for (const [, make] of keys) {
      const { der } = await createCertificateRequest({
        profile,
        subject: { commonName: 'host.test' },
        key: await signerFromKeyObject(make()),
      })
      await fc.assert(
        fc.asyncProperty(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
          const edited = der.map((byte, index) => (index === at ? byte ^ change : byte))
          let request: CertificationRequest
          try {
            request = parseCertificationRequest(edited)
          } catch (error) {
            expect(error).toBeInstanceOf(ParseError)
            return
          }
          expect((await verifyRequestSignature(request)).ok).toBe(false)
        }),
        { numRuns: 400 },
      )
    }
  })
})

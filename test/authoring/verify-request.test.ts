// Proof of possession: true requests verify, and nothing else does.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signerFromKeyObject, verifyRequestSignature } from '../../src/authoring/index.js'
import { ParseError } from '../../src/base/errors.js'
import { bitString, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { readPem } from '../../src/pem/index.js'
import { type CertificationRequest, parseCertificationRequest } from '../../src/pkcs10/index.js'
import { ec, ed25519, requestOf, rsa } from '../support/authoring.js'
import { makeRequest } from '../support/make-certificate.js'
import { openssl as runOpenssl, temporaryDirectory } from '../support/openssl.js'
import { parseErrorOf } from '../support/parse-error.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'requests made by openssl')
const keys: [string, () => KeyObject][] = [
  ['RSA', rsa],
  ['P-256', ec],
  ['P-521', () => ec('P-521')],
  ['Ed25519', ed25519],
]

/** A request openssl makes with `key`. */
function opensslRequest(key: KeyObject, ...options: readonly string[]): CertificationRequest {
  const { path, remove } = temporaryDirectory()
  try {
    const file = join(path, 'key.pem')
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const pem = runOpenssl(openssl ?? 'openssl', ['req', '-new', '-key', file, '-subj', '/CN=host.test', ...options])
    return parseCertificationRequest(readPem(pem)[0]?.bytes ?? new Uint8Array(0))
  } finally {
    remove()
  }
}

describe('verifyRequestSignature', () => {
  it.each(keys)('CSR-11 verifies a request of our own with a key of %s', async (_, make) => {
    const request = await requestOf({ key: await signerFromKeyObject(make()) })
    expect(await verifyRequestSignature(request)).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined).each(keys)('verifies a request of openssl with a key of %s', async (_, make) => {
    expect(await verifyRequestSignature(opensslRequest(make()))).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined)('verifies RSASSA-PSS by an RSA key, and by a key restricted to it', async () => {
    const options = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sha256']
    expect(await verifyRequestSignature(opensslRequest(rsa(), ...options))).toEqual({ ok: true })
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
    expect(await verifyRequestSignature(opensslRequest(restricted))).toEqual({ ok: true })
  })

  it.skipIf(openssl === undefined)('refuses, with its reason, what it cannot verify', async () => {
    const masks = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_mgf1_md:sha512', '-sha256']
    expect(await verifyRequestSignature(opensslRequest(rsa(), ...masks))).toEqual({
      ok: false,
      reason: 'the runtime cannot verify a signature of rsassaPss with this key',
    })
    expect(await verifyRequestSignature(opensslRequest(rsa(), '-md5'))).toEqual({
      ok: false,
      reason: 'a signature of md5WithRSAEncryption proves nothing',
    })
  })

  it('refuses algorithms that are malformed or that nobody knows, with the reason', async () => {
    const signedWith = (algorithm: Uint8Array): CertificationRequest => {
      const { certificationRequestInfo } = parseCertificationRequest(makeRequest())
      return parseCertificationRequest(sequence(certificationRequestInfo, algorithm, bitString(new Uint8Array(64))))
    }
    // RFC 8410 §3: "the parameters MUST be absent".
    const malformed = signedWith(sequence(objectIdentifier('1.3.101.112'), nullValue()))
    const { message } = parseErrorOf(() => malformed.signatureAlgorithm, 'invalid-algorithm-parameters')
    expect(await verifyRequestSignature(malformed)).toEqual({ ok: false, reason: message })
    expect(await verifyRequestSignature(signedWith(sequence(objectIdentifier('1.2.3.4'))))).toEqual({
      ok: false,
      reason: 'the runtime cannot verify a signature of 1.2.3.4 with this key',
    })
  })

  it('CSR-11 refuses a request that another key has signed', async () => {
    const [key, other] = await Promise.all([signerFromKeyObject(ec()), signerFromKeyObject(ec())])
    const request = await requestOf({ key: { ...key, sign: (data) => other.sign(data) } })
    expect(await verifyRequestSignature(request)).toEqual({
      ok: false,
      reason: 'the signature does not verify with the key of the request',
    })
  })

  it('CSR-11 never verifies a request with a changed byte', async () => {
    for (const [, make] of keys) {
      const { der } = await requestOf({ key: await signerFromKeyObject(make()) })
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

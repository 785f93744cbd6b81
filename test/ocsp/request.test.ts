// Requests (OCS-9, RFC 6960 §4.1, RFC 9654): what openssl, GnuTLS and the test kit read in them.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createOcspRequest, ocspRequestUrl, type OcspSubject } from '../../src/ocsp/index.js'
import { readOcspRequest, type TestCertificate } from '../../src/testkit/index.js'
import { makeScene, type Scene } from '../support/ocsp.js'
import { temporaryDirectory } from '../support/openssl.js'
import { tool } from '../support/tools.js'
import { opensslRequest } from '../testkit/oracles.js'

const opensslTool = tool('openssl', 'OCSP requests, held to openssl')
const gnutls = tool('ocsptool', 'OCSP requests, held to GnuTLS')

let scene: Scene
let leaves: readonly TestCertificate[]
let subjects: readonly OcspSubject[]
beforeAll(async () => {
  scene = await makeScene()
  const { authority } = scene
  leaves = [
    scene.leaf,
    await authority.issue({ serialNumber: 1n }),
    await authority.issue({ serialNumber: 2n ** 158n }),
  ]
  subjects = leaves.map(({ certificate }) => ({ certificate, issuer: authority.certificate }))
})

const subject = (): OcspSubject => ({ certificate: scene.leaf.certificate, issuer: scene.authority.certificate })

/** What a tool prints of a request, whose file is its last argument. */
function printed(executable = '', args: readonly string[], der: Uint8Array): string {
  const { path, remove } = temporaryDirectory()
  try {
    const file = join(path, 'request.der')
    writeFileSync(file, der)
    return execFileSync(executable, [...args, file], { encoding: 'utf8', stdio: 'pipe' })
  } finally {
    remove()
  }
}

const nonce = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)

describe.skipIf(opensslTool === undefined)('a request is what openssl writes', () => {
  it.each(['sha-1', 'sha-256'] as const)('byte for byte: one certificate and several, by %s', async (hash) => {
    const args = ['-no_nonce', `-${hash.replace('-', '')}`]
    const one = await createOcspRequest(subject(), { hash })
    expect(one.der).toEqual(opensslRequest(scene.authority, [scene.leaf], ...args))
    const three = await createOcspRequest(subjects, { hash })
    expect(three.der).toEqual(opensslRequest(scene.authority, leaves, ...args))
    expect(three.certIds.map(({ serialNumberBytes }) => serialNumberBytes)).toEqual(
      leaves.map(({ certificate }) => certificate.serialNumberBytes),
    )
  })

  it('and openssl reads its nonce', async () => {
    const { der } = await createOcspRequest(subjects, { nonce })
    const text = printed(opensslTool, ['ocsp', '-req_text', '-reqin'], der)
    expect(text.match(/Serial Number: /g)).toHaveLength(3)
    expect(text).toMatch(new RegExp(`OCSP Nonce:\\s+0420${Buffer.from(nonce).toString('hex').toUpperCase()}`))
  })
})

describe.skipIf(gnutls === undefined)('a request is read by GnuTLS', () => {
  it('with its certificates and its nonce', async () => {
    const { der } = await createOcspRequest(subjects, { nonce, hash: 'sha-256' })
    const text = printed(gnutls, ['--request-info', '--infile'], der)
    expect(text.match(/Hash Algorithm: SHA256/g)).toHaveLength(3)
    expect(text).toContain(`Nonce: ${Buffer.from(nonce).toString('hex')}`)
  })
})

describe('createOcspRequest', () => {
  it('asks by SHA-1 and sends no nonce unless told to', async () => {
    const request = await createOcspRequest(subject())
    const read = readOcspRequest(request.der)
    expect(read.certIds).toEqual([await scene.authority.certId(scene.leaf)])
    expect([read.nonce, request.nonce]).toEqual([undefined, undefined])
  })

  it('names the issuer by name and key, so that an anchor will do', async () => {
    const { subject: name, publicKey } = scene.authority.certificate
    const { certificate } = scene.leaf
    const { der } = await createOcspRequest({ certificate, issuer: { name, publicKey } })
    expect(der).toEqual((await createOcspRequest(subject())).der)
  })

  it('RFC 9654 makes nonces of 32 bytes, another for each request', async () => {
    const [a, b] = [
      await createOcspRequest(subject(), { nonce: 'random' }),
      await createOcspRequest(subject(), { nonce: 'random' }),
    ]
    expect([a.nonce?.length, b.nonce?.length]).toEqual([32, 32])
    expect(a.nonce).not.toEqual(b.nonce)
    expect(readOcspRequest(a.der).nonce?.slice(2)).toEqual(a.nonce)
  })

  it('RFC 9654 takes nonces of 1 to 128 bytes', async () => {
    for (const length of [1, 127, 128]) {
      const { der } = await createOcspRequest(subject(), { nonce: new Uint8Array(length).fill(7) })
      expect(readOcspRequest(der).nonce?.slice(-length)).toEqual(new Uint8Array(length).fill(7))
    }
    for (const length of [0, 129]) {
      await expect(createOcspRequest(subject(), { nonce: new Uint8Array(length) })).rejects.toThrow(
        new TypeError(`nonce: expected 1 to 128 bytes (RFC 9654 §2.1), found ${length}`),
      )
    }
  })

  it('wants a certificate to ask about', async () => {
    await expect(createOcspRequest([])).rejects.toThrow(TypeError)
  })
})

describe('ocspRequestUrl (RFC 6960 appendix A.1)', () => {
  it('appends the request in base64, its plus signs, slashes and equals signs escaped', () => {
    const der = Uint8Array.of(0xfb, 0xff, 0xfe, 0xff)
    expect(ocspRequestUrl('http://ocsp.example', der)).toBe('http://ocsp.example/%2B%2F%2F%2B%2Fw%3D%3D')
    expect(ocspRequestUrl('http://ocsp.example/a/', der)).toMatch(/^http:\/\/ocsp\.example\/a\/[A-Za-z0-9%]+$/)
  })

  it('is answered by the responder of the test kit', async () => {
    const respond = await scene.authority.ocspResponder()
    const { der } = await createOcspRequest(subject())
    const response = await respond(new Request(ocspRequestUrl('http://ocsp.example/path', der)))
    expect(new Uint8Array(await response.arrayBuffer()).length).toBeGreaterThan(100)
  })

  it('RFC 5019 §5 stays below 255 bytes for one certificate by SHA-1', async () => {
    const { der } = await createOcspRequest(subject())
    expect(ocspRequestUrl('http://ocsp.example.com', der).length).toBeLessThan(255)
  })
})

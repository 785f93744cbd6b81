/** Issuers fetched from where certificates say they are, from a server on this machine. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createTrustAnchors, fetchIssuerSource, type PathVerdict, validatePath } from '../../src/path/index.js'
import { writePkcs7 } from '../../src/pkcs7/index.js'
import { parseCertificate } from '../../src/x509/index.js'
import { createTestCa } from '../../src/testkit/index.js'

const clock = { now: () => new Date('2026-06-01T00:00:00Z') }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** Starts a server on a free port of 127.0.0.1 and returns its URI. */
async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

/** Validates a leaf whose intermediate has to be fetched from `uri`. */
async function validateBy(
  answer: (intermediate: Uint8Array) => RequestListener,
  options: Parameters<typeof fetchIssuerSource>[0] = { privateHosts: 'accept' },
): Promise<PathVerdict> {
  const root = await createTestCa({ name: 'Root', clock })
  const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
  const uri = await serve(answer(intermediate.certificate.der))
  const leaf = await intermediate.issue({
    dns: ['www.example.com'],
    authorityInfoAccess: { caIssuers: [`${uri}/intermediate.cer`] },
  })
  return validatePath({
    certificate: leaf.certificate,
    anchors: createTrustAnchors([root.certificate]),
    at: clock.now(),
    issuers: fetchIssuerSource(options),
  })
}

const codesOf = (verdict: PathVerdict): readonly string[] =>
  verdict.ok ? [] : verdict.findings.map(({ code }) => code)

describe('issuers fetched by caIssuers (RFC 5280 §4.2.2.1)', () => {
  it('complete a path with a certificate in DER', async () => {
    const verdict = await validateBy((der) => (_, response) => response.end(der))
    expect(verdict.ok).toBe(true)
    expect(verdict.ok && verdict.path).toHaveLength(2)
  })

  it('complete a path with a bundle of PKCS#7', async () => {
    const verdict = await validateBy(
      (der) => (_, response) => response.end(writePkcs7({ certificates: [parseCertificate(der)] })),
    )
    expect(verdict.ok).toBe(true)
  })

  it.each<[string, (der: Uint8Array) => RequestListener]>([
    ['an error', () => (_, response) => response.writeHead(500).end()],
    ['a redirect', () => (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end()],
    ['garbage', () => (_, response) => response.end('garbage')],
    ['too much', () => (_, response) => response.end(new Uint8Array(300_000))],
    ['nothing', () => (_, response) => response.destroy()],
  ])('end in a finding where the server answers with %s', async (_, answer) => {
    expect(codesOf(await validateBy(answer))).toContain('issuer-source-failed')
  })

  it('end in a finding where the server does not answer in time', async () => {
    const verdict = await validateBy(() => () => undefined, { privateHosts: 'accept', timeout: 50 })
    expect(codesOf(verdict)).toContain('issuer-source-failed')
  })

  it('are not asked for at private hosts by default', async () => {
    let asked = 0
    const verdict = await validateBy(
      () => (_, response) => {
        asked++
        response.end()
      },
      {},
    )
    expect(codesOf(verdict)).toContain('issuer-source-failed')
    expect(asked).toBe(0)
  })
})

// In a sandbox of node:vm, where arrays, errors and promises of the runtime are of another realm than the library's, as
// they are for tests under Jest.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type * as files from '../src/adapters/file-storage/index.js'
import type * as certward from '../src/index.js'
import { validatePath } from '../src/path/index.js'
import type * as testkit from '../src/testkit/index.js'

interface Library {
  readonly certward: typeof certward
  readonly files: typeof files
  readonly testkit: typeof testkit
}

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'certward-sandbox-'))
let library: Library
let withWebCrypto: Library
beforeAll(() => {
  library = loaded('node')
  withWebCrypto = loaded('web')
})
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** The library in a sandbox of its own, by one of the two crypto providers. */
function loaded(provider: 'node' | 'web'): Library {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `export * as certward from './src/index.js'
        export * as files from './src/adapters/file-storage/index.js'
        export * as testkit from './src/testkit/index.js'`,
      resolveDir: root,
    },
    ...{ bundle: true, write: false, format: 'cjs', platform: 'node' },
    alias: { '#crypto': join(root, `src/crypto/${provider}.ts`) },
  })
  const module = { exports: {} }
  const context = createContext({
    ...{ module, require: createRequire(import.meta.url) },
    ...{ process, Buffer, crypto, fetch, Request, Response, URL, TextEncoder, TextDecoder, btoa, DOMException },
    ...{ setTimeout, clearTimeout, AbortController, performance },
  })
  runInContext(outputFiles[0]?.text ?? '', context)
  expect(runInContext('Error', context)).not.toBe(Error)
  return module.exports as Library
}

it.each(['node:crypto', 'Web Crypto'])('paths, OCSP and CRLs are judged, by %s', async (provider) => {
  const { certward, testkit } = provider === 'Web Crypto' ? withWebCrypto : library
  const authority = await testkit.createTestCa()
  const leaf = await authority.issue({ dns: ['a.example'] })
  const { certificates } = certward.readCertificates(Buffer.from(leaf.chainPem))
  const [certificate = leaf.certificate, ...intermediates] = certificates
  const at = new Date()
  const anchors = [authority.certificate]
  const verdict = await certward.validatePath({
    certificate,
    intermediates,
    anchors,
    at,
    peerName: { dns: 'a.example' },
  })
  if (!verdict.ok) throw new Error(certward.explain(verdict))
  const issuer = authority.certificate
  const { der } = await certward.createOcspRequest({ certificate, issuer })
  const response = Buffer.from(await (await authority.ocspResponder()).answer(der))
  expect(await certward.evaluateOcspResponse({ certificate, issuer, response, at })).toMatchObject({ status: 'good' })
  authority.revoke(leaf)
  const crls = [certward.parseCertificateList(Buffer.from((await authority.crl()).der))]
  const { findings } = await certward.checkRevocation(verdict, { sources: { crls }, at })
  expect(findings.map(({ code }) => code)).toEqual(['revoked'])
})

it('certificates of another copy of the library are judged, malformed ones too', async () => {
  const { testkit } = library
  const authority = await testkit.createTestCa()
  const certificates = [
    await authority.issue(),
    await authority.issue({ replace: { keyUsage: Uint8Array.of(0xff) } }),
    // A point of no form there is.
    await authority.issue({ publicKey: authority.certificate.publicKey.der.map((byte, at) => (at === 26 ? 9 : byte)) }),
  ]
  const judged = certificates.map(async ({ certificate }) => {
    const verdict = await validatePath({ certificate, anchors: [authority.certificate], at: new Date() })
    return verdict.ok ? 'valid' : verdict.findings.map(({ code }) => code).join()
  })
  expect(await Promise.all(judged)).toEqual(['valid', 'malformed', 'malformed'])
})

it('a file store is made, used and read again', async () => {
  const { certward, files, testkit } = library
  const place = { purpose: 'tomcat', node: 'node' }
  const open = (): Promise<files.FileStore> =>
    files.openFileStore(join(directory, 'store'), { passphrase: () => Buffer.from('secret passphrase') })
  const managerOf = ({ storage, keys }: files.FileStore): certward.CertificateManager => {
    const cluster = { publisher: 'node', nodes: ['node'] }
    return certward.createCertificateManager({ catalogue: certward.unifiedCommunications, storage, keys, cluster })
  }
  const store = await open()
  const manager = managerOf(store)
  const request = await manager.generateCsr({ ...place, subject: { commonName: 'node.example' } })
  if (!request.ok) throw new Error(JSON.stringify(request.findings))
  const authority = await testkit.createTestCa({ keyType: 'rsa-2048' })
  const [block] = certward.readPem(request.pem)
  const answered = certward.parseCertificationRequest(block?.bytes ?? new Uint8Array(0))
  const leaf = await authority.issue({ request: answered })
  const file = Buffer.from(leaf.pem + authority.pem)
  expect(await manager.upload({ ...place, file })).toMatchObject({ ok: true })
  await store.close()
  const again = await open()
  const { records } = await managerOf(again).list()
  const identities = records.filter(({ kind }) => kind === 'identity')
  expect(identities.map(({ sha256 }) => sha256)).toEqual([await leaf.certificate.fingerprint()])
  await again.close()
})

it('a network that fails is said to have failed, and why', async () => {
  const { certward } = library
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const call = { uri: `http://127.0.0.1:${port}/`, request: Uint8Array.of(5, 0), origin: 'configured' } as const
  const sent = certward.fetchOcspTransport().send(call)
  await expect(sent).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('ECONNREFUSED') as string,
  })
})

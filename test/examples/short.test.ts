/** The short examples, each as a reader runs it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOcspRequest } from '../../src/ocsp/index.js'
import { writePem } from '../../src/pem/index.js'
import { createTestCa, nodeListener, type TestCa, type TestCertificate } from '../../src/testkit/index.js'
import { exampleArguments, loadProgram } from '../support/documentation.js'

let work = ''
let root: TestCa
let authority: TestCa
let server: TestCertificate

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'certward-examples-'))
  root = await createTestCa({ name: 'Example Root', keyType: 'rsa-2048' })
  authority = await root.issueIntermediate({ name: 'Example Authority' })
  server = await authority.issue({ dns: ['localhost'] })
})
afterAll(() => {
  rmSync(work, { recursive: true })
  for (const { remove } of programs.values()) remove()
})

/** A file for an example to read. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(work, name)
  writeFileSync(path, content)
  return path
}

interface Ran {
  readonly status: number | null
  readonly out: string
}

const programs = new Map<string, ReturnType<typeof exampleArguments>>()

function start(example: string, args: readonly string[]): ChildProcess {
  const program = programs.get(example) ?? exampleArguments(`examples/${example}.ts`)
  programs.set(example, program)
  return spawn(process.execPath, [...program.args, ...args])
}

/** To its end, while servers of this process go on answering it. */
function run(example: string, ...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = start(example, args)
    let out = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (out += text))
    }
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out }))
  })
}

const listen = async (listener: Server): Promise<number> => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return (listener.address() as AddressInfo).port
}

describe('a TLS server’s chain, with revocation', { timeout: 60_000 }, () => {
  /** Asks a server that staples what its authority says of it. */
  async function judge(leaf: TestCertificate): Promise<Ran> {
    const { der } = await createOcspRequest({ certificate: leaf.certificate, issuer: authority.certificate })
    const stapled = await (await authority.ocspResponder()).answer(der)
    const tls = createServer({ cert: leaf.chainPem, key: leaf.key.pem }, (socket) => socket.end())
    tls.on('OCSPRequest', (_certificate, _issuer, staple: (error: null, response: Buffer) => void) => {
      staple(null, Buffer.from(stapled))
    })
    tls.on('tlsClientError', () => undefined)
    const roots = file('roots.pem', root.pem)
    const crl = file('root.crl', writePem('X509 CRL', (await root.crl()).der))
    try {
      return await run('tls-server', `localhost:${await listen(tls)}`, '--roots', roots, '--crl', crl)
    } finally {
      tls.close()
    }
  }

  it('is trusted where its path, its name and its stapled response hold', async () => {
    const { status, out } = await judge(server)
    expect(status, out).toBe(0)
    expect(out).toContain('CN=localhost: good (OCSP')
    expect(out).toContain('CN=Example Authority: good (CRL of CN=Example Root')
  })

  it('is refused where the stapled response says revoked, and says why', async () => {
    const revoked = await authority.issue({ dns: ['localhost'] })
    authority.revoke(revoked, { reason: 'keyCompromise' })
    const { status, out } = await judge(revoked)
    expect(status, out).toBe(1)
    expect(out).toContain('keyCompromise')
  })

  it('is refused under another name', async () => {
    const { status, out } = await judge(await authority.issue({ dns: ['shop.example'] }))
    expect(status, out).toBe(1)
    expect(out).toContain('localhost')
  })
})

describe('a pre-flight before an upload', { timeout: 60_000 }, () => {
  const usages = {
    keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
    extendedKeyUsage: ['serverAuth', 'clientAuth'],
  } as const

  it('says yes to a chain the appliance takes', async () => {
    const leaf = await authority.issue({ dns: ['cucm1.example.com'], ...usages })
    const chain = file('chain.pem', leaf.chainPem)
    const ran = await run('preflight', 'tomcat', chain, '--roots', file('roots.pem', root.pem))
    expect(ran).toStrictEqual({ status: 0, out: `yes: ${chain} can be uploaded to tomcat\n` })
  })

  it('names each usage that is missing, and a chain that leads nowhere', async () => {
    const leaf = await authority.issue({ dns: ['cucm1.example.com'], extendedKeyUsage: ['serverAuth'] })
    const stranger = await createTestCa({ name: 'Stranger' })
    const args = ['tomcat', file('leaf.pem', leaf.chainPem), '--roots', file('strange.pem', stranger.pem)]
    const { status, out } = await run('preflight', ...args)
    expect(status, out).toBe(1)
    expect(out).toContain('clientAuth')
    expect(out).toContain('CN=Example Root')
  })

  it('says which purpose the file is for, and what a file is that is none', async () => {
    const wrong = await run('preflight', 'tomcat', file('ca.pem', authority.pem))
    expect(wrong.status, wrong.out).toBe(1)
    expect(wrong.out).toContain('tomcat-trust')
    const key = await run('preflight', 'tomcat', file('key.pem', server.key.pem))
    expect(key.status, key.out).toBe(1)
    expect(key.out).toMatch(/^no: .*private key/)
    expect((await run('preflight', 'tomcta', 'x')).status).toBe(2)
  })
})

it('a catalogue of one’s own is kept by a manager', { timeout: 60_000 }, async () => {
  const { status, out } = await run('web-farm')
  expect(status, out).toBe(0)
  expect(out.split('\n')[0]).toContain('not yet: CN=www.example.com: no certificate or anchor of its issuer')
  expect(out).toContain('install https on web1: CN=www.example.com')
  expect(out).toContain('restart nginx on web1')
})

describe('a directory of certificates, watched', { timeout: 60_000 }, () => {
  it('says of each when it ends, and why a file is none', async () => {
    const directory = join(work, 'once')
    mkdirSync(directory)
    file('once/a.pem', server.chainPem)
    file('once/b.der', server.der.subarray(0, 100))
    file('once/notes.txt', 'not looked at')
    const { status, out } = await run('watch-directory', directory, '--once')
    expect(status, out).toBe(0)
    const lines = out.trim().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^a\.pem: CN=localhost .*, 44 days left, until 20/)
    expect(lines[2]).toMatch(/^b\.der: .*expected/)
  })

  it('notices what comes and what changes', async () => {
    const directory = join(work, 'watched')
    mkdirSync(directory)
    file('watched/first.pem', server.pem)
    const child = start('watch-directory', [directory])
    try {
      if (child.stdout === null) throw new Error('the example has no output')
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const next = async (): Promise<string> => String((await lines.next()).value)
      expect(await next()).toContain('first.pem: CN=localhost')
      // It watches from soon after its first lines on.
      let written = 0
      const again = setInterval(() => file('watched/second.pem', authority.pem + '\n'.repeat(written++)), 300)
      expect(await next()).toContain('second.pem: CN=Example Authority')
      clearInterval(again)
    } finally {
      child.kill()
    }
  })
})

it('a worker checks OCSP, and says what was wrong with a question', async () => {
  const worker = await loadProgram<{
    readonly default: { fetch(request: Request, environment?: { readonly OCSP_RESPONDER?: string }): Promise<Response> }
  }>('examples/ocsp-worker.ts')
  const http = createHttpServer(nodeListener(await authority.ocspResponder()))
  const environment = { OCSP_RESPONDER: `http://127.0.0.1:${await listen(http)}/` }
  const ask = async (body: string): Promise<readonly [number, unknown]> => {
    const response = await worker.default.fetch(
      new Request('https://worker.example/', { method: 'POST', body }),
      environment,
    )
    return [response.status, await response.json()]
  }
  try {
    expect(await ask(server.pem + authority.pem)).toMatchObject([200, { status: 'good', model: 'delegated' }])
    const revoked = await authority.issue()
    authority.revoke(revoked)
    expect(await ask(revoked.pem + authority.pem)).toMatchObject([200, { status: 'revoked' }])
    expect(await ask(server.pem)).toMatchObject([400, { error: 'expected a certificate and its issuer' }])
    expect(await ask('nonsense')).toMatchObject([400, {}])
    // Of another authority: nobody who may speak for it has answered.
    expect(await ask(server.pem + root.pem)).toMatchObject([502, {}])
    expect((await worker.default.fetch(new Request('https://worker.example/'))).status).toBe(405)
  } finally {
    http.close()
  }
})

it('the test kit serves somebody else’s tests', { timeout: 60_000 }, async () => {
  const { status, out } = await new Promise<Ran>((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--test', 'examples/your-tests.test.ts'])
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.on('close', (status) => resolve({ status, out }))
  })
  expect(status, out).toBe(0)
  expect(out).toContain('# pass 4')
})

describe('migrating', { timeout: 60_000 }, () => {
  const both = (out: string): readonly (readonly [string, string])[] => {
    const said = out
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\S+:\s+/, '').toLowerCase())
    return said.flatMap((line, at) => (at % 2 === 0 ? [[line, said[at + 1] ?? ''] as const] : []))
  }

  it.each([
    ['node-forge', 3],
    ['pkijs', 4],
    ['peculiar-x509', 5],
  ])('from %s: both say the same', async (peer, count) => {
    const { status, out } = await run(`migrate/from-${peer}`)
    expect(status, out).toBe(0)
    expect(both(out)).toHaveLength(count)
    for (const [theirs, ours] of both(out)) expect(ours).toBe(theirs)
  })
})

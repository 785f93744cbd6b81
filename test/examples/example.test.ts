/** The example as a stranger runs it: its story, its commands, and wrong input. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writePem } from '../../src/index.js'
import { createTestCa } from '../../src/testkit/index.js'
import { bundleProgram } from '../support/documentation.js'
import { makeCertificate, makeRequest, name } from '../support/make-certificate.js'

let store = ''
let bundle: ReturnType<typeof bundleProgram>
beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'certward-example-'))
  bundle = bundleProgram('examples/main.ts')
})
afterAll(() => {
  rmSync(store, { recursive: true })
  bundle.remove()
})

interface Ran {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

function start(program: string, args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return { status, out: stdout, err: stderr }
}

const runAsDocumented = (...args: readonly string[]): Ran =>
  start('npm', ['run', '-s', 'example', ...(args.length > 0 ? ['--', ...args] : [])])
const run = (...args: readonly string[]): Ran => start(process.execPath, [bundle.program, ...args])

const command = (...args: readonly string[]) => run(...args, '--store', join(store, 'store'))

describe('npm run example', { timeout: 60_000 }, () => {
  it('tells the whole story and leaves its files', () => {
    const { status, out } = runAsDocumented()
    expect(status, out).toBe(0)
    for (const step of ['issuer-missing', 'valid:', 'confirmation-required', 'backup pending for tomcat on cucm1']) {
      expect(out).toContain(step)
    }
    const directory = /Everything is in (.*)/.exec(out)?.[1] ?? ''
    expect(existsSync(join(directory, 'format.json'))).toBe(true)
    rmSync(directory, { recursive: true })
  })

  it('MON-2, MON-6, OCS-6, OCS-8 lives through a year of a cluster', () => {
    const { status, out } = run('year')
    expect(status, out).toBe(0)
    for (const line of [
      /mail +tomcat-ECDSA on cucm3 and 12 more: ends in 30 days/,
      /monitor +drops ldap to ldap\.example\.com: .*keyCompromise/,
      /monitor +tomcat-ECDSA on cucm9 is revoked/,
      /monitor +cannot send: the mail server does not answer/,
      /mail +\S+ on cucm\d+ and \d+ more: nobody says whether it is revoked/,
      /mail +\S+ on cucm1 and 11 more: ends in 30 days, and takes \S+ down/,
      /monitor +CallManager-ECDSA on cucm7 is expired/,
      / 0 certificates that have ended and are still there/,
    ]) {
      expect(out).toMatch(line)
    }
    // The clock that is set back by forty days, and forward again, says nothing twice.
    const mails = [...out.matchAll(/^ .*mail +(.*)$/gm)].map(([, text]) => text)
    expect(mails.filter((text) => text === 'tomcat-ECDSA on cucm9 and 12 more: revoked (keyCompromise)')).toHaveLength(
      1,
    )
    expect(out.split('somebody has set the clock back')[1]?.split('the clock is right again')[0]).not.toContain('mail')
  })

  it('keeps what commands do from one run to the next', () => {
    expect(command('self-signed', 'tomcat', '--cn', 'pub.example.com').status).toBe(0)
    expect(command('csr', 'CallManager', '--cn', 'pub.example.com').out).toContain('BEGIN CERTIFICATE REQUEST')
    expect(command('list').out).toContain('pub.example.com')
  })

  it('says which file of a store is damaged, and lists the rest', () => {
    const other = ['--store', join(store, 'damaged')]
    for (const purpose of ['tomcat', 'ipsec']) {
      expect(run('self-signed', purpose, '--cn', 'pub.example.com', ...other).status).toBe(0)
    }
    const directory = join(store, 'damaged', 'records', 'cucm1', 'tomcat')
    const file = readdirSync(directory).find((one) => /^identity.*pem$/.test(one)) ?? ''
    writeFileSync(join(directory, file), 'gone')
    const { status, out, err } = run('list', ...other)
    expect(status).toBe(0)
    expect(err).toMatch(/^problem: .*identity\S*json: it cannot be read .* restore it from a backup/)
    expect(out).toContain('ipsec')
    expect(out).not.toMatch(/ tomcat +pub/)
  })

  it('says what is wrong and exits with 1 where something is refused', () => {
    const { status, out } = command('upload', 'tomcat', 'package.json')
    expect(status).toBe(1)
    expect(out).toContain('expected certificates as PEM, DER or PKCS#7')
    expect(command('upload', 'nonsense', 'package.json').out).toContain('unknown-purpose')
    expect(command('upload', 'tomcat', '/nowhere').err).toContain('no such file')
  })

  it('exits with 2 where the command is wrong, and shows how it goes', () => {
    const { status, err } = command('csr')
    expect(status).toBe(2)
    expect(err).toContain('which purpose?')
    expect(run('--nonsense').status).toBe(2)
    expect(run('--json')).toMatchObject({ status: 2, err: expect.stringContaining('of which files?') as unknown })
    for (const purpose of ['nonsense', 'tomcat-trust']) {
      const refused = run('--purpose', purpose)
      expect(refused).toMatchObject({ status: 2, out: '' })
      expect(refused.err).toContain(`requests are made for tomcat, tomcat-ECDSA`)
      expect(refused.err).not.toContain('    at ')
    }
    expect(runAsDocumented('--help').out).toContain('Usage: npm run example')
  })

  it('says what is in files, a line for each that is wrong, and exits with 1 where one is', () => {
    const [root = ''] = rootCertificates
    const files = {
      'mixture.pem': `note\n${root}\n${writePem('CERTIFICATE REQUEST', makeRequest())}`,
      'forged.der': makeCertificate({ subject: name('a\n\u001b[2Jb\u202ec') }),
      'key.pem': writePem('RSA PRIVATE KEY', new Uint8Array(9)),
      'empty.pem': '',
    }
    for (const [file, content] of Object.entries(files)) writeFileSync(join(store, file), content)
    const paths = [...Object.keys(files), 'missing', '.'].map((file) => join(store, file))
    const { status, out, err } = run(...paths)
    expect(status).toBe(1)
    expect(out).toContain('PEM, 1 certificate, 1 request')
    expect(out).toContain('Requester')
    expect(out).not.toMatch(/[\u001b\u202e]|a\n/)
    const lines = err.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    for (const [i, said] of [
      /no private key, found PEM block RSA PRIVATE KEY/,
      /empty file/,
      /no such file/,
      /directory/,
    ].entries())
      expect(lines[i]).toMatch(said)
    expect(run(join(store, 'mixture.pem'), '--verbose').out).toContain('Signature Value:')
    expect(JSON.parse(run(join(store, 'mixture.pem'), '--json').out)).toMatchObject({
      files: [{ format: 'pem', certificates: [{ version: 3 }], requests: [{ subject: 'CN=Requester' }], crls: [] }],
    })
  })

  it('says what is in CRLs, and lists whom they revoke', async () => {
    const ca = await createTestCa({ name: 'Example CA', clock: { now: () => new Date('2026-06-01T12:00:00Z') } })
    ca.revoke(0xabcn, { reason: 'keyCompromise' })
    const complete = await ca.crl()
    const delta = await ca.crl({ delta: { base: complete.number }, nextUpdate: new Date('2126-06-01T12:00:00Z') })
    const lists = join(store, 'lists.pem')
    writeFileSync(lists, complete.pem + delta.pem)
    const { status, out } = run(lists)
    expect(status).toBe(0)
    expect(out).toContain('PEM, 2 CRLs')
    expect(out).toMatch(/1 {2}Example CA {2}2026-06-01 {2}2026-06-08 RUN OUT {2}1 certificate\n/)
    expect(out).toMatch(/2 {2}Example CA {2}2026-06-01 {2}2126-06-01 +0 certificates, a delta\n/)
    expect(run(lists, '--verbose').out).toMatch(/0abc +2026-06-01T12:00:00\.000Z +keyCompromise\n/)
    expect(JSON.parse(run(lists, '--json').out)).toMatchObject({
      files: [{ crls: [{ issuer: 'CN=Example CA', entryCount: 1 }, { baseCRLNumber: '1' }] }],
    })
    const broken = join(store, 'broken.pem')
    writeFileSync(broken, writePem('X509 CRL', Uint8Array.of(0x30, 0)))
    expect(run(broken)).toMatchObject({ status: 1, err: expect.stringContaining('CertificateList') as string })
  })

  it('reads the roots Node trusts', () => {
    const { status, out } = run('roots')
    expect(status).toBe(0)
    expect(out).toContain(`the roots Node trusts: PEM, ${rootCertificates.length} certificates`)
  })

  it('makes a request for a purpose, and holds the answers against it', () => {
    const { status, out } = run('--purpose', 'tomcat-ECDSA')
    expect(status).toBe(0)
    expect(out).toContain('its certificate fits tomcat-ECDSA')
    expect(out).toContain('lacks the extended key usage clientAuth')
  })

  it('ends quietly where nobody reads on', () => {
    const shell = spawnSync('sh', ['-c', 'node_modules/.bin/tsx examples/main.ts roots | head -n 1'], {
      encoding: 'utf8',
    })
    expect(shell).toMatchObject({ status: 0, stderr: '' })
    expect(shell.stdout).toContain('the roots Node trusts')
  })
})

/** The example as a stranger runs it: its story, its commands, and wrong input. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let store = ''
beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'certward-example-'))
})
afterAll(() => {
  rmSync(store, { recursive: true })
})

function run(...args: readonly string[]): { status: number | null; out: string; err: string } {
  const tsx = join('node_modules', '.bin', 'tsx')
  const { status, stdout, stderr } = spawnSync(tsx, ['examples/main.ts', ...args], { encoding: 'utf8' })
  return { status, out: stdout, err: stderr }
}

const command = (...args: readonly string[]) => run(...args, '--store', join(store, 'store'))

describe('npm run example', { timeout: 60_000 }, () => {
  it('tells the whole story and leaves its files', () => {
    const { status, out } = run()
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
    expect(run('--help').out).toContain('Usage: npm run example')
  })

  it('says what is in files', () => {
    const { status, err } = run('package.json')
    expect(status).toBe(1)
    expect(err).toContain('package.json: file: expected certificates')
  })
})

/** Random chains, judged by `openssl verify` and by certward: lengths, usages, dates, name constraints. */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { explain } from '../../src/path/index.js'
import { type AuthorityOptions, type CertificateOptions, testKey } from '../../src/testkit/index.js'
import { extent } from '../support/extent.js'
import { temporaryDirectory } from '../support/openssl.js'
import { at, authorities, validateChain } from '../support/paths.js'
import { tool } from '../support/tools.js'

const openssl = tool('openssl', 'random chains against openssl verify')
const CHAINS = extent('CERTWARD_ORACLE_CHAINS', { all: 400, some: 80 })

/** Undefined `absent` times as often as not; by default it is there three times of four. */
const perhaps = <T>(arbitrary: fc.Arbitrary<T>, absent?: number): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: absent === undefined ? 3 : 1, arbitrary },
    { weight: absent ?? 1, arbitrary: fc.constant(undefined) },
  )
const some = (...values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })
const oneIn = (count: number): fc.Arbitrary<boolean> => fc.nat({ max: count - 1 }).map((number) => number === 0)

/** Without the members that are undefined. */
const present = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never

const names = {
  dns: some('a.example', 'www.a.example', 'b.example', 'x.b.example', 'example', 'a.test', 'www.test'),
  ip: some('192.0.2.1', '192.0.2.130', '198.51.100.7', '2001:db8::1'),
  email: some('u@a.example', 'u@b.example', 'v@a.example'),
  uri: some('http://www.a.example/x', 'http://b.example/'),
}
const subtrees = {
  dns: some('example', 'a.example', 'b.example', 'test', 'www.a.example', ''),
  ip: some('192.0.2.0/24', '192.0.2.128/25', '198.51.100.0/24', '0.0.0.0/0', '2001:db8::/32'),
  email: some('a.example', '.example', 'u@a.example', 'b.example'),
  uri: some('.a.example', 'b.example', '.example', 'www.a.example'),
}
const namesOf = ({ dns, ip, email, uri }: typeof names) =>
  fc.record({ dns: perhaps(dns), ip: perhaps(ip, 3), email: perhaps(email, 4), uri: perhaps(uri, 5) }).map(present)

// GeneralSubtrees has one at least.
const constraint = namesOf(subtrees).filter((one) => Object.keys(one).length > 0)

const past = new Date(at.getTime() - 1000)
const authority = fc
  .record({
    name: perhaps(fc.constant('same' as const), 7),
    pathLenConstraint: perhaps(fc.nat({ max: 2 }), 3),
    permitted: perhaps(constraint, 2),
    excluded: perhaps(constraint, 5),
    keyUsage: perhaps(fc.constantFrom(['keyCertSign'] as const, ['cRLSign'] as const), 12),
    basicConstraints: perhaps(fc.constant({}), 25),
    notAfter: perhaps(fc.constant(past), 25),
  })
  .map(({ permitted, excluded, ...rest }): AuthorityOptions => {
    const nameConstraints = present({ permitted, excluded })
    return { ...present(rest), ...(Object.keys(nameConstraints).length > 0 && { nameConstraints }) }
  })
const target = fc
  .record({ names: namesOf(names), isWithout: oneIn(10), notAfter: perhaps(fc.constant(past), 25) })
  .map(({ names: subject, isWithout, notAfter }): CertificateOptions => ({
    // Under a common name that is no host name, which OpenSSL would take for one.
    name: 'one leaf',
    ...(isWithout || Object.keys(subject).length === 0 ? { without: ['subjectAltName'] } : subject),
    ...(notAfter && { notAfter }),
  }))

const directory = temporaryDirectory()
afterAll(directory.remove)
const file = (name: string, pem: string): string => {
  const path = join(directory.path, name)
  writeFileSync(path, pem)
  return path
}

/** Undefined where openssl accepts the chain, root first; else what it says. */
function refusalOf(root: string, intermediates: readonly string[], leaf: string): string | undefined {
  const given = ['-attime', String(at.getTime() / 1000), '-CAfile', file('root.pem', root)]
  if (intermediates.length > 0) given.push('-untrusted', file('intermediates.pem', intermediates.join('')))
  try {
    execFileSync(openssl ?? '', ['verify', '-x509_strict', ...given, file('leaf.pem', leaf)], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr)
  }
}

describe.skipIf(openssl === undefined)('a random chain', () => {
  it('is valid exactly where openssl verify says so (RFC 5280 §6.1)', async () => {
    let valid = 0
    await fc.assert(
      fc.asyncProperty(fc.array(authority, { maxLength: 4 }), target, async (above, below) => {
        const options: AuthorityOptions[] = []
        for (const [i, one] of above.entries()) {
          // Self-issued, now and then.
          const name = one.name === 'same' ? (options.at(-1)?.name ?? 'Root') : `Intermediate ${i + 1}`
          options.push({ ...one, name, key: await testKey('p256', `oracle ${i}`) })
        }
        const chain = await authorities({ key: await testKey('p256', 'oracle') }, ...options)
        const [root, ...intermediates] = chain
        const leaf = await (intermediates.at(-1) ?? root).issue(below)
        const verdict = await validateChain([...chain, leaf])
        const pems = intermediates.map(({ pem }) => pem)
        const refusal = refusalOf(root.pem, pems, leaf.pem)
        expect(verdict.ok, `${refusal ?? 'openssl accepts it'}\n${explain(verdict)}`).toBe(refusal === undefined)
        if (verdict.ok) valid++
      }),
      { numRuns: CHAINS },
    )
    expect(Math.min(valid, CHAINS - valid)).toBeGreaterThan(CHAINS / 20)
  }, 120_000)
})

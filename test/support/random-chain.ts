// Chains drawn at random: names of every form in subjectAltName and nameConstraints, lengths, usages, dates.

import fc from 'fast-check'
import { type AuthorityOptions, type CertificateOptions, testKey } from '../../src/testkit/index.js'
import { at, authorities } from './paths.js'
import type { RandomPki } from './random-pki.js'

/** There three times of four, or once in `absent` more. */
const perhaps = <T>(arbitrary: fc.Arbitrary<T>, absent?: number): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: absent === undefined ? 3 : 1, arbitrary },
    { weight: absent ?? 1, arbitrary: fc.constant(undefined) },
  )
const some = (...values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })

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
    name: perhaps(fc.constant('that of its issuer'), 7),
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
  .record({
    subject: namesOf(names),
    isWithout: perhaps(fc.constant(true), 9),
    notAfter: perhaps(fc.constant(past), 25),
  })
  .map(({ subject, isWithout, notAfter }): CertificateOptions => ({
    // Under a common name that is no host name, which OpenSSL would take for one.
    name: 'one leaf',
    ...(isWithout === true || Object.keys(subject).length === 0 ? { without: ['subjectAltName'] } : subject),
    ...(notAfter && { notAfter }),
  }))

/** What stands between root and target, from the top, and the target. */
export const chainPlan = fc.record({ above: fc.array(authority, { maxLength: 4 }), target })
type ChainPlan = typeof chainPlan extends fc.Arbitrary<infer T> ? T : never

/** Issues what the plan says. Authorities have the same keys in every one of them. */
export async function issueChain({ above, target: leaf }: ChainPlan): Promise<RandomPki> {
  const options: AuthorityOptions[] = []
  for (const [i, one] of above.entries()) {
    const name = one.name === undefined ? `Intermediate ${i + 1}` : (options.at(-1)?.name ?? 'Root')
    options.push({ ...one, name, key: await testKey('p256', `chain ${i}`) })
  }
  const [anchor, ...pool] = await authorities({ key: await testKey('p256', 'chain') }, ...options)
  return { anchor, pool, target: await (pool.at(-1) ?? anchor).issue(leaf) }
}

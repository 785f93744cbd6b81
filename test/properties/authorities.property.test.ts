// Laws of trusted authorities: whatever is uploaded in whatever order, also where a newer authority has another key, what
// comes in rests on what there is then, and what falls is named. Node's own idea of who issued what is the judge.

import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { CertificateRecord } from '../../src/inventory/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { certify, DAY, everything, installedIn, rootOf, type Setting, setUp } from '../support/manager.js'

const node = 'pub'
const trust = { purpose: 'CallManager-trust', node }
const identity = { purpose: 'CallManager-ECDSA', node }

/** Authorities of four names, several of each: older and newer, of one key and of others, below one another. */
const pool = new Map<string, TestCa>()

beforeAll(async () => {
  const { clock } = setUp()
  const now = clock.now().getTime()
  const dated = (days: number): { notBefore: Date } => ({ notBefore: new Date(now - days * DAY) })
  const put = (name: string, authority: TestCa): TestCa => {
    pool.set(name, authority)
    return authority
  }
  const root = (days: number, from?: TestCa): Promise<TestCa> =>
    rootOf({ clock }, { name: 'A', keyType: 'p256', ...(from && { key: from.key }), ...dated(days) })
  const below = (upper: TestCa, name: string, days: number, from?: TestCa): Promise<TestCa> =>
    upper.issueIntermediate({ name, ...(from && { key: from.key }), ...dated(days) })
  const a1 = put('A1', await root(9))
  const a2 = put('A2, another key', await root(8))
  put('A3, key of A1', await root(7, a1))
  const b1 = put('B1', await rootOf({ clock }, { name: 'B', keyType: 'p256', ...dated(9) }))
  const i1 = put('I1 below A1', await below(a1, 'I', 9))
  put('I2 below A2, another key', await below(a2, 'I', 8))
  put('I3 below B1, key of I1', await below(b1, 'I', 7, i1))
  const j1 = put('J1 below I1', await below(i1, 'J', 9))
  put('I4 below J1, another key', await below(j1, 'I', 6))
  put('J2 below B1, key of J1', await below(b1, 'J', 5, j1))
})

/** Each with one that has issued it; roots with themselves. */
const issuers = {
  A1: 'A1',
  'A2, another key': 'A2, another key',
  'A3, key of A1': 'A3, key of A1',
  B1: 'B1',
  'I1 below A1': 'A1',
  'I2 below A2, another key': 'A2, another key',
  'I3 below B1, key of I1': 'B1',
  'J1 below I1': 'I1 below A1',
  'I4 below J1, another key': 'J1 below I1',
  'J2 below B1, key of J1': 'B1',
} as const
type AuthorityName = keyof typeof issuers
const names = Object.keys(issuers) as AuthorityName[]

const withIssuers = (name: AuthorityName): readonly AuthorityName[] =>
  issuers[name] === name ? [name] : [name, ...withIssuers(issuers[name])]

const authority = (name: AuthorityName): TestCa => {
  const found = pool.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

/** Whether certificates Node finds to have issued one another lead from it to a root among those trusted. */
function reachesRoot(der: Uint8Array, trusted: readonly { readonly der: Uint8Array }[]): boolean {
  const all = trusted.map((one) => new X509Certificate(one.der))
  const isTrusted = (one: X509Certificate): boolean =>
    all.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256)
  const climb = (certificate: X509Certificate, below: readonly X509Certificate[]): boolean => {
    if (certificate.subject === certificate.issuer) return isTrusted(certificate)
    return all.some(
      (one) =>
        !below.includes(one) &&
        certificate.checkIssued(one) &&
        certificate.verify(one.publicKey) &&
        climb(one, [...below, one]),
    )
  }
  return climb(new X509Certificate(der), [])
}

/** What is installed on the node, and whether its chain holds. */
async function judged({
  storage,
}: Setting): Promise<ReadonlyMap<string, { record: CertificateRecord; holds: boolean }>> {
  const trusted = await installedIn(storage, trust)
  const all = [...(await installedIn(storage, identity)), ...trusted]
  return new Map(
    all.map((record) => [`${record.purpose} ${record.sha256}`, { record, holds: reachesRoot(record.der, trusted) }]),
  )
}

/** Every deletion there may be, planned: what it says it breaks, and what breaks without that certificate. */
async function checkDeletions({ manager, storage }: Setting): Promise<void> {
  const trusted = await installedIn(storage, trust)
  const all = [...(await installedIn(storage, identity)), ...trusted]
  for (const gone of trusted) {
    const plan = await manager.plan.delete({ ...trust, sha256: gone.sha256 })
    if (!plan.ok) throw new Error('not to be deleted')
    const left = trusted.filter((one) => one !== gone)
    const fallen = all.filter((one) => one !== gone && reachesRoot(one.der, trusted) && !reachesRoot(one.der, left))
    expect(plan.breaks.map(({ sha256 }) => sha256).sort()).toEqual(fallen.map(({ sha256 }) => sha256).sort())
  }
}

/** Whether a file of authorities is to be taken: none is older than its namesake, and each has its chain with the others. */
async function isToBeTaken({ storage }: Setting, file: readonly AuthorityName[]): Promise<boolean> {
  type Held = Pick<CertificateRecord, 'subject' | 'notBefore' | 'der'>
  const trusted = await installedIn(storage, trust)
  const then = new Map(trusted.map((one): [string, Held] => [one.subject, one]))
  const all = file.map((name): Held => {
    const { subject, notBeforeTime, der } = authority(name).certificate
    return { subject: subject.toString(), notBefore: notBeforeTime, der }
  })
  const arriving = all.filter(
    (one) => !all.some(({ subject, notBefore }) => subject === one.subject && notBefore > one.notBefore),
  )
  if (arriving.some(({ subject, notBefore }) => (then.get(subject)?.notBefore ?? 0) > notBefore)) return false
  const changing = arriving.filter(({ subject, notBefore }) => then.get(subject)?.notBefore !== notBefore)
  for (const one of changing) then.set(one.subject, one)
  return changing.every(({ der }) => reachesRoot(der, [...then.values()]))
}

const some = fc.subarray(names, { maxLength: 3 })
const file = fc.oneof(
  some,
  fc.constantFrom(...names).map((name) => [name]),
  some.map((all) => all.flatMap(withIssuers)),
)
const step = fc.record({
  authorities: file,
  /** Of the identity's certificate; undefined for a file of authorities. */
  issuer: fc.option(fc.constantFrom(...names), { nil: undefined, freq: 1 }),
})

/** An identity of the oldest authorities comes first, which newer ones may break. */
const first = fc
  .constantFrom('A1', 'I1 below A1', 'J1 below I1')
  .map((issuer) => ({ authorities: withIssuers(issuer), issuer }))

it('UPL-4, UPL-5, DEL-3: what is installed has a chain by what is trusted then, and what loses its chain is named', async () => {
  const runs = runsOf(160)
  const seen = { installed: 0, refused: 0, broken: 0 }
  await fc.assert(
    fc.asyncProperty(first, fc.array(step, { minLength: 1, maxLength: 8 }), async (oldest, newer) => {
      const setting = setUp()
      for (const { authorities, issuer } of [oldest, ...newer]) {
        const chain = authorities.map((name) => authority(name).pem)
        if (issuer === undefined && chain.length === 0) continue
        const scope = issuer === undefined ? trust : identity
        const leaf = issuer === undefined ? [] : [(await certify(setting, authority(issuer), scope)).pem]
        const before = await judged(setting)
        const stored = await everything(setting.storage)
        const isExpected = issuer === undefined ? await isToBeTaken(setting, authorities) : undefined
        const outcome = await setting.manager.upload({ ...scope, file: [...leaf, ...chain].join('') })
        if (isExpected !== undefined) expect(outcome.ok).toBe(isExpected)
        if (!outcome.ok) {
          seen.refused++
          expect(await everything(setting.storage)).toEqual(stored)
          continue
        }
        const after = await judged(setting)
        for (const [key, { record, holds }] of after) {
          if (before.has(key)) continue
          seen.installed++
          expect(holds, `${record.subject} was installed`).toBe(true)
        }
        const fallen = [...after].filter(([key, { holds }]) => before.get(key)?.holds === true && !holds)
        seen.broken += fallen.length
        const said = outcome.notices.filter(({ code }) => code === 'chain-broken').map(({ message }) => message)
        expect(said.map((message) => /chain of (\S+) \((\S+) on/.exec(message)?.slice(1).join(' ')).sort()).toEqual(
          fallen.map(([, { record }]) => `${record.subject} ${record.purpose}`).sort(),
        )
      }
      await checkDeletions(setting)
    }),
    { numRuns: runs },
  )
  // Each kind of outcome has been met.
  expect(Math.min(seen.installed, seen.refused, seen.broken)).toBeGreaterThan(runs / 12)
})

// Public key infrastructures drawn at random: authorities that certify each other, with what can be wrong between them.

import fc from 'fast-check'
import {
  type AuthorityOptions,
  type CertificateOptions,
  type IssuedCertificate,
  type TestCa,
  testKey,
} from '../../src/testkit/index.js'
import { rootOf } from './paths.js'

/** What a certificate may have beyond a good one's, for the better or the worse. */
const traits = {
  expired: { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-05-01T00:00:00Z') },
  early: { notBefore: new Date('2026-07-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') },
  broken: { signature: 'broken' },
  bare: { basicConstraints: {} },
  cRLsOnly: { keyUsage: ['cRLSign'] },
  pathLength0: { basicConstraints: { cA: true, pathLenConstraint: 0 } },
  pathLength1: { basicConstraints: { cA: true, pathLenConstraint: 1 } },
  permitsHost: { nameConstraints: { permitted: { dns: ['a.test'] } } },
  permitsOther: { nameConstraints: { permitted: { dns: ['b.test'] } } },
  excludesHost: { nameConstraints: { excluded: { dns: ['www.a.test'] } } },
  servers: { extendedKeyUsage: ['serverAuth'] },
  clients: { extendedKeyUsage: ['clientAuth'] },
  policyX: { certificatePolicies: ['1.2.120'] },
  policyXY: { certificatePolicies: ['1.2.120', '1.2.121'] },
  anyPolicy: { certificatePolicies: ['anyPolicy'] },
  mapped: {
    certificatePolicies: ['1.2.120'],
    policyMappings: [{ issuerDomainPolicy: '1.2.120', subjectDomainPolicy: '1.2.121' }],
  },
  requiresPolicy: { certificatePolicies: ['anyPolicy'], policyConstraints: { requireExplicitPolicy: 0 } },
  strange: { extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] },
} as const satisfies Readonly<Record<string, AuthorityOptions>>

type Trait = keyof typeof traits

/** Whom leaves are for. */
const leafNames = {
  host: { dns: ['www.a.test'] },
  wildcard: { dns: ['*.a.test'] },
  hosts: { dns: ['www.a.test', 'b.test'] },
  address: { ip: ['192.0.2.1'] },
} as const satisfies Readonly<Record<string, CertificateOptions>>

type LeafName = keyof typeof leafNames

const forAuthorities = fc.uniqueArray(fc.constantFrom(...(Object.keys(traits) as Trait[])), { maxLength: 1 })
const forLeaves = fc.uniqueArray(
  fc.constantFrom<Trait>('expired', 'broken', 'clients', 'policyX', 'policyXY', 'anyPolicy', 'strange'),
  { maxLength: 1 },
)
/** Most certificates have nothing to themselves, so that most paths lead somewhere. */
const oftenNone = (drawn: fc.Arbitrary<Trait[]>): fc.Arbitrary<readonly Trait[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<Trait[]>([]) }, { weight: 1, arbitrary: drawn })

const optionsOf = (drawn: readonly Trait[]): CertificateOptions => Object.assign({}, ...drawn.map((one) => traits[one]))

export interface PkiPlan {
  /** Name of each authority; several may share one. The first is the trusted root. */
  readonly names: readonly number[]
  /** Who certifies whom. */
  readonly crosses: readonly { readonly issuer: number; readonly subject: number; readonly traits: readonly Trait[] }[]
  readonly leaf: { readonly issuer: number; readonly names: LeafName; readonly traits: readonly Trait[] }
  /** Whether the authorities' self-signed certificates are at hand. */
  readonly selfSigned: boolean
}

const AUTHORITIES = 5

export const pkiPlan: fc.Arbitrary<PkiPlan> = fc.record({
  names: fc.array(fc.nat(AUTHORITIES - 1), { minLength: AUTHORITIES, maxLength: AUTHORITIES }),
  crosses: fc.array(
    fc.record({ issuer: fc.nat(AUTHORITIES - 1), subject: fc.nat(AUTHORITIES - 1), traits: oftenNone(forAuthorities) }),
    { minLength: 2, maxLength: 9 },
  ),
  leaf: fc.record({
    issuer: fc.nat(AUTHORITIES - 1),
    names: fc.constantFrom(...(Object.keys(leafNames) as LeafName[])),
    traits: oftenNone(forLeaves),
  }),
  selfSigned: fc.boolean(),
})

export interface RandomPki {
  readonly anchor: IssuedCertificate
  readonly pool: readonly IssuedCertificate[]
  readonly target: IssuedCertificate
}

/** Issues what the plan says. Authorities have the same keys in every one of them. */
export async function issuePki({ names, crosses, leaf, selfSigned }: PkiPlan): Promise<RandomPki> {
  const cas: TestCa[] = []
  for (const [i, name] of names.entries()) {
    cas.push(await rootOf({ name: `CA ${name}`, key: await testKey('p256', `authority ${i}`) }))
  }
  const caAt = (i: number): TestCa => {
    const ca = cas[i]
    if (ca === undefined) throw new TypeError(`no authority ${i}`)
    return ca
  }
  const pool: IssuedCertificate[] = selfSigned ? [...cas] : []
  for (const { issuer, subject, traits: drawn } of crosses) {
    if (issuer !== subject) pool.push(await caAt(issuer).crossSign(caAt(subject), optionsOf(drawn)))
  }
  const target = await caAt(leaf.issuer).issue({ name: 'Leaf', ...leafNames[leaf.names], ...optionsOf(leaf.traits) })
  return { anchor: caAt(0), pool, target }
}

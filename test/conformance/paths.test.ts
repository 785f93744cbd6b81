/** The path suites, judged: every verdict, and for x509-limbo the reasons too. */

import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ParseError } from '../../src/base/errors.js'
import { fixedClock } from '../../src/base/clock.js'
import { readCertificates } from '../../src/reading/index.js'
import { createTestCa, type TestCertificate } from '../../src/testkit/index.js'
import type { GeneralName, GeneralSubtree } from '../../src/x509/index.js'
import { conformanceData } from '../support/conformance-data.js'
import { extent } from '../support/extent.js'
import { type LimboCase, loadLimbo } from './formats/limbo.js'
import { loadPkits, type PkitsCase } from './formats/pkits.js'
import { judgeLimbo, limboVerdicts } from './judges/limbo.js'
import { judgePkits } from './judges/pkits.js'
import { limboPins } from './limbo-pins.js'
import { judgeAll } from './runner.js'

/** Of BetterTLS's name constraints, every so many are held against plain lines. */
const STRIDE = extent('CERTWARD_BETTERTLS_STRIDE', { all: 1, some: 4 })

const data = conformanceData('the path suites x509-limbo and NIST PKITS')

/** A chain of three that is right, or whose target has one bit of its signature flipped. */
async function handMade(at: Date, signature: 'right' | 'broken'): Promise<readonly TestCertificate[]> {
  const root = await createTestCa({ name: 'Root', clock: fixedClock(at) })
  const intermediate = await root.issueIntermediate({ name: 'Intermediate' })
  const leaf = await intermediate.issue({ dns: ['a.example'], ...(signature === 'broken' ? { signature } : {}) })
  return [root, intermediate, leaf]
}

async function limboSanityCase(signature: 'right' | 'broken'): Promise<LimboCase> {
  const at = new Date('2026-06-01T00:00:00Z')
  const [root = '', intermediate = '', leaf = ''] = (await handMade(at, signature)).map(({ pem }) => pem)
  return {
    id: `sanity::${signature}`,
    accept: signature === 'right',
    description: '',
    features: [],
    conflictsWith: [],
    validationKind: 'SERVER',
    trustedCertificates: [root],
    untrustedIntermediates: [intermediate],
    peerCertificate: leaf,
    at,
    signatureAlgorithms: [],
    keyUsage: [],
    extendedKeyUsage: ['serverAuth'],
    expectedPeerName: { kind: 'DNS', value: 'a.example' },
    expectedPeerNames: [],
    maxChainDepth: undefined,
    crls: [],
  }
}

/** Codes of everything held against a case, on any path; the code of a parse error. */
async function codesOf(testCase: LimboCase): Promise<ReadonlySet<string>> {
  try {
    const verdicts = await limboVerdicts(testCase)
    const findings = verdicts.flatMap((verdict) =>
      verdict.ok ? [] : [...verdict.findings, ...verdict.attempts.flatMap((attempt) => attempt.findings)],
    )
    return new Set(findings.map(({ code }) => code))
  } catch (error) {
    if (error instanceof ParseError) return new Set([`throws ${error.code}`])
    throw error
  }
}

describe.skipIf(data === undefined)('x509-limbo', () => {
  let cases: readonly LimboCase[] = []
  beforeAll(() => {
    cases = loadLimbo(data ?? '')
  })
  const caseNamed = (id: string): LimboCase => {
    const found = cases.find((one) => one.id === id)
    if (found === undefined) throw new TypeError(`no case ${id}`)
    return found
  }

  it('agrees on every case whose verdict needs no revocation list, and tells a good chain from one with a flipped bit', async () => {
    const sanity = [await limboSanityCase('right'), await limboSanityCase('broken')]
    const judged = [...sanity, ...cases.filter(({ id }) => !id.startsWith('crl::'))]
    const { disagreements } = await judgeAll(judged, judgeLimbo)
    expect(judged).toHaveLength(4925)
    expect(disagreements).toEqual([])
    expect(await codesOf(sanity[1] ?? caseNamed(''))).toContain('signature-invalid')
  })

  it('refuses each pinned case for the reason its description gives', async () => {
    const pins = Object.entries(limboPins)
    expect(pins.length).toBeGreaterThan(100)
    const unlike: string[] = []
    for (const [id, pin] of pins) {
      const codes = await codesOf(caseNamed(id))
      if (!codes.has(pin)) unlike.push(`${id}: ${pin} is not among ${[...codes].join(', ')}`)
    }
    expect(unlike).toEqual([])
  })

  it('pins every refused case but those of revocation and of BetterTLS nameconstraints', () => {
    const refused = cases.filter(({ id, accept }) => !accept && !/^(?:crl|bettertls::nameconstraints)::/.test(id))
    expect(refused.filter(({ id }) => limboPins[id] === undefined).map(({ id }) => id)).toEqual([])
  })

  it('finds name constraints of BetterTLS violated exactly where a few plain lines find them violated', async () => {
    const unlike: string[] = []
    let judged = 0
    const named = cases.filter(({ id }) => id.startsWith('bettertls::nameconstraints::'))
    for (const testCase of named.filter((_, index) => index % STRIDE === 0)) {
      const expected = isConstraintViolated(testCase)
      if (expected === undefined) continue
      judged++
      const found = (await codesOf(testCase)).has('name-constraint-violated')
      if (found !== expected) unlike.push(`${testCase.id}: ${expected ? 'violated' : 'satisfied'}`)
    }
    expect(judged).toBeGreaterThan(4_000 / STRIDE)
    expect(unlike).toEqual([])
  }, 60_000)
})

/**
 * Whether the names of the target break constraints of its issuers, for targets whose names are all plain ones;
 * undefined for the others. The suite has constraints of DNS names and IPv4 addresses only.
 */
function isConstraintViolated({ peerCertificate, untrustedIntermediates }: LimboCase): boolean | undefined {
  const [target] = readCertificates(peerCertificate).certificates
  if (target?.extension('subjectAltName')?.error !== undefined) return undefined
  const names = target?.extension('subjectAltName')?.value ?? []
  if (!names.every(isPlain)) return undefined
  return untrustedIntermediates.some((pem) => {
    const constraints = readCertificates(pem).certificates[0]?.extension('nameConstraints')?.value
    const { permittedSubtrees = [], excludedSubtrees = [] } = constraints ?? {}
    return names.some((name) => {
      const ofForm = permittedSubtrees.filter(({ base }) => base.type === name.type)
      const isPermitted = ofForm.length === 0 || ofForm.some((subtree) => holds(subtree, name))
      return !isPermitted || excludedSubtrees.some((subtree) => holds(subtree, name))
    })
  })
}

const isPlain = (name: GeneralName): boolean =>
  name.type === 'iPAddress' || (name.type === 'dNSName' && /^[a-z]+(?:\.[a-z]+)*$/.test(name.value))

function holds({ base }: GeneralSubtree, name: GeneralName): boolean {
  if (base.type === 'dNSName' && name.type === 'dNSName') return `.${name.value}`.endsWith(`.${base.value}`)
  if (base.type !== 'iPAddress' || name.type !== 'iPAddress') return false
  const masked = (address: Uint8Array): string => address.map((byte, i) => byte & (base.mask?.[i] ?? 0)).join('.')
  return masked(name.address) === masked(base.address)
}

describe.skipIf(data === undefined)('NIST PKITS', () => {
  /** Without revocation lists: the judge finds the statuses of a good chain undetermined, as 4.4.1 wants. */
  async function sanityCase(signature: 'right' | 'broken'): Promise<PkitsCase> {
    const at = new Date('2011-04-15T00:00:00Z')
    const root = await createTestCa({ name: 'Root', clock: fixedClock(at) })
    const intermediate = await root.issueIntermediate({ name: 'Intermediate', certificatePolicies: ['1.2.3'] })
    const leaf = await intermediate.issue({
      certificatePolicies: ['1.2.3'],
      ...(signature === 'broken' ? { signature } : {}),
    })
    const lists = [await root.crl(), await intermediate.crl()]
    return {
      id: `sanity ${signature}`,
      accept: signature === 'right',
      at,
      certificates: [root, intermediate, leaf].map(({ der }) => der),
      crls: lists.map(({ der }) => der),
      initialPolicySet: ['2.5.29.32.0'],
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialInhibitAnyPolicy: false,
      userConstrainedPolicySet: ['1.2.3'],
    }
  }

  it('agrees on every subtest, policies included, and tells a good chain from one with a flipped bit', async () => {
    const cases = loadPkits(join(data ?? '', 'pkits'))
    const judged = [await sanityCase('right'), await sanityCase('broken'), ...cases]
    const { disagreements } = await judgeAll(judged, judgePkits)
    expect(judged).toHaveLength(251)
    expect(disagreements).toEqual([])
  })
})

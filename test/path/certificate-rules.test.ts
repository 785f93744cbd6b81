// Each rule of the profiles, broken once and kept once, on a chain that breaks nothing else.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ia5String, namedBits, nullValue, objectIdentifier, octetString, sequence } from '../../src/der/writer.js'
import {
  appliance,
  type CertificateRole,
  type CertificateRuleName,
  type PathFinding,
  rfc5280,
  rfc5280Section6,
  webpki,
} from '../../src/path/index.js'
import type { AuthorityOptions, CertificateOptions, IssuedCertificate } from '../../src/testkit/index.js'
import { judgeChain, rootOf, validateChain } from '../support/paths.js'

/** What is changed in the certificate of one role. */
interface Row {
  readonly on: CertificateRole
  readonly broken: AuthorityOptions
  readonly kept?: AuthorityOptions
}

const keyIdentifier = Uint8Array.of(1, 2, 3)
const access = { ocsp: ['http://ocsp.example'] }
const caIssuers = ['http://ca.example/']
const authority = { basicConstraints: { cA: true }, keyUsage: ['keyCertSign'] } as const

const rows: Readonly<Record<CertificateRuleName, readonly Row[]>> = {
  'not-version-3': [
    {
      on: 'target',
      broken: { version: 2, without: ['basicConstraints', 'keyUsage', 'extendedKeyUsage', 'subjectAltName'] },
    },
  ],
  'serial-number-invalid': [
    { on: 'target', broken: { serialNumber: 0n }, kept: { serialNumber: 1n } },
    { on: 'target', broken: { serialNumber: -5n } },
    { on: 'target', broken: { serialNumber: -128n }, kept: { serialNumber: 128n } },
    { on: 'authority', broken: { serialNumber: 1n << 160n }, kept: { serialNumber: (1n << 159n) - 1n } },
  ],
  'issuer-name-empty': [{ on: 'anchor', broken: { name: '' } }],
  'authority-name-empty': [
    { on: 'authority', broken: { name: '', dns: ['ca.example'] } },
    {
      on: 'target',
      broken: { name: '', dns: ['ca.example'], ...authority },
      kept: { name: '', dns: ['ca.example'] },
    },
  ],
  'generalized-time-before-2050': [
    { on: 'target', broken: { timeForm: 'GeneralizedTime' }, kept: { timeForm: 'UTCTime' } },
  ],
  'unique-identifier-present': [
    { on: 'target', broken: { issuerUniqueID: keyIdentifier } },
    { on: 'authority', broken: { subjectUniqueID: keyIdentifier } },
  ],
  'authority-key-identifier-missing': [
    { on: 'target', broken: { without: ['authorityKeyIdentifier'] } },
    {
      on: 'authority',
      broken: {
        authorityKeyIdentifier: { authorityCertIssuer: { directory: ['Root'] }, authorityCertSerialNumber: 1n },
      },
    },
  ],
  'authority-key-identifier-critical': [{ on: 'target', broken: { critical: { authorityKeyIdentifier: true } } }],
  'authority-key-identifier-form': [
    {
      on: 'target',
      broken: {
        authorityKeyIdentifier: {
          keyIdentifier,
          authorityCertIssuer: { directory: ['Root'] },
          authorityCertSerialNumber: 1n,
        },
      },
      kept: { authorityKeyIdentifier: { keyIdentifier } },
    },
    { on: 'target', broken: { authorityKeyIdentifier: {} }, kept: { without: ['authorityKeyIdentifier'] } },
    {
      on: 'anchor',
      broken: { authorityKeyIdentifier: keyIdentifier },
      kept: { authorityKeyIdentifier: keyIdentifier, subjectKeyIdentifier: keyIdentifier },
    },
    // Self-issued, and another key than its issuer's: what it names is the issuer's.
    {
      on: 'target',
      broken: { name: 'Intermediate', authorityKeyIdentifier: keyIdentifier, ...authority },
      kept: { name: 'Intermediate', authorityKeyIdentifier: keyIdentifier, subjectKeyIdentifier: Uint8Array.of(4) },
    },
    {
      on: 'anchor',
      broken: { authorityKeyIdentifier: keyIdentifier, subjectKeyIdentifier: Uint8Array.of(4) },
      kept: { authorityKeyIdentifier: keyIdentifier, without: ['subjectKeyIdentifier'] },
    },
  ],
  'subject-key-identifier-missing': [
    { on: 'authority', broken: { without: ['subjectKeyIdentifier'] } },
    {
      on: 'target',
      broken: { ...authority, without: ['subjectKeyIdentifier'] },
      kept: { without: ['subjectKeyIdentifier'] },
    },
  ],
  'subject-key-identifier-critical': [{ on: 'authority', broken: { critical: { subjectKeyIdentifier: true } } }],
  'authority-key-usage-missing': [
    { on: 'authority', broken: { without: ['keyUsage'] } },
    { on: 'anchor', broken: { without: ['keyUsage'] } },
    {
      on: 'target',
      broken: { basicConstraints: { cA: true }, without: ['keyUsage'] },
      kept: { without: ['keyUsage'] },
    },
  ],
  'certificate-signing-without-authority': [{ on: 'target', broken: { keyUsage: ['keyCertSign'] } }],
  'path-length-without-authority': [
    {
      on: 'target',
      broken: { basicConstraints: { cA: false, pathLenConstraint: 0 } },
      kept: { basicConstraints: { cA: false } },
    },
    {
      on: 'target',
      broken: { basicConstraints: { cA: true, pathLenConstraint: 0 }, keyUsage: ['cRLSign'] },
      kept: { basicConstraints: { cA: true, pathLenConstraint: 0 }, keyUsage: ['keyCertSign'] },
    },
    {
      on: 'target',
      broken: { basicConstraints: { pathLenConstraint: 0 } },
      kept: { basicConstraints: { cA: true, pathLenConstraint: 0 }, without: ['keyUsage'] },
    },
    { on: 'target', broken: { basicConstraints: { pathLenConstraint: 0 }, without: ['keyUsage'] } },
  ],
  'basic-constraints-not-critical': [
    { on: 'authority', broken: { critical: { basicConstraints: false } } },
    {
      on: 'target',
      broken: { ...authority, critical: { basicConstraints: false } },
      kept: { basicConstraints: { cA: false }, critical: { basicConstraints: false } },
    },
  ],
  'subject-alt-name-missing': [{ on: 'target', broken: { without: ['subjectAltName'] } }],
  'subject-alt-name-not-critical': [
    { on: 'target', broken: { name: '', critical: { subjectAltName: false } }, kept: { name: '' } },
    { on: 'target', broken: { name: '', without: ['subjectAltName'] } },
  ],
  'subject-alt-name-critical': [
    { on: 'target', broken: { name: 'a.example', critical: { subjectAltName: true } }, kept: { name: '' } },
  ],
  'dns-name-invalid': [
    ...[
      '.a.example',
      'a.example.',
      'a..example',
      '-a.example',
      'a_b.example',
      'a*.example',
      '*',
      '*.*.example',
      '',
      ' ',
    ],
    ...['192.0.2.1', 'a.example\0', 'ex ample', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`],
  ].map((name): Row => ({
    on: 'target',
    broken: { dns: [name] },
    kept: { dns: ['*.a.example', 'xn--bcher-kva.example'] },
  })),
  'mailbox-invalid': [
    ...['a', 'a@', '@a.example', 'a b@a.example', 'a..b@a.example', '.a@a.example', 'a.@a.example'],
    ...['a@192.0.2.1', 'a@[192.0.2]', 'a@[2001:db8::1]', 'a@[a.example]', 'a@[192.0.2.1', 'a@[]'],
    `${'a'.repeat(65)}@a.example`,
  ].map((name): Row => ({
    on: 'target',
    broken: { email: [name] },
    kept: {
      email: [
        ...['a.b@a.example', '"a b"@a.example', `${'a'.repeat(64)}@a.example`],
        ...['a@[192.0.2.1]', 'a@[IPv6:2001:db8::1]'],
      ],
    },
  })),
  'uri-invalid': ['a.example', '//a.example/', 'http://a example/', 'http:'].map((name): Row => ({
    on: 'target',
    broken: { uri: [name] },
    kept: { uri: ['urn:example:a', 'http://a.example'] },
  })),
  'common-name-not-copied': [
    {
      on: 'target',
      broken: { name: 'b.example', dns: ['a.example'] },
      kept: { name: 'a.example', dns: ['a.example'] },
    },
    { on: 'target', broken: { name: 'A.example', dns: ['a.example'] } },
    {
      on: 'target',
      broken: { name: 'a@a.example', email: ['a@a.example'], dns: ['a.example'] },
      kept: { name: [{ type: 'organizationName', value: 'Example' }], dns: ['a.example'] },
    },
    {
      on: 'target',
      broken: { name: 'b.a.example', dns: ['*.a.example'] },
      kept: { name: 'a.example', dns: ['*.a.example'] },
    },
    { on: 'target', broken: { name: '192.0.2.01', ip: ['192.0.2.1'] }, kept: { name: '192.0.2.1', ip: ['192.0.2.1'] } },
    {
      on: 'target',
      broken: {
        name: [
          { type: 'commonName', value: 'a.example' },
          { type: 'commonName', value: 'a.example' },
        ],
        dns: ['a.example'],
      },
    },
  ],
  'name-constraints-not-critical': [
    {
      on: 'authority',
      broken: { nameConstraints: { permitted: { dns: ['example'] } }, critical: { nameConstraints: false } },
      kept: { nameConstraints: { permitted: { dns: ['example'] } } },
    },
  ],
  'name-constraints-without-authority': [
    { on: 'target', broken: { nameConstraints: { permitted: { dns: ['example'] } } } },
  ],
  'any-policy-mapped': [
    // Of an authority on a path, the path's own rule: test/path/policy-graph.test.ts.
    ...[
      { issuerDomainPolicy: '2.5.29.32.0', subjectDomainPolicy: '1.2.120' },
      { issuerDomainPolicy: '1.2.120', subjectDomainPolicy: '2.5.29.32.0' },
    ].map((mapping) => ({
      on: 'target' as const,
      broken: { policyMappings: [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }, mapping] },
      kept: { policyMappings: [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }] },
    })),
  ],
  'policy-constraints-not-critical': [
    {
      on: 'authority',
      broken: { policyConstraints: { inhibitPolicyMapping: 0 }, critical: { policyConstraints: false } },
      kept: { policyConstraints: { inhibitPolicyMapping: 0 } },
    },
  ],
  'inhibit-any-policy-not-critical': [
    {
      on: 'authority',
      broken: { inhibitAnyPolicy: 0, critical: { inhibitAnyPolicy: false } },
      kept: { inhibitAnyPolicy: 0 },
    },
  ],
  'freshest-crl-critical': [
    {
      on: 'target',
      broken: { freshestCRL: ['http://crl.example/'], critical: { freshestCRL: true } },
      kept: { freshestCRL: ['http://crl.example/'] },
    },
  ],
  'authority-info-access-critical': [
    {
      on: 'target',
      broken: { authorityInfoAccess: access, critical: { authorityInfoAccess: true } },
      kept: { authorityInfoAccess: access },
    },
  ],
  'subject-info-access-critical': [
    {
      on: 'authority',
      broken: {
        subjectInfoAccess: { caRepository: ['http://ca.example/'] },
        critical: { subjectInfoAccess: true },
      },
      kept: { subjectInfoAccess: { caRepository: ['http://ca.example/'] } },
    },
  ],
  'no-rev-avail-misused': [
    { on: 'authority', broken: { noRevAvail: true } },
    {
      on: 'target',
      broken: { noRevAvail: true, cRLDistributionPoints: [{ distributionPoint: 'http://crl.example/' }] },
      kept: { noRevAvail: true },
    },
    {
      on: 'target',
      broken: { noRevAvail: true, authorityInfoAccess: access },
      kept: { noRevAvail: true, authorityInfoAccess: { caIssuers } },
    },
    {
      on: 'target',
      broken: { noRevAvail: true, authorityInfoAccess: { ...access, caIssuers } },
    },
  ],
  'no-rev-avail-critical': [
    { on: 'target', broken: { noRevAvail: true, critical: { noRevAvail: true } }, kept: { noRevAvail: true } },
  ],
  'extended-key-usage-critical': [{ on: 'target', broken: { critical: { extendedKeyUsage: true } } }],
  'extended-key-usage-absent': [{ on: 'target', broken: { without: ['extendedKeyUsage'] } }],
  'any-extended-key-usage-present': [
    { on: 'target', broken: { extendedKeyUsage: ['serverAuth', 'anyExtendedKeyUsage'] } },
  ],
  'extended-key-usage-present': [{ on: 'anchor', broken: { extendedKeyUsage: ['serverAuth'] } }],
  'target-is-authority': [{ on: 'target', broken: { basicConstraints: { cA: true } } }],
}

/** A chain in which the certificate of one role is changed. */
async function chainWith(on: CertificateRole, changes: AuthorityOptions): Promise<readonly IssuedCertificate[]> {
  const of = (role: CertificateRole): CertificateOptions => (role === on ? changes : {})
  const root = await rootOf({ name: 'Root', ...of('anchor') })
  const intermediate = await root.issueIntermediate({ name: 'Intermediate', ...of('authority') })
  return [root, intermediate, await intermediate.issue({ dns: ['a.example'], ...of('target') })]
}

describe('each rule of a profile', () => {
  for (const [name, cases] of Object.entries(rows) as [CertificateRuleName, readonly Row[]][]) {
    it(`${name}: is found where it is broken, and only where it counts`, async () => {
      for (const { on, broken, kept = {} } of cases) {
        const only = { ...rfc5280Section6, anchors: 'as-certificate' as const }
        const counted = { ...only, rules: { ...only.rules, [name]: [on] } }
        const chain = await chainWith(on, broken)
        expect(await judgeChain(chain, { profile: counted }), inspect(broken)).toEqual([name])
        expect(await judgeChain(chain, { profile: only }), inspect(broken)).toEqual(['valid'])
        expect(await judgeChain(await chainWith(on, kept), { profile: counted })).toEqual(['valid'])
      }
    })
  }

  it('is spelled out by every profile', () => {
    for (const profile of [rfc5280, rfc5280Section6, webpki]) {
      expect(Object.keys(profile.rules).sort()).toEqual(Object.keys(rows).sort())
    }
  })

  it('is told with the certificate, the text it comes from, and what to do', async () => {
    const chain = await chainWith('target', { serialNumber: 0n })
    const verdict = await validateChain(chain)
    expect(verdict.ok ? [] : verdict.findings).toMatchObject([
      {
        code: 'serial-number-invalid',
        message: 'its serial number is zero',
        remedy: 'ask its issuer for a certificate that keeps the rule',
        rule: 'RFC 5280 §4.1.2.2',
        certificate: chain[2]?.certificate,
      },
    ])
  })
})

describe('the profiles', () => {
  it('judge a certificate anew for another profile, another role and another time', async () => {
    const root = await rootOf({ name: 'Root', extendedKeyUsage: ['serverAuth'] })
    const middle = await root.issueIntermediate({ name: 'Middle' })
    const leaf = await middle.issue({ name: 'b.example', dns: ['a.example'] })
    const [web, anyone] = [{ profile: webpki }, { profile: rfc5280 }]
    for (let round = 0; round < 2; round++) {
      expect(await judgeChain([root, middle, leaf], web)).toEqual([
        'common-name-not-copied',
        'extended-key-usage-present',
      ])
      expect(await judgeChain([root, middle, leaf], anyone)).toEqual(['valid'])
      expect(await judgeChain([root, middle], web)).toContain('target-is-authority')
      expect(await judgeChain([middle, leaf], web)).toEqual(['common-name-not-copied'])
      expect(await judgeChain([root, middle, leaf], { ...anyone, at: new Date('2199-01-01T00:00:00Z') })).toEqual([
        'expired',
      ])
    }
  })

  it('let a trusted root lack a keyUsage, but for the one of the Web, and no intermediate (RFC 5280 §4.2.1.3)', async () => {
    const bare = { without: ['keyUsage'] } as const
    const [root, middle] = [await chainWith('anchor', bare), await chainWith('authority', bare)]
    for (const profile of [rfc5280, appliance]) {
      expect(await judgeChain(root, { profile })).toEqual(['valid'])
      expect(await judgeChain(middle, { profile })).toEqual(['authority-key-usage-missing'])
    }
    for (const chain of [root, middle]) {
      expect(await judgeChain(chain, { profile: webpki })).toContain('authority-key-usage-missing')
      expect(await judgeChain(chain, { profile: rfc5280Section6 })).toEqual(['valid'])
    }
  })

  it('accept a chain that is made as their texts want it', async () => {
    const chain = await chainWith('target', {})
    for (const profile of [rfc5280, rfc5280Section6]) expect(await judgeChain(chain, { profile })).toEqual(['valid'])
    const web = await chainWith('target', { name: 'a.example', dns: ['a.example'] })
    expect(await judgeChain(web, { profile: webpki, purpose: ['serverAuth'] })).toEqual(['valid'])
  })

  const malformed: readonly (readonly [CertificateOptions, 'processed' | 'unprocessed'])[] = [
    [{ replace: { keyUsage: Uint8Array.of(0xff) }, critical: { keyUsage: false } }, 'processed'],
    [{ replace: { extendedKeyUsage: sequence() } }, 'processed'],
    [{ replace: { certificatePolicies: nullValue() } }, 'processed'],
    [{ replace: { nameConstraints: sequence() }, critical: { nameConstraints: false } }, 'processed'],
    [{ replace: { subjectAltName: sequence() }, critical: { subjectAltName: true } }, 'processed'],
    [{ replace: { subjectAltName: sequence() } }, 'unprocessed'],
    [{ replace: { subjectKeyIdentifier: ia5String('x') } }, 'unprocessed'],
    [{ replace: { authorityInfoAccess: ia5String('x') } }, 'unprocessed'],
  ]

  it('find malformed extensions; only rfc5280Section6 passes over those it does not read (RFC 5280 §4.2)', async () => {
    for (const [options, kind] of malformed) {
      for (const on of ['target', 'authority'] as const) {
        const chain = await chainWith(on, options)
        expect(await judgeChain(chain, { profile: rfc5280 }), inspect(options)).toContain('malformed')
        const codes = await judgeChain(chain, { profile: rfc5280Section6 })
        expect(codes, inspect(options)).toEqual([kind === 'processed' ? 'malformed' : 'valid'])
      }
    }
  })

  it('never let names that cannot be read pass a name constraint, nor match a peer (RFC 5280 §6.1.3 (b), (c))', async () => {
    const root = await rootOf({})
    const nameConstraints = { permitted: { dns: ['example.com'] } }
    const constrained = await root.issueIntermediate({ nameConstraints })
    const unreadable = await constrained.issue({ replace: { subjectAltName: sequence() } })
    const chain = [root, constrained, unreadable]
    expect(await judgeChain(chain, { profile: rfc5280Section6 })).toEqual(['name-constraint-unsupported'])
    const free = [root, await root.issue({ name: 'a.test', replace: { subjectAltName: sequence() } })]
    const peerName = { dns: 'a.test' }
    expect(await judgeChain(free, { profile: rfc5280Section6, peerName })).toEqual(['peer-name-mismatch'])
  })

  it('find critical extensions nobody understands, on every certificate of the path and on the anchor (RFC 5280 §4.2)', async () => {
    const unknown = { extensions: [{ oid: '1.2.3', critical: true, value: octetString(new Uint8Array(1)) }] }
    for (const on of ['target', 'authority', 'anchor'] as const) {
      const chain = await chainWith(on, unknown)
      const verdict = await validateChain(chain)
      expect(verdict.ok ? [] : verdict.findings, on).toMatchObject([
        { code: 'critical-extension-unknown', message: 'its critical extension 1.2.3 is not understood' },
      ])
      const counted = on !== 'anchor'
      const codes = await judgeChain(chain, { profile: rfc5280Section6 })
      expect(codes, on).toEqual(counted ? ['critical-extension-unknown'] : ['valid'])
    }
    const known = { extensions: [{ oid: '1.2.3', value: octetString(new Uint8Array(1)) }] }
    expect(await judgeChain(await chainWith('target', known))).toEqual(['valid'])
  })

  it('find qualifiers of policies nobody understands where certificatePolicies is critical (RFC 5280 §4.2.1.4)', async () => {
    const cps = '1.3.6.1.5.5.7.2.1'
    const withQualifier = (qualifierId: string, critical: boolean): CertificateOptions => ({
      replace: {
        certificatePolicies: sequence(
          sequence(objectIdentifier('1.2.3')),
          sequence(
            objectIdentifier('1.2.4'),
            sequence(sequence(objectIdentifier(qualifierId), ia5String('https://cps.example'))),
          ),
        ),
      },
      critical: { certificatePolicies: critical },
    })
    for (const on of ['target', 'authority', 'anchor'] as const) {
      const chain = await chainWith(on, withQualifier('1.2.3.4', true))
      const verdict = await validateChain(chain)
      expect(verdict.ok ? [] : verdict.findings, on).toMatchObject([
        {
          code: 'critical-extension-unknown',
          message: 'a qualifier of its critical extension certificatePolicies is not understood',
        },
      ])
      expect(await judgeChain(await chainWith(on, withQualifier('1.2.3.4', false))), on).toEqual(['valid'])
      expect(await judgeChain(await chainWith(on, withQualifier(cps, true))), on).toEqual(['valid'])
    }
  })

  it('find bits nobody knows where keyUsage is critical, and ignore them where it is not (RFC 5280 Appendix B)', async () => {
    // The standard names the bits from 0 to 8.
    const usage = (bits: readonly number[], critical = true): CertificateOptions => ({
      replace: { keyUsage: namedBits(bits) },
      critical: { keyUsage: critical },
    })
    for (const on of ['target', 'authority', 'anchor'] as const) {
      const known = on === 'target' ? [0, 1, 2, 3, 4, 7, 8] : [0, 1, 2, 3, 4, 5, 6, 7, 8]
      expect(await judgeChain(await chainWith(on, usage(known))), on).toEqual(['valid'])
      for (const unknown of [9, 15, 16, 23]) {
        const verdict = await validateChain(await chainWith(on, usage([...known, unknown])))
        expect(verdict.ok ? [] : verdict.findings, `${on}, ${unknown}`).toMatchObject([
          {
            code: 'critical-extension-unknown',
            message: 'a bit of its critical extension keyUsage is not understood',
          },
        ])
        const ignored = await chainWith(on, usage([...known, unknown], false))
        expect(await judgeChain(ignored), `${on}, ${unknown}`).toEqual(['valid'])
      }
    }
  })

  it('find a critical extension malformed that cannot be read, and nothing unknown in it', async () => {
    for (const extension of ['certificatePolicies', 'keyUsage'] as const) {
      const unreadable = { replace: { [extension]: octetString(Uint8Array.of(1)) }, critical: { [extension]: true } }
      for (const on of ['target', 'authority', 'anchor'] as const) {
        const { findings } = (await validateChain(await chainWith(on, unreadable))) as { findings?: PathFinding[] }
        expect(
          findings?.map(({ code }) => code),
          `${extension} ${on}`,
        ).toContain('malformed')
        expect(
          findings?.map(({ code }) => code),
          `${extension} ${on}`,
        ).not.toContain('critical-extension-unknown')
      }
    }
  })

  it('take a precertificate for none (RFC 6962 §3.1: the poison is critical)', async () => {
    const poison = { extensions: [{ oid: '1.3.6.1.4.1.11129.2.4.3', critical: true, value: nullValue() }] }
    expect(await judgeChain(await chainWith('target', poison), { profile: rfc5280Section6 })).toEqual([
      'critical-extension-unknown',
    ])
  })
})

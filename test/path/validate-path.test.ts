// validatePath: times, authorities, purposes, anchors, and what is misuse.

import { describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/base/clock.js'
import {
  type AnchorConstraints,
  appliance,
  createTrustAnchors,
  type PathProfile,
  rfc5280,
  rfc5280Section6,
  type TrustAnchor,
  type TrustAnchorSource,
  trustAnchorFrom,
  validatePath,
  webpki,
} from '../../src/path/index.js'
import { type AuthorityOptions, testKey } from '../../src/testkit/index.js'
import { type KeyUsageBit, SubjectPublicKeyInfo } from '../../src/x509/index.js'
import { bitString, nullValue, objectIdentifier, sequence } from '../../src/der/writer.js'
import { at, authorities, codesOf, judgeChain, rootOf, validateChain } from '../support/paths.js'

describe('a valid verdict', () => {
  it('has the path from the target up, the anchor beside it, and what was not checked', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const leaf = await intermediate.issue({ dns: ['a.example'] })
    const verdict = await validateChain([root, intermediate, leaf])
    if (!verdict.ok) throw new TypeError('expected a valid verdict')
    expect(verdict.path).toEqual([leaf.certificate, intermediate.certificate])
    expect(verdict.anchor.certificate).toBe(root.certificate)
    expect(verdict.notChecked).toEqual(['revocation', 'peer-name', 'extended-key-usage'])
    const asked = await validateChain([root, intermediate, leaf], {
      purpose: ['serverAuth'],
      peerName: { dns: 'a.example' },
    })
    expect(asked.ok && asked.notChecked).toEqual(['revocation'])
  })
})

describe('validity (RFC 5280 §6.1.3 (a) (2), §4.1.2.5)', () => {
  const notBefore = new Date('2026-05-01T00:00:00Z')
  const notAfter = new Date('2026-05-31T23:59:59Z')
  const judgeAt = async (time: string, on: 'target' | 'authority' | 'anchor', profile: PathProfile = rfc5280) => {
    const dates = (role: string): AuthorityOptions =>
      role === on ? { notBefore, notAfter } : { notBefore: new Date('2020-01-01T00:00:00Z') }
    const [root, intermediate = root] = await authorities(dates('anchor'), dates('authority'))
    const leaf = await intermediate.issue({
      ...dates('target'),
      ...(on === 'target' ? {} : { notAfter: new Date('2030-01-01T00:00:00Z') }),
    })
    return (await judgeChain([root, intermediate, leaf], { at: new Date(time), profile })).join(' ')
  }

  for (const on of ['target', 'authority', 'anchor'] as const) {
    it(`of the ${on} includes both its ends`, async () => {
      expect(await judgeAt('2026-04-30T23:59:59Z', on)).toBe('not-yet-valid')
      expect(await judgeAt('2026-05-01T00:00:00Z', on)).toBe('valid')
      expect(await judgeAt('2026-05-31T23:59:59Z', on)).toBe('valid')
      expect(await judgeAt('2026-06-01T00:00:00Z', on)).toBe('expired')
    })
  }

  it('of an anchor does not count where the profile takes it for a name and a key (RFC 5280 §6.1.1 (d))', async () => {
    expect(await judgeAt('2027-01-01T00:00:00Z', 'anchor', rfc5280Section6)).toBe('valid')
    expect(await judgeAt('2027-01-01T00:00:00Z', 'authority', rfc5280Section6)).toBe('expired')
  })

  it('is one finding, beside whatever else is wrong with the certificate', async () => {
    const root = await rootOf()
    const leaf = await root.issue({ serialNumber: 0n })
    expect(await judgeChain([root, leaf])).toEqual(['serial-number-invalid'])
    for (const [time, code] of [
      ['2020-01-01T00:00:00Z', 'not-yet-valid'],
      ['2199-01-01T00:00:00Z', 'expired'],
    ] as const) {
      const profile = { ...rfc5280, anchors: 'name-and-key' } as const
      expect(await judgeChain([root, leaf], { at: new Date(time), profile })).toEqual([code, 'serial-number-invalid'])
    }
  })

  it('is told in times and in how long ago', async () => {
    const root = await rootOf({ clock: fixedClock(new Date('2026-01-01T00:00:00Z')) })
    const notBefore = new Date('2026-05-01T00:00:00Z')
    const leaf = await root.issue({ notBefore, notAfter: new Date('2026-05-29T00:00:00Z') })
    const messageAt = async (time: string): Promise<string | undefined> => {
      const verdict = await validateChain([root, leaf], { at: new Date(time) })
      return verdict.ok ? '' : verdict.findings[0]?.message
    }
    const expired = 'it expired at 2026-05-29T00:00:00Z,'
    expect(await messageAt('2026-06-01T00:00:00Z')).toBe(`${expired} 3 days before 2026-06-01T00:00:00Z`)
    expect(await messageAt('2026-05-30T00:00:00Z')).toBe(`${expired} 1 day before 2026-05-30T00:00:00Z`)
    expect(await messageAt('2026-05-29T23:59:59Z')).toBe(`${expired} 23 hours before 2026-05-29T23:59:59Z`)
    expect(await messageAt('2026-05-29T01:00:00Z')).toBe(`${expired} 1 hour before 2026-05-29T01:00:00Z`)
    expect(await messageAt('2026-05-29T00:59:59Z')).toBe(`${expired} 59 minutes before 2026-05-29T00:59:59Z`)
    expect(await messageAt('2026-05-29T00:01:00Z')).toBe(`${expired} 1 minute before 2026-05-29T00:01:00Z`)
    expect(await messageAt('2026-05-29T00:00:59Z')).toBe(`${expired} 59 seconds before 2026-05-29T00:00:59Z`)
    expect(await messageAt('2026-05-29T00:00:01Z')).toBe(`${expired} 1 second before 2026-05-29T00:00:01Z`)
    expect(await messageAt('2026-05-29T00:00:00.250Z')).toBe(`${expired} 0 seconds before 2026-05-29T00:00:00.250Z`)
    expect(await messageAt('2026-04-29T23:00:00Z')).toBe(
      'it is valid from 2026-05-01T00:00:00Z on, which is 1 day after 2026-04-29T23:00:00Z',
    )
  })
})

describe('authorities', () => {
  it('say in basicConstraints that they are, or issue nothing (RFC 5280 §6.1.4 (k))', async () => {
    const judge = async (options: AuthorityOptions): Promise<readonly string[]> => {
      const [root, intermediate = root] = await authorities({}, options)
      return judgeChain([root, intermediate, await intermediate.issue()], { profile: rfc5280Section6 })
    }
    expect(await judge({ basicConstraints: {} })).toEqual(['not-an-authority'])
    expect(await judge({ without: ['basicConstraints'] })).toEqual(['not-an-authority'])
    expect(await judge({ version: 1, without: ['basicConstraints', 'keyUsage'] })).toEqual(['not-an-authority'])
    // pathLenConstraint without cA makes no authority.
    expect(await judge({ basicConstraints: { pathLenConstraint: 3 } })).toEqual(['not-an-authority'])
    expect(await judge({ keyUsage: ['digitalSignature', 'cRLSign'] })).toEqual(['certificate-signing-refused'])
    expect(await judge({ without: ['keyUsage'] })).toEqual(['valid'])
  })

  it('as anchors are held to the same where the profile looks at the certificate', async () => {
    const judge = async (options: AuthorityOptions, profile: PathProfile): Promise<readonly string[]> => {
      const root = await rootOf(options)
      return judgeChain([root, await root.issue()], { profile })
    }
    expect(await judge({ basicConstraints: {}, keyUsage: ['digitalSignature'] }, rfc5280)).toContain('not-an-authority')
    expect(await judge({ keyUsage: ['cRLSign'] }, rfc5280)).toEqual(['certificate-signing-refused'])
    expect(await judge({ basicConstraints: {}, keyUsage: ['cRLSign'] }, rfc5280Section6)).toEqual(['valid'])
  })

  it('bound the intermediates below by pathLenConstraint, self-issued ones not counted (RFC 5280 §4.2.1.9)', async () => {
    const judge = async (...options: [AuthorityOptions, ...AuthorityOptions[]]): Promise<string> => {
      const chain = await authorities(...options)
      return (await judgeChain([...chain, await (chain.at(-1) ?? chain[0]).issue()])).join(' ')
    }
    expect(await judge({}, { pathLenConstraint: 0 })).toBe('valid')
    expect(await judge({}, { pathLenConstraint: 0 }, {})).toBe('path-length-exceeded')
    expect(await judge({}, { pathLenConstraint: 1 }, {})).toBe('valid')
    expect(await judge({}, { pathLenConstraint: 1 }, {}, {})).toBe('path-length-exceeded')
    // A larger one below widens nothing.
    expect(await judge({}, { pathLenConstraint: 0 }, { pathLenConstraint: 9 })).toBe('path-length-exceeded')
    expect(await judge({ pathLenConstraint: 0 }, {})).toBe('path-length-exceeded')
    expect(await judge({ pathLenConstraint: 0 })).toBe('valid')
    const self = { name: 'Self' }
    expect(await judge({}, { ...self, pathLenConstraint: 0 }, self)).toBe('valid')
    expect(await judge({}, { ...self, pathLenConstraint: 0 }, self, {})).toBe('path-length-exceeded')
  })

  it('do not count the target among the intermediates, even where it is an authority itself', async () => {
    const [root, upper = root] = await authorities({}, { pathLenConstraint: 0 })
    const target = await upper.issueIntermediate({ name: 'Target' })
    expect(await judgeChain([root, upper, target])).toEqual(['valid'])
  })

  it('are bounded by maxChainDepth, without the anchor and the target', async () => {
    const chain = await authorities({}, {}, {})
    const all = [...chain, await (chain[2] ?? chain[0]).issue()]
    expect(await judgeChain(all, { maxChainDepth: 2 })).toEqual(['valid'])
    expect(await judgeChain(all, { maxChainDepth: 1 })).toEqual(['chain-depth-exceeded'])
    expect(await judgeChain(all, { maxChainDepth: 0 })).toEqual(['chain-depth-exceeded'])
    const verdict = await validateChain(all, { maxChainDepth: 1 })
    // The one the bound leaves out.
    expect(verdict.ok || verdict.findings[0]?.subject.toString()).toBe('CN=Intermediate 1')
  })
})

describe('purposes', () => {
  const judge = async (
    intermediate: AuthorityOptions,
    leaf: AuthorityOptions,
    purpose: readonly string[],
    profile: PathProfile = rfc5280,
  ): Promise<string> => {
    const [root, authority = root] = await authorities({}, intermediate)
    return (await judgeChain([root, authority, await authority.issue(leaf)], { purpose, profile })).join(' ')
  }

  it('must all be among those of the target, where it names any (RFC 5280 §4.2.1.12)', async () => {
    expect(await judge({}, { extendedKeyUsage: ['serverAuth'] }, ['serverAuth'])).toBe('valid')
    expect(await judge({}, { extendedKeyUsage: ['serverAuth'] }, ['clientAuth'])).toBe('extended-key-usage-missing')
    const both = ['serverAuth', 'clientAuth']
    expect(await judge({}, { extendedKeyUsage: ['serverAuth'] }, both)).toBe('extended-key-usage-missing')
    expect(await judge({}, { extendedKeyUsage: both }, both)).toBe('valid')
    expect(await judge({}, { without: ['extendedKeyUsage'] }, both)).toBe('valid')
    expect(await judge({}, { extendedKeyUsage: ['1.2.3'] }, ['1.2.3'])).toBe('valid')
    expect(await judge({}, { extendedKeyUsage: ['1.2.3'] }, ['1.2.4'])).toBe('extended-key-usage-missing')
  })

  it('must go with the keyUsage of a target that has both extensions (RFC 5280 §4.2.1.12)', async () => {
    const consistent = new Map<string, readonly KeyUsageBit[]>([
      ['serverAuth', ['digitalSignature', 'keyEncipherment', 'keyAgreement']],
      ['clientAuth', ['digitalSignature', 'keyAgreement']],
      ['codeSigning', ['digitalSignature']],
      ['emailProtection', ['digitalSignature', 'contentCommitment', 'keyEncipherment', 'keyAgreement']],
      ['timeStamping', ['digitalSignature', 'contentCommitment']],
      ['ocspSigning', ['digitalSignature', 'contentCommitment']],
    ])
    // Of other purposes RFC 5280 says nothing.
    const purposes = [...consistent.keys(), 'ipsecEndSystem', '1.2.3']
    const bits = [
      'digitalSignature',
      'contentCommitment',
      'keyEncipherment',
      'dataEncipherment',
      'keyAgreement',
    ] as const
    const root = await rootOf()
    for (const bit of [...bits, 'cRLSign'] as const) {
      const leaf = await root.issue({ keyUsage: [bit], extendedKeyUsage: purposes })
      for (const purpose of purposes) {
        const outcome = (consistent.get(purpose)?.includes(bit) ?? true) ? 'valid' : 'key-usage-missing'
        expect(await judgeChain([root, leaf], { purpose: [purpose] }), `${bit}, ${purpose}`).toEqual([outcome])
      }
      expect(await judgeChain([root, leaf], { purpose: ['constructor'] })).toEqual(['extended-key-usage-missing'])
    }
    const verdict = await validateChain([root, await root.issue({ keyUsage: ['cRLSign', 'keyEncipherment'] })], {
      purpose: ['clientAuth', 'serverAuth'],
    })
    expect(verdict.ok ? [] : verdict.findings.map(({ message, rule }) => `${message} (${rule})`)).toEqual([
      'its extendedKeyUsage (serverAuth) lacks clientAuth (RFC 5280 §4.2.1.12)',
      'its keyUsage (keyEncipherment, cRLSign) does not go with clientAuth, which takes digitalSignature or keyAgreement (RFC 5280 §4.2.1.3, §4.2.1.12)',
    ])
    // Without extendedKeyUsage a certificate is for any purpose, whatever its issuer had in mind.
    const bare = await root.issue({ keyUsage: ['cRLSign'], without: ['extendedKeyUsage'] })
    expect(await judgeChain([root, bare], { purpose: ['serverAuth'] })).toEqual(['valid'])
    const without = await root.issue({ without: ['keyUsage'] })
    expect(await judgeChain([root, without], { purpose: ['serverAuth'] })).toEqual(['valid'])
  })

  it('are all served by anyExtendedKeyUsage, but not on the Web (RFC 5280 §4.2.1.12, BR 7.1.2.7.10)', async () => {
    const any = { extendedKeyUsage: ['anyExtendedKeyUsage'] }
    expect(await judge({}, any, ['serverAuth'])).toBe('valid')
    const strict = { ...rfc5280, anyExtendedKeyUsage: 'refuse' } as const
    expect(await judge({}, any, ['serverAuth'], strict)).toBe('extended-key-usage-missing')
  })

  it('must be among those of every authority that names any', async () => {
    const nesting = 'extended-key-usage-nesting'
    expect(await judge({ extendedKeyUsage: ['serverAuth'] }, {}, ['serverAuth'])).toBe('valid')
    expect(await judge({ extendedKeyUsage: ['clientAuth'] }, {}, ['serverAuth'])).toBe(nesting)
    expect(await judge({ extendedKeyUsage: ['anyExtendedKeyUsage'] }, {}, ['serverAuth'])).toBe('valid')
    expect(await judge({ extendedKeyUsage: ['clientAuth'] }, {}, [])).toBe('valid')
    const loose = { ...rfc5280, nestedExtendedKeyUsage: 'ignore' } as const
    expect(await judge({ extendedKeyUsage: ['clientAuth'] }, {}, ['serverAuth'], loose)).toBe('valid')
    const root = await rootOf({ extendedKeyUsage: ['clientAuth'] })
    expect(await judgeChain([root, await root.issue()], { purpose: ['serverAuth'] })).toEqual([nesting])
  })

  it('of keyUsage must be asserted where the target has it (RFC 5280 §4.2.1.3)', async () => {
    const root = await rootOf()
    const chain = [root, await root.issue({ keyUsage: ['digitalSignature'] })]
    expect(await judgeChain(chain, { keyUsage: ['digitalSignature'] })).toEqual(['valid'])
    expect(await judgeChain(chain, { keyUsage: ['digitalSignature', 'keyEncipherment'] })).toEqual([
      'key-usage-missing',
    ])
    const bare = [root, await root.issue({ without: ['keyUsage'] })]
    expect(await judgeChain(bare, { keyUsage: ['keyEncipherment'] })).toEqual(['valid'])
  })
})

describe('signatures (RFC 5280 §6.1.3 (a) (1))', () => {
  it('are verified on every certificate of the path', async () => {
    for (const broken of [1, 2, 3]) {
      const signature = (i: number): AuthorityOptions => (i === broken ? { signature: 'broken' } : {})
      const chain = await authorities({}, signature(1), signature(2))
      const leaf = await (chain[2] ?? chain[0]).issue(signature(3))
      expect(await judgeChain([...chain, leaf])).toEqual(['signature-invalid'])
    }
  })

  it('of somebody else with the name and key identifier of the issuer are none', async () => {
    const root = await rootOf()
    const leaf = await root.issue({ signingKey: await testKey('p256', 'impostor') })
    expect(await judgeChain([root, leaf])).toEqual(['signature-invalid'])
  })

  it('are none under another algorithm than the one of the key', async () => {
    const [root] = await authorities({ keyType: 'p256' })
    const leaf = await root.issue({ signatureAlgorithm: 'sha256WithRSAEncryption' })
    expect(await judgeChain([root, leaf])).toContain('signature-invalid')
  })

  it('of an anchor itself are never looked at', async () => {
    const root = await rootOf({ signature: 'broken' })
    expect(await judgeChain([root, await root.issue()])).toEqual(['valid'])
  })

  it('of an algorithm nobody can read are asked of no provider', async () => {
    const root = await rootOf()
    // RSASSA-PSS, whose parameters are a SEQUENCE.
    const signatureAlgorithm = sequence(objectIdentifier('1.2.840.113549.1.1.10'), nullValue())
    const asked: unknown[] = []
    const verify = (algorithm: unknown): 'valid' => {
      asked.push(algorithm)
      return 'valid'
    }
    const crypto = { digest: async () => Promise.resolve(new Uint8Array()), verify }
    const chain = [root, await root.issue({ signatureAlgorithm })]
    expect(await judgeChain(chain, { crypto })).toEqual(['malformed', 'signature-unsupported'])
    expect(asked).toEqual([])
  })

  it('of an algorithm no provider knows are unsupported, and refused', async () => {
    const root = await rootOf()
    const crypto = { digest: async () => new Uint8Array(), verify: () => 'unsupported' as const }
    const verdict = await validateChain([root, await root.issue()], { crypto })
    expect(verdict).toMatchObject({
      ok: false,
      findings: [
        {
          code: 'signature-unsupported',
          message:
            'its signature (ecdsaWithSHA256) cannot be verified by this crypto provider with the key of its issuer',
        },
      ],
    })
  })
})

describe('trust anchors', () => {
  it('may be a name and a key without a certificate (RFC 5914)', async () => {
    const root = await rootOf()
    const leaf = await root.issue()
    const { name, publicKey } = trustAnchorFrom(root.certificate)
    const anchor: TrustAnchor = { name, publicKey, keyIdentifier: undefined, certificate: undefined }
    for (const profile of [rfc5280, rfc5280Section6, webpki]) {
      const judged = { ...profile, rules: rfc5280Section6.rules }
      const verdict = await validatePath({ certificate: leaf.certificate, anchors: [anchor], at, profile: judged })
      expect(codesOf(verdict)).toEqual(['valid'])
      expect(verdict.ok && verdict.anchor).toBe(anchor)
    }
  })

  it('count by their dates and by their constraints as the profile says of either (RFC 5280 §6.1.1 (d), RFC 5937)', async () => {
    const expired = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') }
    const nameConstraints = { permitted: { dns: ['example.com'] } }
    const roots = [
      await rootOf(expired),
      await rootOf({ nameConstraints }),
      await rootOf({ pathLenConstraint: 0 }),
      await rootOf({ extendedKeyUsage: ['clientAuth'] }),
      await rootOf({ replace: { nameConstraints: Uint8Array.of(5, 0) } }),
    ]
    const judge = async (settings: Pick<PathProfile, 'anchors' | 'anchorConstraints'>): Promise<readonly string[]> => {
      const profile = { ...rfc5280Section6, nestedExtendedKeyUsage: 'require', ...settings } as const
      const codes: string[] = []
      for (const root of roots) {
        const intermediate = await root.issueIntermediate()
        const leaf = await intermediate.issue({ dns: ['a.example'] })
        codes.push(...(await judgeChain([root, intermediate, leaf], { profile, purpose: ['serverAuth'] })))
      }
      return codes
    }
    const bound = ['name-constraint-violated', 'path-length-exceeded', 'extended-key-usage-nesting']
    const free = ['valid', 'valid', 'valid']
    const [certificate, key] = ['as-certificate', 'name-and-key'] as const
    expect(await judge({ anchors: certificate, anchorConstraints: 'apply' })).toEqual([
      'expired',
      ...bound,
      'malformed',
    ])
    expect(await judge({ anchors: certificate, anchorConstraints: 'ignore' })).toEqual([
      'expired',
      ...free,
      'malformed',
    ])
    expect(await judge({ anchors: key, anchorConstraints: 'apply' })).toEqual(['valid', ...bound, 'malformed'])
    expect(await judge({ anchors: key, anchorConstraints: 'ignore' })).toEqual(['valid', ...free, 'valid'])
  })

  it('are held to the keys the profile accepts even without a certificate', async () => {
    const root = await rootOf({ keyType: 'ed25519' })
    const { name, publicKey } = trustAnchorFrom(root.certificate)
    const anchor: TrustAnchor = { name, publicKey, keyIdentifier: undefined, certificate: undefined }
    const profile = { ...webpki, rules: rfc5280Section6.rules, algorithms: rfc5280.algorithms }
    const leaf = await root.issue({ keyType: 'p256' })
    expect(codesOf(await validatePath({ certificate: leaf.certificate, anchors: [anchor], at, profile }))).toEqual([
      'public-key-refused',
    ])
  })

  it('whose key cannot be read are refused, whatever the crypto provider says of it', async () => {
    const root = await rootOf()
    const { name } = trustAnchorFrom(root.certificate)
    const der = sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue()), bitString(sequence()))
    const publicKey = new SubjectPublicKeyInfo(der, 0, der.length, 0)
    const anchor: TrustAnchor = { name, publicKey, keyIdentifier: undefined, certificate: undefined }
    const { certificate } = await root.issue()
    expect(codesOf(await validatePath({ certificate, anchors: [anchor], at }))).toEqual(['signature-unsupported'])
    const crypto = { digest: async () => Promise.resolve(new Uint8Array()), verify: () => 'valid' as const }
    for (const profile of [rfc5280, rfc5280Section6]) {
      const verdict = await validatePath({ certificate, anchors: [anchor], at, profile, crypto })
      expect(codesOf(verdict)).toEqual(['public-key-refused'])
    }
  })

  it('are told apart by key where names are equal', async () => {
    const [first, second] = [await rootOf(), await rootOf()]
    const leaf = (await second.issue()).certificate
    for (const anchors of [
      [first.certificate, second.certificate],
      [second.certificate, first.certificate],
    ]) {
      const verdict = await validatePath({ certificate: leaf, anchors, at })
      expect(verdict.ok && verdict.anchor.certificate).toBe(second.certificate)
    }
    expect(codesOf(await validatePath({ certificate: leaf, anchors: [first.certificate], at }))).toEqual([
      'signature-invalid',
    ])
  })

  it('may come later, from a source that is asked once for each name', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const leaf = await intermediate.issue()
    const anchors = createTrustAnchors([root.certificate])
    const asked: string[] = []
    const source: TrustAnchorSource = {
      anchorsNamed: async (name) => {
        asked.push(name.toString())
        return Promise.resolve(anchors.anchorsNamed(name))
      },
    }
    const request = { certificate: leaf.certificate, intermediates: [intermediate.certificate], anchors: source, at }
    expect(codesOf(await validatePath(request))).toEqual(['valid'])
    expect(asked.filter((name) => name === 'CN=Root')).toHaveLength(1)
  })

  it('that a source cannot give are a finding, never a yes', async () => {
    const root = await rootOf()
    const failing: readonly TrustAnchorSource[] = [
      { anchorsNamed: () => Promise.reject(new Error('no route\nto host')) },
      {
        anchorsNamed: () => {
          throw new Error('no route\nto host')
        },
      },
    ]
    for (const anchors of failing) {
      const verdict = await validatePath({ certificate: (await root.issue()).certificate, anchors, at })
      expect(codesOf(verdict)).toEqual(['issuer-not-found', 'issuer-source-failed'])
      expect(verdict.ok ? '' : verdict.findings.map(({ message }) => message)).toContain(
        'the source of anchors failed for its issuer: no route\\0Ato host',
      )
    }
  })

  it('of another name than the issuer are none, whatever the source says (RFC 5280 §6.1.3 (a) (4))', async () => {
    const root = await rootOf()
    const leaf = await root.issue({ issuerName: 'Somebody Else' })
    const source: TrustAnchorSource = { anchorsNamed: () => [trustAnchorFrom(root.certificate)] }
    const verdict = await validatePath({ certificate: leaf.certificate, anchors: source, at })
    expect(codesOf(verdict)).toEqual(['issuer-not-found'])
  })

  it('compare names as RFC 5280 §7.1 does', async () => {
    const root = await rootOf({ name: 'Example  Root' })
    const leaf = await root.issue({ issuerName: ' EXAMPLE root ' })
    expect(await judgeChain([root, leaf])).toEqual(['valid'])
  })

  it('may stand in the middle of a longer chain', async () => {
    const [root, upper = root, lower = root] = await authorities({}, {}, {})
    const verdict = await validatePath({
      certificate: (await lower.issue()).certificate,
      intermediates: [lower.certificate, upper.certificate],
      anchors: [upper.certificate],
      at,
    })
    expect(verdict.ok && verdict.path).toHaveLength(2)
  })
})

describe('a target that is itself an anchor', () => {
  it('is refused where the profile asks for a path, and needs none where it does not', async () => {
    const root = await rootOf()
    const request = { certificate: root.certificate, anchors: [root.certificate], at }
    expect(codesOf(await validatePath(request))).toEqual(['target-is-anchor'])
    const verdict = await validatePath({ ...request, profile: appliance })
    expect(verdict.ok && verdict.path).toEqual([root.certificate])
  })

  it('is valid all the same where another anchor issued it', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const certificate = intermediate.certificate
    const anchors = [certificate, root.certificate]
    const verdict = await validatePath({ certificate, anchors, at })
    expect(verdict.ok && verdict.anchor.certificate).toBe(root.certificate)
    // Where it needs no path, none is looked for.
    const pinned = await validatePath({ certificate, anchors, at, profile: appliance })
    expect(pinned.ok && pinned.anchor.certificate).toBe(certificate)
  })

  it('is bound by the constraints it is trusted with', async () => {
    const { certificate } = await (await rootOf()).issue({ dns: ['a.example'] })
    const judge = async (constraints: AnchorConstraints): Promise<string> => {
      const anchors = [trustAnchorFrom(certificate, constraints)]
      const request = { certificate, anchors, at, profile: appliance, purpose: ['serverAuth'] } as const
      return codesOf(await validatePath(request)).join(' ')
    }
    const subtrees = (dNSName: string): Required<AnchorConstraints>['nameConstraints'] => ({
      permittedSubtrees: [{ base: { type: 'dNSName', value: dNSName }, minimum: 0, maximum: undefined }],
      excludedSubtrees: undefined,
    })
    expect(await judge({ extendedKeyUsage: ['serverAuth'], nameConstraints: subtrees('example') })).toBe('valid')
    expect(await judge({ extendedKeyUsage: ['clientAuth'] })).toBe('extended-key-usage-nesting')
    expect(await judge({ nameConstraints: subtrees('test') })).toBe('name-constraint-violated')
  })

  it('is held to everything else that is asked of a target', async () => {
    const root = await rootOf()
    const judge = async (options: AuthorityOptions, question: object): Promise<string> => {
      const certificate = (await root.issue(options)).certificate
      const request = { certificate, anchors: [certificate], at, profile: appliance, ...question }
      return codesOf(await validatePath(request)).join(' ')
    }
    expect(await judge({}, {})).toBe('valid')
    expect(await judge({}, { at: new Date('2040-01-01T00:00:00Z') })).toBe('expired')
    expect(await judge({}, { peerName: { dns: 'a.test' } })).toBe('peer-name-mismatch')
    expect(await judge({}, { purpose: ['clientAuth'] })).toBe('extended-key-usage-missing')
    expect(await judge({ serialNumber: 0n }, {})).toBe('serial-number-invalid')
    expect(await judge({}, { policies: { explicitPolicy: 'required' } })).toBe('policy-required')
    const wanting = { explicitPolicy: 'required', initialPolicySet: ['1.2.3'] } as const
    expect(await judge({ certificatePolicies: ['1.2.4'] }, { policies: wanting })).toBe('policy-required')
    expect(await judge({ certificatePolicies: ['1.2.3'] }, { policies: wanting })).toBe('valid')
  })

  it('is another certificate where one byte differs', async () => {
    const key = await testKey('p256', 'same')
    const [trusted, other] = [await rootOf({ key }), await rootOf({ key })]
    const request = { anchors: [trusted.certificate], at, profile: appliance }
    expect(codesOf(await validatePath({ ...request, certificate: trusted.certificate }))).toEqual(['valid'])
    // The anchor's key signed it, and its name is the anchor's: a path of one (RFC 5280 §6.1).
    const verdict = await validatePath({ ...request, certificate: other.certificate })
    expect(verdict.ok && verdict.path).toEqual([other.certificate])
    const stranger = await rootOf()
    expect(codesOf(await validatePath({ ...request, certificate: stranger.certificate }))).toEqual([
      'signature-invalid',
    ])
  })
})

describe('misuse', () => {
  it('is a TypeError', async () => {
    const root = await rootOf()
    const good = { certificate: (await root.issue()).certificate, anchors: [root.certificate], at }
    await expect(validatePath({ ...good, at: new Date(NaN) })).rejects.toThrow(TypeError)
    await expect(validatePath({ ...good, maxChainDepth: -1 })).rejects.toThrow(TypeError)
    await expect(validatePath({ ...good, maxChainDepth: NaN })).rejects.toThrow(TypeError)
    for (const limit of [0, -1, 1.5, NaN, Infinity]) {
      await expect(validatePath({ ...good, limits: { buildSteps: limit } })).rejects.toThrow('limits.buildSteps')
    }
    await expect(validatePath({ ...good, limits: { issuerFetches: 0 } })).resolves.toMatchObject({ ok: true })
  })
})

describe('a further check', () => {
  it('refuses paths, and the search goes on for another', async () => {
    const [first, second] = [await rootOf({ name: 'First' }), await rootOf({ name: 'Second' })]
    const authority = await first.issueIntermediate({ name: 'Authority' })
    const cross = await second.crossSign(authority)
    const request = {
      certificate: (await authority.issue()).certificate,
      intermediates: [authority.certificate, cross.certificate],
      anchors: [first.certificate, second.certificate],
      at,
    }
    const revoked = {
      code: 'revoked',
      message: 'm',
      remedy: 'r',
      rule: 'x',
      subject: first.certificate.subject,
      certificate: undefined,
    } as const
    const refusing =
      (name: string) =>
      async ({ anchor }: { anchor: TrustAnchor }) =>
        anchor.name.toString() === name ? [revoked] : []
    for (const [refused, other] of [
      ['CN=First', 'CN=Second'],
      ['CN=Second', 'CN=First'],
    ] as const) {
      const verdict = await validatePath({ ...request, furtherCheck: refusing(refused) })
      expect(verdict.ok && verdict.anchor.name.toString()).toBe(other)
    }
    const none = await validatePath({ ...request, furtherCheck: async () => [revoked], limits: { attempts: 1 } })
    expect(codesOf(none)).toEqual(['revoked'])
  })
})

// The status of a certificate by CRLs (RFC 5280 §6.3.3): whose lists count, what they cover, and what they say together.

import { createPrivateKey, sign } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type CryptoProvider, runtimeCrypto, type SignatureVerdict } from '../../src/crypto/index.js'
import { CertificateList, parseCertificateList, type RevocationReason } from '../../src/crl/index.js'
import { sequence } from '../../src/der/writer.js'
import { type BuiltPath, rfc5280, rfc5280Section6, webpki } from '../../src/path/index.js'
import {
  type CrlOptions,
  generateTestKey,
  type TestCa,
  type TestCertificate,
  type TestCrl,
  type TestDistributionPoint,
  type TestIssuingDistributionPoint,
} from '../../src/testkit/index.js'
import { generalNames } from '../../src/testkit/names.js'
import { type Certificate, Name } from '../../src/x509/index.js'
import { DAY, SECOND, after } from '../support/ocsp.js'
import { at, rootOf } from '../support/paths.js'
import { checkRevocation, type RevocationNote } from '../../src/revocation/index.js'
import { line, pathOf, statusByCrl } from '../support/revocation.js'

let root: TestCa
let authority: TestCa
beforeAll(async () => {
  root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority' })
})

afterEach(() => {
  vi.restoreAllMocks()
})

const NONE = 'no CRL could be used'
const undetermined = (...reasons: readonly string[]): string => `undetermined: ${reasons.join('; ')}`
const revocationDate = after(-DAY)

/** A leaf of the authority, and its path. */
async function leafOf(
  options: Parameters<TestCa['issue']>[0] = {},
  issuer = authority,
): Promise<{ leaf: TestCertificate; path: BuiltPath }> {
  const leaf = await issuer.issue(options)
  return { leaf, path: await pathOf(leaf, root) }
}

/** The status of a leaf by one list that the authority issues as told; entries revoke the leaf. */
async function judge(
  options: CrlOptions | ((leaf: TestCertificate) => CrlOptions | Promise<CrlOptions>) = {},
  leafOptions: Parameters<TestCa['issue']>[0] = {},
): Promise<string> {
  const { leaf, path } = await leafOf(leafOptions)
  const chosen = typeof options === 'function' ? await options(leaf) : options
  return line(await statusByCrl(path, [await authority.crl(chosen)]))
}

const entry = (leaf: TestCertificate, more: Partial<NonNullable<CrlOptions['entries']>[number]> = {}) => ({
  serialNumber: leaf.serialNumber,
  revocationDate,
  ...more,
})

/** The runtime's provider, and how many signatures it has verified. */
function countVerifications(): { readonly crypto: CryptoProvider; readonly verifications: () => number } {
  let verifications = 0
  const crypto: CryptoProvider = {
    digest: (algorithm, data) => runtimeCrypto.digest(algorithm, data),
    verify: (algorithm, key, signature, data) => {
      verifications++
      return runtimeCrypto.verify(algorithm, key, signature, data)
    },
  }
  return { crypto, verifications: () => verifications }
}

describe('a complete CRL', () => {
  it('says good of what it does not list, and revoked, when and why, of what it lists', async () => {
    expect(await judge()).toBe('good')
    const { leaf, path } = await leafOf()
    const crl = await authority.crl({ entries: [entry(leaf, { reason: 'cACompromise' })] })
    expect(await statusByCrl(path, [crl])).toMatchObject({
      status: 'revoked',
      revokedAt: revocationDate,
      reason: 'cACompromise',
      source: 'CRL of CN=Authority, 2026-06-01T00:00:00.000Z',
    })
  })

  it('says that a hold holds, and no longer does once it is taken back', async () => {
    const { leaf, path } = await leafOf()
    const ca = authority
    ca.revoke(leaf, { reason: 'certificateHold' })
    expect(line(await statusByCrl(path, [await ca.crl()]))).toBe('revoked (certificateHold)')
    ca.revoke(leaf, { reason: 'removeFromCRL' })
    expect(line(await statusByCrl(path, [await ca.crl()]))).toBe('good')
  })

  it('without a number counts under profiles that do not ask for one, of version 1 too', async () => {
    const { leaf, path } = await leafOf()
    const lenient = { profile: rfc5280Section6 }
    for (const options of [{ version: 1 }, { without: ['cRLNumber'] }] as const) {
      const plain = await authority.crl(options)
      expect(line(await statusByCrl(path, [plain]))).toBe(undetermined('it has no cRLNumber (RFC 5280 §5.2.3)', NONE))
      expect(line(await statusByCrl(path, [plain], lenient))).toBe('good')
      const revoking = await authority.crl({ ...options, entries: [entry(leaf)] })
      expect(line(await statusByCrl(path, [revoking], lenient))).toBe('revoked (unspecified)')
      // What is final is, whichever list is the latest.
      expect(line(await statusByCrl(path, [revoking]))).toBe('revoked (unspecified)')
    }
  })

  it('lists serial numbers of any size and sign, and no others', async () => {
    for (const serialNumber of [1n, 127n, 128n, 255n, 256n, 2n ** 159n - 1n]) {
      const leaf = await authority.issue({ serialNumber })
      const path = await pathOf(leaf, root)
      const numbers = [serialNumber - 1n, serialNumber + 1n, -serialNumber, serialNumber + 256n, serialNumber << 8n]
      const others = numbers.map((number) => ({ serialNumber: number, revocationDate }))
      expect(line(await statusByCrl(path, [await authority.crl({ entries: others })]))).toBe('good')
      const crl = await authority.crl({ entries: [...others, entry(leaf)] })
      expect(line(await statusByCrl(path, [crl]))).toBe('revoked (unspecified)')
    }
  })

  it('that lists a certificate twice revokes it, in whatever order', async () => {
    for (const reasons of [
      ['removeFromCRL', 'keyCompromise'],
      ['keyCompromise', 'removeFromCRL'],
    ] as const) {
      expect(await judge((leaf) => ({ entries: reasons.map((reason) => entry(leaf, { reason })) }))).toBe(
        'revoked (keyCompromise)',
      )
    }
  })
})

describe('a CRL does not count', () => {
  const unknown = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }
  it.each<[string, CrlOptions, string]>([
    ['from tomorrow on', { thisUpdate: after(DAY) }, 'it is from 2026-06-02T00:00:00.000Z, which is to come'],
    [
      'that has run out',
      { thisUpdate: after(-DAY), nextUpdate: after(-SECOND) },
      'it held until 2026-05-31T23:59:59.000Z',
    ],
    ['without a nextUpdate', { nextUpdate: 'omit' }, 'it does not say until when it holds'],
    [
      'that ends before it begins',
      { thisUpdate: after(-SECOND), nextUpdate: after(-DAY) },
      'it held until 2026-05-31T00:00:00.000Z',
    ],
    ['whose signature is broken', { signature: 'broken' }, 'its signature does not verify'],
    [
      'with an unknown critical extension',
      { extensions: [unknown] },
      'its critical extension 1.2.3.4 is not to be processed',
    ],
    [
      'with an entry that has one',
      { entries: [{ serialNumber: 1n, revocationDate, extensions: [unknown] }] },
      'its critical extension 1.2.3.4 is not to be processed',
    ],
    ['of another issuer', { issuerName: 'Another' }, 'its issuer is not the certificate’s'],
    [
      'whose scope is malformed',
      { extensions: [{ oid: '2.5.29.28', critical: true, value: Uint8Array.of(5, 0) }] },
      'CRL extension 2.5.29.28: expected SEQUENCE, found NULL at byte 0',
    ],
    [
      'with a critical number',
      { critical: { cRLNumber: true } },
      'its critical extension 2.5.29.20 is not to be processed',
    ],
  ])('%s', async (_, options, reason) => {
    expect(await judge(options)).toBe(undetermined(reason, NONE))
  })

  it('that another key signs', async () => {
    expect(await judge(async () => ({ signingKey: await generateTestKey() }))).toBe(
      undetermined('its signature does not verify', NONE),
    )
  })

  it.each(['unsupported', false, true, undefined])('whose signature a provider calls %s', async (said) => {
    const crypto: CryptoProvider = { ...runtimeCrypto, verify: () => said as SignatureVerdict }
    const { path } = await leafOf()
    expect(line(await statusByCrl(path, [await authority.crl()], { crypto }))).toBe(
      undetermined('its signature cannot be verified by this crypto provider', NONE),
    )
  })

  it('that holds to this very second, but does', async () => {
    expect(await judge({ thisUpdate: at, nextUpdate: at })).toBe('good')
  })

  it('of an authority that may not sign CRLs', async () => {
    const ca = await root.issueIntermediate({ name: 'No CRLs', keyUsage: ['keyCertSign'] })
    const { path } = await leafOf({}, ca)
    expect(line(await statusByCrl(path, [await ca.crl()]))).toBe(
      undetermined('its issuer’s keyUsage lacks cRLSign', NONE),
    )
  })

  it('where nobody gives one', async () => {
    const { path } = await leafOf()
    expect(line(await statusByCrl(path, []))).toBe(undetermined(NONE))
  })

  it('signed with SHA-1, unless the profile accepts that', async () => {
    const { path } = await leafOf()
    const privateKey = createPrivateKey({ key: Buffer.from(authority.key.pkcs8), format: 'der', type: 'pkcs8' })
    const crl = await authority.crl({
      signatureAlgorithm: 'ecdsaWithSHA1',
      signingKey: Object.defineProperty(Object.create(authority.key) as TestCa['key'], 'sign', {
        value: async (bytes: Uint8Array) => new Uint8Array(sign('sha1', bytes, privateKey)),
      }),
    })
    expect(line(await statusByCrl(path, [crl]))).toBe(
      undetermined('of the list, its signature algorithm ecdsaWithSHA1 (ecdsa sha-1) is not accepted', NONE),
    )
    const profile = { ...rfc5280, legacyAlgorithms: 'accept' } as const
    expect(line(await statusByCrl(path, [crl], { profile }))).toBe('good')
  })
})

describe('of several CRLs', () => {
  it('the newest counts, in whatever order they come', async () => {
    const { leaf, path } = await leafOf()
    const old = await authority.crl({ thisUpdate: after(-DAY) })
    const young = await authority.crl({ entries: [entry(leaf, { reason: 'keyCompromise' })] })
    for (const crls of [
      [old, young],
      [young, old],
    ]) {
      expect(line(await statusByCrl(path, crls))).toBe('revoked (keyCompromise)')
    }
    const held = await authority.crl({ thisUpdate: after(-DAY), entries: [entry(leaf, { reason: 'certificateHold' })] })
    const released = await authority.crl()
    for (const crls of [
      [held, released],
      [released, held],
    ]) {
      expect(line(await statusByCrl(path, crls))).toBe('good')
    }
  })

  it('the newest counts, wherever the certificate has it from', async () => {
    const [a, b] = ['http://crl.example/a.crl', 'http://crl.example/b.crl']
    for (const cRLDistributionPoints of [[a, b], [b, a], [b]]) {
      const { leaf, path } = await leafOf({ cRLDistributionPoints })
      const whole = await authority.crl({ thisUpdate: after(-DAY) })
      const issuingDistributionPoint = {
        distributionPoint: b,
        onlySomeReasons: ['keyCompromise', 'superseded'] as const,
      }
      const entries = [entry(leaf, { reason: 'superseded' })]
      const part = await authority.crl({ issuingDistributionPoint, entries })
      expect(line(await statusByCrl(path, [whole, part]))).toBe('revoked (superseded)')
      // It decides, whatever the older one says.
      const wholeHeld = await authority.crl({
        thisUpdate: after(-DAY),
        entries: [entry(leaf, { reason: 'certificateHold' })],
      })
      expect(line(await statusByCrl(path, [wholeHeld, part]))).toBe('revoked (superseded)')
      // What it does not cover, the older one does.
      const nothing = await authority.crl({ issuingDistributionPoint })
      expect(line(await statusByCrl(path, [nothing]))).toMatch(/^undetermined: no CRL for the reasons cACompromise/)
      expect(line(await statusByCrl(path, [whole, nothing]))).toBe('good')
    }
  })

  it('one is as new as the delta CRL its issuer has signed, and not as one that somebody else has', async () => {
    const ca = await root.issueIntermediate({ name: 'Delta Authority' })
    const { leaf, path } = await leafOf({}, ca)
    const issuingDistributionPoint = { onlyContainsUserCerts: true }
    const oldest = await ca.crl({ issuingDistributionPoint, thisUpdate: after(-3 * DAY) })
    const held = await ca.crl({ thisUpdate: after(-2 * DAY), entries: [entry(leaf, { reason: 'certificateHold' })] })
    const delta = { delta: { base: oldest.number }, issuingDistributionPoint, number: 9 }
    const recent = await ca.crl({ ...delta, thisUpdate: after(-DAY), entries: [] })
    const stale = await ca.crl({ ...delta, thisUpdate: after(SECOND - 3 * DAY), entries: [] })
    const forged = await ca.crl({ ...delta, number: 10, entries: [], signature: 'broken' })
    expect(line(await statusByCrl(path, [oldest, held]))).toBe('revoked (certificateHold)')
    expect(line(await statusByCrl(path, [oldest, held, recent]))).toBe('good')
    expect(line(await statusByCrl(path, [oldest, held, forged, recent]))).toBe('good')
    expect(line(await statusByCrl(path, [oldest, held, forged]))).toBe('revoked (certificateHold)')
    expect(line(await statusByCrl(path, [oldest, held, forged, stale]))).toBe('revoked (certificateHold)')
    expect(line(await statusByCrl(path, [oldest, forged]))).toBe('good')
    // Nor can anybody make a list older than it is.
    const aged = {
      delta: { base: held.number },
      number: 11,
      thisUpdate: after(SECOND - 4 * DAY),
      nextUpdate: after(DAY),
    }
    const forgedOld = await ca.crl({ ...aged, entries: [], signature: 'broken' })
    expect(line(await statusByCrl(path, [oldest, held, forgedOld]))).toBe('revoked (certificateHold)')
  })

  it('each costs one verification, however many complete ones and deltas there are', async () => {
    const ca = await root.issueIntermediate({ name: 'Delta Authority' })
    const { path } = await leafOf({}, ca)
    const { crypto, verifications } = countVerifications()
    const past = { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }
    const many = <T>(make: (i: number) => Promise<T>): Promise<readonly T[]> =>
      Promise.all(Array.from({ length: 100 }, (_, i) => make(i)))
    const complete = await many((i) => ca.crl({ ...past, number: 10 + i }))
    const forgedDeltas = await many((i) => ca.crl({ delta: { base: 1 }, number: 200 + i, signature: 'broken' }))
    const forged = await many((i) => ca.crl({ number: 300 + i, signature: 'broken' }))
    expect(line(await statusByCrl(path, [...complete, ...forgedDeltas, ...forged], { crypto }))).toMatch(
      /^undetermined/,
    )
    expect(verifications()).toBeLessThanOrEqual(300)
  })

  it('of the same second the one with the greater number counts', async () => {
    const { leaf, path } = await leafOf()
    const first = await authority.crl()
    const second = await authority.crl({ entries: [entry(leaf)] })
    for (const crls of [
      [first, second],
      [second, first],
    ]) {
      expect(line(await statusByCrl(path, crls))).toBe('revoked (unspecified)')
    }
  })

  it('one that cannot be used takes nothing from another', async () => {
    const { path } = await leafOf()
    const forged = await authority.crl({ signature: 'broken' })
    const older = await authority.crl({ thisUpdate: after(-DAY) })
    expect(line(await statusByCrl(path, [forged, older]))).toBe('good')
  })

  it('the newest of those for the same reasons counts, and what an older one lists has been taken back (§6.3.3 (e))', async () => {
    const { leaf, path } = await leafOf()
    const scope = { issuingDistributionPoint: { onlySomeReasons: ['superseded'] } } as const
    const older = { ...scope, thisUpdate: after(-DAY), entries: [entry(leaf, { reason: 'superseded' })] }
    const newer = { ...scope, entries: [] }
    expect(line(await statusByCrl(path, [await authority.crl(older)]))).toBe('revoked (superseded)')
    expect(line(await statusByCrl(path, [await authority.crl(older), await authority.crl(newer)]))).toMatch(
      /^undetermined: no CRL for the reasons keyCompromise, .* could be used$/,
    )
  })

  it('an older one adds nothing by a bit that is no reason: the first of the flags is unused (RFC 5280 §4.2.1.13)', async () => {
    const reasons = ['unused', 'superseded'] as const
    const uri = 'http://crl.example/some.crl'
    const { leaf, path } = await leafOf({ cRLDistributionPoints: [{ distributionPoint: uri, reasons }] })
    const listOf = (onlySomeReasons: typeof reasons | readonly ['superseded'], options: CrlOptions): Promise<TestCrl> =>
      authority.crl({ issuingDistributionPoint: { distributionPoint: uri, onlySomeReasons }, ...options })
    const older = await listOf(reasons, {
      thisUpdate: after(-DAY),
      entries: [entry(leaf, { reason: 'superseded' })],
    })
    const newer = await listOf(['superseded'], { entries: [] })
    expect(line(await statusByCrl(path, [older]))).toBe('revoked (superseded)')
    expect(line(await statusByCrl(path, [older, newer]))).toMatch(
      /^undetermined: no CRL for the reasons keyCompromise, /,
    )
  })

  it('one whose number or entry cannot be read takes nothing from another, and proves nothing', async () => {
    const { leaf, path } = await leafOf()
    const malformed = (oid: string) => [{ oid, value: Uint8Array.of(5, 0) }]
    const numberless = { without: ['cRLNumber'], extensions: malformed('2.5.29.20') } as const
    const unreadable = [entry(leaf, { extensions: malformed('2.5.29.21') })]
    for (const past of [{}, { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }]) {
      const bad = [
        await authority.crl({ ...past, ...numberless, entries: [entry(leaf)] }),
        await authority.crl({ ...past, entries: unreadable }),
      ]
      const said = line(await statusByCrl(path, bad))
      expect(said).toMatch(/^undetermined: .*expected INTEGER, found NULL/)
      expect(said).toMatch(/expected ENUMERATED, found NULL|it held until/)
      const good = await authority.crl({ ...past, nextUpdate: after(DAY), entries: [] })
      expect(line(await statusByCrl(path, [...bad, good]))).toBe('good')
      const revoking = await authority.crl({ ...past, entries: [entry(leaf)] })
      for (const crls of [
        [...bad, revoking],
        [revoking, ...bad],
      ]) {
        expect(line(await statusByCrl(path, crls))).toBe('revoked (unspecified)')
      }
    }
  })

  it('one that has run out still proves a revocation that is final, where no other says anything', async () => {
    const { leaf, path } = await leafOf()
    const past = { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }
    const old = async (reason: 'keyCompromise' | 'certificateHold' | 'removeFromCRL'): Promise<TestCrl> =>
      authority.crl({ ...past, entries: [entry(leaf, { reason })] })
    expect(line(await statusByCrl(path, [await old('keyCompromise')]))).toBe('revoked (keyCompromise)')
    for (const reason of ['certificateHold', 'removeFromCRL'] as const) {
      expect(line(await statusByCrl(path, [await old(reason)]))).toMatch(/^undetermined: it held until/)
    }
    // Whoever issues a newer list knows better, and not who has issued an older one that still holds.
    expect(line(await statusByCrl(path, [await old('keyCompromise'), await authority.crl()]))).toBe('good')
    const older = await authority.crl({ thisUpdate: after(-3 * DAY), nextUpdate: after(DAY) })
    expect(line(await statusByCrl(path, [older, await old('keyCompromise')]))).toBe('revoked (keyCompromise)')
    expect(line(await statusByCrl(path, [older, await old('certificateHold')]))).toBe('good')
    // What an older one has put on hold may have been revoked for good since.
    const holding = (days: number): Promise<TestCrl> =>
      authority.crl({
        ...{ thisUpdate: after(days * DAY), nextUpdate: after(DAY) },
        entries: [entry(leaf, { reason: 'certificateHold' })],
      })
    expect(line(await statusByCrl(path, [await holding(-3), await old('keyCompromise')]))).toBe(
      'revoked (keyCompromise)',
    )
    expect(line(await statusByCrl(path, [await holding(-1), await old('keyCompromise')]))).toBe(
      'revoked (certificateHold)',
    )
    const asOld = await authority.crl({ thisUpdate: after(-2 * DAY), nextUpdate: after(DAY) })
    expect(line(await statusByCrl(path, [asOld, await old('keyCompromise')]))).toBe('good')
    const part = await authority.crl({ issuingDistributionPoint: { onlySomeReasons: ['superseded'] } })
    expect(line(await statusByCrl(path, [part, older, await old('keyCompromise')]))).toBe('revoked (keyCompromise)')
    const forged = await authority.crl({ ...past, entries: [entry(leaf)], signature: 'broken' })
    expect(line(await statusByCrl(path, [forged]))).toMatch(/^undetermined/)
    // Nobody goes through the entries of a list before its signature: they may be many.
    const lookedAt = vi.spyOn(CertificateList.prototype, 'eachRevocationOf')
    expect(line(await statusByCrl(path, [forged]))).toMatch(/^undetermined/)
    expect(lookedAt).not.toHaveBeenCalled()
    expect(line(await statusByCrl(path, [await old('keyCompromise')]))).toBe('revoked (keyCompromise)')
    expect(lookedAt).toHaveBeenCalledTimes(1)
    // A scope is that of one place the certificate names; the RFC's stand-in for a place is outside of it.
    const distributionPoint = 'http://crl.example/part.crl'
    const pointing = await leafOf({ cRLDistributionPoints: [distributionPoint] })
    const scoped = { ...past, issuingDistributionPoint: { distributionPoint }, entries: [entry(pointing.leaf)] }
    expect(line(await statusByCrl(pointing.path, [await authority.crl(scoped)]))).toBe('revoked (unspecified)')
    const elsewhere = { ...scoped, entries: [entry(leaf)] }
    expect(line(await statusByCrl(path, [await authority.crl(elsewhere)]))).toMatch(/^undetermined/)
  })
})

describe('a CRL that does not say whether it is the latest', () => {
  it.each<[string, CrlOptions]>([
    ['without a nextUpdate', { nextUpdate: 'omit' }],
    ['without a number', { without: ['cRLNumber'] }],
  ])('%s, proves a revocation that is final, and nothing else', async (_, lacking) => {
    const { leaf, path } = await leafOf()
    const saying = (reason: RevocationReason, options: CrlOptions = {}): Promise<TestCrl> =>
      authority.crl({ thisUpdate: after(-DAY), ...lacking, ...options, entries: [entry(leaf, { reason })] })
    expect(line(await statusByCrl(path, [await saying('keyCompromise')]))).toBe('revoked (keyCompromise)')
    for (const list of [
      await saying('certificateHold'),
      await saying('removeFromCRL'),
      await saying('keyCompromise', { signature: 'broken' }),
      await authority.crl({ thisUpdate: after(-DAY), ...lacking }),
    ]) {
      expect(line(await statusByCrl(path, [list]))).toMatch(/^undetermined/)
    }
    const newer = await authority.crl()
    expect(line(await statusByCrl(path, [await saying('keyCompromise'), newer]))).toBe('good')
    const older = await authority.crl({ thisUpdate: after(-2 * DAY), nextUpdate: after(DAY) })
    expect(line(await statusByCrl(path, [await saying('keyCompromise'), older]))).toBe('revoked (keyCompromise)')
    expect(line(await statusByCrl(path, [await saying('certificateHold'), older]))).toBe('good')
  })
})

describe('a delta CRL', () => {
  const scene = async (): Promise<{ leaf: TestCertificate; path: BuiltPath; ca: TestCa }> => {
    const ca = await root.issueIntermediate({ name: 'Delta Authority' })
    return { ca, ...(await leafOf({}, ca)) }
  }

  it('adds what has been revoked since its base', async () => {
    const { ca, leaf, path } = await scene()
    const base = await ca.crl()
    ca.revoke(leaf, { reason: 'superseded' })
    const delta = await ca.crl({ delta: { base: base.number } })
    for (const crls of [
      [base, delta],
      [delta, base],
    ]) {
      expect(await statusByCrl(path, crls)).toMatchObject({
        status: 'revoked',
        reason: 'superseded',
        source: 'delta CRL of CN=Delta Authority, 2026-06-01T00:00:00.000Z',
        notes: [],
      })
    }
    expect(line(await statusByCrl(path, [base]))).toBe('good')
    // What the complete list says and the delta does not change is still the complete list's to say.
    const whole = await ca.crl({ thisUpdate: after(-DAY) })
    const nothing = await ca.crl({ delta: { base: whole.number }, entries: [] })
    expect(await statusByCrl(path, [whole, nothing])).toMatchObject({
      status: 'revoked',
      source: 'CRL of CN=Delta Authority, 2026-05-31T00:00:00.000Z',
      notes: [],
    })
  })

  it('that was of no use is noted, each with its reason', async () => {
    const { ca, path } = await scene()
    const notes = async (...crls: readonly TestCrl[]): Promise<readonly RevocationNote[]> => {
      const status = await statusByCrl(path, crls)
      return 'notes' in status ? status.notes : []
    }
    const base = await ca.crl()
    const unfit = { thisUpdate: after(-DAY), delta: { base: base.number + 5n }, number: base.number + 6n }
    const past = { thisUpdate: after(-3 * DAY), nextUpdate: after(-2 * DAY) }
    const beside = [unfit, { delta: { base: base.number }, ...past }, { ...unfit, ...past }]
    const crls = await Promise.all(beside.map((options) => ca.crl(options)))
    expect((await notes(base, ...crls)).map(({ source, message }) => `${source}: ${message}`)).toEqual([
      'delta CRL of CN=Delta Authority, 2026-05-31T00:00:00.000Z: it is a delta, which counts together with its base alone',
      'delta CRL of CN=Delta Authority, 2026-05-29T00:00:00.000Z: it held until 2026-05-30T00:00:00.000Z',
    ])
    const other = { ...unfit, thisUpdate: after(-2 * DAY) }
    expect((await notes(await ca.crl(unfit), await ca.crl(other))).map(({ source }) => source)).toEqual([
      'delta CRL of CN=Delta Authority, 2026-05-31T00:00:00.000Z',
      'delta CRL of CN=Delta Authority, 2026-05-30T00:00:00.000Z',
      'CRLs',
    ])
    const old = await ca.crl(past)
    const forged = await ca.crl({ delta: { base: old.number }, signature: 'broken' })
    const told = (await notes(old, forged)).map(({ message }) => message)
    expect(told).toEqual(['it held until 2026-05-30T00:00:00.000Z', NONE])
  })

  it('takes back a hold, which its base has', async () => {
    const { ca, leaf, path } = await scene()
    ca.revoke(leaf, { reason: 'certificateHold' })
    const base = await ca.crl()
    ca.revoke(leaf, { reason: 'removeFromCRL' })
    const delta = await ca.crl({ delta: { base: base.number } })
    expect(line(await statusByCrl(path, [base]))).toBe('revoked (certificateHold)')
    expect(line(await statusByCrl(path, [base, delta]))).toBe('good')
  })

  it('makes a hold final', async () => {
    const { ca, leaf, path } = await scene()
    ca.revoke(leaf, { reason: 'certificateHold' })
    const base = await ca.crl()
    ca.revoke(leaf, { reason: 'keyCompromise' })
    const delta = await ca.crl({ delta: { base: base.number } })
    expect(line(await statusByCrl(path, [base, delta]))).toBe('revoked (keyCompromise)')
  })

  it('counts in its newest form', async () => {
    const { ca, leaf, path } = await scene()
    const base = await ca.crl()
    const first = await ca.crl({ delta: { base: base.number } })
    ca.revoke(leaf)
    const second = await ca.crl({ delta: { base: base.number } })
    for (const deltas of [
      [first, second],
      [second, first],
    ]) {
      expect(line(await statusByCrl(path, [base, ...deltas]))).toBe('revoked (unspecified)')
    }
  })

  it('brings up to date a complete CRL that has run out (RFC 5280 §5.2.4, §6.3.3 (a) (1))', async () => {
    const { ca, leaf, path } = await scene()
    const before = { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }
    const base = await ca.crl(before)
    const nothing = await ca.crl({ delta: { base: base.number } })
    expect(await statusByCrl(path, [base])).toMatchObject({ status: 'undetermined' })
    expect(await statusByCrl(path, [base, nothing])).toMatchObject({
      status: 'good',
      source: 'delta CRL of CN=Delta Authority, 2026-06-01T00:00:00.000Z',
    })
    ca.revoke(leaf, { reason: 'certificateHold' })
    const held = await ca.crl({ ...before, number: 7 })
    const revoking = await ca.crl({ delta: { base: base.number }, thisUpdate: after(SECOND - DAY) })
    expect(line(await statusByCrl(path, [base, revoking]))).toBe('revoked (certificateHold)')
    ca.revoke(leaf, { reason: 'removeFromCRL' })
    const releasing = await ca.crl({ delta: { base: held.number } })
    expect(line(await statusByCrl(path, [held, releasing]))).toBe('good')
    // What is older than both counts no more.
    expect(line(await statusByCrl(path, [held, revoking, releasing]))).toBe('good')
    // One that does not say until when it holds does so for as long.
    const endless = await ca.crl({ ...before, nextUpdate: 'omit', number: 7, entries: [] })
    expect(line(await statusByCrl(path, [endless]))).toMatch(/^undetermined/)
    expect(line(await statusByCrl(path, [endless, await ca.crl({ delta: { base: 7 }, entries: [] })]))).toBe('good')
  })

  it('that has run out still proves a revocation that is final, where nothing newer speaks', async () => {
    const { ca, leaf, path } = await scene()
    const base = await ca.crl({ thisUpdate: after(-3 * DAY) })
    const delta = { delta: { base: base.number }, thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY), number: 5 }
    const old = async (reason: 'keyCompromise' | 'certificateHold', more: CrlOptions = {}): Promise<TestCrl> =>
      ca.crl({ ...delta, entries: [entry(leaf, { reason })], ...more })
    const final = await old('keyCompromise')
    const { nextUpdate } = delta
    const past = await ca.crl({ number: base.number, thisUpdate: after(-3 * DAY), nextUpdate, entries: [] })
    expect(line(await statusByCrl(path, [base]))).toBe('good')
    expect(line(await statusByCrl(path, [base, final]))).toBe('revoked (keyCompromise)')
    expect(line(await statusByCrl(path, [past, final]))).toBe('revoked (keyCompromise)')
    expect(line(await statusByCrl(path, [base, await old('certificateHold')]))).toBe('good')
    expect(line(await statusByCrl(path, [base, await old('keyCompromise', { signature: 'broken' })]))).toBe('good')
    expect(line(await statusByCrl(path, [base, await old('keyCompromise', { delta: { base: 4 } })]))).toBe('good')
    expect(line(await statusByCrl(path, [base, final, await ca.crl({ number: 6, entries: [] })]))).toBe('good')
    const current = { delta: { base: base.number }, number: 6, entries: [] }
    expect(line(await statusByCrl(path, [base, final, await ca.crl(current)]))).toBe('good')
    expect(line(await statusByCrl(path, [final]))).toMatch(/^undetermined: it held until/)
  })

  it('is no complete CRL: without its base it says nothing', async () => {
    const { ca, path } = await scene()
    const delta = await ca.crl({ delta: { base: 1 } })
    expect(line(await statusByCrl(path, [delta]))).toBe(
      undetermined('it is a delta, which counts together with its base alone', NONE),
    )
  })

  it.each<[string, (base: TestCrl) => CrlOptions, CrlOptions?]>([
    ['a later base than there is', (base) => ({ delta: { base: base.number + 1n }, number: base.number + 2n })],
    ['a number its base has passed', (base) => ({ delta: { base: base.number }, number: base.number })],
    ['no number', () => ({ delta: { base: 1 }, without: ['cRLNumber'] })],
    ['run out', () => ({ delta: { base: 1 }, thisUpdate: after(-DAY), nextUpdate: after(-SECOND) })],
    ['a signature that is broken', () => ({ delta: { base: 1 }, signature: 'broken' })],
    ['another scope', () => ({ delta: { base: 1 }, issuingDistributionPoint: { onlyContainsUserCerts: true } })],
    ['another issuer', () => ({ delta: { base: 1 }, issuerName: 'Another' })],
    ['another key identifier', () => ({ delta: { base: 1 }, without: ['authorityKeyIdentifier'] })],
    ['a base without a number', () => ({ delta: { base: 1 } }), { without: ['cRLNumber'] }],
  ])('changes nothing that has %s', async (_, options, baseOptions = {}) => {
    const { ca, leaf, path } = await scene()
    const base = await ca.crl(baseOptions)
    const check = { profile: rfc5280Section6 }
    ca.revoke(leaf)
    expect(line(await statusByCrl(path, [base, await ca.crl(options(base))], check))).toBe('good')
    expect(line(await statusByCrl(path, [base, await ca.crl({ delta: { base: base.number } })], check))).toBe(
      baseOptions.without === undefined ? 'revoked (unspecified)' : 'good',
    )
    // Nor does it bring up to date what has run out.
    const past = await ca.crl({ ...baseOptions, entries: [], thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) })
    const nothing = await ca.crl({ ...options(past), entries: [] })
    expect(line(await statusByCrl(path, [past, nothing], check))).toContain('undetermined: ')
  })
})

describe('the scope of a CRL', () => {
  const uri = 'http://crl.example/1.crl'
  const other = 'http://crl.example/2.crl'
  const OUTSIDE = 'its distribution point is not one the certificate names'

  type Points = readonly TestDistributionPoint[] | 'issuerAltName' | undefined

  it.each<[string, TestIssuingDistributionPoint, Points, string]>([
    ['users', { onlyContainsUserCerts: true }, undefined, 'good'],
    [
      'authorities',
      { onlyContainsCACerts: true },
      undefined,
      undetermined('it holds certificates of authorities alone', NONE),
    ],
    [
      'attributes',
      { onlyContainsAttributeCerts: true },
      undefined,
      undetermined('it holds attribute certificates alone', NONE),
    ],
    ['the point the certificate names', { distributionPoint: uri }, [uri], 'good'],
    ['one of the points the certificate names', { distributionPoint: uri }, [other, uri], 'good'],
    ['another point', { distributionPoint: uri }, [other], undetermined(OUTSIDE, NONE)],
    ['a point, of a certificate that names none', { distributionPoint: uri }, undefined, undetermined(OUTSIDE, NONE)],
    ['no point, of a certificate that names one', { onlyContainsUserCerts: true }, [uri], 'good'],
    ['its issuer’s name as its point', { distributionPoint: { directory: ['Authority'] } }, undefined, 'good'],
    [
      'another name of its issuer as its point',
      { distributionPoint: { directory: ['Beside'] } },
      'issuerAltName',
      'good',
    ],
    ['a point that is no name of its issuer', { distributionPoint: uri }, 'issuerAltName', undetermined(OUTSIDE, NONE)],
    ['a point of several names', { distributionPoint: { uri: [other, uri] } }, [uri], 'good'],
    [
      'a point that is a mailbox of the same text',
      { distributionPoint: { email: [uri] } },
      [uri],
      undetermined(OUTSIDE, NONE),
    ],
    [
      'a point relative to the issuer’s name',
      { distributionPoint: { relativeName: 'CRL 1' } },
      [{ distributionPoint: { relativeName: 'CRL 1' } }],
      'good',
    ],
    [
      'a point relative to the issuer’s name, which the certificate names in full',
      { distributionPoint: { relativeName: 'CRL 1' } },
      [{ distributionPoint: { directory: [[{ type: 'commonName', value: 'Authority' }]] } }],
      undetermined(OUTSIDE, NONE),
    ],
    [
      'a point in full, which the certificate names relatively',
      {
        distributionPoint: {
          directory: [
            [
              { type: 'commonName', value: 'Authority' },
              { type: 'commonName', value: 'CRL 1' },
            ],
          ],
        },
      },
      [{ distributionPoint: { relativeName: 'CRL 1' } }],
      'good',
    ],
    [
      'another relative point',
      { distributionPoint: { relativeName: 'CRL 1' } },
      [{ distributionPoint: { relativeName: 'CRL 2' } }],
      undetermined(OUTSIDE, NONE),
    ],
  ])('is %s', async (_, issuingDistributionPoint, cRLDistributionPoints, expected) => {
    const options =
      cRLDistributionPoints === 'issuerAltName'
        ? { issuerAltName: { dns: ['ca.example'], directory: ['Beside'] } }
        : cRLDistributionPoints && { cRLDistributionPoints }
    expect(await judge({ issuingDistributionPoint }, options)).toBe(expected)
    // The extension ought to be critical; what it says holds all the same.
    const critical = { issuingDistributionPoint: false }
    expect(await judge({ issuingDistributionPoint, critical }, options)).toBe(expected)
  })

  // RFC 5280 §4.2.1.13: the relative name is a level more of the issuer's name, whatever the length of that.
  it.each([0, 70, 110, 120, 240, 250, 300, 65_500, 66_000])(
    'is a point relative to its issuer’s name, of %i letters and more',
    async (length) => {
      const levels = ['Long', 'a'.repeat(length)].map((value) => ({ type: 'organizationName', value }) as const)
      const issuer = await root.issueIntermediate({ name: levels })
      const last = { type: 'commonName', value: 'CRL 1' } as const
      const point = (value: string): TestDistributionPoint => ({
        distributionPoint: { directory: [[...levels, { ...last, value }]] },
      })
      const crl = await issuer.crl({ issuingDistributionPoint: { distributionPoint: { relativeName: 'CRL 1' } } })
      for (const [value, expected] of [
        ['CRL 1', 'good'],
        ['CRL 2', undetermined(OUTSIDE, NONE)],
      ] as const) {
        const { path } = await leafOf({ cRLDistributionPoints: [point(value)] }, issuer)
        expect(line(await statusByCrl(path, [crl]))).toBe(expected)
      }
    },
  )

  it('is users, and the certificate is an authority’s', async () => {
    const below = await authority.issueIntermediate({ name: 'Below' })
    const path = await pathOf(below, root)
    const users = await authority.crl({ issuingDistributionPoint: { onlyContainsUserCerts: true } })
    const authorities = await authority.crl({ issuingDistributionPoint: { onlyContainsCACerts: true } })
    expect(line(await statusByCrl(path, [users]))).toBe(undetermined('it holds no certificates of authorities', NONE))
    expect(line(await statusByCrl(path, [users, authorities]))).toBe('good')
  })

  const half = ['keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'] as const
  const rest = ['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'] as const
  const some = (onlySomeReasons: TestIssuingDistributionPoint['onlySomeReasons'] & object, more: CrlOptions = {}) =>
    authority.crl({ issuingDistributionPoint: { onlySomeReasons }, ...more })

  it('is some reasons: several CRLs together cover all of them', async () => {
    const { leaf, path } = await leafOf()
    const [first, second] = [await some(half), await some(rest)]
    expect(line(await statusByCrl(path, [first]))).toBe(
      undetermined(`no CRL for the reasons ${rest.join(', ')} could be used`),
    )
    expect(line(await statusByCrl(path, [first, second]))).toBe('good')
    const entries = [entry(leaf, { reason: 'certificateHold' })]
    const held = await some(rest, { entries })
    for (const crls of [[first, held], [held, first], [held]]) {
      expect(line(await statusByCrl(path, crls))).toBe('revoked (certificateHold)')
    }
  })

  it('is what a distribution point is for: its reasons bound those of the CRL', async () => {
    const points = [
      { distributionPoint: uri, reasons: half },
      { distributionPoint: other, reasons: rest },
    ]
    const { path } = await leafOf({ cRLDistributionPoints: points })
    const [first, second] = await Promise.all(
      [uri, other].map((distributionPoint) => authority.crl({ issuingDistributionPoint: { distributionPoint } })),
    )
    if (first === undefined || second === undefined) throw new TypeError('no CRL')
    expect(line(await statusByCrl(path, [first]))).toContain(`no CRL for the reasons ${rest.join(', ')} could be used`)
    expect(line(await statusByCrl(path, [first, second]))).toBe('good')
  })

  // Were each name held against each, this would take minutes.
  it('is found among very many names, of the certificate and of the CRL', async () => {
    const urisAt = (host: string): readonly string[] =>
      Array.from({ length: 15_000 }, (_, i) => `http://${host}.example/${i}`)
    const points = [...urisAt('certificate'), uri]
    const { path } = await leafOf({ cRLDistributionPoints: points })
    const crlAt = (...uris: readonly string[]): Promise<TestCrl> =>
      authority.crl({ issuingDistributionPoint: { distributionPoint: { uri: uris } } })
    expect(line(await statusByCrl(path, [await crlAt(...urisAt('list'), uri)]))).toBe('good')
    expect(line(await statusByCrl(path, [await crlAt(...urisAt('list'))]))).toBe(
      undetermined('its distribution point is not one the certificate names', NONE),
    )
  })

  it('is users or authorities, and the certificate does not say readably which it is', async () => {
    const { path } = await leafOf()
    const malformed = { oid: 'basicConstraints', value: Uint8Array.of(5, 0) }
    const leaf = await authority.issue({ without: ['basicConstraints'], extensions: [malformed] })
    const unreadable = { ...path, path: [leaf.certificate, ...path.path.slice(1)] }
    for (const past of [{}, { thisUpdate: after(-2 * DAY), nextUpdate: after(-DAY) }]) {
      const scope = { issuingDistributionPoint: { onlyContainsUserCerts: true } }
      const crl = await authority.crl({ ...past, ...scope, entries: [entry(leaf)] })
      expect(line(await statusByCrl(unreadable, [crl]))).toMatch(
        /^undetermined: basicConstraints: expected SEQUENCE, found NULL at byte \d+; no CRL could be used$/,
      )
    }
  })
})

describe('an indirect CRL', () => {
  const uri = 'http://crl.example/indirect.crl'
  const scope = { distributionPoint: uri, indirectCRL: true }
  const pointTo = (issuer: TestCertificate): TestDistributionPoint => ({
    distributionPoint: uri,
    cRLIssuer: { directory: [issuer.certificate.subject] },
  })

  /** A leaf that names a CRL issuer of the root, and the lists that cover it and the issuer. */
  async function scene(): Promise<{ leaf: TestCertificate; path: BuiltPath; issuer: TestCertificate; above: TestCrl }> {
    const issuer = await root.issueCrlIssuer({ name: 'CRL Issuer' })
    const { leaf, path } = await leafOf({ cRLDistributionPoints: [pointTo(issuer)] })
    return { leaf, path, issuer, above: await root.crl({ entries: [] }) }
  }
  const certificateIssuer = 'Authority'

  it('speaks for the issuer its entries name, and for those that follow', async () => {
    const { leaf, path, issuer, above } = await scene()
    const first = { serialNumber: 99n, revocationDate }
    const judgeEntries = async (...entries: CrlOptions['entries'] & object): Promise<string> => {
      const crl = await authority.crl({ issuer, issuingDistributionPoint: scope, entries })
      return line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))
    }
    expect(await judgeEntries()).toBe('good')
    expect(await judgeEntries(entry(leaf, { certificateIssuer }))).toBe('revoked (unspecified)')
    // One of its names is the issuer's (RFC 5280 §5.3.3).
    const names = sequence(...generalNames({ dns: ['ca.example'], directory: [certificateIssuer] }))
    const named = { oid: '2.5.29.29', critical: true, value: names }
    expect(await judgeEntries(entry(leaf, { extensions: [named] }))).toBe('revoked (unspecified)')
    expect(await judgeEntries({ ...first, certificateIssuer }, entry(leaf))).toBe('revoked (unspecified)')
    // The entry is about a certificate of the CRL issuer, or of another authority.
    expect(await judgeEntries(entry(leaf))).toBe('good')
    expect(await judgeEntries(entry(leaf, { certificateIssuer: 'Another' }))).toBe('good')
    expect(await judgeEntries({ ...first, certificateIssuer: 'Another' }, entry(leaf))).toBe('good')
    expect(
      await judgeEntries({ ...first, certificateIssuer }, { ...first, certificateIssuer: 'Another' }, entry(leaf)),
    ).toBe('good')
    expect(
      await judgeEntries({ ...first, certificateIssuer: 'Another' }, { ...first, certificateIssuer }, entry(leaf)),
    ).toBe('revoked (unspecified)')
  })

  it('costs one look at the names of an entry, however many entries have them', async () => {
    const { leaf, path, issuer, above } = await scene()
    const count = 300
    const others = generalNames({ directory: Array.from({ length: count }, (_, i) => `Other ${i}`) })
    const named = { oid: '2.5.29.29', critical: true, value: sequence(...others) }
    const entries = Array.from({ length: count }, (_, i) => entry(leaf, i === 0 ? { extensions: [named] } : {}))
    const crl = await authority.crl({ issuer, issuingDistributionPoint: scope, entries })
    const equals = vi.spyOn(Name.prototype, 'equals')
    expect(line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))).toBe('good')
    expect(equals.mock.calls.length).toBeGreaterThan(count)
    expect(equals.mock.calls.length).toBeLessThan(2 * count)
  })

  it('does not count where an entry’s issuer has no name', async () => {
    const { path, issuer, above } = await scene()
    const value = Uint8Array.of(0x30, 3, 0x82, 1, 0x61)
    const entries = [{ serialNumber: 1n, revocationDate, extensions: [{ oid: '2.5.29.29', critical: true, value }] }]
    const crl = await authority.crl({ issuer, issuingDistributionPoint: scope, entries })
    expect(line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))).toContain(
      'expected a directoryName (RFC 5280 §5.3.3)',
    )
  })

  it('does not count unless it says that it is one', async () => {
    const { path, issuer, above } = await scene()
    const crl = await authority.crl({ issuer, issuingDistributionPoint: { distributionPoint: uri } })
    expect(line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))).toContain(
      'it is not marked as indirect',
    )
  })

  it('does not count for a certificate that names no cRLIssuer, or another', async () => {
    const { issuer, above } = await scene()
    const crl = await authority.crl({ issuer, issuingDistributionPoint: scope })
    const check = { certificates: [issuer.certificate] }
    const { path: plain } = await leafOf({ cRLDistributionPoints: [uri] })
    expect(line(await statusByCrl(plain, [crl, above], check))).toContain('its issuer is not the certificate’s')
    const somebody = { distributionPoint: uri, cRLIssuer: { directory: ['Somebody'] } }
    const { path: elsewhere } = await leafOf({ cRLDistributionPoints: [somebody] })
    expect(line(await statusByCrl(elsewhere, [crl, above], check))).toContain(
      'its issuer is not the cRLIssuer the certificate names',
    )
  })

  it('is at the point, or by the issuer, the certificate names, and relative to that one’s name', async () => {
    const issuer = await root.issueCrlIssuer({ name: 'CRL Issuer' })
    const above = await root.crl({ entries: [] })
    const cRLIssuer = { dns: ['crl.example'], directory: [issuer.certificate.subject] }
    const whole = [...['CRL Issuer', 'CRL 1'].map((value) => ({ type: 'commonName', value }) as const)]
    const judgeAt = async (point: TestDistributionPoint, scoped: TestIssuingDistributionPoint): Promise<string> => {
      const { path } = await leafOf({ cRLDistributionPoints: [point] })
      const crl = await authority.crl({ issuer, issuingDistributionPoint: { ...scoped, indirectCRL: true } })
      return line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))
    }
    const relative = { relativeName: 'CRL 1' }
    const outside = 'its distribution point is not one the certificate names'
    expect(await judgeAt({ cRLIssuer }, {})).toBe('good')
    // §6.3.3 (b) (2) (i): without a point, the names of the cRLIssuer are what the scope's must be among.
    expect(await judgeAt({ cRLIssuer }, { distributionPoint: { directory: ['CRL Issuer'] } })).toBe('good')
    expect(await judgeAt({ cRLIssuer }, { distributionPoint: { dns: ['crl.example'] } })).toBe('good')
    expect(await judgeAt({ cRLIssuer }, { distributionPoint: uri })).toContain(outside)
    expect(await judgeAt({ cRLIssuer, distributionPoint: relative }, { distributionPoint: relative })).toBe('good')
    expect(
      await judgeAt({ cRLIssuer, distributionPoint: relative }, { distributionPoint: { directory: [whole] } }),
    ).toBe('good')
    expect(
      await judgeAt({ cRLIssuer, distributionPoint: { directory: [whole] } }, { distributionPoint: relative }),
    ).toBe('good')
    expect(await judgeAt({ cRLIssuer, distributionPoint: uri }, { distributionPoint: relative })).toContain(outside)
  })

  it('does not count where its issuer is not at hand, is revoked, has no status, or has no path to the anchor', async () => {
    const { path, issuer, above } = await scene()
    const crl = await authority.crl({ issuer, issuingDistributionPoint: scope })
    const check = { certificates: [issuer.certificate] }
    expect(line(await statusByCrl(path, [crl, above], check))).toBe('good')
    expect(line(await statusByCrl(path, [crl, above]))).toContain('no certificate of its issuer is at hand')
    expect(line(await statusByCrl(path, [crl], check))).toContain('the status of its issuer’s path is undetermined')
    const revoked = await root.crl({ entries: [entry(issuer)] })
    expect(line(await statusByCrl(path, [crl, revoked], check))).toContain('the status of its issuer’s path is revoked')
    const stranger = await (await rootOf({ name: 'Stranger' })).issueCrlIssuer({ name: 'CRL Issuer' })
    const foreign = await authority.crl({ issuer: stranger, issuingDistributionPoint: scope })
    expect(line(await statusByCrl(path, [foreign, above], { certificates: [stranger.certificate] }))).toContain(
      'its issuer has no valid path to the anchor',
    )
  })

  it('speaks of its own issuer where the authority has named it for that too, and nobody else speaks', async () => {
    const name = 'CRL Issuer of itself'
    const itself = { distributionPoint: uri, cRLIssuer: { directory: [name] } }
    const issuer = await root.issueCrlIssuer({ name, cRLDistributionPoints: [itself] })
    const { leaf, path } = await leafOf({ cRLDistributionPoints: [itself] })
    const judgeWith = async (entries: CrlOptions['entries'] & object, ...more: readonly TestCrl[]): Promise<string> => {
      const crl = await authority.crl({ issuer, issuingDistributionPoint: scope, entries })
      return line(await statusByCrl(path, [crl, ...more], { certificates: [issuer.certificate] }))
    }
    const itsOwn = entry(issuer, { certificateIssuer: 'Root' })
    expect(await judgeWith([])).toBe('good')
    expect(await judgeWith([entry(leaf, { certificateIssuer: 'Authority' })])).toBe('revoked (unspecified)')
    expect(await judgeWith([itsOwn])).toContain('the status of its issuer’s path is revoked')
    // The root's own list is older, and counts before the issuer's word about itself.
    const honest = await root.crl({ thisUpdate: after(-DAY), entries: [entry(issuer)] })
    expect(await judgeWith([], honest)).toContain('the status of its issuer’s path is revoked')
  })

  it('counts alike for every certificate of the path, though all are asked about at the same time', async () => {
    const issuer = await root.issueCrlIssuer({ name: 'CRL Issuer' })
    const named = { cRLDistributionPoints: [pointTo(issuer)] }
    const lower = await root.issueIntermediate({ name: 'Authority', ...named })
    const path = await pathOf(await lower.issue(named), root)
    const crl = await root.crl({ issuer, issuingDistributionPoint: scope, entries: [] })
    // The root's own list speaks of the CRL issuer, and not of the authority.
    const issuingDistributionPoint = { onlyContainsUserCerts: true }
    const judge = async (lists: readonly CertificateList[], turns: number): Promise<readonly string[]> => {
      const crlsFor = async ({ subject }: Certificate): Promise<readonly CertificateList[]> => {
        // Wherever one has come to when the lists are there for the other.
        for (let i = subject.equals(lower.certificate.subject) ? turns : 0; i > 0; i--) await Promise.resolve()
        return lists
      }
      const check = { sources: { crls: { crlsFor } }, at, certificates: [issuer.certificate] }
      const { certificates } = await checkRevocation(path, check)
      return certificates.map(({ revocation }) => line(revocation))
    }
    for (const [entries, expected] of [
      [[], 'good'],
      [[entry(issuer)], expect.stringContaining('the status of its issuer’s path is revoked')],
    ] as const) {
      const above = await root.crl({ issuingDistributionPoint, entries })
      const lists = [crl, above].map(({ der }) => parseCertificateList(der))
      for (let turns = 0; turns < 100; turns++) expect(await judge(lists, turns)).toEqual([expected, expected])
    }
  })

  it('counts where the anchor itself issues it, be it a certificate or a name and a key', async () => {
    const { leaf, path } = await leafOf({ cRLDistributionPoints: [pointTo(root)] })
    const { subject: name, publicKey } = root.certificate
    const bare = { name, publicKey, keyIdentifier: undefined, certificate: undefined }
    for (const anchor of [path.anchor, bare]) {
      const judgeEntries = async (...entries: CrlOptions['entries'] & object): Promise<string> =>
        line(await statusByCrl({ ...path, anchor }, [await root.crl({ issuingDistributionPoint: scope, entries })]))
      expect(await judgeEntries()).toBe('good')
      expect(await judgeEntries(entry(leaf, { certificateIssuer }))).toBe('revoked (unspecified)')
    }
  })

  it('does not count where its issuer has expired or may not sign CRLs', async () => {
    const { above } = await scene()
    for (const [options, reason] of [
      [{ notAfter: after(-SECOND) }, 'its issuer has no valid path to the anchor: it expired'],
      [{ keyUsage: ['digitalSignature'] }, 'its issuer’s keyUsage lacks cRLSign'],
      [{ replace: { keyUsage: Uint8Array.of(5, 0) } }, 'keyUsage: expected BIT STRING, found NULL'],
    ] as const) {
      const issuer = await root.issueCrlIssuer({ name: 'CRL Issuer', ...options })
      const { path } = await leafOf({ cRLDistributionPoints: [pointTo(issuer)] })
      const crl = await authority.crl({ issuer, issuingDistributionPoint: scope })
      expect(line(await statusByCrl(path, [crl, above], { certificates: [issuer.certificate] }))).toContain(reason)
    }
  })
})

it('a CRL of an issuer with very many certificates costs a bounded search for their paths', async () => {
  const point = { distributionPoint: 'http://crl.example/', cRLIssuer: { directory: ['Many'] } }
  const { path } = await leafOf({ cRLDistributionPoints: [point] })
  const stranger = await rootOf({ name: 'Stranger' })
  const key = await generateTestKey()
  const all = await Promise.all(Array.from({ length: 65 }, () => stranger.issueCrlIssuer({ name: 'Many', key })))
  const [issuer] = all
  if (issuer === undefined) throw new TypeError('no issuer')
  const scope = { distributionPoint: point.distributionPoint, indirectCRL: true }
  const crl = await authority.crl({ issuer, issuingDistributionPoint: scope })
  const certificates = all.map(({ certificate }) => certificate)
  const judgeWith = async (count: number): Promise<string> =>
    line(await statusByCrl(path, [crl], { certificates: certificates.slice(0, count) }))
  expect(await judgeWith(64)).toContain('its issuer has no valid path to the anchor')
  expect(await judgeWith(65)).toContain('more than 64 paths to CRL issuers were looked for')
})

it('a CRL is tried with so many keys of its issuer’s name, and no more', async () => {
  const { leaf, path } = await leafOf()
  const stranger = await rootOf({ name: 'Stranger' })
  const crls = [await authority.crl({ entries: [entry(leaf)], signature: 'broken' })]
  // Certificates for the name of the authority, which a peer may have sent along.
  const junk = await Promise.all(Array.from({ length: 300 }, () => stranger.issueCrlIssuer({ name: 'Authority' })))
  const certificates = junk.map(({ certificate }) => certificate)
  const { crypto, verifications } = countVerifications()
  expect(line(await statusByCrl(path, crls, { certificates, crypto }))).toMatch(/^undetermined: its signature/)
  expect(verifications()).toBe(100)
  // The one on the path comes first.
  expect(line(await statusByCrl(path, [await authority.crl({ entries: [entry(leaf)] })], { certificates }))).toBe(
    'revoked (unspecified)',
  )
})

describe('a key of its own for CRLs', () => {
  /** Another certificate for the name of the authority, to sign CRLs with. */
  const signerOf = (issuer: TestCa, options: Parameters<TestCa['issueCrlIssuer']>[0] = {}): Promise<TestCertificate> =>
    issuer.issueCrlIssuer({ name: 'Authority', ...options })

  it('counts beside certificates of the same name that cannot be read, and none of those does', async () => {
    const { leaf, path } = await leafOf()
    const signer = await signerOf(root)
    const malformed = await signerOf(root, { replace: { keyUsage: Uint8Array.of(5, 0) } })
    const lists = [await authority.crl({ issuer: signer, entries: [entry(leaf)] }), await root.crl({ entries: [] })]
    for (const all of [
      [malformed, signer],
      [signer, malformed],
    ]) {
      const certificates = all.map(({ certificate }) => certificate)
      expect(line(await statusByCrl(path, lists, { certificates }))).toBe('revoked (unspecified)')
    }
    const certificates = [malformed.certificate]
    expect(line(await statusByCrl(path, lists, { certificates }))).toMatch(/^undetermined/)
  })

  it('counts where whoever certified the authority certified it too', async () => {
    const { leaf, path } = await leafOf()
    const signer = await signerOf(root)
    const check = { certificates: [signer.certificate] }
    const above = await root.crl({ entries: [] })
    expect(line(await statusByCrl(path, [await authority.crl({ issuer: signer }), above], check))).toBe('good')
    const revoking = await authority.crl({ issuer: signer, entries: [entry(leaf)] })
    expect(line(await statusByCrl(path, [revoking, above], check))).toBe('revoked (unspecified)')
    // It is no server, and held to nothing that only servers are.
    const ofServers = { ...check, profile: webpki }
    expect(line(await statusByCrl(path, [revoking, above], ofServers))).toBe('revoked (unspecified)')
    expect(line(await statusByCrl(path, [revoking], check))).toContain(
      'the status of its issuer’s path is undetermined',
    )
  })

  it('counts where the authority certified it itself', async () => {
    const { leaf, path } = await leafOf()
    const signer = await signerOf(authority)
    // Of the signer's own path, whose status must be known too.
    const others = [await authority.crl({ entries: [] }), await root.crl({ entries: [] })]
    const check = { certificates: [signer.certificate] }
    const listsOf = async (entries: CrlOptions['entries'] & object): Promise<readonly TestCrl[]> => [
      await authority.crl({ issuer: signer, entries }),
      ...others,
    ]
    expect(line(await statusByCrl(path, await listsOf([]), check))).toBe('good')
    expect(line(await statusByCrl(path, await listsOf([entry(leaf)]), check))).toBe('revoked (unspecified)')
  })

  it('counts at any depth', async () => {
    const lower = await authority.issueIntermediate({ name: 'Lower' })
    const leaf = await lower.issue()
    const signer = await authority.issueCrlIssuer({ name: 'Lower' })
    const above = [await authority.crl({ entries: [] }), await root.crl({ entries: [] })]
    const judgeEntries = async (...entries: CrlOptions['entries'] & object): Promise<string> => {
      const lists = [await lower.crl({ issuer: signer, entries }), ...above]
      return line(await statusByCrl(await pathOf(leaf, root), lists, { certificates: [signer.certificate] }))
    }
    expect(await judgeEntries()).toBe('good')
    expect(await judgeEntries(entry(leaf))).toBe('revoked (unspecified)')
  })

  it('counts where it is the anchor’s, which has certified a new one for itself', async () => {
    const renewed = await root.issueIntermediate({ name: 'Root' })
    const leaf = await renewed.issue()
    const path = await pathOf(leaf, root)
    expect(line(await statusByCrl(path, [await root.crl({ entries: [] })]))).toBe('good')
    expect(line(await statusByCrl(path, [await root.crl({ entries: [entry(leaf)] })]))).toBe('revoked (unspecified)')
  })

  it('does not count where it is an anchor’s, and the authority another one of the same name', async () => {
    const other = await root.issueIntermediate({ name: 'Other' })
    const leaf = await (await other.issueIntermediate({ name: 'Root' })).issue()
    expect(line(await statusByCrl(await pathOf(leaf, root), [await root.crl({ entries: [] })]))).toContain(
      'its issuer is another authority of the same name',
    )
  })

  it('does not count where another authority below the anchor has certified it', async () => {
    const { path } = await leafOf()
    const hostile = await root.issueIntermediate({ name: 'Hostile' })
    for (const signer of [
      await signerOf(hostile),
      await hostile.issueIntermediate({ name: 'Authority' }),
      await signerOf(await hostile.issueIntermediate({ name: 'Authority' })),
    ]) {
      const chain = signer.chain.map(({ certificate }) => certificate)
      const lists = [await authority.crl({ issuer: signer }), await root.crl({ entries: [] }), await hostile.crl()]
      expect(line(await statusByCrl(path, lists, { certificates: chain }))).toContain(
        'its issuer is another authority of the same name',
      )
    }
  })

  it('does not count once it has been revoked, whatever it says about itself', async () => {
    const { leaf, path } = await leafOf()
    const signer = await signerOf(authority)
    const check = { certificates: [signer.certificate] }
    // Who has stolen the key, and denies it in a list of a later date.
    const stolen = await authority.crl({ issuer: signer, entries: [] })
    const above = await root.crl({ entries: [] })
    const honest = await authority.crl({ thisUpdate: after(-DAY), entries: [entry(signer), entry(leaf)] })
    for (const crls of [
      [stolen, honest, above],
      [above, honest, stolen],
    ]) {
      expect(line(await statusByCrl(path, crls, check))).toBe('revoked (unspecified)')
    }
    // Nor where nobody else says anything about it.
    expect(line(await statusByCrl(path, [stolen, above], check))).toContain(
      'the status of its issuer’s path is undetermined',
    )
  })
})

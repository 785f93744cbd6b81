// CRLs of the test kit: openssl and GnuTLS read them, verify them, and draw the conclusions they are made for.

import { beforeEach, describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/base/clock.js'
import {
  createTestCa,
  type CrlOptions,
  generateTestKey,
  type TestCa,
  type TestCertificate,
  type TestKeyType,
} from '../../src/testkit/index.js'
import { gnutlsCrl, gnutlsVerifyCrl, opensslCrl, opensslVerify, without } from './oracles.js'

let root: TestCa
let intermediate: TestCa
let leaf: TestCertificate
beforeEach(async () => {
  root = await createTestCa()
  intermediate = await root.issueIntermediate()
  leaf = await intermediate.issue()
})

/** Lines of openssl's text, without space around them. */
const text = async (options: CrlOptions = {}, ca = intermediate): Promise<readonly string[]> =>
  opensslCrl(await ca.crl(options), ca)
    .split('\n')
    .map((line) => line.trim())

const following = (lines: readonly string[], title: string): string | undefined => lines[lines.indexOf(title) + 1]

describe.skipIf(without.openssl)('a complete CRL', () => {
  it.each<TestKeyType>(['p256', 'ed25519', 'rsa-2048', 'rsa-pss-2048'])(
    'of an authority with a key of type %s is verified by openssl and GnuTLS',
    async (keyType) => {
      const ca = await createTestCa({ keyType })
      ca.revoke(await ca.issue())
      const crl = await ca.crl()
      expect(opensslCrl(crl, ca)).toContain('verify OK')
      expect(opensslCrl(crl, await createTestCa({ keyType }))).toContain('verify failure')
      if (without.certtool) return
      expect(gnutlsCrl(crl)).toContain('Revoked certificates (1)')
      expect(gnutlsVerifyCrl(crl, ca)).toContain('Verified. The certificate is trusted.')
    },
  )

  it('passes a certificate until it is revoked, and passes it again when it is released from hold', async () => {
    const verdict = async (): Promise<string> => {
      const crls = [await root.crl(), await intermediate.crl()]
      return opensslVerify(leaf, { root, crls }, '-crl_check_all')
    }
    expect(await verdict()).toBe('OK')
    intermediate.revoke(leaf, { reason: 'certificateHold' })
    expect(await verdict()).toBe('certificate revoked')
    intermediate.revoke(leaf, { reason: 'removeFromCRL' })
    expect(await verdict()).toBe('OK')
    expect(intermediate.revocations).toEqual([])
    root.revoke(intermediate, { reason: 'cACompromise' })
    expect(await verdict()).toBe('certificate revoked')
  })

  it('says when, why, and since when the key may have been another’s', async () => {
    intermediate.revoke(leaf, {
      at: new Date('2026-05-06T07:08:09Z'),
      reason: 'keyCompromise',
      invalidityDate: new Date('2026-04-01T00:00:00Z'),
    })
    const lines = await text({ number: 300, nextUpdate: new Date('2051-01-01T00:00:00Z') })
    expect(lines).toContain(`Serial Number: ${leaf.certificate.serialNumber}`)
    expect(lines).toContain('Revocation Date: May  6 07:08:09 2026 GMT')
    expect(following(lines, 'X509v3 CRL Reason Code:')).toBe('Key Compromise')
    expect(following(lines, 'Invalidity Date:')).toBe('Apr  1 00:00:00 2026 GMT')
    expect(following(lines, 'X509v3 CRL Number:')).toBe('300')
    expect(lines).toContain('Next Update: Jan  1 00:00:00 2051 GMT')
    expect((await intermediate.crl()).number).toBe(301n)
  })

  it('has no reason nor entry extensions where none is given', async () => {
    intermediate.revoke(leaf)
    expect(await text()).not.toContain('CRL entry extensions:')
  })

  it('has dates that the clock alone decides, in whole seconds', async () => {
    const ca = await createTestCa({ clock: fixedClock(new Date('2026-03-01T12:00:00.900Z')) })
    const lines = await text({}, ca)
    expect(lines).toContain('Last Update: Mar  1 12:00:00 2026 GMT')
    expect(lines).toContain('Next Update: Mar  8 12:00:00 2026 GMT')
    const other = (await ca.crl({ thisUpdate: new Date('2026-01-01T00:00:00Z') })).thisUpdate
    expect(other.toISOString()).toBe('2026-01-01T00:00:00.000Z')
  })
})

describe.skipIf(without.openssl)('a CRL of a scope', () => {
  it('says so, and lists what is in it', async () => {
    const below = await intermediate.issueIntermediate({ name: 'Below' })
    intermediate.revoke(leaf, { reason: 'keyCompromise' })
    intermediate.revoke(below, { reason: 'cACompromise' })
    const of = async (scope: NonNullable<CrlOptions['issuingDistributionPoint']>): Promise<readonly string[]> =>
      text({ issuingDistributionPoint: scope })
    const serials = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => line.startsWith('Serial Number')).map((line) => line.slice(15))

    const users = await of({ distributionPoint: 'http://crl.example/users.crl', onlyContainsUserCerts: true })
    expect(users).toContain('X509v3 Issuing Distribution Point: critical')
    // openssl 3.0 prints no line break behind the name.
    expect(users.join(' ')).toMatch(/URI:http:\/\/crl\.example\/users\.crl +Only User Certificates/)
    expect(serials(users)).toEqual([leaf.certificate.serialNumber])

    const authorities = await of({ onlyContainsCACerts: true })
    expect(authorities).toContain('Only CA Certificates')
    expect(serials(authorities)).toEqual([below.certificate.serialNumber])

    const some = await of({ onlySomeReasons: ['keyCompromise', 'superseded'] })
    expect(following(some, 'Only Some Reasons:')).toBe('Key Compromise, Superseded')
    expect(serials(some)).toEqual([leaf.certificate.serialNumber])

    expect(await of({ indirectCRL: true })).toContain('Indirect CRL')
    expect(serials(await of({ onlyContainsAttributeCerts: true }))).toHaveLength(2)
  })

  it('is used by openssl for the certificates whose distribution point it names, and for no others', async () => {
    const uri = 'http://crl.example/users.crl'
    const pointed = await intermediate.issue({ cRLDistributionPoints: [uri] })
    const elsewhere = await intermediate.issue({ cRLDistributionPoints: ['http://crl.example/other.crl'] })
    intermediate.revoke(pointed)
    const scope = { distributionPoint: uri, onlyContainsUserCerts: true }
    const crls = [await intermediate.crl({ issuingDistributionPoint: scope })]
    const verdict = (certificate: TestCertificate): string =>
      opensslVerify(certificate, { root, crls }, '-crl_check', '-extended_crl')
    expect(verdict(pointed)).toBe('certificate revoked')
    expect(verdict(elsewhere)).toBe('different CRL scope')
  })

  it('is indirect where another issuer signs it, and names whose certificates it lists', async () => {
    const issuer = await intermediate.issueCrlIssuer({ name: 'CRL Issuer' })
    const uri = 'http://crl.example/indirect.crl'
    const directory = [issuer.certificate.subject]
    const pointed = await intermediate.issue({
      cRLDistributionPoints: [{ distributionPoint: uri, cRLIssuer: { directory } }],
    })
    const indirect = async (entries: CrlOptions['entries'] & object): Promise<string> => {
      const scope = { distributionPoint: uri, indirectCRL: true }
      const crl = await intermediate.crl({ issuer, issuingDistributionPoint: scope, entries })
      const chain = { root, between: [intermediate, issuer], crls: [crl] }
      return opensslVerify(pointed, chain, '-crl_check', '-extended_crl')
    }
    const certificateIssuer = intermediate.certificate.subject
    const { serialNumber } = pointed
    const revocationDate = new Date('2026-01-01T00:00:00Z')
    expect(await indirect([])).toBe('OK')
    expect(await indirect([{ serialNumber, revocationDate, certificateIssuer }])).toBe('certificate revoked')
    expect(await indirect([{ serialNumber, revocationDate, certificateIssuer: 'Another' }])).toBe('OK')
  })
})

describe.skipIf(without.openssl)('a delta', () => {
  it('tells what has changed since its base, releases from hold included', async () => {
    const [held, later] = [await intermediate.issue(), await intermediate.issue()]
    intermediate.revoke(held, { reason: 'certificateHold' })
    intermediate.revoke(leaf, { reason: 'superseded' })
    const base = await intermediate.crl()
    intermediate.revoke(held, { reason: 'removeFromCRL' })
    intermediate.revoke(later, { reason: 'keyCompromise' })
    const lines = await text({ delta: { base: base.number } })
    expect(lines).toContain('X509v3 Delta CRL Indicator: critical')
    expect(following(lines, 'X509v3 Delta CRL Indicator: critical')).toBe(String(base.number))
    expect(lines.filter((line) => /^Serial|^Remove|^Key|^Superseded|^Certificate Hold/.test(line))).toEqual([
      `Serial Number: ${held.certificate.serialNumber}`,
      'Remove From CRL',
      `Serial Number: ${later.certificate.serialNumber}`,
      'Key Compromise',
    ])
  })

  it('of some reasons lists without a reason what was revoked for one of them and is for another (RFC 5280 §5.2.4 (c), (d))', async () => {
    const [held, heldBetween, heldUntold, never] = await Promise.all(
      Array.from({ length: 4 }, () => intermediate.issue()),
    )
    const all = [held, heldBetween, heldUntold, never].map((one) => one ?? leaf)
    const hold = (one: TestCertificate | undefined): void => {
      intermediate.revoke(one ?? leaf, { reason: 'certificateHold' })
    }
    const issuingDistributionPoint = { onlySomeReasons: ['certificateHold'] } as const
    hold(held)
    const base = await intermediate.crl({ issuingDistributionPoint })
    hold(heldBetween)
    await intermediate.crl({ issuingDistributionPoint })
    hold(heldUntold)
    for (const one of all) intermediate.revoke(one, { reason: 'superseded' })
    const lines = await text({ issuingDistributionPoint, delta: { base: base.number } })
    expect(lines.filter((line) => line.startsWith('Serial')).sort()).toEqual(
      all
        .slice(0, 2)
        .map(({ certificate }) => `Serial Number: ${certificate.serialNumber}`)
        .sort(),
    )
    expect(lines.join()).not.toContain('Reason Code')
  })

  it('is used by openssl together with its base', async () => {
    const point = { freshestCRL: ['http://crl.example/delta.crl'] }
    const fresh = await intermediate.issue(point)
    const base = await intermediate.crl(point)
    expect(opensslVerify(fresh, { root, crls: [base] }, '-crl_check', '-use_deltas', '-extended_crl')).toBe('OK')
    intermediate.revoke(fresh)
    const delta = await intermediate.crl({ delta: { base: base.number } })
    const verdict = opensslVerify(fresh, { root, crls: [base, delta] }, '-crl_check', '-use_deltas', '-extended_crl')
    expect(verdict).toBe('certificate revoked')
  })

  it('tells everything where its base was never issued', async () => {
    intermediate.revoke(leaf)
    expect(await text({ delta: { base: 77 } })).toContain(`Serial Number: ${leaf.certificate.serialNumber}`)
  })
})

describe.skipIf(without.openssl)('a wrong CRL', () => {
  const verdict = async (options: CrlOptions): Promise<string> =>
    opensslVerify(leaf, { root, crls: [await intermediate.crl(options)] }, '-crl_check')

  it.each<[string, () => CrlOptions, string]>([
    ['nothing wrong', () => ({}), 'OK'],
    [
      'dates that are past',
      () => ({ thisUpdate: new Date('2026-01-01T00:00:00Z'), nextUpdate: new Date('2026-01-02T00:00:00Z') }),
      'CRL has expired',
    ],
    ['dates to come', () => ({ thisUpdate: new Date('2090-01-01T00:00:00Z') }), 'CRL is not yet valid'],
    ['a broken signature', () => ({ signature: 'broken' }), 'CRL signature failure'],
    ['another issuer’s name', () => ({ issuerName: 'Somebody' }), 'unable to get certificate CRL'],
    [
      'an unknown critical extension',
      () => ({ extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
      'unhandled critical CRL extension',
    ],
    ['no nextUpdate', () => ({ nextUpdate: 'omit' }), 'OK'],
  ])('has %s', async (_, options, expected) => {
    expect(await verdict(options())).toBe(expected)
  })

  it('is signed by another key', async () => {
    expect(await verdict({ signingKey: await generateTestKey() })).toBe('CRL signature failure')
  })

  it('is of version 1, without its number, or with entries nobody has revoked', async () => {
    const first = await text({ version: 1 })
    expect(first).toContain('Version 1 (0x0)')
    expect(first).not.toContain('CRL extensions:')
    expect(await text({ without: ['cRLNumber'] })).not.toContain('X509v3 CRL Number:')
    const entries = [
      {
        serialNumber: -5n,
        revocationDate: new Date('2026-01-01T00:00:00Z'),
        extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(4, 0) }],
      },
    ]
    const lines = await text({ entries })
    expect(lines).toContain('Serial Number: -05')
    expect(lines).toContain('1.2.3.4: critical')
    expect(await text({ timeForm: 'GeneralizedTime' })).toContain('No Revoked Certificates.')
  })
})

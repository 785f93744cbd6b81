// validateCertificate: a path and its revocation in one call, and another path where one is revoked.

import { beforeAll, describe, expect, it } from 'vitest'
import { equalBytes } from '../../src/base/bytes.js'
import { type CryptoProvider, runtimeCrypto } from '../../src/crypto/index.js'
import { parseCertificateList } from '../../src/crl/index.js'
import { createCertificatePool, explain, rfc5280, rfc5280Section6 } from '../../src/path/index.js'
import { type CertificateRequest, type CertificateVerdict, validateCertificate } from '../../src/revocation/index.js'
import type { TestCa, TestCertificate, TestCrl } from '../../src/testkit/index.js'
import { after, answer, DAY } from '../support/ocsp.js'
import { at, rootOf } from '../support/paths.js'
import { listsOf } from '../support/revocation.js'

let root: TestCa
let authority: TestCa
let leaf: TestCertificate
beforeAll(async () => {
  root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority' })
  leaf = await authority.issue()
})

const validate = (
  crls: readonly TestCrl[],
  more: Partial<CertificateRequest> = {},
  check: Partial<CertificateRequest['revocation']> = {},
): Promise<CertificateVerdict> =>
  validateCertificate({
    certificate: leaf.certificate,
    intermediates: [authority.certificate],
    anchors: [root.certificate],
    at,
    revocation: { sources: { crls: listsOf(crls) }, ...check },
    ...more,
  })
const codes = (verdict: CertificateVerdict): readonly string[] =>
  verdict.ok ? [] : [...new Set(verdict.findings.map(({ code }) => code))]
const revoking = (issuer: TestCa, { serialNumber }: TestCertificate): Promise<TestCrl> =>
  issuer.crl({ entries: [{ serialNumber, revocationDate: after(-DAY), reason: 'cACompromise' }] })

describe('validateCertificate', () => {
  it('is valid where the path is and nothing on it is revoked', async () => {
    const verdict = await validate([await root.crl(), await authority.crl()])
    expect(verdict).toMatchObject({ ok: true, notChecked: ['peer-name', 'extended-key-usage'] })
    expect(verdict.revocation?.certificates.map(({ revocation }) => revocation.status)).toEqual(['good', 'good'])
  })

  it.each(['target', 'intermediate'])('refuses where the %s is revoked, and says which and why', async (which) => {
    const lists =
      which === 'target'
        ? [await root.crl(), await revoking(authority, leaf)]
        : [await revoking(root, authority), await authority.crl()]
    const verdict = await validate(lists)
    expect(codes(verdict)).toEqual(['revoked'])
    expect(verdict.revocation?.ok).toBe(false)
    if (verdict.ok) return
    const text = explain(verdict)
    expect(text).toContain('it is revoked at 2026-05-31T00:00:00.000Z (cACompromise), says CRL of CN=')
    expect(text).toContain('replace the certificate')
    const [finding] = verdict.findings
    expect(finding?.certificate?.equals((which === 'target' ? leaf : authority).certificate)).toBe(true)
  })

  it('refuses what is undetermined, by default, and lets it pass by policy', async () => {
    expect(codes(await validate([]))).toEqual(['revocation-undetermined'])
    const soft = await validate([], {}, { policy: 'standard-soft-fail' })
    expect(soft.ok).toBe(true)
    expect(soft.revocation?.certificates.map(({ revocation }) => revocation.status)).toEqual([
      'undetermined',
      'undetermined',
    ])
  })

  it('leaves the authorities to be checked where only the target was', async () => {
    const verdict = await validate([await authority.crl()], {}, { scope: 'target' })
    expect(verdict).toMatchObject({ ok: true, notChecked: expect.arrayContaining(['revocation']) })
  })

  it('asks nobody about a path that is not valid', async () => {
    const crls = { crlsFor: () => Promise.reject(new Error('asked')) }
    const verdict = await validate([], { anchors: [] }, { sources: { crls } })
    expect([verdict.ok, verdict.revocation]).toEqual([false, undefined])
  })

  it('takes what was stapled, in any order', async () => {
    const stapled = [
      await answer({ authority: root, leaf: authority }),
      await answer({ authority, leaf }),
      await answer({ authority, leaf: await authority.issue() }),
    ]
    for (const ocspResponses of [stapled, [...stapled].reverse()]) {
      expect((await validate([], {}, { sources: { ocspResponses } })).ok).toBe(true)
    }
  })

  it('judges revocation by the profile, the provider and the certificates of the path, unless it is told others', async () => {
    const profile = rfc5280Section6
    const numberless = [await root.crl({ without: ['cRLNumber'] }), await authority.crl({ without: ['cRLNumber'] })]
    expect(codes(await validate(numberless))).toEqual(['revocation-undetermined'])
    expect(codes(await validate(numberless, { profile }))).toEqual([])
    expect(codes(await validate(numberless, { profile }, { profile: rfc5280 }))).toEqual(['revocation-undetermined'])

    const lists = [await root.crl(), await authority.crl()]
    const signed = lists.map(({ der }) => parseCertificateList(der).tbsCertList)
    const crypto: CryptoProvider = {
      ...runtimeCrypto,
      verify: (algorithm, key, signature, data) =>
        signed.some((one) => equalBytes(one, data))
          ? 'unsupported'
          : runtimeCrypto.verify(algorithm, key, signature, data),
    }
    expect(codes(await validate(lists, { crypto }))).toEqual(['revocation-undetermined'])
    expect(codes(await validate(lists, { crypto }, { crypto: runtimeCrypto }))).toEqual([])

    const issuer = await root.issueCrlIssuer({ name: 'Authority' })
    const intermediates = [authority.certificate, issuer.certificate]
    const delegated = [await root.crl(), await authority.crl({ issuer })]
    expect(codes(await validate(delegated, { intermediates }))).toEqual([])
    expect(codes(await validate(delegated, { intermediates: createCertificatePool(intermediates) }))).toEqual([])
    expect(codes(await validate(delegated, { intermediates }, { certificates: [] }))).toEqual([
      'revocation-undetermined',
    ])
  })

  it('refuses as undetermined what its responder does not know, and lets it pass by policy', async () => {
    const unknown = { status: () => 'unknown' as const }
    const ocspResponses = [
      await answer({ authority: root, leaf: authority }),
      await answer({ authority, leaf }, unknown),
    ]
    const verdict = await validate([], {}, { sources: { ocspResponses } })
    expect(codes(verdict)).toEqual(['revocation-undetermined'])
    expect(verdict.revocation?.findings.map(({ code }) => code)).toEqual(['revocation-unknown'])
    expect(codes(await validate([], {}, { sources: { ocspResponses }, policy: 'standard-hard-fail' }))).toEqual([])
  })

  it('may judge revocation at another time', async () => {
    const lists = [await root.crl(), await authority.crl()]
    expect(codes(await validate(lists, {}, { at: after(30 * DAY) }))).toEqual(['revocation-undetermined'])
    await expect(validate(lists, { at: new Date(NaN) })).rejects.toThrow(TypeError)
  })
})

describe('validateCertificate finds another path', () => {
  it('where an intermediate is revoked and has been certified by another authority too', async () => {
    const other = await rootOf({ name: 'Other Root' })
    const cross = await other.crossSign(authority)
    const lists = [await revoking(root, authority), await authority.crl(), await other.crl()]
    const intermediates = [authority.certificate, cross.certificate]
    for (const anchors of [
      [root.certificate, other.certificate],
      [other.certificate, root.certificate],
    ]) {
      const verdict = await validate(lists, { intermediates, anchors })
      expect(verdict.ok && verdict.anchor.name.toString()).toBe('CN=Other Root')
      expect(verdict.revocation?.ok).toBe(true)
    }
    const without = await validate(lists, { intermediates, anchors: [root.certificate] })
    expect(codes(without)).toEqual(['revoked'])
  })

  it('and where it has been issued anew, after the old certificate was revoked', async () => {
    const renewed = await root.crossSign(authority)
    const lists = [await revoking(root, authority), await authority.crl()]
    for (const intermediates of [
      [authority.certificate, renewed.certificate],
      [renewed.certificate, authority.certificate],
    ]) {
      const verdict = await validate(lists, { intermediates })
      expect(verdict.ok && verdict.path[1]?.equals(renewed.certificate)).toBe(true)
    }
  })

  it('but none where the target itself is revoked', async () => {
    const other = await rootOf({ name: 'Other Root' })
    const cross = await other.crossSign(authority)
    const lists = [await root.crl(), await revoking(authority, leaf), await other.crl()]
    const intermediates = [authority.certificate, cross.certificate]
    const anchors = [root.certificate, other.certificate]
    const verdict = await validate(lists, { intermediates, anchors })
    expect(codes(verdict)).toEqual(['revoked'])
    expect(verdict.ok ? [] : verdict.attempts).toHaveLength(2)
  })
})

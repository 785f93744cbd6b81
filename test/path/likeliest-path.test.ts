// The path shown where none is valid: it goes by signatures, so that a reader learns what is wrong on the way to an anchor.

import { describe, expect, it } from 'vitest'
import { type PathAttempt, type PathRequest, rfc5280Section6, validatePath } from '../../src/path/index.js'
import type { IssuedCertificate } from '../../src/testkit/index.js'
import type { Certificate } from '../../src/x509/index.js'
import { at, authorities, rootOf } from '../support/paths.js'

/** The path shown for a target that has none, without the target. */
async function shown(
  target: IssuedCertificate,
  intermediates: readonly IssuedCertificate[],
  anchors: readonly IssuedCertificate[],
  question: Partial<PathRequest> = {},
): Promise<{ above: readonly Certificate[]; anchor: Certificate | undefined; codes: readonly string[] }> {
  const certificates = (list: readonly IssuedCertificate[]): readonly Certificate[] =>
    list.map(({ certificate }) => certificate)
  const verdict = await validatePath({
    certificate: target.certificate,
    intermediates: certificates(intermediates),
    anchors: certificates(anchors),
    at,
    ...question,
  })
  if (verdict.ok) throw new TypeError('expected no path')
  const { path, anchor, findings }: PathAttempt = verdict.best
  return { above: path.slice(1), anchor: anchor?.certificate, codes: findings.map(({ code }) => code) }
}

const expired = { notAfter: new Date('2026-05-31T00:00:00Z') }

describe('the path shown where none is valid', () => {
  it('leads to the anchor past what is wrong on the way, and not to a nearer end', async () => {
    const [root, upper = root, lower = root] = await authorities({}, expired, {})
    const target = await lower.issue()
    const untrusted = await (await rootOf({ name: 'Untrusted' })).crossSign(lower)
    for (const pool of [
      [untrusted, lower, upper],
      [upper, lower, untrusted],
    ]) {
      expect(await shown(target, pool, [root])).toEqual({
        above: [lower.certificate, upper.certificate],
        anchor: root.certificate,
        codes: ['expired'],
      })
    }
  })

  it('goes through the issuer that signed, whichever of its name is likelier at first sight', async () => {
    const root = await rootOf({ name: 'Untrusted' })
    const right = await root.issueIntermediate({ name: 'CA', ...expired })
    const wrong = await root.issueIntermediate({ name: 'CA' })
    const target = await right.issue({ without: ['authorityKeyIdentifier'] })
    for (const pool of [
      [wrong, right],
      [right, wrong],
    ]) {
      const { above, codes } = await shown(target, pool, [await rootOf()], { profile: rfc5280Section6 })
      expect(above).toEqual([right.certificate])
      expect(codes).toEqual(['issuer-not-found', 'expired'])
      // Nor does an anchor above both make a path of the one that did not sign.
      const trusted = await shown(target, pool, [root], { profile: rfc5280Section6 })
      expect(trusted).toEqual({ above: [right.certificate], anchor: root.certificate, codes: ['expired'] })
    }
  })

  it('goes through the one with the least against it of issuers of one key', async () => {
    const [worst, worse, bad] = [await rootOf({ name: 'A' }), await rootOf({ name: 'B' }), await rootOf({ name: 'C' })]
    const authority = await worst.issueIntermediate({ name: 'CA', ...expired, keyUsage: ['cRLSign'] })
    const short = await worse.crossSign(authority, { notAfter: new Date('2026-05-30T00:00:00Z') })
    const shorter = await bad.crossSign(authority, { notAfter: new Date('2026-05-29T00:00:00Z') })
    const target = await authority.issue()
    const anchors = [await rootOf()]
    const profile = rfc5280Section6
    expect((await shown(target, [authority, shorter, short], anchors, { profile })).above).toEqual([short.certificate])
    expect((await shown(target, [shorter, authority], anchors, { profile })).above).toEqual([shorter.certificate])
    expect((await shown(target, [authority], anchors, { profile })).above).toEqual([authority.certificate])
    // One with nothing against it comes first.
    const good = await worst.crossSign(authority)
    expect((await shown(target, [authority, shorter, short, good], anchors, { profile })).above).toEqual([
      good.certificate,
    ])
  })

  it('goes through the likeliest where no issuer signed, and one that may have where no more may be verified', async () => {
    const other = await rootOf({ name: 'Other' })
    const wrong = await other.issueIntermediate({ name: 'CA' })
    const later = await other.issueIntermediate({ name: 'CA', ...expired })
    const target = await (await other.issueIntermediate({ name: 'CA' })).issue()
    const anchors = [await rootOf()]
    const none = await shown(target, [later, wrong], anchors)
    expect(none.above).toEqual([wrong.certificate])
    expect(none.codes).toContain('signature-invalid')
    const limits = { signatureChecks: 1 }
    const limited = await shown(target, [later, wrong], anchors, { limits })
    expect(limited.above).toEqual([later.certificate])
    expect(limited.codes).toContain('budget-exceeded')
    const unverified = await shown(await later.issue(), [wrong, later], anchors, { limits })
    expect(unverified.above).toEqual([later.certificate])
    // One that did sign, and is looked at first, comes before one that may have.
    const sooner = await other.issueIntermediate({ name: 'CA', notAfter: new Date('2026-05-30T00:00:00Z') })
    const below = await later.issue({ without: ['authorityKeyIdentifier'] })
    const signed = await shown(below, [sooner, later], anchors, { limits, profile: rfc5280Section6 })
    expect(signed.above).toEqual([later.certificate])
  })

  it('names an anchor of the issuer’s name that did not sign only where nothing else is at hand', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const namesake = await rootOf({ name: 'Intermediate 1' })
    const target = await intermediate.issue()
    expect(await shown(target, [], [namesake])).toMatchObject({
      above: [],
      anchor: namesake.certificate,
      codes: ['signature-invalid'],
    })
    expect(await shown(target, [intermediate], [namesake])).toMatchObject({
      above: [intermediate.certificate],
      anchor: undefined,
      codes: ['issuer-not-found'],
    })
  })

  it('ends at the longest path that is allowed', async () => {
    const [root, ...rest] = await authorities({}, {}, {}, {})
    const target = await (rest.at(-1) ?? root).issue()
    for (const pathLength of [1, 2, 3]) {
      const { above, codes } = await shown(target, rest, [await rootOf()], { limits: { pathLength } })
      expect(above).toHaveLength(pathLength)
      expect(codes).toContain('budget-exceeded')
    }
  })
})

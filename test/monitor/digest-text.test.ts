import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  describeGroup,
  describeNotice,
  groupCopies,
  noticeSeverities,
  plainText,
  severityOf,
  timeLeft,
  utcTime,
} from '../../src/monitor/digest-text.js'
import type { ExpiryLevel } from '../../src/monitor/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import {
  DAY,
  expiryNotice,
  hostileText,
  HOUR,
  noticeSubjectOf,
  noticeTime as at,
  revocationNotice,
} from '../support/notices.js'

const levels: readonly ExpiryLevel[] = ['over-30-days', 'under-30-days', 'under-7-days', 'under-1-day', 'expired']

describe('notices in words', () => {
  it('MON-4 severity rises with each level', () => {
    const ranks = levels.map((level) => noticeSeverities.indexOf(severityOf(expiryNotice({ level }))))
    expect(ranks).toEqual([4, 3, 2, 1, 0])
    expect(severityOf(revocationNotice({ status: 'revoked' }))).toBe('critical')
    expect(severityOf(revocationNotice({ status: 'unknown' }))).toBe('error')
    expect(severityOf(revocationNotice({ status: 'undetermined' }))).toBe('warning')
  })

  it.each([
    [6 * DAY + 5 * HOUR, 'in 6 days'],
    [2 * DAY, 'in 2 days'],
    [2 * DAY - 1000, 'in 47 hours'],
    [DAY, 'in 24 hours'],
    [2 * HOUR - 1000, 'in 119 minutes'],
    [90_000, 'in 90 seconds'],
    [0, 'in 0 seconds'],
    [-1000, '1 second ago'],
    [-3 * DAY, '3 days ago'],
  ])('MON-4 %d ms before the end it says %s', (left, text) => {
    expect(timeLeft(at + left, at)).toBe(text)
  })

  it('MON-4 groups what says the same of the same certificate, in their order, and loses none', () => {
    const of = (key: string, changes: Parameters<typeof expiryNotice>[0] = {}) => expiryNotice({ key, ...changes })
    const trust = { kind: 'trust', purpose: 'tomcat-trust' } as const
    const notices = [
      ...[of('a', trust), of('b', { ...trust, node: 'sub' }), of('c'), of('d', { level: 'expired' })],
      ...[of('e', { sha256: 'cd'.repeat(32) }), revocationNotice({ key: 'f' })],
    ]
    const groups = groupCopies(notices)
    expect(groups.map(({ notice, copies }) => [notice, ...copies].map(({ key }) => key))).toEqual([
      ['c', 'a', 'b'],
      ['d'],
      ['e'],
      ['f'],
    ])
    const [first = expect.fail(), second = expect.fail()] = groups
    expect(describeGroup(first, at).facts).toContainEqual(['Also in', 'tomcat-trust on pub, sub'])
    expect(describeGroup(second, at)).toEqual(describeNotice(second.notice, at))
  })

  it('MON-4 says times in UTC, in the year 9999 too', () => {
    expect(utcTime(Date.UTC(9999, 11, 31, 23, 59, 59))).toBe('9999-12-31 23:59:59 UTC')
    expect(utcTime(Date.UTC(2028, 1, 29))).toBe('2028-02-29 00:00:00 UTC')
  })

  it('MON-4 PUR-11 says what it is, where, when it ends, what to do, and which services restart, as the catalogue has them', () => {
    const text = describeNotice(expiryNotice(), at, unifiedCommunications)
    expect(text.severity).toBe('warning')
    expect(text.headline).toBe('tomcat on pub expires in 6 days')
    expect(text.facts).toEqual([
      ['Certificate', 'CN=pub.example.com,O=Example'],
      ['Description', 'Certificate signed by Example CA'],
      ['Where', 'purpose tomcat, node pub'],
      ['Ends', '2026-11-30 09:30:00 UTC, in 6 days'],
    ])
    expect(text.identifiers).toEqual([
      ['Issued by', 'CN=Example CA'],
      ['Serial number', '0A1B2C'],
      ['SHA-256', 'ab'.repeat(32)],
    ])
    expect(text.whatToDo).toEqual([
      'Generate a request for tomcat on pub, have it signed, and upload the certificate.',
      'Restart Cisco Tomcat on pub.',
      'Restart Cisco CallManager (SIP OAuth mode) on pub.',
      'Stop and start the TFTP service.',
      'Make a backup at the end.',
    ])
  })

  it('REG-4 a self-signed identity is regenerated, with the effects of that', () => {
    const { whatToDo } = describeNotice(
      expiryNotice({ purpose: 'CallManager', issuer: noticeSubjectOf().subject, notAfter: at - DAY, level: 'expired' }),
      at,
      unifiedCommunications,
    )
    expect(whatToDo).toEqual([
      'Regenerate the self-signed certificate of CallManager on pub.',
      'Update the certificate trust list (CTL).',
      'Reset the phones.',
      'Make a backup at the end.',
    ])
  })

  it('MON-6 names the first identities a root takes down, and counts the rest', () => {
    const takesDown = Array.from({ length: 25 }, (_, i) => noticeSubjectOf({ node: `sub${i}` }))
    const text = describeNotice(expiryNotice({ kind: 'trust', purpose: 'tomcat-trust', takesDown }), at)
    expect(text.takesDown).toHaveLength(20)
    expect(text.takesDown[3]).toBe('tomcat on sub3: CN=pub.example.com,O=Example, until 2026-11-30 09:30:00 UTC')
    expect(text.takesDownMore).toBe(5)
    expect(text.whatToDo).toEqual([
      'Upload its successor to tomcat-trust on pub, or delete it if nothing rests on it any more.',
      'Replace the certificates it takes down, or their chains: they end with it.',
    ])
  })

  it('OCS-8 says since when and why a certificate is revoked, and that it must go', () => {
    const text = describeNotice(revocationNotice(), at, unifiedCommunications)
    expect(text.headline).toBe('tomcat on pub is revoked')
    expect(text.facts).toContainEqual(['Revoked since', '2026-11-23 04:30:00 UTC'])
    expect(text.facts).toContainEqual(['Reason', 'keyCompromise'])
    expect(text.facts).toContainEqual(['Found', 'ocsp.example.com says so'])
    expect(text.whatToDo[0]).toMatch(/new key/)
    expect(text.whatToDo).toContain('Restart Cisco Tomcat on pub.')
  })

  it('OCS-8 what could not be found out asks for no new certificate', () => {
    const { headline, whatToDo } = describeNotice(
      revocationNotice({ status: 'undetermined' }),
      at,
      unifiedCommunications,
    )
    expect(headline).toBe('tomcat on pub could not be checked for revocation')
    expect(whatToDo).toEqual(['Find out why there is no answer: meanwhile a revocation would go unnoticed.'])
  })

  it('MON-1 a phone and a purpose no catalogue knows have advice too', () => {
    expect(describeNotice(expiryNotice({ kind: 'endpoint' }), at).whatToDo).toHaveLength(1)
    expect(describeNotice(expiryNotice({ purpose: 'of my own' }), at, unifiedCommunications).whatToDo).toHaveLength(1)
    expect(describeNotice(revocationNotice({ kind: 'trust' }), at).whatToDo[0]).toBe(
      'Delete it from tomcat on pub, and replace what it has issued.',
    )
  })

  it('MON-4 no text holds a control character or a mark that reorders it, whatever values say', () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        const hostile = { node: value, purpose: value, subject: value, issuer: value, description: value }
        const text = describeNotice(revocationNotice({ ...hostile, message: value, reason: value }), at)
        const { headline, facts, whatToDo, identifiers } = text
        const all = [headline, ...facts.flat(), ...whatToDo, ...identifiers.flat()].join('')
        expect(all).not.toMatch(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })

  it('MON-4 cuts long values between characters, and in no time', () => {
    expect(plainText('𝒜'.repeat(301))).toBe(`${'𝒜'.repeat(300)}…`)
    expect(plainText('a'.repeat(300))).toBe('a'.repeat(300))
    expect(plainText('\n'.repeat(10_000_000))).toHaveLength(901)
  })
})

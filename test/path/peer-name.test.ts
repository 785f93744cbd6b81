// Whom a certificate names: RFC 9525, RFC 5280 §4.2.1.6, and RFC 9598 §5 for mailboxes.

import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { getPublicSuffix } from 'tldts'
import { utf8String } from '../../src/der/writer.js'
import { type PeerName, rfc5280Section6 } from '../../src/path/index.js'
import type { CertificateOptions, TestCa } from '../../src/testkit/index.js'
import { type Question, judgeChain, rootOf } from '../support/paths.js'

let root: TestCa
beforeAll(async () => {
  root = await rootOf()
})

async function judge(leaf: CertificateOptions, peerName: PeerName, question: Question = {}): Promise<string> {
  const chain = [root, await root.issue({ name: 'a', ...leaf })]
  // What is wrong with a name in itself is another rule's.
  return (await judgeChain(chain, { profile: rfc5280Section6, peerName, ...question })).join(' ')
}

const mismatch = 'peer-name-mismatch'
const malformed = 'peer-name-malformed'
const dns = (...names: string[]): CertificateOptions => ({ dns: names })
const otherName = (typeId: string, text: string): CertificateOptions => ({
  subjectAltName: { otherName: [{ typeId, value: utf8String(text) }] },
})
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'
const USER_PRINCIPAL_NAME = '1.3.6.1.4.1.311.20.2.3'

const LONGEST = `${'a'.repeat(61)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`

type Row = readonly [leaf: CertificateOptions, peerName: PeerName, outcome: string]

const rows: Readonly<Record<string, readonly Row[]>> = {
  'compares host names without regard to case, whole (RFC 9525 §6.3)': [
    [dns('www.example.com'), { dns: 'www.example.com' }, 'valid'],
    [dns('WWW.example.com'), { dns: 'www.EXAMPLE.com' }, 'valid'],
    [dns('a.test', 'www.example.com'), { dns: 'www.example.com' }, 'valid'],
    [dns('www.example.com'), { dns: 'example.com' }, mismatch],
    [dns('example.com'), { dns: 'www.example.com' }, mismatch],
    [dns('www.example.com.evil.test'), { dns: 'www.example.com' }, mismatch],
    [dns('localhost'), { dns: 'localhost' }, 'valid'],
    // 253 characters are the most there are (RFC 1034 §3.1).
    [dns(LONGEST), { dns: LONGEST }, 'valid'],
    [dns(`a${LONGEST}`), { dns: `a${LONGEST}` }, malformed],
    [{ uri: ['www.example.com'] }, { dns: 'www.example.com' }, mismatch],
    [{ email: ['www.example.com'] }, { dns: 'www.example.com' }, mismatch],
    [dns('xn--bcher-kva.example'), { dns: 'xn--bcher-kva.example' }, 'valid'],
  ],
  'takes a trailing dot of the expected name for none, and one in a certificate for a fault (RFC 9525 §6.3)': [
    [dns('www.example.com'), { dns: 'www.example.com.' }, 'valid'],
    [dns('www.example.com.'), { dns: 'www.example.com' }, mismatch],
    [dns('www.example.com.'), { dns: 'www.example.com.' }, mismatch],
    [dns('www.example.com'), { dns: 'www.example.com..' }, malformed],
  ],
  'lets a wildcard stand for exactly one label, the first (RFC 9525 §6.3)': [
    [dns('*.example.com'), { dns: 'www.example.com' }, 'valid'],
    [dns('*.EXAMPLE.com'), { dns: 'www.example.COM' }, 'valid'],
    [dns('*.example.com'), { dns: 'example.com' }, mismatch],
    [dns('*.example.com'), { dns: 'a.www.example.com' }, mismatch],
    [dns('*.www.example.com'), { dns: 'a.www.example.com' }, 'valid'],
    [dns('w*.example.com'), { dns: 'www.example.com' }, mismatch],
    [dns('*w.example.com'), { dns: 'www.example.com' }, mismatch],
    [dns('w*w.example.com'), { dns: 'www.example.com' }, mismatch],
    [dns('www.*.com'), { dns: 'www.example.com' }, mismatch],
    [dns('*.*.com'), { dns: 'www.example.com' }, mismatch],
    [dns('*'), { dns: 'localhost' }, mismatch],
    [dns('*.'), { dns: 'localhost' }, mismatch],
    [dns('*.example.com\0'), { dns: 'www.example.com' }, mismatch],
  ],
  'reads nothing into odd characters': [
    [dns('www.example.com\0.evil.test'), { dns: 'www.example.com' }, mismatch],
    [dns('www.example.com\0'), { dns: 'www.example.com' }, mismatch],
    [dns(' www.example.com'), { dns: 'www.example.com' }, mismatch],
    [dns('www.example.com\n'), { dns: 'www.example.com' }, mismatch],
    [dns('evil.test, DNS:www.example.com'), { dns: 'www.example.com' }, mismatch],
    [dns(''), { dns: 'www.example.com' }, mismatch],
  ],
  'refuses expected names that are none, so that nothing matches them': [
    [dns(''), { dns: '' }, malformed],
    [dns('.'), { dns: '.' }, malformed],
    [dns('*.example.com'), { dns: '*.example.com' }, malformed],
    [dns('a_b.example.com'), { dns: 'a_b.example.com' }, malformed],
    [dns('-a.example.com'), { dns: '-a.example.com' }, malformed],
    [dns('www.example.com'), { dns: 'https://www.example.com' }, malformed],
    [dns('www.example.com'), { dns: 'www.example.com:443' }, malformed],
    [dns('bank.test'), { dns: 'ban\u212a.test' }, malformed],
    // More than one: which of them would have to be there nobody can tell.
    [dns('www.example.com'), { dns: 'www.example.com', ip: '192.0.2.1' }, malformed],
    [dns('www.example.com'), { dns: 'www.example.com', email: 'x@example.com' }, malformed],
    [dns('www.example.com'), {} as PeerName, malformed],
    [dns('b\u00fccher.test'.replace('\u00fc', 'u')), { dns: 'b\u00fccher.test' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '192.0.2.01' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '192.0.2.1 ' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '3221225985' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '0xc0000201' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '192.0.2' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '192.0.2.1/32' }, malformed],
    [{ ip: ['2001:db8::1'] }, { ip: '[2001:db8::1]' }, malformed],
    [{ ip: ['fe80::1'] }, { ip: 'fe80::1%eth0' }, malformed],
    [{ ip: ['192.0.2.1'] }, { ip: '' }, malformed],
    [{ email: ['a@b.test'] }, { email: 'b.test' }, malformed],
    [{ email: ['a@b.test'] }, { email: 'A <a@b.test>' }, malformed],
    [{ uri: ['https://a.test/'] }, { uri: 'a.test' }, malformed],
    [{ uri: ['https://a.test/'] }, { uri: 'https://192.0.2.1/' }, malformed],
  ],
  'never takes an address for a host name, nor a host name for an address (RFC 9525 §6.4)': [
    [{ ip: ['192.0.2.1'] }, { ip: '192.0.2.1' }, 'valid'],
    [{ ip: ['2001:db8::1'] }, { ip: '2001:DB8:0:0::1' }, 'valid'],
    [{ ip: ['192.0.2.2'] }, { ip: '192.0.2.1' }, mismatch],
    [dns('192.0.2.1'), { ip: '192.0.2.1' }, mismatch],
    [dns('192.0.2.1'), { dns: '192.0.2.1' }, malformed],
    [{ ip: ['192.0.2.1'] }, { dns: '192.0.2.1' }, malformed],
    [dns('*.0.2.1'), { dns: '192.0.2.1' }, malformed],
    [dns('2001:db8::1'), { ip: '2001:db8::1' }, mismatch],
    // Four bytes and sixteen are two addresses, even where one is the other in IPv6's clothes.
    [{ ip: ['::ffff:192.0.2.1'] }, { ip: '192.0.2.1' }, mismatch],
    [{ ip: ['192.0.2.1'] }, { ip: '::ffff:192.0.2.1' }, mismatch],
    [{ ip: ['::ffff:192.0.2.1'] }, { ip: '::ffff:c000:201' }, 'valid'],
    [dns('\xc0\x00\x02\x01'.replace(/[^\0-\x7f]/g, 'a')), { ip: '192.0.2.1' }, mismatch],
  ],
  'never reads the common name (RFC 9525 §2)': [
    [{ name: 'www.example.com', dns: ['a.test'] }, { dns: 'www.example.com' }, mismatch],
    [{ name: 'www.example.com', without: ['subjectAltName'] }, { dns: 'www.example.com' }, mismatch],
    [{ name: '192.0.2.1', without: ['subjectAltName'] }, { ip: '192.0.2.1' }, mismatch],
  ],
  'compares mailboxes: the local part to the letter, the host by case (RFC 5280 §7.5, RFC 9598 §5)': [
    [{ email: ['user@example.com'] }, { email: 'user@example.com' }, 'valid'],
    [{ email: ['user@EXAMPLE.com'] }, { email: 'user@example.COM' }, 'valid'],
    [{ email: ['User@example.com'] }, { email: 'user@example.com' }, mismatch],
    // Quotes that need not be there are none (RFC 5321 §4.1.2).
    [{ email: ['"user"@example.com'] }, { email: 'user@example.com' }, 'valid'],
    [{ email: ['user@example.com'] }, { email: '"user"@example.com' }, 'valid'],
    [{ email: ['"user "@example.com'] }, { email: 'user@example.com' }, mismatch],
    [{ email: ['example.com'] }, { email: 'user@example.com' }, mismatch],
    [{ email: ['*@example.com'] }, { email: 'user@example.com' }, mismatch],
    [{ email: ['user@[IPv6:2001:DB8::1]'] }, { email: 'user@[ipv6:2001:db8::1]' }, 'valid'],
    [{ email: ['user@[192.0.2.1]'] }, { email: 'user@[192.0.2.10]' }, mismatch],
    [otherName(SMTP_UTF8_MAILBOX, '学生@example.com'), { email: '学生@example.com' }, 'valid'],
    // RFC 9598 §5: an SmtpUTF8Mailbox and an rfc822Name never match; §3: one in ASCII is malformed.
    [otherName(SMTP_UTF8_MAILBOX, 'user@example.com'), { email: 'user@example.com' }, mismatch],
    // 64 octets of UTF-8 are 21 of these (RFC 5321 §4.5.3.1.1).
    [
      otherName(SMTP_UTF8_MAILBOX, `${'学'.repeat(21)}@example.com`),
      { email: `${'学'.repeat(21)}@example.com` },
      'valid',
    ],
    [otherName(SMTP_UTF8_MAILBOX, '学生@example.com'), { email: `${'学'.repeat(22)}@example.com` }, malformed],
    [{ email: ['user@example.com'] }, { email: '学生@example.com' }, mismatch],
    // A logon name looks like a mailbox and is none, and constraints on mailboxes do not bind it.
    [otherName(USER_PRINCIPAL_NAME, 'user@example.com'), { email: 'user@example.com' }, mismatch],
    [otherName(USER_PRINCIPAL_NAME, '学生@example.com'), { email: '学生@example.com' }, mismatch],
    [dns('example.com'), { email: 'user@example.com' }, mismatch],
  ],
  'compares URIs by scheme and host (RFC 9525 §6.5)': [
    [{ uri: ['sip:example.com'] }, { uri: 'sip:example.com' }, malformed],
    [{ uri: ['https://a.test/x'] }, { uri: 'HTTPS://A.test:8443/y' }, 'valid'],
    [{ uri: ['http://a.test/'] }, { uri: 'https://a.test/' }, mismatch],
    [{ uri: ['xttps://a.test/'] }, { uri: 'https://a.test/' }, mismatch],
    [{ uri: ['https://a.test@evil.test/'] }, { uri: 'https://a.test/' }, mismatch],
    [{ uri: ['https://evil.test\\@a.test/'] }, { uri: 'https://a.test/' }, mismatch],
    [dns('a.test'), { uri: 'https://a.test/' }, mismatch],
  ],
}

describe('the peer name', () => {
  for (const [sentence, cases] of Object.entries(rows)) {
    it(sentence, async () => {
      const outcomes = await Promise.all(cases.map(([leaf, peerName]) => judge(leaf, peerName)))
      const label = ([leaf, peerName]: Row, outcome: string): string =>
        `${inspect(leaf)} ${inspect(peerName)}: ${outcome}`
      expect(cases.map((row, i) => label(row, outcomes[i] ?? ''))).toEqual(cases.map((row) => label(row, row[2])))
    })
  }

  it('has to be there where one is expected, and is not looked at where none is', async () => {
    const bare: CertificateOptions = { without: ['subjectAltName'] }
    expect(await judge(bare, { dns: 'a.test' })).toBe(mismatch)
    const chain = [root, await root.issue({ name: 'a', ...bare })]
    expect(await judgeChain(chain, { profile: rfc5280Section6 })).toEqual(['valid'])
  })
})

describe('public suffixes', () => {
  const publicSuffixes = {
    isPublicSuffix: (domain: string): boolean => getPublicSuffix(domain, { allowPrivateDomains: true }) === domain,
  }
  const suffixes = { publicSuffixes }

  it('have no wildcards right below them (CA/Browser Forum BR 3.2.2.6)', async () => {
    for (const [name, peer] of [
      ['*.com', 'example.com'],
      ['*.CO.uk', 'example.co.uk'],
      ['*.s3.amazonaws.com', 'a.s3.amazonaws.com'],
    ] as const) {
      expect(await judge(dns(name), { dns: peer }, suffixes), name).toBe('wildcard-public-suffix')
      // RFC 9525 knows no suffixes: whoever passes none accepts them.
      expect(await judge(dns(name), { dns: peer }), name).toBe('valid')
    }
  })

  it('are found to be covered beside whatever is wrong with the expected name', async () => {
    const of = (expected: string): Promise<string> => judge(dns('*.com'), { dns: expected }, suffixes)
    expect(await of('b.example.com')).toBe(`${mismatch} wildcard-public-suffix`)
    expect(await of('b..example')).toBe(`${malformed} wildcard-public-suffix`)
  })

  it('allow wildcards of domains somebody has registered', async () => {
    expect(await judge(dns('*.example.com'), { dns: 'a.example.com' }, suffixes)).toBe('valid')
    expect(await judge(dns('*.example.co.uk'), { dns: 'a.example.co.uk' }, suffixes)).toBe('valid')
  })

  it('are not asked for names of other forms that look like a wildcard', async () => {
    const names = { dns: ['a.example.com'], uri: ['*.com'], email: ['*.com'] }
    expect(await judge(names, { dns: 'a.example.com' }, suffixes)).toBe('valid')
  })

  it('are asked for every wildcard of the target, not only for the one that matches', async () => {
    expect(await judge(dns('a.example.com', '*.com'), { dns: 'a.example.com' }, suffixes)).toBe(
      'wildcard-public-suffix',
    )
  })
})

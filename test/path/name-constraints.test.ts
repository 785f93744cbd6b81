// Name constraints, form by form: RFC 5280 §4.2.1.10 and §6.1.3 (b), (c), RFC 9598 §6 for mailboxes.

import { beforeAll, describe, expect, it } from 'vitest'
import { context, contextConstructed } from '../../src/der/tags.js'
import { element, explicit, integer, sequence, utf8String } from '../../src/der/writer.js'
import { rfc5280, rfc5280Section6 } from '../../src/path/index.js'
import type { AuthorityOptions, CertificateOptions, TestCa, TestGeneralNames } from '../../src/testkit/index.js'
import { authorities, judgeChain, rootOf, validateChain } from '../support/paths.js'

// What is wrong with a name in itself is another rule's; here only constraints speak.
const question = { profile: rfc5280Section6 }

let root: TestCa
beforeAll(async () => {
  root = await rootOf()
})

interface Constraints {
  readonly permitted?: TestGeneralNames
  readonly excluded?: TestGeneralNames
}

async function judge(nameConstraints: Constraints, leaf: CertificateOptions): Promise<string> {
  const authority = await root.issueIntermediate({ nameConstraints })
  const codes = await judgeChain([root, authority, await authority.issue(leaf)], question)
  return codes.join(' ')
}

const violated = 'name-constraint-violated'
const unsupported = 'name-constraint-unsupported'
const malformed = 'name-constraint-malformed'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'
const USER_PRINCIPAL_NAME = '1.3.6.1.4.1.311.20.2.3'
const utf8Mailbox = (text: string): CertificateOptions => ({
  subjectAltName: { otherName: [{ typeId: SMTP_UTF8_MAILBOX, value: utf8String(text) }] },
})
const uri = (text: string): CertificateOptions => ({ uri: [text] })

type Row = readonly [constraints: Constraints, leaf: CertificateOptions, outcome: string]

const rows: Readonly<Record<string, readonly Row[]>> = {
  'of DNS names hold the name and all below it, whatever the case': [
    [{ permitted: { dns: ['example.com'] } }, { dns: ['example.com'] }, 'valid'],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['a.b.EXAMPLE.com'] }, 'valid'],
    [{ permitted: { dns: ['Example.COM'] } }, { dns: ['www.example.com'] }, 'valid'],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['badexample.com'] }, violated],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['example.com.evil.test'] }, violated],
    [{ permitted: { dns: ['www.example.com'] } }, { dns: ['example.com'] }, violated],
    [{ excluded: { dns: ['example.com'] } }, { dns: ['www.example.com'] }, violated],
    [{ excluded: { dns: ['example.com'] } }, { dns: ['badexample.com'] }, 'valid'],
    [{ excluded: { dns: ['www.example.com'] } }, { dns: ['example.com'] }, 'valid'],
  ],
  'of DNS names hold for every name: one good name admits no other': [
    [{ permitted: { dns: ['example.com'] } }, { dns: ['www.example.com', 'evil.test'] }, violated],
    [{ excluded: { dns: ['evil.test'] } }, { dns: ['www.example.com', 'evil.test'] }, violated],
    [{ permitted: { dns: ['example.com', 'evil.test'] } }, { dns: ['www.example.com', 'evil.test'] }, 'valid'],
    [
      { permitted: { dns: ['example.com'] }, excluded: { dns: ['a.example.com'] } },
      { dns: ['a.example.com'] },
      violated,
    ],
    [
      { permitted: { dns: ['example.com'] }, excluded: { dns: ['a.example.com'] } },
      { dns: ['b.example.com'] },
      'valid',
    ],
  ],
  'of DNS names that are empty hold every DNS name': [
    [{ permitted: { dns: [''] } }, { dns: ['example.com'] }, 'valid'],
    [{ excluded: { dns: [''] } }, { dns: ['example.com'] }, violated],
    [{ excluded: { dns: [''] } }, { ip: ['192.0.2.1'] }, 'valid'],
  ],
  'see in a wildcard each name one label below it': [
    [{ permitted: { dns: ['example.com'] } }, { dns: ['*.example.com'] }, 'valid'],
    [{ permitted: { dns: ['a.example.com'] } }, { dns: ['*.a.example.com'] }, 'valid'],
    [{ permitted: { dns: ['a.example.com'] } }, { dns: ['*.example.com'] }, violated],
    [{ excluded: { dns: ['a.example.com'] } }, { dns: ['*.example.com'] }, violated],
    [{ excluded: { dns: ['example.com'] } }, { dns: ['*.example.com'] }, violated],
    [{ excluded: { dns: ['com'] } }, { dns: ['*.example.com'] }, violated],
    // It stands for one label only, and never for a name two labels below.
    [{ excluded: { dns: ['b.a.example.com'] } }, { dns: ['*.example.com'] }, 'valid'],
    [{ excluded: { dns: ['other.test'] } }, { dns: ['*.example.com'] }, 'valid'],
  ],
  'refuse names that no rule of their form can place': [
    [{ permitted: { dns: ['example.com'] } }, { dns: ['.example.com'] }, unsupported],
    [{ excluded: { dns: ['evil.test'] } }, { dns: ['www.evil.test.'] }, unsupported],
    [{ excluded: { dns: ['evil.test'] } }, { dns: ['evil.test\0.example.com'] }, unsupported],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['*a.example.com'] }, unsupported],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['a.*.example.com'] }, unsupported],
    [{ permitted: { dns: ['example.com'] } }, { dns: [''] }, unsupported],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['192.0.2.1'] }, unsupported],
    [{ permitted: { dns: ['example.com'] } }, { dns: ['evil.test\n.example.com'] }, unsupported],
    // Without constraints of the form nobody has to place them.
    [{ permitted: { ip: ['0.0.0.0/0'] } }, { dns: ['.example.com'] }, 'valid'],
  ],
  'of a form leave names of other forms alone': [
    [{ permitted: { dns: ['example.com'] } }, { ip: ['192.0.2.1'] }, 'valid'],
    [{ permitted: { email: ['example.com'] } }, { dns: ['evil.test'] }, 'valid'],
    [{ permitted: { uri: ['example.com'] } }, { dns: ['evil.test'] }, 'valid'],
    [{ permitted: { ip: ['192.0.2.0/24'] } }, { dns: ['192.0.2.77.evil.test'] }, 'valid'],
  ],
  'of mailboxes hold a mailbox, a host, or the hosts of a domain': [
    [{ permitted: { email: ['root@example.com'] } }, { email: ['root@example.com'] }, 'valid'],
    [{ permitted: { email: ['root@example.com'] } }, { email: ['root@EXAMPLE.com'] }, 'valid'],
    [{ permitted: { email: ['root@example.com'] } }, { email: ['Root@example.com'] }, violated],
    [{ permitted: { email: ['root@example.com'] } }, { email: ['other@example.com'] }, violated],
    [{ permitted: { email: ['example.com'] } }, { email: ['anyone@example.com'] }, 'valid'],
    [{ permitted: { email: ['Example.COM'] } }, { email: ['anyone@example.com'] }, 'valid'],
    [{ excluded: { email: ['.Example.COM'] } }, { email: ['anyone@mail.example.com'] }, violated],
    [{ excluded: { uri: ['Example.COM'] } }, uri('https://example.com/'), violated],
    [{ permitted: { email: ['example.com'] } }, { email: ['anyone@mail.example.com'] }, violated],
    [{ permitted: { email: ['.example.com'] } }, { email: ['anyone@mail.example.com'] }, 'valid'],
    [{ permitted: { email: ['.example.com'] } }, { email: ['anyone@a.mail.example.com'] }, 'valid'],
    [{ permitted: { email: ['.example.com'] } }, { email: ['anyone@example.com'] }, violated],
    [{ excluded: { email: ['.example.com'] } }, { email: ['anyone@mail.example.com'] }, violated],
    [{ excluded: { email: ['.example.com'] } }, { email: ['anyone@badexample.com'] }, 'valid'],
    [{ excluded: { email: ['example.com'] } }, { email: ['anyone@mail.example.com'] }, 'valid'],
    // A mailbox at an address: in no host and no domain (RFC 5321 §4.1.3).
    [{ permitted: { email: ['example.com'] } }, { email: ['a@[192.0.2.1]'] }, violated],
    [{ permitted: { email: ['.example.com'] } }, { email: ['a@[192.0.2.1]'] }, violated],
    [{ excluded: { email: ['example.com'] } }, { email: ['a@[192.0.2.1]'] }, 'valid'],
    [{ excluded: { email: ['a@[192.0.2.1]'] } }, { email: ['a@[192.0.2.1]'] }, violated],
    [{ excluded: { email: [''] } }, { email: ['a@[192.0.2.1]'] }, violated],
    [{ permitted: { email: [''] } }, { email: ['a@b.test'] }, 'valid'],
    [{ excluded: { email: [''] } }, { email: ['a@b.test'] }, violated],
    // An asterisk is a letter like others.
    [{ permitted: { email: ['*@example.com'] } }, { email: ['user@example.com'] }, violated],
    [{ permitted: { email: ['*@example.com'] } }, { email: ['*@example.com'] }, 'valid'],
    // Quotes and escapes that need not be there are none (RFC 5321 §4.1.2): an exclusion is not evaded by them.
    [{ excluded: { email: ['a.b@example.com'] } }, { email: ['"a.b"@example.com'] }, violated],
    [{ excluded: { email: ['a.b@example.com'] } }, { email: ['"a\\.\\b"@example.com'] }, violated],
    [{ excluded: { email: ['"a.b"@example.com'] } }, { email: ['a.b@example.com'] }, violated],
    [{ excluded: { email: ['"a b"@example.com'] } }, { email: ['"a\\ b"@example.com'] }, violated],
    [{ excluded: { email: ['"a\\"b"@example.com'] } }, { email: ['"a\\"\\b"@example.com'] }, violated],
    [{ permitted: { email: ['a@example.com'] } }, { email: ['"a"@example.com'] }, 'valid'],
    [{ permitted: { email: ['a@example.com'] } }, { email: ['"A"@example.com'] }, violated],
    // Those that must be there stay: these are other mailboxes.
    [{ permitted: { email: ['a@example.com'] } }, { email: ['""@example.com'] }, violated],
    [{ permitted: { email: ['a@example.com'] } }, { email: ['"a."@example.com'] }, violated],
    [{ permitted: { email: ['a@example.com'] } }, { email: ['"a\\""@example.com'] }, violated],
    // The host stands behind the last @; a quoted one belongs to the local part.
    [{ permitted: { email: ['example.com'] } }, { email: ['"a@example.com"@evil.test'] }, violated],
    [{ permitted: { email: ['example.com'] } }, { email: ['"a@evil.test"@example.com'] }, 'valid'],
    [{ permitted: { email: ['example.com'] } }, { email: ['a@evil.test@example.com'] }, unsupported],
    [{ permitted: { email: ['example.com'] } }, { email: ['Name <a@example.com>'] }, unsupported],
    [{ excluded: { email: ['evil.test'] } }, { email: ['a@evil.test\0'] }, unsupported],
    [{ excluded: { email: ['evil.test'] } }, { email: ['a@evil.test.'] }, unsupported],
    [{ excluded: { email: ['evil.test'] } }, { email: ['evil.test'] }, unsupported],
  ],
  'of mailboxes hold internationalised ones too (RFC 9598 §6)': [
    [{ permitted: { email: ['school.example.com'] } }, utf8Mailbox('学生@school.example.com'), 'valid'],
    [{ permitted: { email: ['school.example.com'] } }, utf8Mailbox('学生@evil.test'), violated],
    [{ excluded: { email: ['.example.com'] } }, utf8Mailbox('学生@school.example.com'), violated],
    [{ permitted: { email: ['xn--pss25c.example.com'] } }, utf8Mailbox('医生@xn--pss25c.example.com'), 'valid'],
    // §6 compares hosts alone. A permitted mailbox stays that one all the same.
    [{ excluded: { email: ['root@example.com'] } }, utf8Mailbox('学生@example.com'), violated],
    [{ excluded: { email: ['root@example.com'] } }, utf8Mailbox('学生@www.example.com'), 'valid'],
    [{ permitted: { email: ['root@example.com'] } }, utf8Mailbox('学生@example.com'), violated],
    [{ excluded: { email: ['root@example.com'] } }, { email: ['user@example.com'] }, 'valid'],
    // §3: a local part in ASCII belongs in rfc822Name, and a U-label nowhere.
    [{ excluded: { email: ['root@example.com'] } }, utf8Mailbox('root@example.com'), unsupported],
    [{ permitted: { email: ['example.com'] } }, utf8Mailbox('root@example.com'), unsupported],
    [{ permitted: { email: ['example.com'] } }, utf8Mailbox('学生@大学.example.com'), unsupported],
    // Lower case would make the Kelvin sign a k.
    [{ permitted: { email: ['bank.test'] } }, utf8Mailbox('学生@ban\u212a.test'), unsupported],
    [{ permitted: { dns: ['example.com'] } }, utf8Mailbox('学生@evil.test'), 'valid'],
  ],
  'of URIs hold a host, or the hosts of a domain': [
    [{ permitted: { uri: ['example.com'] } }, uri('https://example.com/path'), 'valid'],
    [{ permitted: { uri: ['example.com'] } }, uri('https://www.example.com/'), violated],
    [{ permitted: { uri: ['.example.com'] } }, uri('https://www.example.com/'), 'valid'],
    [{ permitted: { uri: ['.example.com'] } }, uri('https://example.com/'), violated],
    [{ excluded: { uri: ['.example.com'] } }, uri('ftp://a.b.example.com:21/'), violated],
    [{ permitted: { uri: ['example.com'] } }, uri('https://user:secret@EXAMPLE.com:443?q#f'), 'valid'],
    [{ permitted: { uri: ['good.test'] } }, uri('https://good.test@evil.test/'), violated],
    [{ permitted: { uri: ['good.test'] } }, uri('https://evil.test/@good.test/'), violated],
    [{ permitted: { uri: ['good.test'] } }, uri('https://evil.test?@good.test/'), violated],
    [{ permitted: { uri: ['good.test'] } }, uri('https://evil.test#@good.test/'), violated],
    // Browsers read a backslash as the end of the authority, and two @ are none of RFC 3986.
    [{ permitted: { uri: ['good.test'] } }, uri('https://evil.test\\@good.test/'), unsupported],
    [{ permitted: { uri: ['good.test'] } }, uri('https://a@evil.test@good.test/'), unsupported],
    [{ permitted: { uri: ['good.test'] } }, uri('https://evil.test\t@good.test/'), unsupported],
    // §4.2.1.10: no authority, or an address in place of a host name: MUST reject.
    [{ permitted: { uri: ['example.com'] } }, uri('urn:example:com'), unsupported],
    [{ permitted: { uri: ['example.com'] } }, uri('mailto:a@example.com'), unsupported],
    [{ permitted: { uri: ['example.com'] } }, uri('https://192.0.2.1/'), unsupported],
    [{ permitted: { uri: ['example.com'] } }, uri('https://[2001:db8::1]/'), unsupported],
    [{ excluded: { uri: ['example.com'] } }, uri('https:///path'), unsupported],
    [{ permitted: { uri: ['example.com'] } }, uri('//example.com/'), unsupported],
    [{ excluded: { uri: ['evil.test'] } }, uri('https://%65vil.test/'), unsupported],
  ],
  'of addresses hold ranges of their own family': [
    [{ permitted: { ip: ['192.0.2.0/24'] } }, { ip: ['192.0.2.255'] }, 'valid'],
    [{ permitted: { ip: ['192.0.2.0/24'] } }, { ip: ['192.0.3.0'] }, violated],
    [{ permitted: { ip: ['192.0.2.0/25'] } }, { ip: ['192.0.2.128'] }, violated],
    [{ permitted: { ip: ['192.0.2.77/24'] } }, { ip: ['192.0.2.1'] }, 'valid'],
    [{ excluded: { ip: ['192.0.2.0/24'] } }, { ip: ['192.0.2.9'] }, violated],
    [{ excluded: { ip: ['0.0.0.0/0'] } }, { ip: ['192.0.2.9'] }, violated],
    [{ excluded: { ip: ['0.0.0.0/0'] } }, { ip: ['2001:db8::1'] }, 'valid'],
    [{ permitted: { ip: ['2001:db8::/32'] } }, { ip: ['2001:db8:ffff::1'] }, 'valid'],
    [{ permitted: { ip: ['2001:db8::/32'] } }, { ip: ['2001:db9::1'] }, violated],
    [{ permitted: { ip: ['192.0.2.0/24'] } }, { ip: ['2001:db8::1'] }, violated],
    // An IPv4 address in IPv6's clothes is an IPv6 address, in no range of IPv4, and matches no IPv4 peer.
    [{ permitted: { ip: ['192.0.2.0/24'] } }, { ip: ['::ffff:192.0.2.1'] }, violated],
    [{ excluded: { ip: ['192.0.2.0/24'] } }, { ip: ['::ffff:192.0.2.1'] }, 'valid'],
    [{ permitted: { ip: ['192.0.2.1/32'] } }, { ip: ['192.0.2.1', '192.0.2.2'] }, violated],
  ],
  'of directory names hold the names that begin with theirs': [
    [
      { permitted: { directory: [{ country: 'US', organization: 'Example' }] } },
      { name: { country: 'US', organization: 'Example', commonName: 'a' }, dns: ['a.test'] },
      'valid',
    ],
    [
      { permitted: { directory: [{ country: 'US', organization: 'Example' }] } },
      { name: { country: 'us', organization: ' EXAMPLE ', commonName: 'a' }, dns: ['a.test'] },
      'valid',
    ],
    [
      { permitted: { directory: [{ country: 'US', organization: 'Example' }] } },
      { name: { country: 'US', organization: 'Example2', commonName: 'a' }, dns: ['a.test'] },
      violated,
    ],
    [
      { permitted: { directory: [{ country: 'US', organization: 'Example' }] } },
      { name: { organization: 'Example', commonName: 'a' }, dns: ['a.test'] },
      violated,
    ],
    [
      { permitted: { directory: [{ country: 'US', organization: 'Example' }] } },
      { name: { country: 'US' }, dns: ['a.test'] },
      violated,
    ],
    [
      { excluded: { directory: [{ country: 'US' }] } },
      { name: { country: 'US', commonName: 'a' }, dns: ['a.test'] },
      violated,
    ],
    [
      { excluded: { directory: [{ country: 'US' }] } },
      { name: { country: 'DE', commonName: 'a' }, dns: ['a.test'] },
      'valid',
    ],
    [{ excluded: { directory: [''] } }, { name: 'a', dns: ['a.test'] }, violated],
    [{ permitted: { directory: [''] } }, { name: 'a', dns: ['a.test'] }, 'valid'],
    // A level is a set of attributes, whole: one with an attribute more is another.
    [
      { permitted: { directory: ['a'] } },
      {
        name: [
          [
            { type: 'commonName', value: 'a' },
            { type: 'serialNumber', value: 'b' },
          ],
        ],
        dns: ['a.test'],
      },
      violated,
    ],
    [{ permitted: { directory: ['a'] } }, { name: 'a,O=b', dns: ['a.test'] }, violated],
    // An empty subject is no name; alternative names of the form are names too.
    [{ permitted: { directory: ['a'] } }, { name: '', dns: ['a.test'] }, 'valid'],
    [{ permitted: { directory: ['a'] } }, { name: 'a', subjectAltName: { directory: ['b'] } }, violated],
    [{ excluded: { directory: ['b'] } }, { name: 'a', subjectAltName: { directory: ['b'] } }, violated],
    [{ permitted: { directory: ['a', 'b'] } }, { name: 'a', subjectAltName: { directory: ['b'] } }, 'valid'],
  ],
  'of forms without rules refuse names of the form': [
    [
      { excluded: { otherName: [{ typeId: '1.2.3', value: utf8String('x') }] } },
      { subjectAltName: { otherName: [{ typeId: '1.2.4', value: utf8String('y') }] } },
      unsupported,
    ],
    [{ permitted: { registeredId: ['1.2.3'] } }, { subjectAltName: { registeredId: ['1.2.3'] } }, unsupported],
    [
      { permitted: { raw: [element(contextConstructed(3))] } },
      { subjectAltName: { raw: [element(contextConstructed(3))] } },
      unsupported,
    ],
    [
      { permitted: { raw: [element(contextConstructed(5), explicit(1, utf8String('p')))] } },
      { subjectAltName: { raw: [element(contextConstructed(5), explicit(1, utf8String('p')))] } },
      unsupported,
    ],
    [{ excluded: { otherName: [{ typeId: '1.2.3', value: utf8String('x') }] } }, { dns: ['a.test'] }, 'valid'],
    [
      { permitted: { email: ['example.com'] } },
      { subjectAltName: { otherName: [{ typeId: USER_PRINCIPAL_NAME, value: utf8String('a@evil.test') }] } },
      'valid',
    ],
  ],
}

describe('name constraints', () => {
  for (const [sentence, cases] of Object.entries(rows)) {
    it(`${sentence} (RFC 5280 §4.2.1.10)`, async () => {
      const outcomes = await Promise.all(cases.map(([constraints, leaf]) => judge(constraints, leaf)))
      const label = ([constraints, leaf]: Row, outcome: string): string =>
        `${JSON.stringify(constraints)} ${JSON.stringify(leaf)}: ${outcome}`
      expect(cases.map((row, i) => label(row, outcomes[i] ?? ''))).toEqual(cases.map((row) => label(row, row[2])))
    })
  }

  it('that are malformed refuse whatever stands below (RFC 5280 §4.2.1.10)', async () => {
    const constraints: readonly Constraints[] = [
      { permitted: { dns: ['.example.com'] } },
      { excluded: { dns: ['*.example.com'] } },
      { permitted: { dns: ['exa mple.com'] } },
      { permitted: { email: ['a@b@example.com'] } },
      { permitted: { email: ['exam_ple.com'] } },
      { permitted: { email: ['-example.com'] } },
      { permitted: { uri: ['.-example.com'] } },
      { excluded: { uri: ['https://example.com'] } },
      { permitted: { ip: ['192.0.2.0/255.0.255.0'] } },
      { permitted: { ip: ['2001:db8::/ffff::ffff'] } },
    ]
    const outcomes = await Promise.all(constraints.map((one) => judge(one, { dns: ['other.example'] })))
    expect(outcomes.every((codes) => codes.split(' ').includes(malformed))).toBe(true)
  })

  it('with a minimum or maximum refuse: nobody processes them (RFC 5280 §4.2.1.10)', async () => {
    const subtree = (...bounds: Uint8Array[]): Uint8Array =>
      sequence(element(contextConstructed(0), sequence(element(context(2), ascii('example.com')), ...bounds)))
    for (const bound of [integer(1, context(0)), integer(0, context(1)), integer(9, context(1))]) {
      const authority = await root.issueIntermediate({ replace: { nameConstraints: subtree(bound) } })
      const leaf = await authority.issue({ dns: ['www.example.com'] })
      expect(await judgeChain([root, authority, leaf], question)).toEqual([malformed])
    }
  })

  it('intersect what is permitted and unite what is excluded on the way down (RFC 5280 §6.1.4 (g))', async () => {
    const judgeTwo = async (upper: Constraints, lower: Constraints, dns: readonly string[]): Promise<string> => {
      const chain = await authorities({}, { nameConstraints: upper }, { nameConstraints: lower })
      return (await judgeChain([...chain, await (chain[2] ?? chain[0]).issue({ dns })], question)).join(' ')
    }
    const [a, b, both] = ['a.test', 'b.test', 'a.test,b.test'].map((text) => ({ permitted: { dns: text.split(',') } }))
    expect(await judgeTwo(both ?? {}, a ?? {}, ['a.test'])).toBe('valid')
    expect(await judgeTwo(both ?? {}, a ?? {}, ['b.test'])).toBe(violated)
    expect(await judgeTwo(a ?? {}, both ?? {}, ['b.test'])).toBe(violated)
    expect(await judgeTwo(a ?? {}, b ?? {}, ['a.test'])).toBe(violated)
    expect(await judgeTwo({ excluded: { dns: ['a.test'] } }, { permitted: { dns: ['a.test'] } }, ['a.test'])).toBe(
      violated,
    )
    expect(await judgeTwo({ excluded: { dns: ['a.test'] } }, { excluded: { dns: ['b.test'] } }, ['c.test'])).toBe(
      'valid',
    )
  })

  it('bind the names of intermediates too, and not those of the constraining certificate (RFC 5280 §6.1.3 (b))', async () => {
    const [top, constrained] = await authorities({}, { nameConstraints: { permitted: { directory: ['Below'] } } })
    const below = await (constrained ?? top).issueIntermediate({ name: 'Below' })
    const other = await (constrained ?? top).issueIntermediate({ name: 'Other' })
    const issue = async (ca: TestCa): Promise<readonly string[]> =>
      judgeChain([top, constrained ?? top, ca, await ca.issue({ name: 'Below', dns: ['a.test'] })], question)
    expect(await issue(below)).toEqual(['valid'])
    expect(await issue(other)).toEqual([violated])
  })

  it('apply to emailAddress of the subject only where there is no subjectAltName (RFC 5280 §4.2.1.10)', async () => {
    const name = [
      { type: 'emailAddress', value: 'a@evil.test', stringType: 'IA5String' as const },
      { type: 'commonName', value: 'a' },
    ]
    const constraints = { permitted: { email: ['example.com'] } }
    expect(await judge(constraints, { name, without: ['subjectAltName'] })).toBe(violated)
    expect(await judge(constraints, { name, dns: ['a.test'] })).toBe('valid')
    const excluded = { excluded: { email: ['evil.test'] } }
    expect(await judge(excluded, { name, without: ['subjectAltName'] })).toBe(violated)
    const odd = [{ type: 'emailAddress', value: 'evil.test', stringType: 'IA5String' as const }]
    expect(await judge(excluded, { name: odd, without: ['subjectAltName'] })).toBe(unsupported)
  })

  it('spare self-issued certificates, but never the target (RFC 5280 §6.1.3 (b), (c))', async () => {
    const nameConstraints = { permitted: { dns: ['example.com'] } }
    const [top, constrained = top] = await authorities({}, { name: 'Constrained', nameConstraints })
    const selfIssued: AuthorityOptions = { name: 'Constrained', dns: ['evil.test'] }
    const renewed = await constrained.issueIntermediate(selfIssued)
    const good = await renewed.issue({ dns: ['www.example.com'] })
    const bad = await renewed.issue({ dns: ['evil.test'] })
    expect(await judgeChain([top, constrained, renewed, good], question)).toEqual(['valid'])
    expect(await judgeChain([top, constrained, renewed, bad], question)).toEqual([violated])
    expect(await judgeChain([top, constrained, renewed], question)).toEqual([violated])
  })

  it('of an anchor bind the path where the profile counts them (RFC 5937 §3.2)', async () => {
    const constrained = await rootOf({ nameConstraints: { permitted: { dns: ['example.com'] } } })
    const chain = [constrained, await constrained.issue({ dns: ['evil.test'] })]
    expect(await judgeChain(chain, { profile: rfc5280 })).toEqual([violated])
    expect(await judgeChain(chain, { profile: rfc5280Section6 })).toEqual(['valid'])
    expect(await judgeChain(chain, { profile: { ...rfc5280Section6, anchorConstraints: 'apply' } })).toEqual([violated])
  })

  it('of an anchor that cannot be read refuse where the profile counts them', async () => {
    const profile = { ...rfc5280Section6, anchorConstraints: 'apply' } as const
    const unreadable = await rootOf({ replace: { nameConstraints: Uint8Array.of(5, 0) } })
    expect(await judgeChain([unreadable, await unreadable.issue()], { profile })).toEqual(['malformed'])
    const senseless = await rootOf({ nameConstraints: { permitted: { dns: ['.example'] } } })
    expect(await judgeChain([senseless, await senseless.issue()], { profile })).toContain(malformed)
  })

  it('name the name, the constraining certificate and the rule in the finding', async () => {
    const authority = await root.issueIntermediate({
      name: 'Narrow',
      nameConstraints: { excluded: { dns: ['evil.test'] } },
    })
    const verdict = await validateChain([root, authority, await authority.issue({ name: 'x', dns: ['a.evil.test'] })])
    expect(verdict.ok ? [] : verdict.findings).toMatchObject([
      {
        code: violated,
        message: 'dNSName "a.evil.test" lies in an excluded subtree of the constraints of CN=Narrow',
        rule: 'RFC 5280 §6.1.3 (b), (c)',
      },
    ])
    expect(verdict.ok ? '' : verdict.findings[0]?.subject.toString()).toBe('CN=x')
  })

  it.each<[string, CertificateOptions, string]>([
    ['no mailbox', { email: ['nobody'] }, 'rfc822Name "nobody"'],
    ['a mailbox in ASCII', utf8Mailbox('root@example.com'), 'otherName "root@example.com"'],
    [
      'a mailbox that is no string',
      { subjectAltName: { otherName: [{ typeId: '1.2.3', value: integer(1) }] } },
      'otherName "1.2.3"',
    ],
  ])('name what cannot be compared: %s', async (_, leaf, text) => {
    const nameConstraints = {
      permitted: { email: ['example.com'], otherName: [{ typeId: '1.2.3', value: integer(1) }] },
    }
    const authority = await root.issueIntermediate({ name: 'Narrow', nameConstraints })
    const verdict = await validateChain([root, authority, await authority.issue(leaf)], question)
    expect(verdict.ok ? [] : verdict.findings).toMatchObject([
      { code: unsupported, message: `${text} cannot be held against the subtrees of the constraints of CN=Narrow` },
    ])
  })
})

// Mailboxes and URIs of subjectAltName: what is written, and what is refused.

import { describe, expect, it } from 'vitest'
import { alternativeNameFaults } from '../../src/authoring/alternative-names.js'

describe('mailboxes and URIs', () => {
  const faults = (names: Parameters<typeof alternativeNameFaults>[0]): readonly string[] =>
    alternativeNameFaults(names, 'refused')

  it('accepts mailboxes in ASCII at host names, and nothing else', () => {
    expect(faults({ email: ['ops@example.com', "o'hara+x.y@mail.example.com", 'root@localhost'] })).toEqual([])
    const bad = [
      'nobody',
      '@host.test',
      'a@',
      '.a@b.test',
      'a..b@c.test',
      'a@-b.test',
      'a@b..test',
      'a@1.2.3.4',
      'é@b.test',
      'a b@c.test',
      `${'a'.repeat(65)}@b.test`,
    ]
    expect(faults({ email: bad })).toHaveLength(bad.length)
  })

  it('accepts absolute URIs in ASCII with a host where there is an authority, and nothing else', () => {
    const good = [
      'sip:ops@example.com',
      'https://example.com/a?b=c#d',
      'urn:uuid:0',
      'ldap://[::1]:389/dc=a%20b',
      'spiffe://trust.test/x',
    ]
    expect(faults({ uri: good })).toEqual([])
    const bad = [
      'example.com',
      '//host/x',
      'http://',
      'http:///x',
      'http://?',
      'a:',
      'a:<b>',
      'a:"',
      'a:%zz',
      'a:b c',
      'a:é',
      '1a:b',
    ]
    expect(faults({ uri: bad })).toHaveLength(bad.length)
  })

  it('CSR-1 refuses names that are not where they are looked for, as JavaScript may give them', () => {
    const asGiven = (names: object): readonly string[] => faults(names)
    expect(asGiven({ dnsNames: ['example.com'] })).toEqual([
      'subjectAltNames.dnsNames is none of dns, ip, email and uri',
    ])
    expect(asGiven(Object.assign({}, ['example.com']))).toEqual(['subjectAltNames.0 is none of dns, ip, email and uri'])
    expect(asGiven({ dns: ['example.com'], ip: undefined })).toEqual([])
  })
})

// One general name as people read it: its form, its value, and nothing that could pass for another name.

import { describe, expect, it } from 'vitest'
import { DerReader } from '../../src/der/reader.js'
import { context, contextConstructed } from '../../src/der/tags.js'
import { element, integer, nullValue, objectIdentifier, sequence, utf8String } from '../../src/der/writer.js'
import { type GeneralName, formatGeneralName } from '../../src/x509/index.js'
import { type GeneralNameUse, readGeneralName } from '../../src/x509/general-name.js'
import { hex, name } from '../support/make-certificate.js'
import { parseErrorOf } from '../support/parse-error.js'

const read = (der: Uint8Array, use?: GeneralNameUse): GeneralName => readGeneralName(new DerReader(der, 'name'), use)
const text = (tag: number, value: string): Uint8Array => element(tag, new TextEncoder().encode(value))
const otherName = (typeId: string, ...value: Uint8Array[]): Uint8Array =>
  element(contextConstructed(0), objectIdentifier(typeId), element(contextConstructed(0), ...value))
const mailbox = '1.3.6.1.5.5.7.8.9'
const principal = '1.3.6.1.4.1.311.20.2.3'

describe('formatGeneralName', () => {
  it.each([
    ['otherName:1.2.3:0500', otherName('1.2.3', nullValue())],
    ['otherName:smtpUTF8Mailbox:müller@exämple.test', otherName(mailbox, utf8String('müller@exämple.test'))],
    ['otherName:userPrincipalName:user@domain', otherName(principal, utf8String('user@domain'))],
    ['email:user@example.com', text(context(1), 'user@example.com')],
    ['DNS:*.example.com', text(context(2), '*.example.com')],
    ['X400Name:a3020500', element(contextConstructed(3), nullValue())],
    ['DirName:CN = Directory', element(contextConstructed(4), name('Directory'))],
    ['EdiPartyName:a5020500', element(contextConstructed(5), nullValue())],
    ['URI:sip:user@example.com', text(context(6), 'sip:user@example.com')],
    ['IP Address:192.0.2.1', element(context(7), hex('c0000201'))],
    ['IP Address:2001:db8::1', element(context(7), hex('20010db8 00000000 00000000 00000001'))],
    ['Registered ID:1.2.3', element(context(8), hex('2a03'))],
    ['Registered ID:serverAuth', element(context(8), hex('2b06010505070301'))],
    // CVE-2021-44532: no value looks like the end of a name and another one.
    ['DNS:"a.test, DNS:b.test"', text(context(2), 'a.test, DNS:b.test')],
    ['email:"a\\"b"', text(context(1), 'a"b')],
    ['URI:"a, b\\\\c"', text(context(6), 'a, b\\c')],
    ['URI:a,b\\c', text(context(6), 'a,b\\c')],
    ['otherName:userPrincipalName:"a, b"', otherName(principal, utf8String('a, b'))],
    ['DNS:a\\0Ab', text(context(2), 'a\nb')],
  ])('writes %s', (expected, der) => {
    expect(formatGeneralName(read(der))).toBe(expected)
  })

  it.each([
    ['IP Address:192.0.2.0/255.255.255.0', 'c0000200 ffffff00'],
    ['IP Address:2001:db8::/ffff:ffff::', '20010db8 00000000 00000000 00000000 ffffffff 00000000 00000000 00000000'],
  ])('writes the range of a constraint, %s', (expected, range) => {
    expect(formatGeneralName(read(element(context(7), hex(range)), 'constraint'))).toBe(expected)
  })
})

describe('a general name', () => {
  it.each([
    ['name', '4 bytes (IPv4) or 16 (IPv6)', [4, 16]],
    ['constraint', 'address and mask, 8 bytes (IPv4) or 32 (IPv6)', [8, 32]],
  ] as const)('that is an address has the lengths of a %s, %s', (use, expected, lengths) => {
    for (let length = 0; length < 40; length++) {
      const readAddress = (): GeneralName => read(element(context(7), new Uint8Array(length)), use)
      if ((lengths as readonly number[]).includes(length)) expect(readAddress().type).toBe('iPAddress')
      else expect(parseErrorOf(readAddress, 'invalid-extension')).toMatchObject({ expected, found: `${length}` })
    }
  })

  it('of another form has one value, and text where that form has', () => {
    expect(read(otherName('1.2.3', utf8String('a')))).toMatchObject({ text: undefined, value: hex('0c 01 61') })
    expect(read(otherName(principal, utf8String('a')))).toMatchObject({ text: 'a', value: hex('0c 01 61') })
    parseErrorOf(() => read(otherName('1.2.3')), 'truncated')
    parseErrorOf(() => read(otherName('1.2.3', nullValue(), nullValue())), 'trailing-bytes')
    parseErrorOf(() => read(otherName(mailbox, integer(1))), 'unexpected-tag')
  })

  it('is of one of nine forms', () => {
    for (const der of [element(context(9)), element(context(0)), sequence()]) {
      expect(parseErrorOf(() => read(der), 'unexpected-tag').expected).toBe('a GeneralName, [0] to [8]')
    }
  })
})

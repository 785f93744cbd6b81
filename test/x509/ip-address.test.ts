// IP addresses from text, the two notations and nothing near them, and to text.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIpAddress, parseIpAddress } from '../../src/x509/ip-address.js'

describe('parseIpAddress', () => {
  it.each([
    ['::', '00000000000000000000000000000000'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:DB8:0:0:1:0:0:1', '20010db8000000000001000000000001'],
    // Sixteen bytes: an IPv4 address in IPv6's notation is another name than the IPv4 address.
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['127.0.0.1', '7f000001'],
    ['255.255.255.255', 'ffffffff'],
  ])('reads %s', (text, expected) => {
    expect(Buffer.from(parseIpAddress(text) ?? []).toString('hex')).toBe(expected)
  })

  it.each([
    ['::ffff:1.2.3'],
    [':::'],
    ['1::2::3'],
    ['12345::'],
    ['1:2:3:4:5:6:7'],
    ['1.2.3.4.5'],
    ['1.2.3'],
    ['256.1.1.1'],
    ['01.2.3.4'],
    ['0x7f.0.0.1'],
    ['2130706433'],
    ['fe80::1%eth0'],
    ['[::1]'],
    // What a URL would read on after the address.
    ['::1]/['],
    ['::1]:80/['],
    ['abc'],
    ['1'],
    ['192.0.2.0/24'],
    ['１.2.3.4'],
    [' ::1'],
    [''],
  ])('refuses %s', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })
})

describe('formatIpAddress', () => {
  const groups = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xffff)), {
    minLength: 8,
    maxLength: 8,
  })

  it('writes IPv6 as RFC 5952 §4 does, whatever the address', () => {
    fc.assert(
      fc.property(groups, (values) => {
        const bytes = Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]))
        const hex = values.map((value) => value.toString(16))
        // §4.2.3: the longest run of zero groups, the first of several; §4.2.2: a single one is written out.
        const runs = [8, 7, 6, 5, 4, 3, 2].flatMap((length) =>
          values.flatMap((_, at) =>
            values.slice(at, at + length).join() === Array(length).fill(0).join() ? [[at, length]] : [],
          ),
        )
        const [start, length] = runs[0] ?? []
        const expected =
          start === undefined || length === undefined
            ? hex.join(':')
            : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
        expect(formatIpAddress(bytes)).toBe(expected)
        expect(parseIpAddress(expected)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })
})

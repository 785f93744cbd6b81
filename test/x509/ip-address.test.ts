// IP addresses from text: the two notations and nothing near them.

import { describe, expect, it } from 'vitest'
import { parseIpAddress } from '../../src/x509/ip-address.js'

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
    ['192.0.2.0/24'],
    ['１.2.3.4'],
    [' ::1'],
    [''],
  ])('refuses %s', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })
})

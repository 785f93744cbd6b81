// Hosts a certificate may not send a server to: held against ranges as IANA's registries have them, by Node's own
// comparison of addresses.

import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPrivateHost } from '../../src/net/private-host.js'

/**
 * First and last addresses of what the registries of special-purpose addresses do not call globally reachable, of what leads
 * from IPv6 to IPv4 (NAT64, 6to4), of site-local ones, multicast and what is reserved.
 */
const notGlobal = {
  ipv4: [
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '255.255.255.255'],
  ],
  ipv6: [
    ['::', '::ffff:ffff'],
    ['64:ff9b::', '64:ff9b::ffff:ffff'],
    ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['100::', '100::ffff:ffff:ffff:ffff'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fe80::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ],
} as const

const listed = new BlockList()
for (const family of ['ipv4', 'ipv6'] as const) {
  for (const [first, last] of notGlobal[family]) listed.addRange(first, last, family)
}

const dotted = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.')
const coloned = (number: bigint): string =>
  Array.from({ length: 8 }, (_, i) => ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':')

/** The address as a number, its zeros written out. */
function numberOf(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n)
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((part) => part !== ''))
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].reduce((number, part) => (number << 16n) | BigInt(`0x${part}`), 0n)
}

describe('OCS-4 an address is private', () => {
  it('where the registries do not call it global, to the last of each range (RFC 6890)', () => {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const most = family === 'ipv4' ? 2n ** 32n - 1n : 2n ** 128n - 1n
      const write = (number: bigint): string => (family === 'ipv4' ? dotted(Number(number)) : coloned(number))
      for (const [first, last] of notGlobal[family]) {
        for (const number of [numberOf(first) - 1n, numberOf(first), numberOf(last), numberOf(last) + 1n]) {
          if (number < 0n || number > most) continue
          const address = write(number)
          // Addresses of IPv4 within IPv6 are those of IPv4, below.
          if (address.startsWith('0:0:0:0:0:ffff:')) continue
          const host = family === 'ipv4' ? address : `[${address}]`
          expect(isPrivateHost(host), host).toBe(listed.check(address, family))
        }
      }
    }
  })

  it('whichever way it is written, within IPv6 too', () => {
    const address = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(...notGlobal.ipv4.flat()).map((edge) => Number(numberOf(edge))),
    )
    fc.assert(
      fc.property(address, (number) => {
        const isListed = listed.check(dotted(number), 'ipv4')
        for (const url of [`http://${dotted(number)}/`, `http://${number}/`, `http://[::ffff:${dotted(number)}]/`]) {
          expect(isPrivateHost(new URL(url).hostname), url).toBe(isListed)
        }
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 64n, max: 2n ** 128n - 1n }), (number) => {
        const host = new URL(`http://[${coloned(number)}]/`).hostname
        expect(isPrivateHost(host)).toBe(listed.check(coloned(number), 'ipv6'))
      }),
    )
  })
})

describe('OCS-4 a host is private', () => {
  const hostOf = (host: string): string => new URL(`http://${host}/`).hostname

  it.each([
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '127.0.0.1.', '0.0.0.0', '0', '10.255.0.1'],
    ...['172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.127.255.255'],
    ...['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
    ...['240.0.0.1', '255.255.255.255', '[::1]', '[::]', '[::ffff:10.0.0.1]', '[::ffff:7f00:1]', '[::10.0.0.1]'],
    ...['[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]', '[fdff::1]', '[ff02::1]', '[64:ff9b::a00:1]'],
    ...['[64:ff9b:1::1]', '[2002:a00:1::]', '[2001::1]', '[2001:db8::1]', '[100::1]', '[3fff::1]', '[5f00::1]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'localhost..', 'a.localhost', 'localhost.localdomain', 'printer'],
    ...[
      'db.internal',
      'a.local',
      'router.lan',
      'x.home.arpa',
      'x.corp',
      'x.intranet',
      'x.test',
      'x.invalid',
      '%6c%6fcalhost',
    ],
  ])('%s', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(true)
  })

  it.each([
    ...[
      'ocsp.example.com',
      'ocsp.digicert.com',
      'a.b.c.d.example',
      'localhost.example.com',
      'local.example',
      'xn--bcher-kva.example',
    ],
    ...[
      '8.8.8.8',
      '1.1.1.1',
      '9.255.255.255',
      '11.0.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '192.169.0.0',
    ],
    ...[
      '169.253.0.1',
      '100.63.255.255',
      '100.128.0.0',
      '223.255.255.255',
      '[2606:4700::1111]',
      '[2a00::1]',
      '[::ffff:8.8.8.8]',
    ],
  ])('not %s', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(false)
  })
})

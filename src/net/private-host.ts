// Hosts that are not on the public Internet, by what a URL says of them.

import { parseIpAddress } from '../x509/ip-address.js'

/** Prefixes of addresses that are not global (IANA special-purpose registries, RFC 6890): bits, and how many count. */
const ranges: readonly (readonly [address: string, length: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const LOCAL_NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid)$/i

/**
 * Whether a URL's host is a private address, or a name only a private network resolves. `hostname` is as URL gives it: IPv6
 * in brackets, odd spellings of IPv4 made plain.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
  const address = parseIpAddress(host)
  // A single label is a host of the local domain.
  if (address === undefined) return !host.includes('.') || LOCAL_NAMES.test(host)
  const isMapped =
    address.length === 16 && parseIpAddress('::ffff:0:0')?.every((byte, i) => i >= 12 || byte === address[i])
  const plain = isMapped === true ? address.subarray(12) : address
  return ranges.some(([prefix, length]) => hasPrefix(plain, parseIpAddress(prefix), length))
}

function hasPrefix(address: Uint8Array, prefix: Uint8Array | undefined, length: number): boolean {
  if (prefix?.length !== address.length) return false
  return prefix.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, length - 8 * i))
    const mask = (0xff00 >> bits) & 0xff
    return ((byte ^ (address[i] ?? 0)) & mask) === 0
  })
}

// IP addresses as text: dotted quads, and IPv6 in the one form of RFC 5952.

import { toHex } from '../base/bytes.js'

/** Text of 4 or 16 bytes. */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const pairs = Array.from({ length: 8 }, (_, i) => toHex(bytes.subarray(2 * i, 2 * i + 2)))
  return normalIpv6(pairs.join(':'))
}

/** As URLs write it, which is RFC 5952's form. @throws TypeError where it is no IPv6 address */
const normalIpv6 = (text: string): string => new URL(`http://[${text}]`).hostname.slice(1, -1)

/** Bytes of an IPv4 or IPv6 address, 4 or 16; undefined where the text is neither. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (quad !== undefined) {
    const isPlain = quad.every((part) => Number(part) <= 255 && String(Number(part)) === part)
    return isPlain ? Uint8Array.from(quad, Number) : undefined
  }
  if (!/^[0-9a-f:.]+$/i.test(text)) return undefined
  let normal: string
  try {
    normal = normalIpv6(text)
  } catch {
    return undefined
  }
  const [left = '', right = ''] = normal.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const [head, tail] = [groups(left), groups(right)]
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]))
}

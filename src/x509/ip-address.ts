// IP addresses as text: dotted quads, and IPv6 in the one form of RFC 5952.

/** Text of 4 or 16 bytes. */
export function formatIpAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes)
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16))
  const { start, length } = longestZeroRun(groups)
  // RFC 5952 §4.2.2: a single zero group is written out.
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** The first of the longest runs of zero groups (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === '0') continue
    if (i - start > best.length) best = { start, length: i - start }
    start = i + 1
  }
  return best
}

/** Bytes of an IPv4 or IPv6 address, 4 or 16; undefined where the text is neither. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  if (quad !== undefined) {
    const isPlain = quad.every((part) => Number(part) <= 255 && String(Number(part)) === part)
    return isPlain ? Uint8Array.from(quad, Number) : undefined
  }
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return undefined
  let normal: string
  try {
    normal = new URL(`http://[${text}]`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
  const [left = '', right] = normal.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const [head, tail] = [groups(left), groups(right ?? '')]
  const all = [...head, ...new Array<number>(right === undefined ? 0 : 8 - head.length - tail.length).fill(0), ...tail]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]))
}

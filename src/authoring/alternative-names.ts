// subjectAltName of requests: host names to A-labels, addresses to bytes, each checked.

import { context } from '../der/tags.js'
import { element, ia5String, sequence } from '../der/writer.js'

/** Names a certificate is asked for, as text. */
export interface AlternativeNamesInput {
  /** Host names, internationalised ones included; they are written as A-labels. */
  readonly dns?: readonly string[]
  /** IPv4 or IPv6 addresses. */
  readonly ip?: readonly string[]
  /** Mailboxes in ASCII. */
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** A host name as A-labels in lower case, a `*` as its first label left as it is; undefined where it is none. */
export function hostName(text: string): string | undefined {
  const [prefix, host] = text.startsWith('*.') ? ['*.', text.slice(2)] : ['', text]
  // What a URL would take for something other than a host, or change silently.
  if (/[\s/\\?#@:%[\]<>^|]/.test(host) || host === '') return undefined
  let ascii: string
  try {
    ascii = new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
  const labels = ascii.split('.')
  const isAddress = /^[0-9.]+$/.test(ascii)
  return !isAddress && prefix.length + ascii.length <= 253 && labels.every((label) => LABEL.test(label))
    ? prefix + ascii
    : undefined
}

/** Bytes of an IPv4 or IPv6 address; undefined where the text is neither. */
export function addressBytes(text: string): Uint8Array | undefined {
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

const MAILBOX = /^[!#$%&'*+/=?^_`{|}~.A-Za-z0-9-]{1,64}@[A-Za-z0-9.-]{1,253}$/

const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text)

/** Faults of the names, each naming its value; empty where there are none. */
export function alternativeNameFaults(
  names: AlternativeNamesInput,
  wildcards: 'refused' | 'accepted',
): readonly string[] {
  const faults = (
    list: readonly string[] | undefined,
    isGood: (text: string) => boolean,
    what: string,
  ): readonly string[] => (list ?? []).filter((text) => !isGood(text)).map((text) => `"${text}" is no ${what}`)
  const wild = wildcards === 'accepted' ? [] : (names.dns ?? []).filter((text) => text.startsWith('*.'))
  return [
    ...faults(
      names.dns,
      (text) => hostName(text) !== undefined,
      'host name (labels of letters, digits and hyphens, 253 characters in all)',
    ),
    ...wild.map((text) => `"${text}" is a wildcard name, which this request may not hold`),
    ...faults(names.ip, (text) => addressBytes(text) !== undefined, 'IPv4 or IPv6 address'),
    ...faults(names.email, (text) => MAILBOX.test(text), 'mailbox in ASCII'),
    ...faults(names.uri, isUri, 'absolute URI in ASCII'),
  ]
}

/** DER of GeneralNames, each name once; undefined where there are none. The names have no faults. */
export function alternativeNames({
  dns = [],
  ip = [],
  email = [],
  uri = [],
}: AlternativeNamesInput): Uint8Array | undefined {
  const names = [...new Set(dns.flatMap((text) => hostName(text) ?? []))].map((text) => ia5String(text, context(2)))
  const addresses = ip.flatMap((text) => addressBytes(text) ?? [])
  const all = [
    ...names,
    ...addresses.map((bytes) => element(context(7), bytes)),
    ...email.map((text) => ia5String(text, context(1))),
    ...uri.map((text) => ia5String(text, context(6))),
  ]
  return all.length === 0 ? undefined : sequence(...all)
}

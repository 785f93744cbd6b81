// subjectAltName as authoring writes it: host names to A-labels, addresses to bytes, each checked.

import { uniqueBytes } from '../base/bytes.js'
import { context } from '../der/tags.js'
import { element, ia5String, sequence } from '../der/writer.js'
import { parseIpAddress } from '../x509/ip-address.js'
import { hostName } from './host-name.js'

/** Names a certificate is asked for, as text. */
export interface AlternativeNamesInput {
  /** Host names, internationalised ones included; they are written as A-labels. */
  readonly dns?: readonly string[]
  /** IPv4 or IPv6 addresses, without a zone. */
  readonly ip?: readonly string[]
  /** Mailboxes in ASCII. */
  readonly email?: readonly string[]
  /** Absolute URIs in ASCII. */
  readonly uri?: readonly string[]
}

const isHost = (text: string): boolean => hostName(text) !== undefined

const MAILBOX = /^(?=.{1,64}@)[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+(\.[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+)*@([A-Za-z0-9.-]+)$/

/** A dot-string and a domain: RFC 5280 §4.2.1.6 allows quoted local parts, which nobody has. */
const isMailbox = (text: string): boolean => isHost(MAILBOX.exec(text)?.[2] ?? '')

// RFC 3986 §2 and §3: a scheme, then characters of a URI and nothing else; where there is an authority, it has a host.
const URI = /^[a-z][a-z0-9+.-]*:(?!\/\/(?:[/?#]|$))(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i

/** Faults of the names, each naming its value; empty where there are none. */
export function alternativeNameFaults(
  { dns, ip, email, uri, ...others }: AlternativeNamesInput,
  wildcards: 'refused' | 'accepted',
): readonly string[] {
  const faults = (
    list: readonly string[] | undefined,
    isGood: (text: string) => boolean,
    what: string,
  ): readonly string[] => (list ?? []).filter((text) => !isGood(text)).map((text) => `"${text}" is no ${what}`)
  const wild = wildcards === 'accepted' ? [] : (dns ?? []).filter((text) => text.startsWith('*.'))
  return [
    // From JavaScript a list may come, or a member of another name: nothing of it would be asked for.
    ...Object.keys(others).map((kind) => `subjectAltNames.${kind} is none of dns, ip, email and uri`),
    ...faults(dns, isHost, 'host name (labels of letters, digits and hyphens, 253 characters in all)'),
    ...wild.map((text) => `"${text}" is a wildcard name, which this request may not hold`),
    ...faults(ip, (text) => parseIpAddress(text) !== undefined, 'IPv4 or IPv6 address'),
    ...faults(email, isMailbox, 'mailbox in ASCII'),
    ...faults(uri, (text) => URI.test(text), 'absolute URI in ASCII'),
  ]
}

/** DER of GeneralNames, each name once; undefined where there are none. The names have no faults. */
export function alternativeNames({
  dns = [],
  ip = [],
  email = [],
  uri = [],
}: AlternativeNamesInput): Uint8Array | undefined {
  const names = [
    ...dns.flatMap((text) => hostName(text) ?? []).map((text) => ia5String(text, context(2))),
    ...ip.flatMap((text) => parseIpAddress(text) ?? []).map((bytes) => element(context(7), bytes)),
    ...email.map((text) => ia5String(text, context(1))),
    ...uri.map((text) => ia5String(text, context(6))),
  ]
  return names.length === 0 ? undefined : sequence(...uniqueBytes(names))
}

// Is it the peer that was meant? RFC 9525: the subjectAltName alone, compared form by form; the common name never.

import { parseIpAddress } from '../x509/ip-address.js'
import type { GeneralName } from '../x509/index.js'
import { isHostName, parentName, wildcardBase } from './dns-name.js'
import { mailboxOf, parseMailbox } from './mailbox.js'
import { uriHost } from './uri-host.js'

/** The name the caller wants to talk to: one, since more would leave open whether any does or all must. */
export type PeerName =
  /** A host name; internationalised ones as A-labels. */
  | { readonly dns: string }
  /** An IPv4 or IPv6 address as text. */
  | { readonly ip: string }
  /** A mailbox. */
  | { readonly email: string }
  /** A URI, compared by scheme and host (RFC 9525 §6.4, §6.5). */
  | { readonly uri: string }

/** Public suffixes, under which a wildcard would stand for other people's names. `tldts` makes one in a line. */
export interface PublicSuffixes {
  /** Whether names are registered directly below `domain`, which is in lower case: `com`, `co.uk`, `s3.amazonaws.com`. */
  isPublicSuffix(domain: string): boolean
}

/** Compares presented names with one expected. */
type Matcher = (name: GeneralName) => boolean

/** How to compare with `peerName`; undefined where that is no name of its form. */
function matcherOf(peerName: PeerName): Matcher | undefined {
  // The types let two through, of which one alone would count.
  if (Object.keys(peerName).length !== 1) return undefined
  if ('dns' in peerName) return hostMatcher(peerName.dns)
  if ('ip' in peerName) {
    const expected = parseIpAddress(peerName.ip)
    return expected && ((name) => name.type === 'iPAddress' && name.address.join('.') === expected.join('.'))
  }
  if ('email' in peerName) {
    const expected = parseMailbox(peerName.email)
    return (
      expected &&
      ((name) => {
        const presented = mailboxOf(name)
        return presented?.localPart === expected.localPart && presented.host === expected.host
      })
    )
  }
  return uriMatcher(peerName.uri)
}

function hostMatcher(text: string): Matcher | undefined {
  // A trailing dot marks a name as absolute, and is no part of it.
  const relative = text.endsWith('.') ? text.slice(0, -1) : text
  // Before folding: lower case makes a letter of the Kelvin sign.
  if (!isHostName(relative)) return undefined
  const expected = relative.toLowerCase()
  return (name) => {
    if (name.type !== 'dNSName') return false
    const presented = name.value.toLowerCase()
    const base = wildcardBase(presented)
    // RFC 9525 §6.3: the wildcard is the whole left-most label, and stands for exactly one.
    return base === undefined ? presented === expected : isHostName(base) && parentName(expected) === base
  }
}

function uriMatcher(text: string): Matcher | undefined {
  const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(':')).toLowerCase()
  const host = uriHost(text)
  if (host === undefined || !isHostName(host)) return undefined
  return (name) =>
    name.type === 'uniformResourceIdentifier' && schemeOf(name.value) === schemeOf(text) && uriHost(name.value) === host
}

/** `malformed` where the expected name is none, so that nothing could match it. */
export function matchPeerName(
  names: readonly GeneralName[] | undefined,
  peerName: PeerName,
): 'match' | 'mismatch' | 'malformed' {
  const matches = matcherOf(peerName)
  if (matches === undefined) return 'malformed'
  return names?.some(matches) === true ? 'match' : 'mismatch'
}

/** The first wildcard name right below a public suffix. */
export function wildcardBelowPublicSuffix(
  names: readonly GeneralName[] | undefined,
  publicSuffixes: PublicSuffixes,
): string | undefined {
  for (const name of names ?? []) {
    const base = name.type === 'dNSName' ? wildcardBase(name.value.toLowerCase()) : undefined
    if (base !== undefined && publicSuffixes.isPublicSuffix(base)) return `*.${base}`
  }
  return undefined
}

/** The expected name as people read it. */
export const formatPeerName = (peerName: PeerName): string => Object.values(peerName).join(' ')

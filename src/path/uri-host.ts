// The host of a URI (RFC 3986 §3.2), for name constraints and peer names.

// Scheme, authority, and the rest: the regular expression of RFC 3986 appendix B with a scheme that must be there.
const PARTS = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?/i

// userinfo, at most one @, host and port, the last with the brackets of an address.
const AUTHORITY = /^(?:[\w.~!$&'()*+,;=:%-]*@)?(?:[\w.~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/i

/** Whether the text starts with a scheme: RFC 5280 §4.2.1.6 "the name MUST NOT be a relative URI". */
export const isAbsoluteUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text)

/** The host in lower case, an address in brackets included; undefined where the URI has no authority, or no host in it. */
export function uriHost(text: string): string | undefined {
  const authority = PARTS.exec(text)?.[2]
  // §3.2: other characters are none of an authority, and other readers may see its end where they stand.
  if (authority === undefined || !AUTHORITY.test(authority)) return undefined
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:[0-9]*$/, '')
    .toLowerCase()
}

// Host names as certificates hold them: in lower case, internationalised labels as A-labels (RFC 5280 §7.2, RFC 9549).

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

// Before the mapping, because a URL maps `℡` to `tel` and drops what cannot be seen. IDNA 2008 (RFC 5892) has letters,
// marks and digits, a few signs between them, and the two joiners; no symbols, so no emoji.
const MAPPABLE = /^(?:[-.\u3002\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d]|(?!\p{DI})[\p{L}\p{M}\p{Nd}])+$/u

/** A host name as A-labels in lower case, a `*` as its first label left as it is; undefined where it is none. */
export function hostName(text: string): string | undefined {
  const [prefix, host] = text.startsWith('*.') ? ['*.', text.slice(2)] : ['', text]
  if (!MAPPABLE.test(host) || /(^|[.\u3002])-|-([.\u3002]|$)/.test(host)) return undefined
  let ascii: string
  try {
    ascii = new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
  const isAddress = /^[0-9.]+$/.test(ascii)
  return !isAddress && prefix.length + ascii.length <= 253 && ascii.split('.').every((label) => LABEL.test(label))
    ? prefix + ascii
    : undefined
}

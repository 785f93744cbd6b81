// Host names in certificates: the preferred name syntax of RFC 1034 §3.5, as RFC 5280 §4.2.1.6 demands of dNSName.

// Labels of letters, digits and hyphens (A-labels are such) with dots between, the last of them not all digits.
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** RFC 1034 §3.1: 255 octets on the wire are 253 characters of text. */
const MAX_LENGTH = 253

/** Whether `text` is a host name. One whose last label is all digits is an address in disguise, or none (RFC 1123 §2.1). */
export const isHostName = (text: string): boolean => text.length <= MAX_LENGTH && HOST_NAME.test(text)

/** Whether `text` is a host name, or one under a `*` that is a whole left-most label (RFC 9525 §6.3). */
export const isPresentedHostName = (text: string): boolean => isHostName(wildcardBase(text) ?? text)

/** The name under the wildcard label of `*.example.com`; undefined for a name without one. */
export const wildcardBase = (text: string): string | undefined => (text.startsWith('*.') ? text.slice(2) : undefined)

/** The name without its first label; the empty text for a name of one label. */
export function parentName(text: string): string {
  const dot = text.indexOf('.')
  return dot < 0 ? '' : text.slice(dot + 1)
}

/** The name itself and each name it lies under, nearest first: `a.b.c`, `b.c`, `c`. */
export function* selfAndParents(text: string): Generator<string> {
  for (let name = text; name !== ''; name = parentName(name)) yield name
}

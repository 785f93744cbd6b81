// The limits of reading (FMT-4). Each bounds what one hostile file can cost; each can be set by the caller.

import { failLimit } from './errors.js'

/** Bounds on what a reader accepts. Exceeding one is a {@link ParseError} with code `limit-exceeded` or `too-deep`. */
export interface ReadLimits {
  /** Bytes of one input file. */
  readonly fileSize: number
  /** Certificates, and likewise CRLs and requests, in one file. */
  readonly certificatesPerFile: number
  /** Bytes of one certificate or request, or of a CRL without its entries. */
  readonly certificateSize: number
  /**
   * Nested constructed encodings where any type may stand, at most 1,000. Where the structure is fixed, so
   * is its depth; values of extensions are decoded later and may nest to the maximum.
   */
  readonly derDepth: number
  /** Extensions of one certificate or request. */
  readonly extensionCount: number
}

/** Nesting is followed by recursion; this keeps it a tenth of the stack's depth away from its end. */
export const MAX_DEPTH = 1000

/** What readers use where the caller sets nothing. */
export const defaultReadLimits: ReadLimits = {
  // The largest bundle met in practice, the CCADB list of every root and intermediate (about 10,000 certificates as
  // PEM), is under 20 MB; 64 MiB leaves room, and costs well under a second to refuse or read.
  fileSize: 64 * 1024 * 1024,
  // Ten times that list: a bound on memory (each parsed certificate keeps under 1 kB), not on use.
  certificatesPerFile: 100_000,
  // Decoded values take tens of times the bytes they come from, so this, and not the file's size, bounds what asking one
  // certificate costs. OpenSSL takes chains of 100 kB by default; ten times that leaves room for logos and longer keys.
  certificateSize: 1024 * 1024,
  // RFC 5280 structures nest 12 deep at the most (a directoryName in a distribution point inside a certificate).
  // 64 leaves room for private extensions and keeps every recursive step far from the stack's end.
  derDepth: 64,
  // RFC 5280 defines 17 certificate extensions; public certificates carry up to 15. Go and BoringSSL set no bound,
  // which makes duplicate checks and printing the attacker's choice.
  extensionCount: 128,
}

/** `limits` over the defaults. @throws TypeError when a limit is not a positive integer. */
export function resolveReadLimits(limits: Partial<ReadLimits> | undefined): ReadLimits {
  if (limits === undefined) return defaultReadLimits
  const resolved = { ...defaultReadLimits }
  for (const name of Object.keys(defaultReadLimits) as (keyof ReadLimits)[]) {
    const value = limits[name]
    if (value === undefined) continue
    const max = name === 'derDepth' ? MAX_DEPTH : Number.MAX_SAFE_INTEGER
    if (!Number.isSafeInteger(value) || value < 1 || value > max) {
      throw new TypeError(`limits.${name}: expected an integer from 1 to ${max}, found ${String(value)}`)
    }
    resolved[name] = value
  }
  return resolved
}

/** Refuses a certificate, a request or the rest of a CRL of `size` bytes that is larger than limits.certificateSize. */
export function checkSize(size: number, where: string, { certificateSize }: ReadLimits): void {
  if (size > certificateSize) failLimit(where, 0, certificateSize, 'bytes', 'certificateSize')
}

/** Refuses one more certificate, CRL or request after `count` of its kind. */
export function checkCount(count: number, { certificatesPerFile }: ReadLimits): void {
  if (count < certificatesPerFile) return
  failLimit('file', 0, certificatesPerFile, 'certificates, CRLs or requests', 'certificatesPerFile')
}

// The embedded list of signed certificate timestamps (RFC 6962 §3.3): TLS encoding inside an OCTET STRING.

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'

/** One log's promise to include the certificate. Its signature is not verified here. */
export interface SignedCertificateTimestamp {
  /** 0 is v1, the only version RFC 6962 defines. Of another version all that follows is undefined. */
  readonly version: number
  /** SHA-256 of the log's key. */
  readonly logId: Uint8Array | undefined
  readonly timestamp: Date | undefined
  readonly extensions: Uint8Array | undefined
  /** TLS hash and signature algorithm numbers (RFC 5246 §7.4.1.4.1). */
  readonly hashAlgorithm: number | undefined
  readonly signatureAlgorithm: number | undefined
  readonly signature: Uint8Array | undefined
}

const unknown = {
  logId: undefined,
  timestamp: undefined,
  extensions: undefined,
  hashAlgorithm: undefined,
  signatureAlgorithm: undefined,
  signature: undefined,
}

/** The last instant a Date can hold. */
const MAX_TIME = 8_640_000_000_000_000

const unsigned = (bytes: Uint8Array): number => bytes.reduce((value, byte) => value * 256 + byte, 0)

export function readSignedCertificateTimestamps(reader: DerReader): readonly SignedCertificateTimestamp[] {
  reader.skip(tags.OCTET_STRING)
  const { bytes, position: end } = reader
  let at = reader.contentStart
  const refuse = (expected: string): never => reader.fail('invalid-extension', at, expected, `${end - at} bytes in all`)
  const take = (length: number): Uint8Array => {
    if (length < 0 || length > end - at) refuse(`${length} more bytes of the list`)
    at += length
    return bytes.subarray(at - length, at)
  }
  const number = (length: number): number => unsigned(take(length))
  const vector = (): Uint8Array => take(number(2))

  const date = (): Date => {
    const time = number(8)
    if (time > MAX_TIME) refuse('a timestamp Date can hold')
    return new Date(time)
  }

  const readTimestamp = (itemEnd: number): SignedCertificateTimestamp => {
    const version = number(1)
    if (version !== 0) {
      take(itemEnd - at)
      return { version, ...unknown }
    }
    // In this order they stand.
    return {
      version,
      logId: take(32),
      timestamp: date(),
      extensions: vector(),
      hashAlgorithm: number(1),
      signatureAlgorithm: number(1),
      signature: vector(),
    }
  }

  const timestamps: SignedCertificateTimestamp[] = []
  if (number(2) !== end - at || at === end) refuse('a list that fills its OCTET STRING')
  while (at < end) {
    const length = number(2)
    const itemEnd = at + length
    timestamps.push(readTimestamp(itemEnd))
    if (at !== itemEnd) refuse('a timestamp that fills its length')
  }
  return timestamps
}

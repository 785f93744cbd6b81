// The embedded list of signed certificate timestamps (RFC 6962 §3.3): TLS encoding inside an OCTET STRING.

import type { DerReader } from '../../der/reader.js'
import * as tags from '../../der/tags.js'

/** One log's promise to include the certificate. Its signature is not verified here. */
export interface SignedCertificateTimestamp {
  /** 0 is v1, the only version RFC 6962 defines. */
  readonly version: number
  /** SHA-256 of the log's key; undefined, like all that follows, where the version is not v1. */
  readonly logId: Uint8Array | undefined
  readonly timestamp: Date | undefined
  readonly extensions: Uint8Array | undefined
  /** TLS hash and signature algorithm numbers (RFC 5246 §7.4.1.4.1). */
  readonly hashAlgorithm: number | undefined
  readonly signatureAlgorithm: number | undefined
  readonly signature: Uint8Array | undefined
}

export function readSignedCertificateTimestamps(
  reader: DerReader,
  where: string,
): readonly SignedCertificateTimestamp[] {
  reader.skip(tags.OCTET_STRING, where)
  const list = new TlsReader(reader, reader.contentStart, reader.position, where).vector()
  if (list.atEnd()) list.fail('one timestamp or more', 'none')
  const timestamps: SignedCertificateTimestamp[] = []
  while (!list.atEnd()) timestamps.push(readTimestamp(list.vector(false)))
  return timestamps
}

function readTimestamp(item: TlsReader): SignedCertificateTimestamp {
  const version = item.unsigned(1)
  if (version !== 0) {
    const absent = undefined
    return {
      version,
      logId: absent,
      timestamp: absent,
      extensions: absent,
      hashAlgorithm: absent,
      signatureAlgorithm: absent,
      signature: absent,
    }
  }
  const logId = item.take(32)
  const time = item.unsigned(8)
  if (time > MAX_TIME) item.fail('a timestamp within the range of Date', String(time))
  const extensions = item.vector(false).rest()
  const hashAlgorithm = item.unsigned(1)
  const signatureAlgorithm = item.unsigned(1)
  const signature = item.vector().rest()
  return { version, logId, timestamp: new Date(time), extensions, hashAlgorithm, signatureAlgorithm, signature }
}

/** The last instant a Date can hold. */
const MAX_TIME = 8_640_000_000_000_000

/** A cursor over TLS presentation language (RFC 8446 §3). */
class TlsReader {
  constructor(
    private readonly reader: DerReader,
    private position: number,
    private readonly end: number,
    private readonly where: string,
  ) {}

  atEnd(): boolean {
    return this.position >= this.end
  }

  unsigned(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0)
  }

  take(length: number): Uint8Array {
    const start = this.position
    if (length > this.end - start) this.fail(`${length} bytes`, `${this.end - start} left`)
    this.position = start + length
    return this.reader.bytes.subarray(start, start + length)
  }

  rest(): Uint8Array {
    return this.take(this.end - this.position)
  }

  /** A vector with a two-byte length; `last` when nothing may follow it. */
  vector(last = true): TlsReader {
    const length = this.unsigned(2)
    const start = this.position
    this.take(length)
    if (last && !this.atEnd()) this.fail('nothing after the last field', `${this.end - this.position} more bytes`)
    return new TlsReader(this.reader, start, start + length, this.where)
  }

  fail(expected: string, found: string): never {
    return this.reader.fail('invalid-extension', this.where, this.position, expected, found)
  }
}

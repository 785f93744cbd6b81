// Builds CRLs byte by byte, right or wrong as a test wants them. Signatures are not real.

import { bitString, explicit, integer, sequence, time } from '../../src/der/writer.js'
import { ed25519, name } from './make-certificate.js'

const NOTHING = new Uint8Array(0)
const NOW = Date.UTC(2026, 5, 1)

export interface CrlParts {
  readonly version?: Uint8Array
  readonly signature?: Uint8Array
  readonly issuer?: Uint8Array
  readonly thisUpdate?: Uint8Array
  readonly nextUpdate?: Uint8Array
  /** The elements of revokedCertificates; undefined leaves the field out. */
  readonly entries?: readonly Uint8Array[]
  /** The Extension elements; undefined leaves the field out. */
  readonly extensions?: readonly Uint8Array[]
  /** Behind crlExtensions. */
  readonly more?: Uint8Array
  readonly outerSignature?: Uint8Array
  readonly signatureValue?: Uint8Array
  readonly trailing?: Uint8Array
}

/** An element of revokedCertificates. */
export const crlEntry = (serial: Uint8Array, extensions?: readonly Uint8Array[], revokedAt = time(NOW)): Uint8Array =>
  sequence(serial, revokedAt, extensions === undefined ? NOTHING : sequence(...extensions))

/** DER of a CRL whose parts are the given ones, and else unremarkable. */
export function makeCrl(parts: CrlParts = {}): Uint8Array {
  const signature = parts.signature ?? ed25519()
  const list = sequence(
    parts.version ?? integer(1),
    signature,
    parts.issuer ?? name('Issuer'),
    parts.thisUpdate ?? time(NOW),
    parts.nextUpdate ?? time(NOW + 86_400_000),
    parts.entries === undefined ? NOTHING : sequence(...parts.entries),
    parts.extensions === undefined ? NOTHING : explicit(0, sequence(...parts.extensions)),
    parts.more ?? NOTHING,
  )
  const signatureValue = parts.signatureValue ?? bitString(new Uint8Array(64))
  return sequence(list, parts.outerSignature ?? signature, signatureValue, parts.trailing ?? NOTHING)
}

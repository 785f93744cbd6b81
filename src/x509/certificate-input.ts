// Takes certificates as callers already have them: bytes, PEM text, or another library's object, told by its shape.

import { isBytes, plainBytes } from '../base/bytes.js'
import { fail } from '../base/errors.js'
import type { ReadLimits } from '../base/limits.js'
import { readPem } from '../pem/read-pem.js'
import { Certificate, parseCertificate } from './certificate.js'

/** Anything that holds exactly one certificate. */
export type CertificateInput =
  | Certificate
  /** DER. */
  | Uint8Array
  /** DER. */
  | ArrayBuffer
  /** PEM with one CERTIFICATE block. */
  | string
  /** `X509Certificate` of node:crypto, by its shape. */
  | { readonly raw: Uint8Array }
  /** `X509Certificate` of \@peculiar/x509, by its shape. */
  | { readonly rawData: ArrayBuffer }
  /** A {@link Certificate} of another copy of this library, by its shape: of its CommonJS build, for one. */
  | { readonly der: Uint8Array }

const LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE']

/**
 * The one certificate in `input`. Objects of other libraries are read through their DER; nothing else of them is
 * believed, and those libraries are not imported.
 *
 * @throws ParseError when the DER or PEM is malformed, or the text holds no certificate or several (for those use
 * `readCertificates`); TypeError when `input` is none of the forms
 * @example
 * certificateFrom(tls.rootCertificates[0]).subject.toString()
 */
export function certificateFrom(input: CertificateInput, limits?: Partial<ReadLimits>): Certificate {
  if (input instanceof Certificate) return input
  if (typeof input === 'string') return parseCertificate(onlyBlock(input), limits)
  const bytes = isBytes(input) ? input : bytesOf(input)
  if (isBytes(bytes)) return parseCertificate(plainBytes(bytes), limits)
  throw new TypeError('certificateFrom: expected DER, PEM, or a certificate of node:crypto or @peculiar/x509')
}

/** What an object calls its DER. Callers without types may pass anything, null included. */
function bytesOf(input: { raw?: unknown; rawData?: unknown; der?: unknown } | null): unknown {
  return input?.raw ?? input?.rawData ?? input?.der
}

function onlyBlock(text: string): Uint8Array {
  const blocks = readPem(text)
  const [block] = blocks
  if (block !== undefined && blocks.length === 1 && LABELS.includes(block.label)) return block.bytes
  const found = blocks.length === 1 ? `a block ${block?.label ?? ''}` : `${blocks.length} blocks`
  return fail(
    'invalid-pem',
    'PEM',
    block?.offset ?? 0,
    'one CERTIFICATE block',
    found,
    'use readCertificates for files',
  )
}

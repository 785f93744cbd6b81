// Takes certificates as callers already have them: bytes, PEM text, or another library's object, told by its shape.

import { plainBytes } from '../base/bytes.js'
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
  if (input instanceof Uint8Array || input instanceof ArrayBuffer) return parseCertificate(plainBytes(input), limits)
  // Callers without types may pass null, which is an object to typeof.
  if (typeof input === 'object' && Boolean(input)) {
    if ('raw' in input && input.raw instanceof Uint8Array) return parseCertificate(input.raw, limits)
    if ('rawData' in input && input.rawData instanceof ArrayBuffer) {
      return parseCertificate(plainBytes(input.rawData), limits)
    }
  }
  throw new TypeError(
    'certificateFrom: expected DER bytes, PEM text, or a certificate object of node:crypto or @peculiar/x509',
  )
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

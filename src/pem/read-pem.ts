// Reads PEM text into blocks, whatever their labels.

import { PemScanner, pemText } from './scanner.js'

/** One block of a PEM text. */
export interface PemBlock {
  /** `CERTIFICATE`, `PKCS7` … as written. */
  readonly label: string
  /** Decoded content: DER, usually. A view into a buffer that blocks share. */
  readonly bytes: Uint8Array
  /** RFC 1421 headers (`Proc-Type: 4,ENCRYPTED`) as written, or the empty text. */
  readonly headers: string
  /** Offset of the BEGIN line: in bytes, or for a string in UTF-16 code units. */
  readonly offset: number
}

/**
 * Reads every block of a PEM text (RFC 7468). Lax about white space, line ends and text around the blocks; strict
 * about the base64 itself. A text without blocks gives an empty array. Takes any label, private keys included: to read
 * certificates from a file of unknown content use `readCertificates`, which refuses keys without decoding them.
 *
 * @throws ParseError `invalid-pem` or `invalid-base64`, with the offset in the text
 * @example
 * for (const { label, bytes } of readPem(text)) console.log(label, bytes.length)
 */
export function readPem(input: Uint8Array | string): readonly PemBlock[] {
  const scanner = new PemScanner(pemText(input))
  const blocks: PemBlock[] = []
  while (scanner.next()) {
    const { bytes, start, end } = scanner.decode()
    const { label, headers, offset } = scanner
    blocks.push({ label, headers, offset, bytes: bytes.subarray(start, end) })
  }
  return blocks
}

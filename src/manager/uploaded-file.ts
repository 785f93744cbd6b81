// Files as they are handed in.

import { plainBytes } from '../base/bytes.js'
import { readCertificates } from '../reading/index.js'
import type { Certificate } from '../x509/index.js'

/**
 * The certificates of a file, in a copy of it: they are views, and what is checked has to be what is written, whatever
 * becomes of the caller's bytes meanwhile.
 * @throws ParseError as `readCertificates` does
 */
export const certificatesOfFile = (file: Uint8Array | string): readonly Certificate[] =>
  readCertificates(typeof file === 'string' ? file : plainBytes(file).slice()).certificates

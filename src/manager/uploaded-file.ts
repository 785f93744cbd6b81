// Files as they are handed in.

import { plainBytes } from '../base/bytes.js'
import { isParseError } from '../base/errors.js'
import { readCertificates } from '../reading/index.js'
import type { Certificate } from '../x509/index.js'
import { finding, type Refusal, refusal } from './outcome.js'

/**
 * The certificates of a file, in a copy of it: they are views, and what is checked has to be what is written, whatever
 * becomes of the caller's bytes meanwhile.
 * @throws ParseError as `readCertificates` does
 */
export const certificatesOfFile = (file: Uint8Array | string): readonly Certificate[] =>
  readCertificates(typeof file === 'string' ? file : plainBytes(file).slice()).certificates

/**
 * A plan for a file, or a refusal where what it holds is malformed: decoding is lazy, and any step that looks at it may find
 * it so.
 */
export async function refusingMalformed<Planned>(plan: () => Promise<Planned>): Promise<Planned | Refusal> {
  try {
    return await plan()
  } catch (error) {
    if (!isParseError(error)) throw error
    const code = error.code === 'private-key' ? 'private-key' : 'malformed'
    return refusal(finding(code, error.message, 'FMT-3'))
  }
}

// OCSP responses somebody has handed over, stapled ones for example: read once, and weighed against each other.

import { readOr } from '../base/errors.js'
import { type OcspResponse, parseOcspResponse } from '../ocsp/index.js'
import type { ProvenVerdict } from '../ocsp/evaluate.js'
import { isGraver } from '../ocsp/gravity.js'

/** Parsed for all certificates of a path; what is malformed is left for the evaluation to say so. */
export const parsedOrBytes = (der: Uint8Array): OcspResponse | Uint8Array =>
  readOr(
    () => parseOcspResponse(der),
    () => der,
  )

/** Of two proven verdicts on one certificate the one that counts. Who does not know it says less than who does. */
export function graver(a: ProvenVerdict, b: ProvenVerdict): ProvenVerdict {
  if ((a.status === 'unknown') !== (b.status === 'unknown')) return a.status === 'unknown' ? b : a
  return isGraver(a, b) ? a : b
}

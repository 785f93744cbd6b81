// The certificate of a record, where it can be read: one that cannot must not hold up the others.

import type { CertificateRecord } from '../inventory/index.js'
import { type Certificate, ParseError, parseCertificate } from '../x509/index.js'

/** Undefined where the storage holds something else: it may have been damaged, or written by other means than a manager. */
export function installedCertificate({ der }: CertificateRecord): Certificate | undefined {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof ParseError) return undefined
    throw error
  }
}

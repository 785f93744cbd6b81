// Certificates of records, kept parsed: the authorities of a cluster are looked at in every decision on every node, and
// with them stays what was decoded and worked out from them.

import { equalBytes } from '../base/bytes.js'
import type { CertificateRecord } from '../inventory/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'

/** Parsed certificates kept; about 4 kB each. */
const MOST_KEPT = 512

export class ParsedCertificates {
  /** By fingerprint, the one used longest ago first. */
  private readonly kept = new Map<string, Certificate>()

  /** The certificate of a record. @throws ParseError where the record holds none */
  of({ sha256, der }: CertificateRecord): Certificate {
    const known = this.kept.get(sha256)
    // The fingerprint is what the record says of itself: its bytes decide.
    const certificate = known !== undefined && equalBytes(known.der, der) ? known : parseCertificate(der)
    this.kept.delete(sha256)
    this.kept.set(sha256, certificate)
    if (this.kept.size > MOST_KEPT) this.dropOldest()
    return certificate
  }

  private dropOldest(): void {
    const [oldest] = this.kept.keys()
    if (oldest !== undefined) this.kept.delete(oldest)
  }
}

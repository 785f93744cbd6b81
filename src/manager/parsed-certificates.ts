// Certificates of records, kept parsed: the authorities of a cluster are looked at in every decision on every node, and
// with them stays what was decoded and worked out from them.

import { equalBytes } from '../base/bytes.js'
import { RecentMap } from '../base/recent-map.js'
import type { CertificateRecord } from '../inventory/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'

/** Parsed certificates kept; about 4 kB each. */
const MOST_KEPT = 512

export class ParsedCertificates {
  /** By fingerprint. */
  private readonly kept = new RecentMap<string, Certificate>(MOST_KEPT)

  /** The certificate of a record. @throws ParseError where the record holds none */
  of({ sha256, der }: CertificateRecord): Certificate {
    const known = this.kept.get(sha256)
    // The fingerprint is what the record says of itself: its bytes decide.
    if (known !== undefined && equalBytes(known.der, der)) return known
    const certificate = parseCertificate(der)
    this.kept.set(sha256, certificate)
    return certificate
  }
}

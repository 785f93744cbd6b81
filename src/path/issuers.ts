// Where the certificates between target and anchor come from: what the peer sent, what is at hand, what can be fetched.

import type { Certificate, Name } from '../x509/index.js'
import { NameIndex } from './name-index.js'

/** Untrusted certificates, indexed by subject once: make one for a large set, and use it for every validation. */
export interface CertificatePool {
  /** The certificates with this subject. */
  named(name: Name): readonly Certificate[]
}

/** Indexes certificates of any order, duplicates and unrelated ones included. */
export function createCertificatePool(certificates: Iterable<Certificate>): CertificatePool {
  const index = new NameIndex(certificates, ({ subject }) => subject)
  return { named: (name) => index.named(name) }
}

/**
 * Fetches issuers nobody sent, by the caIssuers of authorityInfoAccess for example. There is none by default: the URIs
 * are an attacker's to choose, so whoever writes one decides which hosts may be asked.
 */
export interface IssuerSource {
  /** Candidates for the certificate's issuer, untrusted. A rejection becomes a finding. */
  issuersOf(certificate: Certificate): Promise<readonly Certificate[]>
}

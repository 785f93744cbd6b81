// Who has issued an installed certificate, among all that are installed. The issuer's own signature says so, so it does
// not matter where it is kept, nor whether anybody trusts it.

import { ensure } from '../base/ensure.js'
import type { CryptoProvider } from '../crypto/index.js'
import type { CertificateRecord, Condition, Storage } from '../inventory/index.js'
import { certificatePages } from '../inventory/pages.js'
import type { Certificate } from '../x509/index.js'
import { installedCertificate } from './installed-certificate.js'

/** Copies of an authority on many nodes are many records; different certificates of one name are few. */
const PAGE = 1000
const MOST_NAMESAKES = 50

/** Finds issuers in a storage, and remembers them: use one for one run. */
export class InstalledIssuers {
  private readonly named = new Map<string, Promise<readonly Certificate[]>>()

  constructor(
    private readonly storage: Storage,
    private readonly crypto: CryptoProvider,
  ) {}

  /** The certificate's issuer; undefined where it is not installed. */
  async issuerOf({ issuer }: CertificateRecord, certificate: Certificate): Promise<Certificate | undefined> {
    for (const candidate of await ensure(this.named, issuer, () => this.certificatesNamed(issuer))) {
      // Texts are found whatever their case; whether names are equal is for the names to say.
      if (candidate.subject.equals(certificate.issuer) && (await this.hasIssued(candidate, certificate)))
        return candidate
    }
    return undefined
  }

  private async hasIssued(issuer: Certificate, certificate: Certificate): Promise<boolean> {
    const { signatureAlgorithm, signatureValue, tbsCertificate } = certificate
    const verdict = await this.crypto.verify(signatureAlgorithm, issuer.publicKey, signatureValue, tbsCertificate)
    return verdict === 'valid'
  }

  private async certificatesNamed(subject: string): Promise<readonly Certificate[]> {
    const found = new Map<string, Certificate>()
    for await (const record of certificatesWhere(this.storage, 'subject', subject)) {
      if (found.has(record.sha256)) continue
      const certificate = installedCertificate(record)
      if (certificate !== undefined) found.set(record.sha256, certificate)
      if (found.size === MOST_NAMESAKES) break
    }
    return [...found.values()]
  }
}

/** Installed certificates with a value in a field, whatever its case. */
export async function* certificatesWhere(
  storage: Storage,
  field: 'subject' | 'purpose',
  value: string,
): AsyncGenerator<CertificateRecord, void, undefined> {
  const where: readonly Condition[] = [{ field, operator: 'is-exactly', value }]
  for await (const page of certificatePages(storage, { where, sort: { by: field }, limit: PAGE })) yield* page
}

// MON-6: a chain ends with its earliest certificate. Which identities go down with a trusted one.

import type { CryptoProvider } from '../crypto/index.js'
import { type CertificateRecord, isCertificateRecord, type Storage } from '../inventory/index.js'
import { createTrustAnchors, type PathProfile, validatePath } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'
import { noticeSubject, type NoticeSubject } from './notice.js'

export interface ChainOptions {
  readonly storage: Storage
  readonly catalogue: Catalogue
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
}

/**
 * The identities of the node whose chains hold until a trusted certificate ends, and not a second longer, though they
 * themselves would. One that has another way to a root is not among them.
 */
export async function identitiesTakenDown(
  trusted: CertificateRecord,
  { storage, catalogue, profile, crypto }: ChainOptions,
): Promise<readonly NoticeSubject[]> {
  const { node, purpose, notAfter } = trusted
  const identities = catalogue.purposes.filter((one) => one.usage === 'identity' && one.trust === purpose)
  if (identities.length === 0) return []
  const scopes = [purpose, ...identities.map(({ id }) => id)].map((id) => ({ node, purpose: id }))
  const records = (await storage.read(scopes)).records.filter(isCertificateRecord)
  const known = records.filter(({ kind }) => kind === 'trust').map(({ der }) => parseCertificate(der))
  const anchors = createTrustAnchors(known.filter(({ isSelfIssued }) => isSelfIssued))
  const intermediates = known.filter(({ isSelfIssued }) => !isSelfIssued)
  const holds = async (certificate: Certificate, at: number): Promise<boolean> =>
    (await validatePath({ certificate, intermediates, anchors, at: new Date(at), profile, crypto })).ok
  const down: NoticeSubject[] = []
  for (const record of records) {
    if (record.kind !== 'identity' || record.notAfter <= notAfter) continue
    const certificate = parseCertificate(record.der)
    if ((await holds(certificate, notAfter)) && !(await holds(certificate, notAfter + 1000))) {
      down.push(noticeSubject(record))
    }
  }
  return down
}

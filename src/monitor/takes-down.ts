// MON-6: a chain ends with its earliest certificate. Which identities go down with a trusted one.

import type { CryptoProvider } from '../crypto/index.js'
import { type CertificateRecord, type Scope, ScopeMap, type Snapshot, type Storage } from '../inventory/index.js'
import { createTrustAnchors, type PathProfile, type TrustAnchors, validatePath } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import type { Certificate } from '../x509/index.js'
import { type InstalledCertificate, installedCertificates } from './installed-certificate.js'
import { noticeSubject, type NoticeSubject } from './notice.js'

export interface ChainOptions {
  readonly storage: Storage
  readonly catalogue: Catalogue
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
}

/** What a trust purpose of a node holds, and the identities it vouches for. */
interface TrustStore {
  readonly anchors: TrustAnchors
  readonly intermediates: readonly Certificate[]
  readonly identities: readonly InstalledCertificate[]
}

/** Reads each trust store once: use one for one run. */
export class TakenDown {
  private readonly stores = new ScopeMap<Promise<TrustStore>>()

  constructor(private readonly options: ChainOptions) {}

  /**
   * The identities of the node whose chains hold until a trusted certificate ends, and not a second longer, though they
   * themselves would. One that has another way to a root is not among them.
   */
  async identitiesOf({ node, purpose, notAfter }: CertificateRecord): Promise<readonly NoticeSubject[]> {
    const scope = { node, purpose }
    const { identities, anchors, intermediates } = await this.stores.ensure(scope, () => this.read(scope))
    const { profile, crypto } = this.options
    const holds = async (certificate: Certificate, at: number): Promise<boolean> =>
      (await validatePath({ certificate, intermediates, anchors, at: new Date(at), profile, crypto })).ok
    const down: NoticeSubject[] = []
    for (const { record, certificate } of identities) {
      if (record.notAfter <= notAfter) continue
      if ((await holds(certificate, notAfter)) && !(await holds(certificate, notAfter + 1000))) {
        down.push(noticeSubject(record))
      }
    }
    return down
  }

  private async read({ node, purpose }: Scope): Promise<TrustStore> {
    const { storage, catalogue } = this.options
    const vouchedFor = catalogue.purposes.filter((one) => one.usage === 'identity' && one.trust === purpose)
    if (vouchedFor.length === 0) return { anchors: createTrustAnchors([]), intermediates: [], identities: [] }
    const scopes = [purpose, ...vouchedFor.map(({ id }) => id)].map((id) => ({ node, purpose: id }))
    // One by one: of a scope that is damaged nothing can be said, and its storage says so itself.
    const read = scopes.map((scope) => storage.read([scope]).catch(nothingOfDamaged))
    const parsed = installedCertificates((await Promise.all(read)).flatMap(({ records }) => records))
    const trusted = parsed.filter(({ record }) => record.kind === 'trust').map(({ certificate }) => certificate)
    return {
      anchors: createTrustAnchors(trusted.filter(({ isSelfIssued }) => isSelfIssued)),
      intermediates: trusted.filter(({ isSelfIssued }) => !isSelfIssued),
      identities: parsed.filter(({ record }) => record.kind === 'identity'),
    }
  }
}

function nothingOfDamaged(error: unknown): Snapshot {
  if (error instanceof Error && 'code' in error && error.code === 'damaged') return { records: [], revisions: [] }
  throw error
}

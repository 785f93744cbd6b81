// Whose key signed a CRL (RFC 5280 §6.3.3 (f), (g)), and whether that key may speak for the issuer of the certificate.

import type { CertificateList } from '../crl/index.js'
import type { CryptoProvider } from '../crypto/index.js'
import { signatureFault } from '../crypto/signature-fault.js'
import {
  type BuiltPath,
  type CertificatePool,
  type PathFinding,
  type PathProfile,
  type TrustAnchor,
  validatePath,
} from '../path/index.js'
import { workingKey } from '../path/check-path.js'
import { profileOfSigners } from '../path/profile.js'
import type { Certificate, Name, SubjectPublicKeyInfo } from '../x509/index.js'
import type { RevocationStatus } from './status.js'

/** Who issued a certificate: the one above it on a validated path, or the anchor. */
export interface PathIssuer {
  readonly name: Name
  readonly publicKey: SubjectPublicKeyInfo
  /** Undefined for an anchor that is no certificate. */
  readonly certificate: Certificate | undefined
  /** Which authority it is, whatever keys and certificates it has: see {@link authorityOf}. */
  readonly authority: string
}

/** What the status of every certificate of one path is found with. */
export interface CrlInputs {
  readonly lists: readonly CertificateList[]
  /** Where certificates of CRL issuers are found. */
  readonly pool: CertificatePool
  /** §6.3.3 (f): "the trust anchor … MUST be the same". */
  readonly anchor: TrustAnchor
  readonly at: Date
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
}

/**
 * The names from the start of the path up to the anchor, one authority after the other. Names alone are anybody's to
 * certify below an anchor; the same name under the same names is the same authority, with another key.
 */
function authorityOf(path: readonly Certificate[], anchor: TrustAnchor): string {
  const names = [...path.map(({ subject }) => subject), anchor.name].map(({ canonicalKey }) => canonicalKey)
  return JSON.stringify(names.filter((name, i) => name !== names[i - 1]))
}

/** The one above certificate `i` of a path, target first. */
export function issuerOf({ path, anchor }: Pick<BuiltPath, 'path' | 'anchor'>, i: number): PathIssuer {
  const authority = authorityOf(path.slice(i + 1), anchor)
  const certificate = path[i + 1]
  if (certificate === undefined) return { ...anchor, authority }
  return { name: certificate.subject, publicKey: workingKey(path, i + 1, anchor), certificate, authority }
}

/**
 * Paths to CRL issuers that are looked for in one check. A path of five certificates, each with a CRL of an issuer of its
 * own, needs five and those of the issuers; hostile lists would ask for any number.
 */
const MAX_SIGNER_PATHS = 64

/** Keys that are tried for one list: a name is anybody's to take, and each try hashes the whole list. */
const MAX_CANDIDATES = 100

const OTHER_AUTHORITY = 'its issuer is another authority of the same name'

/** The validated key that signed a list, or why there is none. */
type Outcome = SubjectPublicKeyInfo | string

/**
 * Whether a CRL issuer whose own status is being found may answer for itself: where its authority has named it for its
 * own certificate (PKITS 4.14.30), and nobody else has said anything. Whoever stole its key would say `good`.
 */
export type SelfVouching = 'refuse' | 'accept'

/** Finds and validates the keys of lists. One for one path; what is certain it remembers. */
export class CrlSigners {
  private readonly outcomes = new Map<CertificateList, Map<string, Outcome>>()
  /** CRL issuers whose status is being found. */
  private readonly inProgress = new Set<string>()
  private signerPaths = 0

  constructor(
    private readonly inputs: CrlInputs,
    private readonly statusOf: (certificate: Certificate, issuer: PathIssuer) => Promise<RevocationStatus>,
  ) {}

  /** Whether the status of a CRL issuer is being found, so that what is found now may rest on it. */
  get isBusy(): boolean {
    return this.inProgress.size > 0
  }

  /** The validated key that signed the list, or why there is none. */
  async keyOf(list: CertificateList, issuer: PathIssuer, selfVouching: SelfVouching): Promise<Outcome> {
    // An authority's own CRL, not an indirect one: nobody may sign it but this authority.
    const authority = list.issuer.equals(issuer.name) ? issuer.authority : undefined
    const known = this.outcomes.get(list) ?? new Map<string, Outcome>()
    const outcome = known.get(authority ?? '') ?? (await this.findKey(list, issuer, authority, selfVouching))
    if (!this.isBusy) this.outcomes.set(list, known.set(authority ?? '', outcome))
    return outcome
  }

  private async findKey(
    list: CertificateList,
    issuer: PathIssuer,
    authority: string | undefined,
    selfVouching: SelfVouching,
  ): Promise<Outcome> {
    let unverified = 'no certificate of its issuer is at hand'
    let refused: string | undefined
    for (const candidate of this.candidatesFor(list, issuer)) {
      const fault = await this.listFault(list, candidate)
      if (fault === undefined) {
        // The issuer of the certificate is on the path, and the path is valid.
        refused = candidate === issuer ? undefined : await this.faultOf(candidate, authority, selfVouching)
        if (refused === undefined) return candidate.publicKey
      } else unverified = fault
    }
    return refused ?? unverified
  }

  /** Keys that may have signed the list: the certificate's issuer, the anchor, and any certificate with the name. */
  private candidatesFor(list: CertificateList, issuer: PathIssuer): readonly Omit<PathIssuer, 'authority'>[] {
    const { anchor, pool } = this.inputs
    const named = pool
      .named(list.issuer)
      .filter((certificate) => certificate !== issuer.certificate)
      .map((certificate) => ({ name: certificate.subject, publicKey: certificate.publicKey, certificate }))
    return [issuer, anchor, ...named].filter(({ name }) => name.equals(list.issuer)).slice(0, MAX_CANDIDATES)
  }

  private async listFault(
    list: CertificateList,
    { certificate, publicKey }: Omit<PathIssuer, 'authority'>,
  ): Promise<string | undefined> {
    const usage = certificate?.extension('keyUsage')
    // One that cannot be read takes nothing from another candidate.
    if (usage?.error !== undefined) return usage.error.message
    if (usage?.value.includes('cRLSign') === false) return 'its issuer’s keyUsage lacks cRLSign'
    const { signatureAlgorithm, signatureValue, tbsCertList } = list
    const verdict = await this.inputs.crypto.verify(signatureAlgorithm, publicKey, signatureValue, tbsCertList)
    return signatureFault(verdict, 'its signature')
  }

  /** What is against a signer that did not issue the certificate. */
  private async faultOf(
    { certificate }: Pick<PathIssuer, 'certificate'>,
    authority: string | undefined,
    selfVouching: SelfVouching,
  ): Promise<string | undefined> {
    const { anchor } = this.inputs
    if (certificate === undefined || certificate === anchor.certificate) {
      return authority === undefined || authority === authorityOf([], anchor) ? undefined : OTHER_AUTHORITY
    }
    if (!this.inProgress.has(identityOf(certificate))) return this.faultOfPath(certificate, authority)
    const isNamed = authority === undefined
    return selfVouching === 'accept' && isNamed ? undefined : 'it speaks of its own issuer'
  }

  /** Step (f) for a CRL issuer that is not on the path: its own path, to the same anchor, and its own status. */
  private async faultOfPath(certificate: Certificate, authority: string | undefined): Promise<string | undefined> {
    if (++this.signerPaths > MAX_SIGNER_PATHS)
      return `more than ${MAX_SIGNER_PATHS} paths to CRL issuers were looked for`
    const { anchor, pool, at, crypto } = this.inputs
    const profile = profileOfSigners(this.inputs.profile)
    const furtherCheck = (built: BuiltPath): Promise<readonly PathFinding[]> => {
      const isOther = authority !== undefined && authority !== authorityOf(built.path, anchor)
      return Promise.resolve(isOther ? [otherAuthority(certificate)] : [])
    }
    const question = { certificate, intermediates: pool, anchors: [anchor], at, profile, crypto }
    const verdict = await validatePath({ ...question, furtherCheck })
    if (!verdict.ok) {
      const [finding] = verdict.findings
      return `its issuer has no valid path to the anchor: ${finding?.message ?? ''}`
    }
    const identity = identityOf(certificate)
    this.inProgress.add(identity)
    try {
      for (const [i, one] of verdict.path.entries()) {
        const { status } = await this.statusOf(one, issuerOf(verdict, i))
        if (status !== 'good') return `the status of its issuer’s path is ${status}`
      }
      return undefined
    } finally {
      this.inProgress.delete(identity)
    }
  }
}

const identityOf = ({ issuer, serialNumber }: Certificate): string => `${issuer.canonicalKey} ${serialNumber}`

/** Makes the search for a path go on. */
const otherAuthority = (certificate: Certificate): PathFinding => ({
  code: 'revocation-undetermined',
  message: OTHER_AUTHORITY,
  remedy: '',
  rule: 'RFC 5280 §6.3.3 (f)',
  subject: certificate.subject,
  certificate,
})

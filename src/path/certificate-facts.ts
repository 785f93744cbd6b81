// What validation asks of a certificate, decoded once however many paths it stands on.

import { ParseError } from '../base/errors.js'
import type {
  BasicConstraints,
  Certificate,
  Extension,
  ExtendedKeyUsage,
  ExtensionName,
  ExtensionValues,
  GeneralName,
  KeyUsage,
  PublicKey,
  SignatureAlgorithm,
} from '../x509/index.js'
import { compileNameConstraints, type CompiledConstraints } from './name-constraints.js'

/** Extensions whose meaning validation, or the check of revocation after it, takes into account. */
const processed: readonly string[] = [
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltName',
  'issuerAltName',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'nameConstraints',
  'certificatePolicies',
  'policyMappings',
  'policyConstraints',
  'inhibitAnyPolicy',
  'cRLDistributionPoints',
  'freshestCRL',
  'authorityInfoAccess',
  'subjectInfoAccess',
  'ocspNoCheck',
  'noRevAvail',
]

/** A certificate, decoded. Values of malformed extensions are undefined here and listed in `malformed`. */
export class CertificateFacts {
  readonly subjectKey: string
  readonly issuerKey: string
  readonly isSelfIssued: boolean
  readonly notBefore: number
  readonly notAfter: number
  readonly key: PublicKey | undefined
  readonly signatureAlgorithm: SignatureAlgorithm | undefined
  /** Faults of the key, the signature algorithm and the extensions this library decodes. */
  readonly malformed: readonly ParseError[]
  /** Critical extensions nobody here processes. */
  readonly unknownCritical: readonly Extension[]

  readonly basicConstraints: BasicConstraints | undefined
  readonly keyUsage: KeyUsage | undefined
  readonly extendedKeyUsage: ExtendedKeyUsage | undefined
  readonly subjectAltName: readonly GeneralName[] | undefined
  readonly nameConstraints: CompiledConstraints | undefined

  private readonly extensions = new Map<string, Extension>()

  constructor(readonly certificate: Certificate) {
    const { subject, issuer } = certificate
    this.subjectKey = subject.canonicalKey
    this.isSelfIssued = subject.equals(issuer)
    this.issuerKey = this.isSelfIssued ? this.subjectKey : issuer.canonicalKey
    this.notBefore = certificate.notBeforeTime
    this.notAfter = certificate.notAfterTime
    const malformed: ParseError[] = []
    const unknownCritical: Extension[] = []
    this.key = read(() => certificate.publicKey.key, malformed)
    this.signatureAlgorithm = read(() => certificate.signatureAlgorithm, malformed)
    for (const extension of certificate.extensions) {
      const { name, error } = extension
      if (error !== undefined) malformed.push(error)
      else if (name !== undefined) this.extensions.set(name, extension)
      if (extension.critical && (name === undefined || !processed.includes(name))) unknownCritical.push(extension)
    }
    this.malformed = malformed
    this.unknownCritical = unknownCritical
    this.basicConstraints = this.value('basicConstraints')
    this.keyUsage = this.value('keyUsage')
    this.extendedKeyUsage = this.value('extendedKeyUsage')
    this.subjectAltName = this.value('subjectAltName')
    const constraints = this.value('nameConstraints')
    this.nameConstraints = constraints && compileNameConstraints(constraints)
  }

  /** RFC 5280 §4.2.1.9: whether the subject says it is a certification authority. */
  get isAuthority(): boolean {
    return this.basicConstraints?.cA === true
  }

  /** Value of an extension; undefined where it is absent or malformed. */
  value<N extends ExtensionName>(name: N): ExtensionValues[N] | undefined {
    return this.extensions.get(name)?.value as ExtensionValues[N] | undefined
  }

  /** Whether the extension is present, and well formed, with this criticality. */
  has(name: ExtensionName, criticality: 'critical' | 'non-critical'): boolean {
    return this.extensions.get(name)?.critical === (criticality === 'critical')
  }
}

function read<T>(decode: () => T, malformed: ParseError[]): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    malformed.push(error)
    return undefined
  }
}

/** The facts of a certificate, decoded on the first call. */
export function factsOf(certificate: Certificate): CertificateFacts {
  if (certificate.derived instanceof CertificateFacts) return certificate.derived
  const facts = new CertificateFacts(certificate)
  certificate.derived = facts
  return facts
}

// What validation asks of a certificate, decoded once however many paths it stands on.

import { latin1 } from '../base/bytes.js'
import { isParseError, type ParseError } from '../base/errors.js'
import type {
  BasicConstraints,
  Certificate,
  Extension,
  ExtendedKeyUsage,
  ExtensionName,
  ExtensionValues,
  GeneralName,
  KeyUsage,
  PolicyInformation,
  PublicKey,
  SignatureAlgorithm,
} from '../x509/index.js'
import { hasUnnamedBit } from '../x509/extensions/named-bits.js'
import { compileNameConstraints, type CompiledConstraints } from './name-constraints.js'

/** What the algorithm of §6.1 reads of every certificate. Alternative names it reads under name constraints. */
const alwaysRead: readonly string[] = [
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'nameConstraints',
  'certificatePolicies',
  'policyMappings',
  'policyConstraints',
  'inhibitAnyPolicy',
]

/** Extensions whose meaning validation, or the check of revocation after it, takes into account. */
const processed: readonly string[] = [
  ...alwaysRead,
  'subjectAltName',
  'issuerAltName',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'cRLDistributionPoints',
  'freshestCRL',
  'authorityInfoAccess',
  'subjectInfoAccess',
  'ocspNoCheck',
  'noRevAvail',
]

const isUnprocessed = ({ critical, name }: Extension): boolean => !critical && !alwaysRead.includes(name ?? '')

/** RFC 5280 §4.2.1.4: who meets a critical one must understand it "including the optional qualifier", or refuse. */
const hasUnknownQualifier = ({ policyQualifiers }: PolicyInformation): boolean =>
  policyQualifiers.some(({ type }) => type === 'unknown')

/** Whether a well formed extension has a part nobody here knows the meaning of. */
function hasUnknownPart(extension: Extension): boolean {
  const { name } = extension
  // Tag, length and the number of unused bits come first.
  if (name === 'keyUsage') return hasUnnamedBit(extension.bytes.subarray(3))
  return name === 'certificatePolicies' && (extension.value as readonly PolicyInformation[]).some(hasUnknownQualifier)
}

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
  /** Faults of extensions that are not critical and that §6.1 does not read, or reads under name constraints alone. */
  readonly malformedUnprocessed: readonly ParseError[]
  /** Critical extensions nobody here processes, or not all of it. */
  readonly unknownCritical: readonly Extension[]

  readonly basicConstraints: BasicConstraints | undefined
  readonly keyUsage: KeyUsage | undefined
  readonly extendedKeyUsage: ExtendedKeyUsage | undefined
  readonly subjectAltName: readonly GeneralName[] | undefined
  readonly nameConstraints: CompiledConstraints | undefined

  /** Well formed and known by name. A list, which for so few is made and searched faster than a Map. */
  private readonly extensions: Extension[] = []
  private entity: string | undefined

  /** What search.ts found wrong at any time, by the rules of a profile for a role. Findings know facts, not facts them. */
  lasting: { readonly rules: unknown; readonly findings: unknown } | undefined

  constructor(readonly certificate: Certificate) {
    const { subject, issuer } = certificate
    this.subjectKey = subject.canonicalKey
    this.isSelfIssued = subject.equals(issuer)
    this.issuerKey = this.isSelfIssued ? this.subjectKey : issuer.canonicalKey
    ;[this.notBefore, this.notAfter] = certificate.validity
    const malformed: ParseError[] = []
    const malformedUnprocessed: ParseError[] = []
    const unknownCritical: Extension[] = []
    this.key = read(() => certificate.publicKey.key, malformed)
    this.signatureAlgorithm = read(() => certificate.signatureAlgorithm, malformed)
    for (const extension of certificate.extensions) {
      const { name, error } = extension
      if (error !== undefined) (isUnprocessed(extension) ? malformedUnprocessed : malformed).push(error)
      else if (name !== undefined) this.extensions.push(extension)
      if (!extension.critical) continue
      if (!processed.includes(name ?? '') || (error === undefined && hasUnknownPart(extension))) {
        unknownCritical.push(extension)
      }
    }
    this.malformed = malformed
    this.malformedUnprocessed = malformedUnprocessed
    this.unknownCritical = unknownCritical
    this.basicConstraints = this.value('basicConstraints')
    this.keyUsage = this.value('keyUsage')
    this.extendedKeyUsage = this.value('extendedKeyUsage')
    this.subjectAltName = this.value('subjectAltName')
    const constraints = this.value('nameConstraints')
    this.nameConstraints = constraints && compileNameConstraints(constraints)
  }

  /** The same text for the same subject, key and alternative names, whoever signed (RFC 4158 §5.2). */
  get entityKey(): string {
    return (this.entity ??= this.entityText())
  }

  private entityText(): string {
    const { der } = this.certificate.publicKey
    const names = this.certificate.extension('subjectAltName')?.bytes
    // The key is DER, which says where it ends.
    const parts = [latin1(der, 0, der.length), names === undefined ? '' : latin1(names, 0, names.length)]
    return [...parts, this.subjectKey].join('')
  }

  /** Whether there is a subjectAltName that cannot be read. */
  get hasMalformedNames(): boolean {
    return this.subjectAltName === undefined && this.certificate.extension('subjectAltName') !== undefined
  }

  /** RFC 5280 §4.2.1.9: whether the subject says it is a certification authority. */
  get isAuthority(): boolean {
    return this.basicConstraints?.cA === true
  }

  /** Value of an extension; undefined where it is absent or malformed. */
  value<N extends ExtensionName>(name: N): ExtensionValues[N] | undefined {
    return this.extension(name)?.value as ExtensionValues[N] | undefined
  }

  /** Whether the extension is present, and well formed, with this criticality. */
  has(name: ExtensionName, criticality: 'critical' | 'non-critical'): boolean {
    return this.extension(name)?.critical === (criticality === 'critical')
  }

  private extension(name: ExtensionName): Extension | undefined {
    for (const extension of this.extensions) if (extension.name === name) return extension
    return undefined
  }
}

function read<T>(decode: () => T, malformed: ParseError[]): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (!isParseError(error)) throw error
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

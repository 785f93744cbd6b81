// Writes one certificate: what its options say, and defaults for what they do not. Every field can be made wrong.

import { keyIdentifier, publicKeyBits, randomSerialNumber } from '../authoring/certificate-parts.js'
import type { Signer } from '../authoring/index.js'
import type { Der } from '../base/brands.js'
import type { Clock } from '../base/clock.js'
import * as tags from '../der/tags.js'
import { bitString, explicit, integer, sequence } from '../der/writer.js'
import type { ExtensionName } from '../x509/index.js'
import {
  changedExtensions,
  type ExtensionChanges,
  type ExtensionInputs,
  extensionsField,
  plannedExtensions,
} from './extensions.js'
import type { TestKey, TestKeyType } from './keys.js'
import { implicit, nameOf, type TestGeneralNames, type TestName } from './names.js'
import { signed, type SignatureChanges } from './sign.js'
import type { WrittenCertificate } from './test-certificate.js'
import { HOUR, type TimeForm, timeOf, wholeSeconds } from './times.js'

/** Fields and extensions of a certificate. What is not given has a default that makes the certificate right. */
export interface CertificateOptions
  extends
    Partial<ExtensionInputs>,
    ExtensionChanges<ExtensionName>,
    SignatureChanges,
    Pick<TestGeneralNames, 'dns' | 'ip' | 'email' | 'uri'> {
  /** The subject's name. */
  readonly name?: TestName
  /** The issuer's name. Default the authority's. */
  readonly issuerName?: TestName
  /** Kind of the key. Default the authority's. */
  readonly keyType?: TestKeyType
  readonly key?: TestKey
  /** DER of the subjectPublicKeyInfo, whatever the key. */
  readonly publicKey?: Uint8Array
  /**
   * Default 3. Versions 1 and 2 have no extensions but those asked for; another number is written as it is, less one.
   */
  readonly version?: number
  /** Default positive, of 159 random bits. Any integer. */
  readonly serialNumber?: bigint
  /** Default an hour before the clock's time, and never after notAfter. Whole seconds. */
  readonly notBefore?: Date
  /** Default 45 days after notBefore; of authorities ten years. */
  readonly notAfter?: Date
  /** Default what RFC 5280 §4.1.2.5 demands: UTCTime through 2049. */
  readonly timeForm?: TimeForm
  /** Bits of the unique identifiers, whole bytes. */
  readonly issuerUniqueID?: Uint8Array
  readonly subjectUniqueID?: Uint8Array
}

/** Who signs a certificate: its own subject, or an authority. */
export interface CertificateIssuer {
  /** DER of its name. */
  readonly name: Uint8Array
  readonly key: Signer
  /** Undefined where the certificate is self-signed and needs none. */
  readonly keyIdentifier: Uint8Array | undefined
}

/** What a kind of certificate brings along. */
export interface CertificateDefaults {
  readonly name: TestName
  readonly extensions: Readonly<Partial<ExtensionInputs>>
  /** Milliseconds from notBefore to notAfter. */
  readonly lifetime: number
}

function validity(options: CertificateOptions, lifetime: number, clock: Clock): Uint8Array {
  const usual = wholeSeconds(clock.now()).getTime() - HOUR
  const end = options.notAfter?.getTime()
  const notBefore = options.notBefore?.getTime() ?? (end !== undefined && end <= usual ? end - lifetime : usual)
  return sequence(timeOf(notBefore, options.timeForm), timeOf(end ?? notBefore + lifetime, options.timeForm))
}

const uniqueIdentifier = (number: number, bits: Uint8Array | undefined): readonly Uint8Array[] =>
  bits === undefined ? [] : [implicit(tags.context(number), bitString(bits))]

/**
 * Writes a certificate for a public key.
 * @param publicKey DER of the subjectPublicKeyInfo
 */
export async function writeCertificate(
  options: CertificateOptions,
  defaults: CertificateDefaults,
  issuer: CertificateIssuer,
  publicKey: Uint8Array,
  clock: Clock,
): Promise<WrittenCertificate> {
  const { version = 3, serialNumber = randomSerialNumber(), issuerName } = options
  const subject = nameOf(options.name ?? defaults.name)
  const inputs = await extensionInputs(options, version < 3 ? {} : defaults.extensions, issuer, publicKey)
  // RFC 5280 §4.1.2.6: where the subject is empty, subjectAltName is critical.
  const critical = subject.length > 2 ? options.critical : { subjectAltName: true, ...options.critical }
  const extensions = changedExtensions(plannedExtensions(inputs), { ...options, critical: critical ?? {} })
  const write = (algorithm: Uint8Array): Uint8Array =>
    sequence(
      // DEFAULT v1: DER leaves it out (X.690 §11.5).
      ...(version === 1 ? [] : [explicit(0, integer(version - 1))]),
      integer(serialNumber),
      algorithm,
      issuerName === undefined ? issuer.name : nameOf(issuerName),
      validity(options, defaults.lifetime, clock),
      subject,
      publicKey,
      ...uniqueIdentifier(1, options.issuerUniqueID),
      ...uniqueIdentifier(2, options.subjectUniqueID),
      ...extensionsField(3, extensions),
    )
  return {
    der: (await signed(write, issuer.key, options)) as Der<'Certificate'>,
    subject,
    serialNumber,
    publicKey,
    keyIdentifier: inputs.subjectKeyIdentifier ?? (await keyIdentifierOf(publicKey)),
    isAuthority: inputs.basicConstraints?.cA === true,
  }
}

async function extensionInputs(
  options: CertificateOptions,
  defaults: Readonly<Partial<ExtensionInputs>>,
  issuer: CertificateIssuer,
  publicKey: Uint8Array,
): Promise<Readonly<Partial<ExtensionInputs>>> {
  const names = alternativeNamesOf(options)
  const identifiers =
    (options.version ?? 3) < 3
      ? {}
      : {
          subjectKeyIdentifier: await keyIdentifierOf(publicKey),
          ...(issuer.keyIdentifier === undefined ? {} : { authorityKeyIdentifier: issuer.keyIdentifier }),
        }
  return { ...defaults, ...identifiers, ...options, ...(names === undefined ? {} : { subjectAltName: names }) }
}

/** Names in the short form and those of `subjectAltName` together; undefined where there are neither. */
export function alternativeNamesOf(options: CertificateOptions): TestGeneralNames | undefined {
  const { subjectAltName } = options
  const forms = ['dns', 'ip', 'email', 'uri'] as const
  if (forms.every((form) => options[form] === undefined)) return subjectAltName
  const both = <T>(short: readonly T[] = [], long: readonly T[] = []): readonly T[] => [...short, ...long]
  return {
    ...subjectAltName,
    dns: both(options.dns, subjectAltName?.dns),
    ip: both(options.ip, subjectAltName?.ip),
    email: both(options.email, subjectAltName?.email),
    uri: both(options.uri, subjectAltName?.uri),
  }
}

/** RFC 5280 §4.2.1.2, method 1; of bytes that are no key, as tests may give them, over all of them. */
async function keyIdentifierOf(publicKey: Uint8Array): Promise<Uint8Array> {
  try {
    return await keyIdentifier({ keyBytes: publicKeyBits(publicKey) })
  } catch {
    return keyIdentifier({ keyBytes: publicKey })
  }
}

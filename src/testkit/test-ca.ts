// An authority for tests: it issues certificates and CRLs, revokes, and answers for what it has issued.

import { type Clock, systemClock } from '../base/clock.js'
import type { CertificationRequest } from '../pkcs10/index.js'
import { Certificate } from '../x509/index.js'
import { type CertIdHash, certIdOf } from './cert-id.js'
import {
  type CertificateDefaults,
  type CertificateIssuer,
  type CertificateOptions,
  writeCertificate,
} from './certificate.js'
import { type CrlOptions, type TestCrl, writeCrl } from './crl.js'
import { authorityDefaults, crlIssuerDefaults, grantedExtensions, leafDefaults, responderDefaults } from './defaults.js'
import { generateTestKey, type TestKey, testKey } from './keys.js'
import { nameOf } from './names.js'
import { integerValue, type TestCertId } from './ocsp-request.js'
import type { TestCertificateStatus } from './ocsp-response.js'
import { createOcspResponder, type OcspResponder, type OcspResponderOptions } from './ocsp-responder.js'
import { type Revocation, RevocationLog, type RevocationReason } from './revocations.js'
import { IssuedCertificate, TestCertificate, type WrittenCertificate } from './test-certificate.js'

/** Fields of an authority's certificate. */
export interface AuthorityOptions extends CertificateOptions {
  /** Short for `basicConstraints: { cA: true, pathLenConstraint }`. */
  readonly pathLenConstraint?: number
}

/** A root and its clock. */
export interface TestCaOptions extends AuthorityOptions {
  /** Tells the time to the authority and to all below it. Default the machine's. */
  readonly clock?: Clock
}

/** An answer to a request: the subject and key of the request, and of its extensions those that are granted. */
export interface AnswerOptions extends CertificateOptions {
  /** The request. Its signature is not verified. */
  readonly request: CertificationRequest
  /** Whether the extensions asked for are granted, but for those the options speak of, or ignored. Default `grant`. */
  readonly requestedExtensions?: 'grant' | 'ignore'
}

/** When and why a certificate is revoked. */
export interface RevocationOptions {
  /** Default the clock's time. Whole seconds. */
  readonly at?: Date
  /** Undefined gives none. `removeFromCRL` releases a certificate from hold. */
  readonly reason?: RevocationReason
  readonly invalidityDate?: Date
}

/** A certificate in one of the forms the authority knows it by. */
export type TestCertificateReference = IssuedCertificate | Certificate | bigint

const serialNumberOf = (reference: TestCertificateReference): bigint => {
  if (typeof reference === 'bigint') return reference
  return reference instanceof Certificate ? integerValue(reference.serialNumberBytes) : reference.serialNumber
}

/**
 * A certification authority in memory, with its key. Nothing it says is to be trusted outside a test. Roots are made by
 * {@link createTestCa}, others by {@link TestCa.issueIntermediate}.
 */
export class TestCa extends TestCertificate {
  // What has been issued, by serial number: whether it is an authority.
  private readonly issued = new Map<bigint, boolean>()
  private readonly log = new RevocationLog()
  private crlNumber = 0n
  // Where the log stood when the CRL of a number was issued.
  private readonly crlPositions = new Map<bigint, number>()

  /** @internal */
  constructor(
    written: WrittenCertificate,
    above: readonly IssuedCertificate[] | undefined,
    key: TestKey,
    private readonly clock: Clock,
  ) {
    super(written, above, key)
  }

  /**
   * Issues an end entity's certificate: by default a TLS server's, with the key its type and all leaves share.
   * @throws TypeError for names and identifiers that cannot be written
   */
  issue(options: AnswerOptions): Promise<IssuedCertificate>
  issue(options?: CertificateOptions): Promise<TestCertificate>
  async issue(options: CertificateOptions | AnswerOptions = {}): Promise<IssuedCertificate> {
    if ('request' in options) return this.answer(options)
    const key = options.key ?? (await testKey(options.keyType ?? this.key.keyType))
    return this.certify(options, leafDefaults(options, key.keyType), key)
  }

  /** Issues an authority's certificate, by default with a new key, and returns that authority. It shares the clock. */
  async issueIntermediate(options: AuthorityOptions = {}): Promise<TestCa> {
    const key = options.key ?? (await generateTestKey(options.keyType ?? this.key.keyType))
    const defaults = authorityDefaults('Test Intermediate', options.pathLenConstraint)
    return new TestCa(await this.write(options, defaults, key.publicKey), this.chain, key, this.clock)
  }

  /** Certifies another authority's name and key: a second way up for what that one has issued. */
  async crossSign(authority: TestCertificate, options: AuthorityOptions = {}): Promise<TestCertificate> {
    const { subject, keyIdentifier } = authority.written
    const defaults = authorityDefaults(subject, options.pathLenConstraint)
    const same = { subjectKeyIdentifier: keyIdentifier, ...options }
    return this.certify(same, defaults, authority.key)
  }

  /** Issues the certificate of an issuer of CRLs that is no authority: see {@link CrlOptions.issuer}. */
  async issueCrlIssuer(options: CertificateOptions = {}): Promise<TestCertificate> {
    const key = options.key ?? (await testKey(options.keyType ?? this.key.keyType, 'CRL issuer'))
    return this.certify(options, crlIssuerDefaults('Test CRL Issuer'), key)
  }

  /**
   * Revokes a certificate: from now on CRLs list it and responders say so.
   * @throws TypeError for a certificate of another issuer; a serial number alone is not questioned
   */
  revoke(certificate: TestCertificateReference, options: RevocationOptions = {}): void {
    const serialNumber = serialNumberOf(certificate)
    const isAuthority = this.issued.get(serialNumber)
    if (isAuthority === undefined && typeof certificate !== 'bigint') {
      throw new TypeError('revoke: expected a certificate of this authority, or a serial number')
    }
    const { at = this.clock.now(), ...rest } = options
    this.log.add({ serialNumber, revocationDate: at, isAuthority, ...rest })
  }

  /** What is revoked now, as a complete CRL lists it. */
  get revocations(): readonly Revocation[] {
    return this.log.current
  }

  /** Issues a CRL: by default a complete one of everything revoked. */
  async crl(options: CrlOptions = {}): Promise<TestCrl> {
    const { delta, number, issuer = this } = options
    const next = number === undefined ? this.crlNumber + 1n : BigInt(number)
    if (next > this.crlNumber) this.crlNumber = next
    // Noted before anything is awaited, so that what is revoked meanwhile is not taken for told.
    if (!this.crlPositions.has(next)) this.crlPositions.set(next, this.log.position)
    const revocations = delta === undefined ? this.log.current : this.log.since(this.positionsFrom(BigInt(delta.base)))
    return writeCrl(options, { number: next, issuer, revocations, now: this.clock.now() })
  }

  /** Where the log stood when the CRL of a number was issued, or at its beginning if it was not; and at every CRL since. */
  private positionsFrom(base: bigint): readonly number[] {
    const first = this.crlPositions.get(base) ?? 0
    return [first, ...[...this.crlPositions.values()].filter((position) => position > first)]
  }

  /** The CertID by which OCSP asks for a certificate of this authority. */
  certId(certificate: TestCertificateReference, hash: CertIdHash = 'sha-1'): Promise<TestCertId> {
    return certIdOf(this, serialNumberOf(certificate), hash)
  }

  /** Starts answering for the certificates of this authority: a function in the Fetch API's types. */
  async ocspResponder(options: OcspResponderOptions = {}): Promise<OcspResponder> {
    const authority = {
      certificate: this,
      clock: this.clock,
      statusOf: (serialNumber: bigint): TestCertificateStatus => this.statusOf(serialNumber),
    }
    return createOcspResponder(options, authority, options.responder ?? (await this.responder(options)))
  }

  private async responder(options: OcspResponderOptions): Promise<TestCertificate> {
    const { mode = 'delegated', responderCertificate = {} } = options
    if (mode === 'direct') return this
    const keyType = responderCertificate.keyType ?? this.key.keyType
    const key = responderCertificate.key ?? (await testKey(keyType, `${mode} responder`))
    if (mode === 'delegated') return this.certify(responderCertificate, responderDefaults('Test OCSP Responder'), key)
    const defaults = responderDefaults('Test Designated Responder')
    return new TestCertificate(await selfSigned(responderCertificate, defaults, key, this.clock), undefined, key)
  }

  private statusOf(serialNumber: bigint): TestCertificateStatus {
    const revocation = this.log.of(serialNumber)
    if (revocation === undefined) return this.issued.has(serialNumber) ? 'good' : 'unknown'
    const { revocationDate, reason } = revocation
    return { revocationTime: revocationDate, ...(reason === undefined ? {} : { revocationReason: reason }) }
  }

  private async answer(options: AnswerOptions): Promise<IssuedCertificate> {
    const { request, requestedExtensions = 'grant' } = options
    const publicKey = request.publicKey.der
    const named = { name: request.subject, ...options }
    if (requestedExtensions === 'ignore') {
      const defaults = leafDefaults(named, request.publicKey.key.type)
      return new IssuedCertificate(await this.write(named, defaults, publicKey), this.chain)
    }
    const defaults = { ...leafDefaults(named, ''), extensions: { basicConstraints: {} } }
    const extensions = [...grantedExtensions(request, options), ...(options.extensions ?? [])]
    return new IssuedCertificate(await this.write({ ...named, extensions }, defaults, publicKey), this.chain)
  }

  private async certify(
    options: CertificateOptions,
    defaults: CertificateDefaults,
    key: TestKey,
  ): Promise<TestCertificate> {
    return new TestCertificate(await this.write(options, defaults, key.publicKey), this.chain, key)
  }

  private async write(
    options: CertificateOptions,
    defaults: CertificateDefaults,
    keyOfSubject: Uint8Array,
  ): Promise<WrittenCertificate> {
    const { subject, keyIdentifier } = this.written
    const issuer: CertificateIssuer = { name: subject, key: this.key, keyIdentifier }
    const written = await writeCertificate(options, defaults, issuer, options.publicKey ?? keyOfSubject, this.clock)
    this.issued.set(written.serialNumber, written.isAuthority)
    return written
  }
}

function selfSigned(
  options: CertificateOptions,
  defaults: CertificateDefaults,
  key: TestKey,
  clock: Clock,
): Promise<WrittenCertificate> {
  const name = nameOf(options.name ?? defaults.name)
  return writeCertificate(
    options,
    defaults,
    { name, key, keyIdentifier: undefined },
    options.publicKey ?? key.publicKey,
    clock,
  )
}

/**
 * Makes a root: an authority with a self-signed certificate and a key of its own.
 *
 * @param options fields of the root's certificate, each with a default that is right; `keyType` is what all below it take
 *   too, unless told otherwise (default `p256`)
 * @example
 * const root = await createTestCa({ name: 'Test Root' })
 * const intermediate = await root.issueIntermediate({ pathLenConstraint: 0 })
 * const server = await intermediate.issue({ dns: ['a.example'] })
 */
export async function createTestCa(options: TestCaOptions = {}): Promise<TestCa> {
  const { clock = systemClock, pathLenConstraint } = options
  const key = options.key ?? (await generateTestKey(options.keyType))
  const written = await selfSigned(options, authorityDefaults('Test Root', pathLenConstraint), key, clock)
  return new TestCa(written, undefined, key, clock)
}

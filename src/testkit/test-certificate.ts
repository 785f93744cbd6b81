// Certificates of the kit: their DER, right or wrong, what was put into them, and the way up to the root.

import type { Der } from '../base/brands.js'
import { writePem } from '../pem/index.js'
import { type Certificate, parseCertificate } from '../x509/index.js'
import type { TestKey } from './keys.js'

/** What the writer of a certificate knows about it without reading it. */
export interface WrittenCertificate {
  readonly der: Der<'Certificate'>
  /** DER of the subject's name. */
  readonly subject: Uint8Array
  /** DER of the subjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly serialNumber: bigint
  /** What an authorityKeyIdentifier of this issuer holds. */
  readonly keyIdentifier: Uint8Array
  /** Whether basicConstraints was asked to say so. */
  readonly isAuthority: boolean
}

/** A certificate the kit has written. It may be malformed, if that was asked for. */
export class IssuedCertificate {
  readonly der: Der<'Certificate'>
  readonly serialNumber: bigint
  private parsed: Certificate | undefined

  /** @internal Authorities make them. `above` is undefined for a self-signed one. */
  constructor(
    /** @internal */
    readonly written: WrittenCertificate,
    private readonly above: readonly IssuedCertificate[] | undefined,
  ) {
    this.der = written.der
    this.serialNumber = written.serialNumber
  }

  /** The certificate, read. @throws ParseError where it was made malformed */
  get certificate(): Certificate {
    return (this.parsed ??= parseCertificate(this.der))
  }

  get pem(): string {
    return writePem('CERTIFICATE', this.der)
  }

  /** This certificate and those above it up to the root, which is left out; empty for a root. */
  get chain(): readonly IssuedCertificate[] {
    return this.above === undefined ? [] : [this, ...this.above]
  }

  /** PEM of the {@link chain}, as TLS servers take it. */
  get chainPem(): string {
    return this.chain.map(({ pem }) => pem).join('')
  }
}

/** A certificate the kit has written, with its private key. */
export class TestCertificate extends IssuedCertificate {
  /** @internal */
  constructor(
    written: WrittenCertificate,
    above: readonly IssuedCertificate[] | undefined,
    readonly key: TestKey,
  ) {
    super(written, above)
  }
}

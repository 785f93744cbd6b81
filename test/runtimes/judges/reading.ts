/** Certificates read, held against what another reader said of them. */

import { readCertificates } from '../../../src/reading/index.js'
import { describe, parseCertificate, ParseError } from '../../../src/x509/index.js'
import { expectEqual } from '../vector.js'

/** What node:crypto says of a certificate. */
export interface ReadCase {
  readonly id: string
  readonly pem: string
  readonly sha256: string
  readonly serialNumber: string
  readonly notBefore: number
  readonly notAfter: number
  readonly keyType: string
  readonly isAuthority: boolean
  /** What `describe` says of it on Node, from the sources; other tests hold that against `openssl x509 -text`. */
  readonly description: string
}

export async function judgeReading(testCase: ReadCase): Promise<void> {
  const { certificates } = readCertificates(testCase.pem)
  const [certificate] = certificates
  if (certificate === undefined || certificates.length > 1) throw new Error(`found ${certificates.length} certificates`)
  expectEqual('sha256', await certificate.fingerprint('sha-256'), testCase.sha256)
  expectEqual('serialNumber', certificate.serialNumber, testCase.serialNumber)
  expectEqual('notBefore', certificate.notBefore.getTime(), testCase.notBefore)
  expectEqual('notAfter', certificate.notAfter.getTime(), testCase.notAfter)
  expectEqual('key type', certificate.publicKey.key.type, testCase.keyType)
  expectEqual('cA', certificate.basicConstraints?.cA ?? false, testCase.isAuthority)
  expectEqual('description', describe(certificate), testCase.description)
}

/** Bytes that are no certificate, with the code and the offset they are refused with. */
export interface RefusedCase {
  readonly id: string
  readonly der: Uint8Array<ArrayBuffer>
  readonly code: string
  readonly offset: number
}

export function judgeRefused({ der, code, offset }: RefusedCase): Promise<void> {
  try {
    parseCertificate(der)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    expectEqual('refusal', [error.code, error.offset], [code, offset])
    return Promise.resolve()
  }
  throw new Error(`expected ${code} at ${offset}, found a certificate`)
}

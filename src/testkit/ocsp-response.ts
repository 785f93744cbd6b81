// Writes OCSP responses (RFC 6960 §4.2).

import type { Der } from '../base/brands.js'
import { context, contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { element, explicit, generalizedTime, integer, nullValue, octetString, sequence } from '../der/writer.js'
import { extensionOf, extensionsField, type TestExtension } from './extensions.js'
import { identifier } from './identifiers.js'
import { implicit } from './names.js'
import type { TestCertId } from './ocsp-request.js'
import { reasonCodes, type RevocationReason } from './revocations.js'
import { signed, type SignatureChanges } from './sign.js'
import type { TestCertificate } from './test-certificate.js'

/** OCSPResponseStatus by name (RFC 6960 §4.2.1). */
export type OcspResponseStatus = keyof typeof statusCodes

const statusCodes = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

/** Status of a certificate. */
export type TestCertificateStatus =
  'good' | 'unknown' | { readonly revocationTime: Date; readonly revocationReason?: RevocationReason }

/** SingleResponse: what is said of one certificate. */
export interface TestSingleResponse {
  readonly certId: TestCertId
  readonly status: TestCertificateStatus
  readonly thisUpdate: Date
  /** Undefined leaves it out: newer information is always to be had. */
  readonly nextUpdate: Date | undefined
  /** singleExtensions. */
  readonly extensions?: readonly TestExtension[]
}

/** An OCSPResponse that holds a status and no answer. */
export const statusResponse = (status: OcspResponseStatus): Der<'OCSPResponse'> =>
  sequence(integer(statusCodes[status], tags.ENUMERATED)) as Der<'OCSPResponse'>

function certId({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: TestCertId): Uint8Array {
  return sequence(hashAlgorithm, octetString(issuerNameHash), octetString(issuerKeyHash), integer(serialNumber))
}

function certStatus(status: TestCertificateStatus): Uint8Array {
  if (status === 'good') return implicit(context(0), nullValue())
  if (status === 'unknown') return implicit(context(2), nullValue())
  const { revocationTime, revocationReason } = status
  const reason =
    revocationReason === undefined ? [] : [explicit(0, integer(reasonCodes[revocationReason], tags.ENUMERATED))]
  return element(contextConstructed(1), generalizedTime(revocationTime.getTime()), ...reason)
}

const singleResponse = ({ nextUpdate, extensions = [], ...single }: TestSingleResponse): Uint8Array =>
  sequence(
    certId(single.certId),
    certStatus(single.status),
    generalizedTime(single.thisUpdate.getTime()),
    ...(nextUpdate === undefined ? [] : [explicit(0, generalizedTime(nextUpdate.getTime()))]),
    ...extensionsField(1, extensions.map(extensionOf)),
  )

/** What a basic response is written from. */
export interface BasicResponse {
  readonly responder: TestCertificate
  /** DER of the ResponderID. */
  readonly responderId: Uint8Array
  readonly producedAt: Date
  readonly responses: readonly TestSingleResponse[]
  /** responseExtensions. */
  readonly extensions: readonly TestExtension[]
  readonly certificates: readonly Uint8Array[]
}

/** Writes and signs a successful OCSPResponse with a BasicOCSPResponse in it. */
export async function writeOcspResponse(
  { responder, responderId, producedAt, responses, extensions, certificates }: BasicResponse,
  changes: SignatureChanges,
): Promise<Der<'OCSPResponse'>> {
  // ResponseData names no algorithm, so that nothing of the changes goes inside.
  const responseData = (): Uint8Array =>
    sequence(
      responderId,
      generalizedTime(producedAt.getTime()),
      sequence(...responses.map(singleResponse)),
      ...extensionsField(1, extensions.map(extensionOf)),
    )
  const certs = certificates.length === 0 ? [] : [explicit(0, sequence(...certificates))]
  const basic = await signed(responseData, responder.key, changes, ...certs)
  const bytes = explicit(0, sequence(identifier('ocspBasic'), octetString(basic)))
  return sequence(integer(statusCodes.successful, tags.ENUMERATED), bytes) as Der<'OCSPResponse'>
}

// An OCSP responder (RFC 6960) as a function from request to response, in the Fetch API's types: no server is needed.

import { keyIdentifier, publicKeyBits } from '../authoring/certificate-parts.js'
import type { Der } from '../base/brands.js'
import { latin1Bytes } from '../base/bytes.js'
import type { Clock } from '../base/clock.js'
import { readOr } from '../base/errors.js'
import { explicit, octetString } from '../der/writer.js'
import { isIssuedBy } from './cert-id.js'
import type { CertificateOptions } from './certificate.js'
import type { TestExtension } from './extensions.js'
import { oidOf } from './identifiers.js'
import { readOcspRequest, type TestCertId, type TestOcspRequest } from './ocsp-request.js'
import {
  type OcspResponseStatus,
  statusResponse,
  type TestCertificateStatus,
  type TestSingleResponse,
  writeOcspResponse,
} from './ocsp-response.js'
import type { SignatureChanges } from './sign.js'
import type { IssuedCertificate, TestCertificate } from './test-certificate.js'
import { DAY, wholeSeconds } from './times.js'

/** Who signs: the authority itself, a responder it has certified, or one its clients have been told to trust. */
export type OcspResponderMode = 'direct' | 'delegated' | 'designated'

/**
 * How a responder answers. By default it does so rightly, as a delegated one. Responses name their signature algorithm
 * outside the signed part only.
 */
export interface OcspResponderOptions extends SignatureChanges {
  /** Default `delegated`. */
  readonly mode?: OcspResponderMode
  /** Certificate and key that answer, instead of those made for the mode. */
  readonly responder?: TestCertificate
  /** Fields of the certificate that is made for a delegated or designated responder. */
  readonly responderCertificate?: CertificateOptions
  /** Status by serial number; undefined for what the authority knows: good, revoked, or unknown if it issued no such. */
  readonly status?: (serialNumber: bigint) => TestCertificateStatus | undefined
  /** Default the clock's time when asked. */
  readonly thisUpdate?: Date
  /** Default a day after thisUpdate. */
  readonly nextUpdate?: Date | 'omit'
  /** Default the clock's time when asked. */
  readonly producedAt?: Date
  /** Default `echo`: the nonce of the request, where it has one. Bytes are the nonce itself, asked for or not. */
  readonly nonce?: 'echo' | 'omit' | Uint8Array
  /** Default `name`. Bytes are the DER of a whole ResponderID. */
  readonly responderId?: 'name' | 'key' | Uint8Array
  /** Certificates sent along. Default the responder's, but for a direct one, whom the client knows. */
  readonly certificates?: readonly IssuedCertificate[]
  /** Answers with this status and nothing else. */
  readonly responseStatus?: OcspResponseStatus
  /** Makes of the right answers those given: more, fewer, others. */
  readonly answers?: (right: readonly TestSingleResponse[]) => readonly TestSingleResponse[]
  /** singleExtensions of each answer. */
  readonly singleExtensions?: readonly TestExtension[]
  /** responseExtensions, behind the nonce. */
  readonly extensions?: readonly TestExtension[]
}

/** The parts of the Fetch API's Request this uses. */
export interface OcspHttpRequest {
  readonly method: string
  readonly url: string
  arrayBuffer(): Promise<ArrayBuffer>
}

/** The parts of a Response that everybody knows the types of. */
export interface OcspHttpResponse {
  readonly status: number
  readonly headers: {
    get(name: string): string | null
    forEach(visit: (value: string, name: string) => void): void
  }
  arrayBuffer(): Promise<ArrayBuffer>
}

/** The Fetch API's Response where its type is known, so that the responder stands in for `fetch`; its shape elsewhere. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Instance } }
  ? Instance
  : OcspHttpResponse

/** Answers a request as a server would, by POST and GET (RFC 6960 appendix A.1). It never rejects for what it is sent. */
export interface OcspResponder {
  (request: OcspHttpRequest): Promise<FetchResponse>
  /** Answers an OCSPRequest with an OCSPResponse, DER both, without HTTP. */
  answer(request: Uint8Array): Promise<Der<'OCSPResponse'>>
  /** The certificate that signs: for a designated responder what clients are to trust. */
  readonly certificate: TestCertificate
}

/** What the responder has to know about its authority. */
export interface OcspAuthority {
  readonly certificate: TestCertificate
  readonly clock: Clock
  statusOf(serialNumber: bigint): TestCertificateStatus
}

const MEDIA_TYPE = 'application/ocsp-response'

/** A responder for the certificates of `authority`, signing as `responder`. */
export function createOcspResponder(
  options: OcspResponderOptions,
  authority: OcspAuthority,
  responder: TestCertificate,
): OcspResponder {
  const answer = (request: Uint8Array): Promise<Der<'OCSPResponse'>> => respond(request, options, authority, responder)
  const overHttp = async (request: OcspHttpRequest): Promise<FetchResponse> => {
    const asked = await bodyOf(request)
    if (asked === undefined) return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
    // A copy, since the types of Response take no views on shared memory.
    return new Response(new Uint8Array(await answer(asked)), { headers: { 'content-type': MEDIA_TYPE } })
  }
  return Object.assign(overHttp, { answer, certificate: responder })
}

/** The OCSPRequest in an HTTP request; empty where there is none, undefined for a method that carries none. */
async function bodyOf(request: OcspHttpRequest): Promise<Uint8Array | undefined> {
  if (request.method === 'POST') return new Uint8Array(await request.arrayBuffer())
  return request.method === 'GET' ? requestInPath(new URL(request.url).pathname) : undefined
}

/**
 * RFC 6960 appendix A.1: `{url}/{url-encoding of base-64 encoding of the DER}`. Where the responder's own path ends is not
 * known here, and base-64 has slashes: the first part that reads as a request is it.
 */
function requestInPath(path: string): Uint8Array {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    try {
      const binary = atob(decodeURIComponent(path.slice(slash + 1)))
      const bytes = latin1Bytes(binary)
      readOcspRequest(bytes)
      return bytes
    } catch {
      // No base-64, or no request: the next slash may begin it.
    }
  }
  return new Uint8Array(0)
}

const readOrUndefined = (request: Uint8Array): TestOcspRequest | undefined =>
  readOr(
    () => readOcspRequest(request),
    () => undefined,
  )

async function respond(
  request: Uint8Array,
  options: OcspResponderOptions,
  authority: OcspAuthority,
  responder: TestCertificate,
): Promise<Der<'OCSPResponse'>> {
  if (options.responseStatus !== undefined && options.responseStatus !== 'successful') {
    return statusResponse(options.responseStatus)
  }
  const asked = readOrUndefined(request)
  if (asked === undefined) return statusResponse('malformedRequest')
  const known = await Promise.all(asked.certIds.map((certId) => isIssuedBy(certId, authority.certificate)))
  // RFC 6960 §2.3: "the server is not capable of responding authoritatively to this query".
  if (!known.includes(true)) return statusResponse('unauthorized')
  const now = wholeSeconds(authority.clock.now())
  const right = asked.certIds.map((certId, index) => {
    const status = options.status?.(certId.serialNumber) ?? authority.statusOf(certId.serialNumber)
    return singleResponse(certId, known[index] === true ? status : 'unknown', options, now)
  })
  return writeOcspResponse(
    {
      responder,
      responderId: await responderId(responder, options.responderId),
      producedAt: options.producedAt ?? now,
      responses: options.answers?.(right) ?? right,
      extensions: [...nonceExtension(options.nonce, asked.nonce), ...(options.extensions ?? [])],
      certificates: (options.certificates ?? (options.mode === 'direct' ? [] : [responder])).map(({ der }) => der),
    },
    options,
  )
}

function singleResponse(
  certId: TestCertId,
  status: TestCertificateStatus,
  options: OcspResponderOptions,
  now: Date,
): TestSingleResponse {
  const { thisUpdate = now, nextUpdate, singleExtensions = [] } = options
  return {
    certId,
    status,
    thisUpdate,
    nextUpdate: nextUpdate === 'omit' ? undefined : (nextUpdate ?? new Date(thisUpdate.getTime() + DAY)),
    extensions: singleExtensions,
  }
}

function nonceExtension(
  nonce: OcspResponderOptions['nonce'] = 'echo',
  asked: Uint8Array | undefined,
): readonly TestExtension[] {
  const oid = oidOf('ocspNonce')
  if (ArrayBuffer.isView(nonce)) return [{ oid, value: octetString(nonce) }]
  return nonce === 'omit' || asked === undefined ? [] : [{ oid, value: asked }]
}

async function responderId(
  { written }: TestCertificate,
  id: OcspResponderOptions['responderId'] = 'name',
): Promise<Uint8Array> {
  if (ArrayBuffer.isView(id)) return id
  if (id === 'name') return explicit(1, written.subject)
  // RFC 6960 §4.2.1: SHA-1 of the key's bits, whatever its subjectKeyIdentifier says.
  return explicit(2, octetString(await keyIdentifier({ keyBytes: publicKeyBits(written.publicKey) })))
}

// Issuers nobody sent, fetched from where certificates say they are (RFC 5280 §4.2.2.1, id-ad-caIssuers).

import { isParseError } from '../base/errors.js'
import { checkHttpOptions, fetchBytes, HttpError, type HttpFetchOptions } from '../net/http-fetch.js'
import { readCertificates } from '../reading/index.js'
import { accessUris } from '../x509/access-uris.js'
import type { Certificate } from '../x509/index.js'
import type { IssuerSource } from './issuers.js'

/** URIs of one certificate that are asked: certificates name one or two, hostile ones hundreds. */
const MAX_URIS = 2
/** Bytes of an answer: a certificate has 2 kB, a bundle of cross certificates some tens. */
const MAX_SIZE = 256 * 1024

/**
 * Fetches the issuers a certificate names by the caIssuers of its authorityInfoAccess: a certificate in DER, or PKCS#7, over
 * http or https. Off unless you pass it: the URIs come from certificates nobody has validated yet, so whoever sends one has
 * this process ask a host of its choice. Private hosts are refused by default; `limits.issuerFetches` bounds how often it
 * is asked in one validation. What comes back is as untrusted as what peers send.
 *
 * @throws TypeError for a limit that is no number
 * @example
 * const verdict = await validatePath({ certificate, anchors, at, issuers: fetchIssuerSource({ timeout: 3000 }) })
 */
export function fetchIssuerSource(options: HttpFetchOptions = {}): IssuerSource {
  checkHttpOptions(options)
  return {
    async issuersOf(certificate) {
      const uris = accessUris(certificate, 'caIssuers').slice(0, MAX_URIS)
      const found: Certificate[] = []
      let failure: Error | undefined
      for (const uri of uris) {
        try {
          const bytes = await fetchBytes({ uri, origin: 'certificate', what: 'the issuer' }, options, MAX_SIZE)
          found.push(...readCertificates(bytes).certificates)
        } catch (error) {
          if (!(error instanceof HttpError) && !isParseError(error)) throw error
          failure = error
        }
      }
      if (found.length === 0 && failure !== undefined) throw failure
      return found
    },
  }
}

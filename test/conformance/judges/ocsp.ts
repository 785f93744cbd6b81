/** Judges OpenSSL's OCSP cases: the path first, then each response against the certificate it is for. */

import { decideRevocation, evaluateOcspResponse } from '../../../src/ocsp/index.js'
import { createTrustAnchors, explain, rfc5280Section6, validatePath } from '../../../src/path/index.js'
import { readCertificates } from '../../../src/reading/index.js'
import { type Certificate, ParseError } from '../../../src/x509/index.js'
import type { OcspCase } from '../formats/ocsp.js'
import type { Judgement } from '../runner.js'

/** The responses and certificates are of 2012 and signed with SHA-1. */
const profile = { ...rfc5280Section6, legacyAlgorithms: 'accept' } as const

/** OpenSSL's tests take the first certificate of a file. */
function firstOf(pem: string): Certificate {
  const [certificate] = readCertificates(pem).certificates
  if (certificate === undefined) throw new TypeError('no certificate in the PEM of the case')
  return certificate
}

export async function judgeOcsp(testCase: OcspCase): Promise<Judgement> {
  try {
    const { at } = testCase
    const path = await validatePath({
      certificate: firstOf(testCase.certificate),
      intermediates: testCase.intermediates.map(firstOf),
      anchors: createTrustAnchors([firstOf(testCase.root)]),
      at,
      profile,
    })
    if (!path.ok) return { accepted: false, detail: explain(path) }
    for (const [i, response] of testCase.responses.entries()) {
      const certificate = path.path[i]
      if (certificate === undefined) throw new TypeError('more responses than certificates')
      const issuer = path.path[i + 1] ?? path.anchor
      // RFC 6960 §4.2.2.2.1 leaves responders without ocspNoCheck to local policy; these cases were made to be accepted.
      const responderWithoutNoCheck = 'accept'
      const verdict = await evaluateOcspResponse({
        certificate,
        issuer,
        response,
        at,
        profile,
        responderWithoutNoCheck,
      })
      const { accept, findings } = decideRevocation(verdict, 'common-criteria')
      if (!accept) return { accepted: false, detail: findings.map(({ message }) => message).join('; ') }
    }
    return { accepted: true, detail: 'good' }
  } catch (error) {
    if (error instanceof ParseError) return { accepted: false, detail: error.message }
    throw error
  }
}

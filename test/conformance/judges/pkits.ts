/** Judges the NIST PKITS tests with validatePath and checkRevocation, policies included. */

import { createTrustAnchors, explain, rfc5280Section6, validatePath } from '../../../src/path/index.js'
import { parseCertificateList, type CertificateList } from '../../../src/crl/index.js'
import { checkRevocation } from '../../../src/revocation/index.js'
import { parseCertificate, ParseError } from '../../../src/x509/index.js'
import type { PkitsCase } from '../formats/pkits.js'
import type { Judgement } from '../runner.js'

/**
 * PKITS tests the algorithm of §6.1, with certificates that break what RFC 5280 asks of authorities: basicConstraints and
 * policyConstraints that are not critical, in paths that are to be valid (4.6.4, 4.8.6). Two tests have DSA keys.
 */
const profile = { ...rfc5280Section6, legacyAlgorithms: 'accept' } as const

/** A list that cannot be read is none: whether that matters is for the check to say. */
function readableList(der: Uint8Array): readonly CertificateList[] {
  try {
    return [parseCertificateList(der)]
  } catch (error) {
    if (error instanceof ParseError) return []
    throw error
  }
}

export async function judgePkits(testCase: PkitsCase): Promise<Judgement> {
  try {
    const [anchor, ...rest] = testCase.certificates.map((der) => parseCertificate(der))
    const certificate = rest.pop()
    if (anchor === undefined || certificate === undefined) throw new TypeError('a case needs an anchor and a target')
    const verdict = await validatePath({
      certificate,
      intermediates: rest,
      anchors: createTrustAnchors([anchor]),
      at: testCase.at,
      profile,
      policies: {
        initialPolicySet: testCase.initialPolicySet,
        explicitPolicy: testCase.initialExplicitPolicy ? 'required' : 'optional',
        policyMapping: testCase.initialPolicyMappingInhibit ? 'inhibited' : 'allowed',
        anyPolicy: testCase.initialInhibitAnyPolicy ? 'inhibited' : 'allowed',
      },
    })
    if (!verdict.ok) return { accepted: false, detail: explain(verdict) }
    const crls = testCase.crls.flatMap((der) => readableList(der))
    const revocation = await checkRevocation(verdict, {
      sources: { crls },
      at: testCase.at,
      profile,
      certificates: rest,
    })
    if (!revocation.ok) return { accepted: false, detail: revocation.findings.map(({ message }) => message).join('; ') }
    const found = [...verdict.policies.userConstrained].sort().join(' ')
    const expected = [...testCase.userConstrainedPolicySet].sort().join(' ')
    if (testCase.accept && found !== expected)
      return { accepted: false, detail: `policies "${found}", not "${expected}"` }
    return { accepted: true, detail: 'valid' }
  } catch (error) {
    if (error instanceof ParseError) return { accepted: false, detail: error.message }
    throw error
  }
}

/** Judges x509-limbo's cases with validatePath. The profile follows from the namespace of the case, and from nothing else. */

import { getPublicSuffix } from 'tldts'
import { parseCertificateList } from '../../../src/crl/index.js'
import { readPem } from '../../../src/pem/index.js'
import { checkRevocation } from '../../../src/revocation/index.js'
import { readCertificates } from '../../../src/reading/index.js'
import {
  type BuiltPath,
  createTrustAnchors,
  explain,
  type PathFinding,
  type PathProfile,
  type PathVerdict,
  type PeerName,
  rfc5280,
  validatePath,
  webpki,
} from '../../../src/path/index.js'
import { type Certificate, ParseError } from '../../../src/x509/index.js'
import type { LimboCase, LimboPeerName } from '../formats/limbo.js'
import type { Judgement } from '../runner.js'

/** The one table: what is not in it is judged by RFC 5280. */
const profileOfNamespace: Readonly<Record<string, PathProfile | undefined>> = {
  rfc5280,
  webpki,
  // Chains of public web servers.
  online: webpki,
}

const publicSuffixes = {
  isPublicSuffix: (domain: string): boolean => getPublicSuffix(domain, { allowPrivateDomains: true }) === domain,
}

const certificateOf = (pem: string): Certificate => {
  const [certificate] = readCertificates(pem).certificates
  if (certificate === undefined) throw new TypeError('no certificate in the PEM of the case')
  return certificate
}

function peerNameOf({ kind, value }: LimboPeerName): PeerName {
  return kind === 'DNS' ? { dns: value } : kind === 'IP' ? { ip: value } : { email: value }
}

/**
 * The cases give CRLs and no policy. Revoked refuses; so does a list of the certificate's own issuer that cannot be used, as
 * it may be the one that revokes. Where the issuer has issued none there is nothing to ask.
 */
async function crlFindings(path: BuiltPath, testCase: LimboCase): Promise<readonly PathFinding[]> {
  if (testCase.crls.length === 0) return []
  const crls = testCase.crls.flatMap((pem) => readPem(pem).map(({ bytes }) => parseCertificateList(bytes)))
  const at = testCase.at ?? new Date()
  const { findings } = await checkRevocation(path, { sources: { crls }, at })
  return findings
    .filter(({ certificate }) => crls.some(({ issuer }) => issuer.equals(certificate.issuer)))
    .map(({ code, message, rule, certificate }) => ({
      code: code === 'revoked' ? code : 'revocation-undetermined',
      message,
      rule,
      remedy: '',
      subject: certificate.subject,
      certificate,
    }))
}

/** The verdicts of a case: one for each expected peer name, all of which must be good. */
export async function limboVerdicts(testCase: LimboCase): Promise<readonly PathVerdict[]> {
  const { expectedPeerName, expectedPeerNames, maxChainDepth, validationKind } = testCase
  const profile = profileOfNamespace[testCase.id.split('::')[0] ?? ''] ?? rfc5280
  const purpose = testCase.extendedKeyUsage.map((usage) => (usage === 'OCSPSigning' ? 'ocspSigning' : usage))
  const standard = validationKind === 'SERVER' ? 'serverAuth' : 'clientAuth'
  const request = {
    certificate: certificateOf(testCase.peerCertificate),
    intermediates: testCase.untrustedIntermediates.map(certificateOf),
    anchors: createTrustAnchors(testCase.trustedCertificates.map(certificateOf)),
    at: testCase.at ?? new Date(),
    profile,
    purpose: purpose.length === 0 ? [standard] : purpose,
    furtherCheck: (path: BuiltPath) => crlFindings(path, testCase),
    keyUsage: testCase.keyUsage as readonly 'digitalSignature'[],
    publicSuffixes,
    ...(maxChainDepth === undefined ? {} : { maxChainDepth }),
  }
  const names = expectedPeerName === undefined ? expectedPeerNames : [expectedPeerName]
  if (names.length === 0) return [await validatePath(request)]
  return Promise.all(names.map((name) => validatePath({ ...request, peerName: peerNameOf(name) })))
}

export async function judgeLimbo(testCase: LimboCase): Promise<Judgement> {
  try {
    const verdicts = await limboVerdicts(testCase)
    const refused = verdicts.find(({ ok }) => !ok)
    return { accepted: refused === undefined, detail: refused === undefined ? 'valid' : explain(refused) }
  } catch (error) {
    if (error instanceof ParseError) return { accepted: false, detail: error.message }
    throw error
  }
}

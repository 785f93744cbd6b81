// The revocation suites, judged: OpenSSL's OCSP responses, NIST PKITS, and the CRL cases of x509-limbo.

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluateOcspResponse } from '../../src/ocsp/index.js'
import { createTrustAnchors, rfc5280Section6, validatePath } from '../../src/path/index.js'
import { readCertificates } from '../../src/reading/index.js'
import type { Certificate } from '../../src/x509/index.js'
import { conformanceData } from '../support/conformance-data.js'
import { summary } from '../support/ocsp.js'
import { loadLimbo } from './formats/limbo.js'
import { loadOcsp, type OcspCase } from './formats/ocsp.js'
import { loadPkits } from './formats/pkits.js'
import { judgeLimbo, limboVerdicts } from './judges/limbo.js'
import { judgeOcsp } from './judges/ocsp.js'
import { judgePkits } from './judges/pkits.js'
import { judgeAll } from './runner.js'

const data = conformanceData('the revocation suites: OpenSSL’s OCSP cases, NIST PKITS, the CRL cases of x509-limbo')

/** What each refused OCSP case is refused for; what is not listed is `responder-not-authorized`. */
const ocspPins: readonly (readonly [RegExp, string])[] = [
  // A certificate of the path that is not the issuer, or a CertID with one hash of another issuer.
  [/wrong_(subject|key)?_?issuer|issuer_name_hash|issuer_key_hash/, 'pinned below'],
]

/** The first certificate of a file, as OpenSSL's tests take it. */
const firstOf = (pem: string): readonly Certificate[] => readCertificates(pem).certificates.slice(0, 1)

/** What is found of each response of a case; `path` where the path itself does not hold. */
async function findingsOf({ root, intermediates, certificate, responses, at }: OcspCase): Promise<readonly string[]> {
  const profile = { ...rfc5280Section6, legacyAlgorithms: 'accept' } as const
  const [target] = firstOf(certificate)
  if (target === undefined) return []
  const path = await validatePath({
    certificate: target,
    intermediates: intermediates.flatMap(firstOf),
    anchors: createTrustAnchors(firstOf(root)),
    at,
    profile,
  })
  if (!path.ok) return ['path']
  return Promise.all(
    responses.map(async (response, i) => {
      const [one = target, issuer = path.anchor] = path.path.slice(i, i + 2)
      const policy = { profile, responderWithoutNoCheck: 'accept' } as const
      return summary(await evaluateOcspResponse({ certificate: one, issuer, response, at, ...policy }))
    }),
  )
}

describe.skipIf(data === undefined)('OpenSSL’s OCSP cases', () => {
  it('OCS-9 agree, all 29', async () => {
    const cases = loadOcsp(join(data ?? '', 'openssl-ocsp'))
    expect(cases).toHaveLength(29)
    expect((await judgeAll(cases, judgeOcsp)).disagreements).toEqual([])
  })

  it('OCS-9 fail for the reason they are made to fail for', async () => {
    for (const testCase of loadOcsp(join(data ?? '', 'openssl-ocsp'))) {
      console.log(testCase.id, testCase.expected, testCase.failing, await findingsOf(testCase), ocspPins.length)
    }
  })
})

describe.skipIf(data === undefined)('NIST PKITS', () => {
  it('agrees on all 249 subtests, those that need CRLs included', async () => {
    const cases = loadPkits(join(data ?? '', 'pkits'))
    expect(cases).toHaveLength(249)
    expect((await judgeAll(cases, judgePkits)).disagreements).toEqual([])
  })

  it('would not agree without the CRLs', async () => {
    const cases = loadPkits(join(data ?? '', 'pkits')).map((one) => ({ ...one, crls: [] }))
    const { disagreements } = await judgeAll(cases, judgePkits)
    // Every good path becomes one whose status is undetermined, and no bad path becomes good.
    expect(disagreements.every(({ kind }) => kind === 'false reject')).toBe(true)
    expect(disagreements).toHaveLength(cases.filter(({ accept }) => accept).length)
  })
})

describe.skipIf(data === undefined)('x509-limbo', () => {
  it('agrees on its CRL cases, and refuses for the revocation alone', async () => {
    const cases = loadLimbo(data ?? '').filter(({ id }) => id.startsWith('crl::'))
    expect((await judgeAll(cases, judgeLimbo)).disagreements).toEqual([])
    const codes = new Map<string, string>()
    for (const one of cases) {
      const verdicts = await limboVerdicts(one)
      codes.set(
        one.id,
        verdicts.flatMap((verdict) => (verdict.ok ? [] : verdict.findings.map(({ code }) => code))).join(),
      )
    }
    expect(Object.fromEntries(codes)).toEqual({
      'crl::revoked-certificate-with-crl': 'revoked',
      'crl::certificate-serial-on-crl-different-issuer': '',
      'crl::crlnumber-critical': 'revocation-undetermined',
      'crl::issuer-missing-crlsign': 'revocation-undetermined',
      'crl::issuer-valid-crlsign-and-keycertsign': '',
    })
  })
})

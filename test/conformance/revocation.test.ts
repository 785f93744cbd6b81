// The revocation suites, judged: OpenSSL's OCSP responses, NIST PKITS, and the CRL cases of x509-limbo.

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CryptoProvider, runtimeCrypto } from '../../src/crypto/index.js'
import { evaluateOcspResponse, type OcspVerdict } from '../../src/ocsp/index.js'
import { createTrustAnchors, explain, rfc5280Section6, validatePath } from '../../src/path/index.js'
import { readCertificates } from '../../src/reading/index.js'
import type { Certificate } from '../../src/x509/index.js'
import { conformanceData } from '../support/conformance-data.js'
import { refusals, summary } from '../support/ocsp.js'
import { loadLimbo } from './formats/limbo.js'
import { loadOcsp, type OcspCase } from './formats/ocsp.js'
import { loadPkits } from './formats/pkits.js'
import { judgeLimbo, limboVerdicts } from './judges/limbo.js'
import { judgeOcsp } from './judges/ocsp.js'
import { judgePkits } from './judges/pkits.js'
import { judgeAll } from './runner.js'

const data = conformanceData('the revocation suites: OpenSSL’s OCSP cases, NIST PKITS, the CRL cases of x509-limbo')

const SIGNATURE = 'the signature of the response does not verify'
const NO_RESPONDER = 'no certificate sent along is the responder’s'
const SIGNER = 'of the responder’s certificate, its signature does not verify with the key of its issuer'

/**
 * By the name of a case why it is refused, and what it comes to where every signature is taken for valid: OpenSSL changed
 * the responses' bytes and did not sign them again, so that the hashes of a CertID are looked at in this way only.
 */
const ocspPins: readonly (readonly [name: RegExp, reason: string, unsigned: string])[] = [
  [/^direct.*_invalid_response_signature/, `issuer: ${SIGNATURE}`, 'good by issuer'],
  [/^delegated.*_invalid_response_signature/, `delegated: ${SIGNATURE}`, 'good by delegated'],
  [/^direct.*_wrong_responder_id/, 'issuer: the response names another responder', 'responder-not-authorized'],
  [/^delegated.*_wrong_responder_id/, `delegated: ${NO_RESPONDER}`, 'responder-not-authorized'],
  [/^direct.*_wrong_issuer_(name|key)_hash/, `issuer: ${SIGNATURE}`, 'certificate-not-covered'],
  [/^delegated.*_wrong_issuer_(name|key)_hash/, `delegated: ${SIGNATURE}`, 'certificate-not-covered'],
  [/^delegated_with_intermediate_invalid_wrong_key_in/, `delegated: ${NO_RESPONDER}`, 'responder-not-authorized'],
  [/^delegated_invalid_wrong_key_in_signing_cert/, `delegated: ${SIGNER}`, 'good by delegated'],
  [/^delegated.*_signature_on_signing_cert/, `delegated: ${SIGNER}`, 'good by delegated'],
]

/** Takes every signature for valid. */
const credulous: CryptoProvider = {
  digest: (algorithm, bytes) => runtimeCrypto.digest(algorithm, bytes),
  verify: () => 'valid',
}

/** The first certificate of a file, as OpenSSL's tests take it. */
const firstOf = (pem: string): readonly Certificate[] => readCertificates(pem).certificates.slice(0, 1)

/** The verdict on each response of a case, the end entity's first. */
async function verdictsOf(testCase: OcspCase, crypto = runtimeCrypto): Promise<readonly OcspVerdict[]> {
  const { root, intermediates, certificate, responses, at } = testCase
  const profile = { ...rfc5280Section6, legacyAlgorithms: 'accept' } as const
  const [target] = firstOf(certificate)
  if (target === undefined) throw new TypeError('no certificate in the case')
  const anchors = createTrustAnchors(firstOf(root))
  const path = await validatePath({
    certificate: target,
    intermediates: intermediates.flatMap(firstOf),
    anchors,
    at,
    profile,
  })
  if (!path.ok) throw new Error(explain(path))
  return Promise.all(
    responses.map((response, i) => {
      const one = path.path[i] ?? target
      const issuer = path.path[i + 1] ?? path.anchor
      const policy = { profile, responderWithoutNoCheck: 'accept', crypto } as const
      return evaluateOcspResponse({ certificate: one, issuer, response, at, ...policy })
    }),
  )
}

describe.skipIf(data === undefined)('OpenSSL’s OCSP cases', () => {
  it('OCS-9 agree, all 29', async () => {
    const cases = loadOcsp(join(data ?? '', 'openssl-ocsp'))
    expect(cases).toHaveLength(29)
    expect((await judgeAll(cases, judgeOcsp)).disagreements).toEqual([])
  })

  it('OCS-9 fail for the reason they are made to fail for, and for the certificate they are made to fail for', async () => {
    const cases = loadOcsp(join(data ?? '', 'openssl-ocsp')).filter(({ expected }) => expected === 'rejected')
    expect(cases).toHaveLength(24)
    for (const testCase of cases) {
      const pins = ocspPins.filter(([name]) => name.test(testCase.id))
      expect([testCase.id, pins.length]).toEqual([testCase.id, 1])
      const failing = testCase.failing === 'intermediate' ? 1 : 0
      const verdicts = await verdictsOf(testCase)
      expect(verdicts.map(({ ok }) => ok)).toEqual(verdicts.map((_, i) => i !== failing))
      const [, reason = '', unsigned = ''] = pins[0] ?? []
      const verdict = verdicts[failing]
      expect(verdict && summary(verdict)).toBe('responder-not-authorized')
      expect(verdict && refusals(verdict).join()).toContain(reason)
      const believed = (await verdictsOf(testCase, credulous))[failing]
      // One response is dated after the time of its case as well.
      expect(believed && summary(believed).split(', '), testCase.id).toContain(unsigned)
    }
  })

  it('OCS-9 are good by the model they are named after, or stale', async () => {
    for (const testCase of loadOcsp(join(data ?? '', 'openssl-ocsp')).filter(
      ({ expected }) => expected !== 'rejected',
    )) {
      const model = testCase.id.startsWith('direct') ? 'good by issuer' : 'good by delegated'
      const expected = testCase.expected === 'stale' ? 'stale' : model
      for (const verdict of await verdictsOf(testCase))
        expect([testCase.id, summary(verdict)]).toEqual([testCase.id, expected])
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

/** The roots Node carries as anchors: which of them a profile refuses, and that the guide says so. */

import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CryptoProvider } from '../../src/crypto/index.js'
import { appliance, type PathProfile, rfc5280, validatePath, webpki } from '../../src/path/index.js'
import { createTestCa, type TestCa } from '../../src/testkit/index.js'
import { type Certificate, certificateFrom } from '../../src/x509/index.js'

const roots = rootCertificates.map((pem) => certificateFrom(pem))
const titleOf = ({ subject }: Certificate): string =>
  subject.get('commonName') ?? subject.get('organizationalUnitName') ?? ''

/** The rules that roots break, by those that do, in whatever version of Node; under `webpki`, and under the others. */
const known: Readonly<Record<string, { readonly webpki: readonly string[]; readonly others: readonly string[] }>> = {
  'TWCA Global Root CA': { webpki: ['subject-key-identifier-missing'], others: ['subject-key-identifier-missing'] },
  'ePKI Root Certification Authority': {
    webpki: ['authority-key-usage-missing', 'basic-constraints-not-critical'],
    others: ['basic-constraints-not-critical'],
  },
  'QuoVadis Root CA 2': { webpki: ['authority-key-identifier-form'], others: [] },
  'QuoVadis Root CA 3': { webpki: ['authority-key-identifier-form'], others: [] },
  Certigna: { webpki: ['authority-key-identifier-form'], others: [] },
}

/** Nobody has the roots' keys: what they sign is taken to be signed. */
const trusting: CryptoProvider = { digest: () => Promise.reject(new Error('not asked')), verify: () => 'valid' }

describe('the roots Node carries', () => {
  let ca: TestCa
  beforeAll(async () => {
    ca = await createTestCa()
  })

  /** What keeps a root from being the anchor of a TLS server, in the middle of its validity. */
  const against = async (root: Certificate, profile: PathProfile): Promise<readonly string[]> => {
    const at = new Date((root.notBeforeTime + root.notAfterTime) / 2)
    const { certificate } = await ca.issue({
      issuerName: root.subject,
      dns: ['www.example.com'],
      notBefore: new Date(at.getTime() - 3_600_000),
      notAfter: new Date(at.getTime() + 3_600_000),
    })
    const request = { certificate, anchors: [root], at, profile, crypto: trusting, purpose: ['serverAuth'] as const }
    const verdict = await validatePath(request)
    return verdict.ok ? [] : verdict.findings.map(({ code }) => code).sort()
  }

  for (const profile of [webpki, rfc5280, appliance]) {
    it(`anchor paths under ${profile.name}, but for those whose certificates break a rule`, async () => {
      for (const root of roots) {
        const expected = known[titleOf(root)]?.[profile === webpki ? 'webpki' : 'others'] ?? []
        expect(await against(root, profile), titleOf(root)).toEqual(expected)
      }
    })
  }

  it('anchor them where the rule is lifted off anchors', async () => {
    for (const root of roots) {
      const broken = known[titleOf(root)]?.webpki ?? []
      const lifted = Object.fromEntries(broken.map((rule) => [rule, ['authority', 'target'] as const]))
      const profile = { ...webpki, rules: { ...webpki.rules, ...lifted } }
      expect(await against(root, profile), titleOf(root)).toEqual([])
    }
  })

  it('are not to be had anew by who trusts them: what to do says so', async () => {
    const root = await createTestCa({ without: ['subjectKeyIdentifier'] })
    const { certificate } = await root.issue({ authorityKeyIdentifier: new Uint8Array(20) })
    const verdict = await validatePath({ certificate, anchors: [root.certificate], at: new Date() })
    expect(verdict).toMatchObject({
      ok: false,
      findings: [
        {
          code: 'subject-key-identifier-missing',
          remedy: 'trust another root, or lift the rule off anchors in the profile',
        },
      ],
    })
  })

  it('are named in the guide where they are refused', () => {
    const guide = readFileSync('docs/path-validation.md', 'utf8').replace(/\s+/g, ' ')
    for (const name of Object.keys(known)) expect(guide).toContain(name)
  })
})

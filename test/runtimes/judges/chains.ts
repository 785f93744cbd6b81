/** Chains made in the runtime itself, of keys of each kind, and held to be valid there; and not when a byte is changed. */

import { createTrustAnchors, validatePath } from '../../../src/path/index.js'
import { createTestCa, generateTestKey, type TestKeyType } from '../../../src/testkit/index.js'
import { type Certificate, parseCertificate } from '../../../src/x509/index.js'
import { expectEqual, Unsupported } from '../vector.js'

export interface ChainCase {
  readonly id: string
  readonly keyType: TestKeyType
}

export async function judgeChain({ keyType }: ChainCase): Promise<void> {
  const key = await generateTestKey(keyType).catch((error: unknown): never => {
    throw new Unsupported(String(error))
  })
  const root = await createTestCa({ key })
  const intermediate = await root.issueIntermediate({ key })
  const leaf = await intermediate.issue({ dns: ['www.example.com'], key })
  const verdictOf = async (certificate: Certificate): Promise<unknown> => {
    const verdict = await validatePath({
      certificate,
      intermediates: [intermediate.certificate],
      anchors: createTrustAnchors([root.certificate]),
      at: new Date(),
      peerName: { dns: 'www.example.com' },
    })
    return verdict.ok || [...new Set(verdict.findings.map(({ code }) => code))]
  }
  expectEqual('verdict', await verdictOf(leaf.certificate), true)
  const forged = Uint8Array.from(leaf.certificate.der)
  const last = forged.length - 1
  forged[last] = (forged[last] ?? 0) ^ 1
  expectEqual('verdict of the forgery', await verdictOf(parseCertificate(forged)), ['signature-invalid'])
}

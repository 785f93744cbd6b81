/** Certificates held against what a purpose asks of them, and requests made for each purpose. */

import {
  createCertificateRequest,
  createSelfSignedCertificate,
  validFor,
  verifyRequestSignature,
} from '../../../src/authoring/index.js'
import { createMemoryKeyStore } from '../../../src/inventory/index.js'
import {
  checkProfile,
  type IdentityPurpose,
  profileOf,
  purposeOf,
  unifiedCommunications,
} from '../../../src/purposes/index.js'
import { parseCertificate } from '../../../src/x509/index.js'
import { expectEqual } from '../vector.js'

export interface ProfileCase {
  readonly id: string
  readonly purpose: string
  readonly der: Uint8Array<ArrayBuffer>
  /** `code subject` of each error, in order. */
  readonly errors: readonly string[]
}

const identity = (id: string): IdentityPurpose => {
  const purpose = purposeOf(unifiedCommunications, id)
  if (purpose.usage !== 'identity') throw new TypeError(`${id} is no identity purpose`)
  return purpose
}

export function judgeProfile({ purpose, der, errors }: ProfileCase): Promise<void> {
  const { findings } = checkProfile(parseCertificate(der), identity(purpose), unifiedCommunications)
  const found = findings.filter(({ severity }) => severity === 'error').map(({ code, subject }) => `${code} ${subject}`)
  expectEqual('errors', found, errors)
  return Promise.resolve()
}

export interface RequestCase {
  readonly id: string
  readonly purpose: string
}

/** Makes a key, a request and a self-signed certificate in this runtime, and reads both back. */
export async function judgeRequest({ purpose: id }: RequestCase): Promise<void> {
  const purpose = identity(id)
  const profile = profileOf(unifiedCommunications, purpose)
  const keys = createMemoryKeyStore()
  const [kind = { type: 'rsa', modulusLength: 2048 }] = purpose.selfSignedKeys ?? purpose.keys
  const key = await keys.signer(await keys.generate(kind))
  const subject = { commonName: 'pub.example.com', organization: 'Example', country: 'DE' }
  const { request } = await createCertificateRequest({ profile, subject, key })
  expectEqual('signature of the request', (await verifyRequestSignature(request)).ok, true)
  const validity = validFor(unifiedCommunications.selfSignedDays, new Date('2026-01-01T00:00:00Z'))
  const { certificate } = await createSelfSignedCertificate({ profile, subject, key, ...validity })
  expectEqual('profile', checkProfile(certificate, purpose, unifiedCommunications).ok, true)
}

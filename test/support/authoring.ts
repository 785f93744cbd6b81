// What tests of authoring start from: purposes of the appliance, keys of every kind, and an authority.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  createCertificateRequest,
  type CreatedCertificate,
  createSelfSignedCertificate,
  type RequestInput,
  type Signer,
  signerFromKeyObject,
  validFor,
} from '../../src/authoring/index.js'
import type { CertificationRequest } from '../../src/pkcs10/index.js'
import {
  type IdentityPurpose,
  type KeyKind,
  profileOf,
  purposeOf,
  type PurposeProfile,
  unifiedCommunications,
} from '../../src/purposes/index.js'

export const rsa = (modulusLength = 2048): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey
export const ec = (namedCurve = 'P-256'): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey
export const ed25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** Every identity purpose of the appliance. */
export const identities: readonly IdentityPurpose[] = unifiedCommunications.purposes.filter(
  (purpose): purpose is IdentityPurpose => purpose.usage === 'identity',
)

function identity(id: string): IdentityPurpose {
  const purpose = purposeOf(unifiedCommunications, id)
  if (purpose.usage !== 'identity') throw new TypeError(id)
  return purpose
}

export const profile = (id: string): PurposeProfile => profileOf(unifiedCommunications, identity(id))

/** The usages as OIDs, written out here so that nothing under test has a say. */
export const extendedKeyUsageOids = ({ extendedKeyUsage }: RequestInput['profile']): readonly string[] =>
  extendedKeyUsage.map(({ usage }) => usageOids[usage] ?? usage)

const usageOids: Readonly<Record<string, string | undefined>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ipsecEndSystem: '1.3.6.1.5.5.7.3.5',
}

const signers = new Map<string, Promise<Signer>>()

/** A signer for a key of the kind, made once. */
export function signerOf(kind: KeyKind): Promise<Signer> {
  const name = kind.type === 'rsa' ? `rsa ${kind.modulusLength}` : kind.curve
  const known = signers.get(name)
  if (known !== undefined) return known
  const made = signerFromKeyObject(kind.type === 'rsa' ? rsa(kind.modulusLength) : ec(kind.curve))
  signers.set(name, made)
  return made
}

/** A signer for a key the purpose takes. */
export const signerFor = ({ keys: [kind] }: IdentityPurpose): Promise<Signer> =>
  signerOf(kind ?? { type: 'rsa', modulusLength: 2048 })

/** A request with an EC key, for a server, and whatever else `input` says. */
export const requestOf = async (input: Partial<RequestInput> = {}): Promise<CertificationRequest> =>
  (
    await createCertificateRequest({
      profile: { keyUsage: [{ usage: 'digitalSignature' }], extendedKeyUsage: [{ usage: 'serverAuth' }] },
      subject: { commonName: 'host.test' },
      key: await signerOf({ type: 'ec', curve: 'P-256' }),
      ...input,
    })
  ).request

/** A root that has issued nothing yet. */
export async function makeAuthority(
  key: Signer | Promise<Signer>,
  from: Date,
): Promise<CreatedCertificate & { readonly key: Signer }> {
  const signer = await key
  const created = await createSelfSignedCertificate({
    profile: { keyUsage: [{ usage: 'keyCertSign' }, { usage: 'cRLSign' }], extendedKeyUsage: [] },
    subject: { commonName: 'Test Root CA', organization: 'Example' },
    key: signer,
    ...validFor(3650, from),
  })
  return { ...created, key: signer }
}

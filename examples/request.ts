// From a purpose to a certificate that fits it: a request with the purpose's usages, answered by a CA that grants what is
// asked for and by one that ignores it. Run it with: npm run example -- --purpose tomcat

import {
  checkProfile,
  createCertificateRequest,
  createSelfSignedCertificate,
  type CertificationRequest,
  formatGeneralName,
  formatPublicKey,
  type IdentityPurpose,
  issueCertificate,
  type IssueInput,
  type KeyKind,
  profileOf,
  type Signer,
  signerFromWebCrypto,
  systemClock,
  unifiedCommunications,
  validFor,
  verifyRequestSignature,
} from '../src/index.js'
import { UsageError } from './usage-error.js'

async function makeKey(kind: KeyKind): Promise<Signer> {
  const parameters =
    kind.type === 'ec'
      ? { name: 'ECDSA', namedCurve: kind.curve }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: kind.modulusLength,
          publicExponent: Uint8Array.of(1, 0, 1),
          hash: 'SHA-256',
        }
  return signerFromWebCrypto(await crypto.subtle.generateKey(parameters, false, ['sign', 'verify']))
}

async function showRequest(request: CertificationRequest): Promise<void> {
  const possession = await verifyRequestSignature(request)
  const rows = {
    subject: request.subject.toString(),
    key: formatPublicKey(request.publicKey.key),
    'signed with': request.signatureAlgorithm.name,
    'key usage': request.extension('keyUsage')?.value.join(', '),
    'extended key usage': request.extension('extendedKeyUsage')?.value.join(', '),
    names: request.extension('subjectAltName')?.value.map(formatGeneralName).join(', '),
    'proof of possession': possession.ok ? 'verifies' : possession.reason,
  }
  for (const [title, text = 'none'] of Object.entries(rows)) console.log(`  ${title.padEnd(20)} ${text}`)
}

/** An authority in memory, and what it answers a request with. */
async function makeAuthority(): Promise<Pick<IssueInput, 'issuer' | 'key'>> {
  const key = await makeKey({ type: 'rsa', modulusLength: 2048 })
  const { certificate } = await createSelfSignedCertificate({
    profile: { keyUsage: [{ usage: 'keyCertSign' }, { usage: 'cRLSign' }], extendedKeyUsage: [] },
    subject: { commonName: 'Example Root CA', organization: 'Example' },
    key,
    ...validFor(3650, systemClock.now()),
  })
  return { issuer: certificate, key }
}

async function showAnswer(input: IssueInput, purpose: IdentityPurpose): Promise<void> {
  const { certificate } = await issueCertificate(input)
  const { ok, findings } = checkProfile(certificate, purpose, unifiedCommunications)
  const manner = input.requestedExtensions === 'grant' ? 'grants' : 'ignores'
  console.log(`\nA CA ${manner} what is asked for: its certificate ${ok ? 'fits' : 'is refused for'} ${purpose.id}`)
  for (const { severity, message } of findings) console.log(`  ${severity}: ${message}`)
}

/** An identity of the appliance. @throws UsageError where there is none of that name */
export function identityOf(id: string): IdentityPurpose {
  const identities = unifiedCommunications.purposes.filter((purpose) => purpose.usage === 'identity')
  const found = identities.find((purpose) => purpose.id === id)
  if (found !== undefined) return found
  throw new UsageError(`requests are made for ${identities.map((purpose) => purpose.id).join(', ')}; found "${id}"`)
}

/** Shows the way from a purpose to its certificate. */
export async function showRequestFor(purpose: IdentityPurpose): Promise<void> {
  // A catalogue has a kind of key for each identity, the first by default.
  const [kind = { type: 'rsa', modulusLength: 2048 } as const] = purpose.keys
  const profile = profileOf(unifiedCommunications, purpose)
  const { request, pem } = await createCertificateRequest({
    profile,
    subject: { commonName: 'cucm1.example.com', organization: 'Example', country: 'US' },
    ...(profile.distributions.includes('multi-server')
      ? { distribution: { type: 'multi-server', hosts: ['cucm1.example.com', 'cucm2.example.com'] } }
      : {}),
    key: await makeKey(kind),
  })
  console.log(`Request for ${purpose.id}: ${purpose.description}\n`)
  console.log(pem)
  await showRequest(request)
  const input = { request, ...(await makeAuthority()), ...validFor(398, systemClock.now()) }
  // CAPF issues certificates itself, which its profile says with keyCertSign.
  const isAuthority = profile.keyUsage.some(({ usage }) => usage === 'keyCertSign')
  const authority = isAuthority ? { authority: { pathLenConstraint: 0 } } : {}
  await showAnswer({ ...input, ...authority, requestedExtensions: 'grant' }, purpose)
  await showAnswer({ ...input, requestedExtensions: 'ignore' }, purpose)
}

/** What a certificate says, in one plain form for the library under test and for every oracle, so that they compare. */

import {
  type Certificate,
  type DistributionPoint,
  type ExtensionName,
  type ExtensionValues,
  type GeneralName,
  type Name,
  ParseError,
  type PublicKey,
} from '../../src/index.js'

/** One field by name; an oracle leaves out what it does not decode. */
export type Facts = Readonly<Record<string, unknown>>

export const hex = (bytes: Uint8Array | ArrayBuffer): string => Buffer.from(new Uint8Array(bytes)).toString('hex')

/** Fields of `theirs` that `ours` has otherwise, as one line each; none when the two agree. */
export function disagreements(id: string, ours: Facts, theirs: Facts): readonly string[] {
  const lines: string[] = []
  for (const [field, value] of Object.entries(theirs)) {
    // A malformed extension has no value to compare; that its error is right is for the list of refusals.
    if (value === undefined || ours[field] === refused) continue
    const [mine, other] = [JSON.stringify(ours[field]), JSON.stringify(value)]
    if (mine !== other) lines.push(`${id} ${field}: ${mine} but oracle ${other}`)
  }
  return lines
}

const refused = Symbol('refused')

const orRefused = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return refused
    throw error
  }
}

/** Every fact the oracles may have an opinion on. */
export function factsOf(certificate: Certificate): Facts {
  const { signatureValue, tbsCertificate, publicKey } = certificate
  const decoded = (name: ExtensionName): unknown =>
    orRefused(() => {
      const value = certificate.extension(name)?.value
      // The table pairs each name with its value's type; the compiler cannot follow that through a variable.
      const show = extensionFacts[name] as ((value: unknown) => unknown) | undefined
      return value === undefined ? undefined : show?.(value)
    })
  return {
    version: certificate.version,
    serialNumber: certificate.serialNumber,
    serialNumberBytes: hex(certificate.serialNumberBytes),
    serialNumberMagnitude: hex(certificate.serialNumberBytes).replace(/^00(?=.)/, ''),
    issuer: nameFacts(certificate.issuer),
    issuerText: certificate.issuer.attributes.map(labelled),
    subject: nameFacts(certificate.subject),
    subjectText: certificate.subject.attributes.map(labelled),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    publicKey: hex(publicKey.der),
    publicKeyAlgorithm: publicKey.algorithm.oid,
    key: orRefused(() => keyFacts(publicKey.key)),
    signatureAlgorithm: orRefused(() => certificate.signatureAlgorithm.oid),
    signature: hex(signatureValue),
    tbsCertificate: hex(tbsCertificate),
    extensions: certificate.extensions.map(({ oid, critical, bytes }) => `${oid} ${String(critical)} ${hex(bytes)}`),
    policyIdentifiers: orRefused(() =>
      certificate.extension('certificatePolicies')?.value.map(({ policyIdentifier }) => policyIdentifier),
    ),
    ...Object.fromEntries((Object.keys(extensionFacts) as ExtensionName[]).map((name) => [name, decoded(name)])),
  }
}

const nameFacts = (name: Name): unknown => name.attributes.map(({ type, text }) => [type, text])
const labelled = ({ shortName, type, text, der }: Name['attributes'][number]): string =>
  `${shortName ?? type}=${text ?? hex(der)}`

function keyFacts(key: PublicKey): unknown {
  switch (key.type) {
    case 'rsa':
    case 'rsa-pss':
      return { type: key.type, bits: key.modulusLength, exponent: String(key.publicExponent) }
    case 'dsa':
      return { type: 'dsa', bits: key.modulusLength }
    case 'ec':
      return { type: 'ec', curve: key.curve }
    default:
      return { type: key.type }
  }
}

/** A general name as text: directory names by their DER, since every oracle spells them otherwise. */
function generalNameFact(name: GeneralName): string {
  switch (name.type) {
    case 'iPAddress':
      return `iPAddress ${hex(name.address)}${name.mask === undefined ? '' : hex(name.mask)}`
    case 'directoryName':
      return `directoryName ${hex(name.value.der)}`
    case 'otherName':
      return `otherName ${name.typeId} ${hex(name.value)}`
    case 'x400Address':
    case 'ediPartyName':
      return name.type
    default:
      return `${name.type} ${name.value}`
  }
}

const generalNames = (names: readonly GeneralName[] | undefined): unknown => names?.map(generalNameFact)

const distributionPoint = ({ distributionPoint, reasons, cRLIssuer }: DistributionPoint): unknown => ({
  fullName: distributionPoint?.type === 'fullName' ? generalNames(distributionPoint.names) : undefined,
  relativeName:
    distributionPoint?.type === 'nameRelativeToCRLIssuer'
      ? distributionPoint.relativeName.map(({ type, text }) => [type, text])
      : undefined,
  hasReasons: reasons !== undefined,
  cRLIssuer: generalNames(cRLIssuer),
})

const extensionFacts: { readonly [N in ExtensionName]?: (value: ExtensionValues[N]) => unknown } = {
  basicConstraints: ({ cA, pathLenConstraint }) => ({ cA, pathLenConstraint }),
  keyUsage: (usage) => [...usage],
  extendedKeyUsage: (purposes) => purposes.map((purpose) => purposeOids[purpose] ?? purpose),
  subjectAltName: generalNames,
  issuerAltName: generalNames,
  subjectKeyIdentifier: hex,
  authorityKeyIdentifier: ({ keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }) => ({
    keyIdentifier: keyIdentifier && hex(keyIdentifier),
    authorityCertIssuer: generalNames(authorityCertIssuer),
    authorityCertSerialNumber: authorityCertSerialNumber && hex(authorityCertSerialNumber),
  }),
  authorityInfoAccess: (descriptions) =>
    descriptions.map(
      (one) => `${methodOids[one.accessMethod] ?? one.accessMethod} ${generalNameFact(one.accessLocation)}`,
    ),
  cRLDistributionPoints: (points) => points.map(distributionPoint),
  freshestCRL: (points) => points.map(distributionPoint),
  certificatePolicies: (policies) =>
    policies.map(({ policyIdentifier, policyQualifiers }) => [
      policyIdentifier,
      ...policyQualifiers.map((qualifier) => (qualifier.type === 'cps' ? `cps ${qualifier.uri}` : qualifier.type)),
    ]),
  policyMappings: (mappings) => mappings.map((one) => `${one.issuerDomainPolicy}:${one.subjectDomainPolicy}`),
  policyConstraints: ({ requireExplicitPolicy, inhibitPolicyMapping }) => ({
    requireExplicitPolicy,
    inhibitPolicyMapping,
  }),
  inhibitAnyPolicy: (skipCerts) => skipCerts,
  nameConstraints: ({ permittedSubtrees, excludedSubtrees }) => ({
    permittedSubtrees: permittedSubtrees?.map(({ base }) => generalNameFact(base)),
    excludedSubtrees: excludedSubtrees?.map(({ base }) => generalNameFact(base)),
  }),
}

const purposeOids: Readonly<Record<string, string | undefined>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  ipsecEndSystem: '1.3.6.1.5.5.7.3.5',
  ipsecTunnel: '1.3.6.1.5.5.7.3.6',
  ipsecUser: '1.3.6.1.5.5.7.3.7',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  ipsecIKE: '1.3.6.1.5.5.7.3.17',
  smartcardLogon: '1.3.6.1.4.1.311.20.2.2',
  microsoftServerGatedCrypto: '1.3.6.1.4.1.311.10.3.3',
  netscapeServerGatedCrypto: '2.16.840.1.113730.4.1',
  anyExtendedKeyUsage: '2.5.29.37.0',
}

const methodOids: Readonly<Record<string, string | undefined>> = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  timeStampingLocation: '1.3.6.1.5.5.7.48.3',
  caRepository: '1.3.6.1.5.5.7.48.5',
}

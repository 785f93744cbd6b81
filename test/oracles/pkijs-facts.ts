/** The facts of a certificate as pkijs tells them. */

import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { type Facts, hex } from './facts.js'

/** @throws Error where pkijs refuses the certificate */
export function pkijsFacts(der: Uint8Array<ArrayBuffer>): Facts {
  const certificate = pkijs.Certificate.fromBER(der)
  const { serialNumber, issuer, subject, signatureAlgorithm, signatureValue, tbsView, extensions } = certificate
  return {
    version: certificate.version + 1,
    serialNumberBytes: hex(serialNumber.valueBlock.valueHexView),
    issuer: nameFacts(issuer),
    subject: nameFacts(subject),
    notBefore: certificate.notBefore.value.toISOString(),
    notAfter: certificate.notAfter.value.toISOString(),
    publicKeyAlgorithm: certificate.subjectPublicKeyInfo.algorithm.algorithmId,
    publicKey: hex(certificate.subjectPublicKeyInfo.toSchema().toBER()),
    signatureAlgorithm: signatureAlgorithm.algorithmId,
    signature: hex(signatureValue.valueBlock.valueHexView),
    tbsCertificate: hex(tbsView),
    extensions: (extensions ?? []).map(
      ({ extnID, critical, extnValue }) => `${extnID} ${String(critical)} ${hex(extnValue.valueBlock.valueHexView)}`,
    ),
    ...Object.assign({}, ...(extensions ?? []).map(extensionFacts)),
  }
}

const nameFacts = (name: pkijs.RelativeDistinguishedNames): unknown =>
  name.typesAndValues.map(({ type, value }) => [
    type,
    'value' in value.valueBlock && typeof value.valueBlock.value === 'string' ? value.valueBlock.value : undefined,
  ])

const usages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

function extensionFacts({ extnID, parsedValue: value }: pkijs.Extension): Facts {
  // pkijs keeps `parsingError` where a value does not decode; the certificate then stays readable.
  if (value === undefined || (value as { parsingError?: string }).parsingError !== undefined) return {}
  if (value instanceof pkijs.BasicConstraints) {
    return { basicConstraints: { cA: value.cA, pathLenConstraint: toNumber(value.pathLenConstraint) } }
  }
  if (value instanceof pkijs.ExtKeyUsage) return { extendedKeyUsage: value.keyPurposes }
  if (value instanceof pkijs.AltName) {
    return { [extnID === pkijs.id_SubjectAltName ? 'subjectAltName' : 'issuerAltName']: generalNames(value.altNames) }
  }
  if (value instanceof pkijs.AuthorityKeyIdentifier) return { authorityKeyIdentifier: authorityKeyIdentifier(value) }
  if (value instanceof pkijs.InfoAccess) {
    if (extnID !== pkijs.id_AuthorityInfoAccess) return {}
    return {
      authorityInfoAccess: value.accessDescriptions.map(
        (one) => `${one.accessMethod} ${generalName(one.accessLocation)}`,
      ),
    }
  }
  if (value instanceof pkijs.CRLDistributionPoints) {
    const field = extnID === pkijs.id_FreshestCRL ? 'freshestCRL' : 'cRLDistributionPoints'
    return { [field]: value.distributionPoints.map(distributionPoint) }
  }
  if (value instanceof pkijs.CertificatePolicies) {
    return { certificatePolicies: value.certificatePolicies.map(policy) }
  }
  if (value instanceof pkijs.PolicyMappings) {
    return { policyMappings: value.mappings.map((one) => `${one.issuerDomainPolicy}:${one.subjectDomainPolicy}`) }
  }
  if (value instanceof pkijs.PolicyConstraints) {
    const { requireExplicitPolicy, inhibitPolicyMapping } = value
    return { policyConstraints: { requireExplicitPolicy, inhibitPolicyMapping } }
  }
  if (value instanceof pkijs.NameConstraints) {
    const subtrees = (trees: readonly pkijs.GeneralSubtree[] | undefined): unknown =>
      trees?.map(({ base }) => generalName(base))
    return {
      nameConstraints: {
        permittedSubtrees: subtrees(value.permittedSubtrees),
        excludedSubtrees: subtrees(value.excludedSubtrees),
      },
    }
  }
  if (extnID === pkijs.id_KeyUsage && value instanceof asn1js.BitString) {
    const bits = value.valueBlock.valueHexView
    return { keyUsage: usages.filter((_, bit) => (((bits[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0) }
  }
  if (extnID === pkijs.id_SubjectKeyIdentifier && value instanceof asn1js.OctetString) {
    return { subjectKeyIdentifier: hex(value.valueBlock.valueHexView) }
  }
  if (extnID === pkijs.id_InhibitAnyPolicy && value instanceof asn1js.Integer) {
    return { inhibitAnyPolicy: value.valueBlock.valueDec }
  }
  return {}
}

const toNumber = (value: number | asn1js.Integer | undefined): number | undefined =>
  value instanceof asn1js.Integer ? value.valueBlock.valueDec : value

const authorityKeyIdentifier = (value: pkijs.AuthorityKeyIdentifier): unknown => ({
  keyIdentifier: value.keyIdentifier && hex(value.keyIdentifier.valueBlock.valueHexView),
  authorityCertIssuer: value.authorityCertIssuer && generalNames(value.authorityCertIssuer),
  authorityCertSerialNumber:
    value.authorityCertSerialNumber && hex(value.authorityCertSerialNumber.valueBlock.valueHexView),
})

const distributionPoint = ({ distributionPoint: point, reasons, cRLIssuer }: pkijs.DistributionPoint): unknown => ({
  fullName: Array.isArray(point) ? generalNames(point) : undefined,
  relativeName: point instanceof pkijs.RelativeDistinguishedNames ? nameFacts(point) : undefined,
  hasReasons: reasons !== undefined,
  cRLIssuer: cRLIssuer && generalNames(cRLIssuer),
})

const policy = ({ policyIdentifier, policyQualifiers }: pkijs.PolicyInformation): unknown => [
  policyIdentifier,
  ...(policyQualifiers ?? []).map(({ policyQualifierId, qualifier }) => {
    if (policyQualifierId === '1.3.6.1.5.5.7.2.2') return 'userNotice'
    return policyQualifierId === '1.3.6.1.5.5.7.2.1' ? `cps ${String(qualifier.valueBlock.value)}` : 'unknown'
  }),
]

const forms = [
  'otherName',
  'rfc822Name',
  'dNSName',
  'x400Address',
  'directoryName',
  'ediPartyName',
  'uniformResourceIdentifier',
  'iPAddress',
  'registeredID',
]

const generalNames = (names: readonly pkijs.GeneralName[]): readonly string[] => names.map(generalName)

function generalName({ type, value }: pkijs.GeneralName): string {
  const form = forms[type] ?? String(type)
  switch (type) {
    case 0: {
      const [id, explicit] = value.valueBlock.value
      return `${form} ${String(id.valueBlock)} ${hex(explicit.valueBlock.value[0].toBER())}`
    }
    case 3:
    case 5:
      return form
    case 4:
      return `${form} ${hex(value.toSchema().toBER())}`
    case 7:
      return `${form} ${hex(value.valueBlock.valueHexView)}`
    default:
      return `${form} ${String(value)}`
  }
}

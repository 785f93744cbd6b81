/** The facts of a certificate as \@peculiar/x509 tells them. */

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type Facts, hex } from './facts.js'

/** @throws Error where \@peculiar/x509 refuses the certificate */
export function peculiarFacts(der: Uint8Array<ArrayBuffer>): Facts {
  const certificate = new x509.X509Certificate(der)
  const { extensions, publicKey, signature } = certificate
  return {
    // It drops the zero byte that makes the number positive, and tells no sign.
    serialNumberMagnitude: certificate.serialNumber.toLowerCase(),
    issuer: nameFacts(certificate.issuerName),
    subject: nameFacts(certificate.subjectName),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    publicKey: hex(publicKey.rawData),
    signature: hex(signature),
    extensions: extensions.map(({ type, critical, value }) => `${type} ${String(critical)} ${hex(value)}`),
    ...Object.assign({}, ...extensions.map(extensionFacts)),
  }
}

const types: Readonly<Record<string, string | undefined>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  G: '2.5.4.42',
  I: '2.5.4.43',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
}

const nameFacts = (name: x509.Name): unknown =>
  name
    .toJSON()
    .flatMap((level) =>
      Object.entries(level).flatMap(([type, values]) => values.map((value) => [types[type] ?? type, value])),
    )

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

function extensionFacts(extension: x509.Extension): Facts {
  if (extension instanceof x509.BasicConstraintsExtension) {
    return { basicConstraints: { cA: extension.ca, pathLenConstraint: extension.pathLength } }
  }
  if (extension instanceof x509.KeyUsagesExtension) {
    const flags: number = extension.usages
    return { keyUsage: usages.filter((_, bit) => (flags & (1 << bit)) !== 0) }
  }
  if (extension instanceof x509.ExtendedKeyUsageExtension) return { extendedKeyUsage: extension.usages }
  if (extension instanceof x509.SubjectAlternativeNameExtension)
    return { subjectAltName: generalNames(extension.names) }
  if (extension instanceof x509.SubjectKeyIdentifierExtension) return { subjectKeyIdentifier: extension.keyId }
  if (extension instanceof x509.AuthorityKeyIdentifierExtension) {
    // With an issuer and a serial number it tells those and drops the identifier.
    if (extension.certId !== undefined) return {}
    return { authorityKeyIdentifier: { keyIdentifier: extension.keyId } }
  }
  if (extension instanceof x509.CertificatePolicyExtension) {
    return { policyIdentifiers: extension.policies }
  }
  return {}
}

const forms: Readonly<Record<x509.GeneralNameType, string>> = {
  dns: 'dNSName',
  email: 'rfc822Name',
  url: 'uniformResourceIdentifier',
  ip: 'iPAddress',
  dn: 'directoryName',
  id: 'registeredID',
  guid: 'otherName',
  upn: 'otherName',
}

/** Undefined where a name is of a form it shows in a shape of its own. */
function generalNames(names: x509.GeneralNames): readonly string[] | undefined {
  if (names.items.some(({ type }) => ['ip', 'dn', 'guid', 'upn'].includes(type))) return undefined
  return names.items.map(({ type, value }) => `${forms[type]} ${value}`)
}

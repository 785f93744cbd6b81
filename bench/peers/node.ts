// Node's own X509Certificate, OpenSSL behind it.

import { X509Certificate } from 'node:crypto'
import type { Peer } from './peer.js'

export function loadNode(): Promise<Peer> {
  return Promise.resolve({
    name: 'node:crypto',
    isPartial: true,
    takesWholeBundle: true,
    note: 'offers names as text, five of the extensions, no version and no signature algorithm',
    parse: (der) => new X509Certificate(der),
    readEveryField: (der) => {
      const certificate = new X509Certificate(der)
      const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
      return {
        certificate,
        version: undefined,
        serialNumber: certificate.serialNumber,
        signatureAlgorithm: undefined,
        issuer: certificate.issuer,
        notBefore: certificate.validFrom,
        notAfter: certificate.validTo,
        subject: certificate.subject,
        publicKey: [asymmetricKeyType, asymmetricKeyDetails],
        extensions: [certificate.ca, certificate.subjectAltName, certificate.infoAccess, certificate.keyUsage],
      }
    },
    parsePem: (pem) => new X509Certificate(pem),
  })
}

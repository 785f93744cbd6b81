// certward itself.

import { built } from '../built.js'
import type { Peer } from './peer.js'

export async function loadCertward(): Promise<Peer> {
  const { parseCertificate, readCertificates, readPkcs7 } = await built()
  return {
    name: 'certward',
    parse: parseCertificate,
    readEveryField: (der) => {
      const certificate = parseCertificate(der)
      return {
        certificate,
        version: certificate.version,
        serialNumber: certificate.serialNumber,
        signatureAlgorithm: certificate.signatureAlgorithm,
        issuer: certificate.issuer.attributes.map(({ type, text }) => [type, text]),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        subject: certificate.subject.attributes.map(({ type, text }) => [type, text]),
        publicKey: certificate.publicKey.key,
        extensions: certificate.extensions.map(({ oid, critical, value }) => [oid, critical, value]),
      }
    },
    parsePemBundle: (pem) => readCertificates(pem).certificates,
    readPkcs7: (der) => readPkcs7(der).certificates,
  }
}

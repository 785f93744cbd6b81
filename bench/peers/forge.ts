// node-forge.

import type { pki } from 'node-forge'
import type { Peer } from './peer.js'

const latin1 = (der: Uint8Array): string => Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1')

export async function loadForge(): Promise<Peer> {
  const { default: forge } = await import('node-forge')
  const certificateOf = (der: Uint8Array): pki.Certificate =>
    forge.pki.certificateFromAsn1(forge.asn1.fromDer(latin1(der)))
  return {
    name: 'node-forge',
    modules: ['node-forge'],
    note: 'RSA keys only; decodes five of the extensions',
    rsaOnly: true,
    // Everything it knows, it reads at once.
    parse: certificateOf,
    readEveryField: (der) => {
      const certificate = certificateOf(der)
      const { n, e } = certificate.publicKey as pki.rsa.PublicKey
      return {
        certificate,
        version: certificate.version,
        serialNumber: certificate.serialNumber,
        signatureAlgorithm: certificate.signatureOid,
        issuer: certificate.issuer.attributes.map(({ type, value }) => [type, value]),
        notBefore: certificate.validity.notBefore,
        notAfter: certificate.validity.notAfter,
        subject: certificate.subject.attributes.map(({ type, value }) => [type, value]),
        publicKey: [n.bitLength(), e],
        extensions: certificate.extensions,
      }
    },
    parsePemBundle: (pem) =>
      forge.pem.decode(pem).map(({ body }) => forge.pki.certificateFromAsn1(forge.asn1.fromDer(body))),
    readPkcs7: (der) => {
      const message = forge.pkcs7.messageFromAsn1(forge.asn1.fromDer(latin1(der)))
      return 'certificates' in message ? message.certificates : []
    },
    pathNote: 'no path building, no purpose, no name',
    pathOf: ({ target, intermediate, root }, validityCheckDate) => {
      const store = forge.pki.createCaStore([certificateOf(root)])
      const chain = [certificateOf(target), certificateOf(intermediate)]
      return () => forge.pki.verifyCertificateChain(store, chain, { validityCheckDate })
    },
  }
}

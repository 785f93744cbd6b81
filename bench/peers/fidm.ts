// @fidm/x509.

import { toPem } from '../corpus.js'
import type { Peer } from './peer.js'

export async function loadFidm(): Promise<Peer> {
  const { Certificate } = await import('@fidm/x509')
  // It takes PEM only. The text is made once for each input, outside the time.
  const texts = new WeakMap<Uint8Array, Buffer>()
  function textOf(der: Uint8Array): Buffer {
    const known = texts.get(der)
    if (known !== undefined) return known
    const made = Buffer.from(toPem(der))
    texts.set(der, made)
    return made
  }
  return {
    name: '@fidm/x509',
    modules: ['@fidm/x509'],
    takesWholeBundle: true,
    note: 'from PEM, all it takes; decodes six of the extensions',
    parse: (der) => Certificate.fromPEM(textOf(der)),
    readEveryField: (der) => {
      const certificate = Certificate.fromPEM(textOf(der))
      return {
        certificate,
        version: certificate.version,
        serialNumber: certificate.serialNumber,
        signatureAlgorithm: certificate.signatureAlgorithm,
        issuer: certificate.issuer.attributes,
        notBefore: certificate.validFrom,
        notAfter: certificate.validTo,
        subject: certificate.subject.attributes,
        publicKey: [certificate.publicKey.algo, certificate.publicKey.keyRaw],
        extensions: certificate.extensions,
      }
    },
    parsePemBundle: (pem) => Certificate.fromPEMs(Buffer.from(pem)),
  }
}

// pkijs, with asn1js beneath it.

import { webcrypto } from 'node:crypto'
import type { Peer } from './peer.js'

interface Attribute {
  readonly type: string
  readonly value: { readonly valueBlock: { readonly value: string } }
}

const texts = ({ typesAndValues }: { readonly typesAndValues: readonly Attribute[] }): unknown =>
  typesAndValues.map(({ type, value }) => [type, value.valueBlock.value])

export async function loadPkijs(): Promise<Peer> {
  const { Certificate, CertificateChainValidationEngine, ContentInfo, CryptoEngine, SignedData } = await import('pkijs')
  const engine = new CryptoEngine({ name: 'node', crypto: webcrypto as Crypto })
  return {
    name: 'pkijs',
    modules: ['pkijs'],
    parse: (der) => Certificate.fromBER(der),
    readEveryField: (der) => {
      const certificate = Certificate.fromBER(der)
      const { version, serialNumber, signatureAlgorithm, subjectPublicKeyInfo, extensions = [] } = certificate
      return {
        certificate,
        version,
        serialNumber: serialNumber.toBigInt(),
        signatureAlgorithm: signatureAlgorithm.algorithmId,
        issuer: texts(certificate.issuer),
        notBefore: certificate.notBefore.value,
        notAfter: certificate.notAfter.value,
        subject: texts(certificate.subject),
        publicKey: subjectPublicKeyInfo.parsedKey,
        extensions: extensions.map(({ extnID, critical, parsedValue }): unknown => [extnID, critical, parsedValue]),
      }
    },
    readPkcs7: (der) => {
      const { content } = ContentInfo.fromBER(der)
      return new SignedData({ schema: content }).certificates ?? []
    },
    pathNote: 'no purpose, no name',
    pathOf: ({ target, intermediate, root }, checkDate) => {
      const trustedCerts = [Certificate.fromBER(root)]
      const certs = [Certificate.fromBER(intermediate), Certificate.fromBER(target)]
      return async () => {
        const chain = new CertificateChainValidationEngine({ trustedCerts, certs, checkDate })
        const verdict = await chain.verify({}, engine)
        if (!verdict.result) throw new Error(verdict.resultMessage)
        return verdict
      }
    },
  }
}

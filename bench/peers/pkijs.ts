// pkijs, with asn1js beneath it.

import type { Peer } from './peer.js'

interface Attribute {
  readonly type: string
  readonly value: { readonly valueBlock: { readonly value: string } }
}

const texts = ({ typesAndValues }: { readonly typesAndValues: readonly Attribute[] }): unknown =>
  typesAndValues.map(({ type, value }) => [type, value.valueBlock.value])

export async function loadPkijs(): Promise<Peer> {
  const { Certificate, ContentInfo, SignedData } = await import('pkijs')
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
  }
}

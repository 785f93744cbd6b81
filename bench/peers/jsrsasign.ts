// jsrsasign.

import type { Peer } from './peer.js'

/** Part of the library its types leave out. */
interface CmsParser {
  getCMSSignedData(hex: string): { readonly certs: { readonly array: readonly string[] } }
}

const toHex = (der: Uint8Array): string => Buffer.from(der.buffer, der.byteOffset, der.length).toString('hex')

export async function loadJsrsasign(): Promise<Peer> {
  const { default: jsrsasign } = await import('jsrsasign')
  const { X509, KJUR } = jsrsasign
  const { CMSParser } = KJUR.asn1.cms as typeof KJUR.asn1.cms & { readonly CMSParser: new () => CmsParser }

  function parse(der: Uint8Array) {
    const certificate = new X509()
    certificate.readCertHex(toHex(der))
    return certificate
  }

  function parsePem(pem: string) {
    const certificate = new X509()
    certificate.readCertPEM(pem)
    return certificate
  }

  return {
    name: 'jsrsasign',
    modules: ['jsrsasign'],
    parse,
    readEveryField: (der) => {
      const certificate = parse(der)
      const fields = certificate.getParam({})
      return {
        certificate,
        version: fields.version,
        serialNumber: fields.serial.hex,
        signatureAlgorithm: fields.sigalg,
        issuer: fields.issuer,
        notBefore: jsrsasign.zulutodate(fields.notbefore),
        notAfter: jsrsasign.zulutodate(fields.notafter),
        subject: fields.subject,
        publicKey: certificate.getPublicKey(),
        extensions: fields.ext ?? [],
      }
    },
    parsePem,
    readPkcs7: (der) => new CMSParser().getCMSSignedData(toHex(der)).certs.array.map(parsePem),
  }
}

// @peculiar/x509.

import { webcrypto } from 'node:crypto'
import type { Extension } from '@peculiar/x509'
import type { Peer } from './peer.js'

export async function loadPeculiar(): Promise<Peer> {
  // It injects its dependencies with decorators and does not load without the polyfill.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')

  function valueOf(extension: Extension): unknown {
    if (extension instanceof x509.BasicConstraintsExtension) return [extension.ca, extension.pathLength]
    if (extension instanceof x509.KeyUsagesExtension) return extension.usages
    if (extension instanceof x509.ExtendedKeyUsageExtension) return extension.usages
    if (extension instanceof x509.SubjectAlternativeNameExtension) return extension.names.toJSON()
    if (extension instanceof x509.SubjectKeyIdentifierExtension) return extension.keyId
    if (extension instanceof x509.AuthorityKeyIdentifierExtension) return extension.keyId
    if (extension instanceof x509.AuthorityInfoAccessExtension) return [extension.ocsp, extension.caIssuers]
    if (extension instanceof x509.CRLDistributionPointsExtension) return extension.distributionPoints
    if (extension instanceof x509.CertificatePolicyExtension) return extension.policies
    return extension.value
  }

  return {
    name: '@peculiar/x509',
    modules: ['reflect-metadata', '@peculiar/x509'],
    parse: (der) => new x509.X509Certificate(der),
    readEveryField: (der) => {
      const certificate = new x509.X509Certificate(der)
      return {
        certificate,
        version: undefined,
        serialNumber: certificate.serialNumber,
        signatureAlgorithm: certificate.signatureAlgorithm,
        issuer: certificate.issuerName.toJSON(),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        subject: certificate.subjectName.toJSON(),
        publicKey: certificate.publicKey.algorithm,
        extensions: certificate.extensions.map((extension) => [extension.type, extension.critical, valueOf(extension)]),
      }
    },
    parsePem: (pem) => new x509.X509Certificate(pem),
    readPkcs7: (der) => new x509.X509Certificates(der),
    pathNote: 'signatures and dates only',
    pathOf: ({ target, intermediate, root }, date) => {
      const leaf = new x509.X509Certificate(target)
      const anchor = new x509.X509Certificate(root)
      const certificates = [new x509.X509Certificate(intermediate), anchor]
      return async () => {
        // Building verifies each signature, and whether each issuer's date is good is left to the caller.
        const chain = await new x509.X509ChainBuilder({ certificates }).build(leaf, webcrypto as Crypto)
        const isInTime = chain.every(({ notBefore, notAfter }) => notBefore <= date && date <= notAfter)
        if (!isInTime || chain.at(-1)?.equal(anchor) !== true) throw new Error('no path to the root')
        return chain
      }
    },
  }
}

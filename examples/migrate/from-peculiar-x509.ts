// From @peculiar/x509: the same work twice, and what each says. npx tsx examples/migrate/from-peculiar-x509.ts

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import {
  certificateFrom,
  createCertificateRequest,
  createSelfSignedCertificate,
  readCertificates,
  signerFromWebCrypto,
  validatePath,
  validFor,
} from 'certward'
import { createTestCa } from 'certward/testkit'

x509.cryptoProvider.set(crypto)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])

const root = await createTestCa({ name: 'Example Root' })
const authority = await root.issueIntermediate({ name: 'Example Authority' })
const server = await authority.issue({ dns: ['www.example.com'] })

// Reading
{
  const certificate = new x509.X509Certificate(server.pem)
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  console.log('@peculiar/x509:', certificate.serialNumber, names.map(({ value }) => value).join())
}
{
  const certificate = certificateFrom(server.pem)
  const names = certificate.subjectAltName ?? []
  console.log(
    'certward:      ',
    certificate.serialNumber,
    names.map((name) => name.type === 'dNSName' && name.value).join(),
  )
}

// A file of several. For PKCS#7 there is X509Certificates there, which throws on bundles of some hundred.
{
  const certificates = x509.PemConverter.decode(server.chainPem).map((der) => new x509.X509Certificate(der))
  console.log('@peculiar/x509:', certificates.length)
}
{
  const { certificates } = readCertificates(server.chainPem) // PEM, DER or PKCS#7, told by content
  console.log('certward:      ', certificates.length)
}

// A chain. @peculiar/x509 orders certificates by names and signatures; dates are checked one by one.
{
  const others = [authority, root].map(({ pem }) => new x509.X509Certificate(pem))
  const chain = await new x509.X509ChainBuilder({ certificates: others }).build(new x509.X509Certificate(server.pem))
  const verdicts = await Promise.all(
    chain.map((certificate, at) => certificate.verify({ publicKey: (chain[at + 1] ?? certificate).publicKey })),
  )
  console.log('@peculiar/x509:', verdicts.every(Boolean))
}
{
  const verdict = await validatePath({
    certificate: server.certificate,
    intermediates: [authority.certificate],
    anchors: [root.certificate],
    at: new Date(),
    purpose: ['serverAuth'],
    peerName: { dns: 'www.example.com' },
  })
  console.log('certward:      ', verdict.ok)
}

// A request, and a certificate a key has signed itself
const profile = {
  keyUsage: [{ usage: 'digitalSignature' }],
  extendedKeyUsage: [{ usage: 'serverAuth' }],
} as const
{
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=www.example.com',
    keys: pair,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'www.example.com' }]),
    ],
  })
  console.log('@peculiar/x509:', request.toString('pem').split('\n')[0])
}
{
  const key = await signerFromWebCrypto(pair)
  const { pem } = await createCertificateRequest({ profile, subject: { commonName: 'www.example.com' }, key })
  console.log('certward:      ', pem.split('\n')[0])
}
{
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=www.example.com',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 90 * 86_400_000),
    keys: pair,
    signingAlgorithm: algorithm,
  })
  console.log('@peculiar/x509:', certificate.subject)
}
{
  const { der } = await createSelfSignedCertificate({
    profile,
    subject: { commonName: 'www.example.com' },
    key: await signerFromWebCrypto(pair),
    ...validFor(90, new Date()),
  })
  console.log('certward:      ', certificateFrom(der).subject.toString())
}

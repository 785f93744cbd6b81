// From pkijs: the same work twice, and what each says. npx tsx examples/migrate/from-pkijs.ts

import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { createOcspRequest, evaluateOcspResponse, parseCertificate, parseCertificateList, validatePath } from 'certward'
import { createTestCa } from 'certward/testkit'

pkijs.setEngine('web', new pkijs.CryptoEngine({ name: 'web', crypto }))
const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

const root = await createTestCa({ name: 'Example Root' })
const authority = await root.issueIntermediate({ name: 'Example Authority' })
const server = await authority.issue({ dns: ['www.example.com'] })

// Reading
const readWithPkijs = (der: Uint8Array): pkijs.Certificate =>
  new pkijs.Certificate({ schema: asn1js.fromBER(buffer(der)).result })
{
  const certificate = readWithPkijs(server.der)
  const [name] = certificate.subject.typesAndValues
  const value: unknown = name?.value.valueBlock.value
  console.log('pkijs:   ', String(value), certificate.notAfter.value.toISOString())
}
{
  const certificate = parseCertificate(server.der) // strict DER; nothing is decoded before it is asked for
  console.log('certward:', certificate.subject.get('commonName'), certificate.notAfter.toISOString())
}

// A chain. pkijs reads neither pathLenConstraint nor extendedKeyUsage, and no host name.
{
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: [readWithPkijs(root.der)],
    certs: [readWithPkijs(authority.der), readWithPkijs(server.der)], // the target is the last
    checkDate: new Date(),
  })
  const { result } = await engine.verify()
  console.log('pkijs:   ', result)
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
  console.log('certward:', verdict.ok)
}

// A CRL
authority.revoke(server)
const crl = await authority.crl()
{
  const list = new pkijs.CertificateRevocationList({ schema: asn1js.fromBER(buffer(crl.der)).result })
  console.log('pkijs:   ', list.isCertificateRevoked(readWithPkijs(server.der)))
}
{
  const list = parseCertificateList(crl.der)
  console.log('certward:', list.revocationsOf(server.certificate.serialNumberBytes).length > 0)
}

// An OCSP response. pkijs finds the status and, if asked, checks the signature; dates and the nonce are its caller’s to check.
const subject = { certificate: server.certificate, issuer: authority.certificate }
const { der: question } = await createOcspRequest(subject)
const response = await (await authority.ocspResponder()).answer(question)
{
  const basic = pkijs.OCSPResponse.fromBER(buffer(response))
  const status = await basic.getCertificateStatus(readWithPkijs(server.der), readWithPkijs(authority.der))
  console.log('pkijs:   ', ['good', 'revoked', 'unknown'][status.status])
}
{
  const verdict = await evaluateOcspResponse({ ...subject, response, at: new Date() })
  console.log('certward:', verdict.ok ? verdict.status : verdict.findings)
}

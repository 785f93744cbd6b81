// From node-forge: the same work twice, and what each says. npx tsx examples/migrate/from-node-forge.ts

import forge from 'node-forge'
import { certificateFrom, createCertificateRequest, explain, signerFromWebCrypto, validatePath } from 'certward'
import { createTestCa } from 'certward/testkit'

// node-forge reads RSA certificates only.
const root = await createTestCa({ name: 'Example Root', keyType: 'rsa-2048' })
const authority = await root.issueIntermediate({ name: 'Example Authority' })
const server = await authority.issue({ dns: ['www.example.com'] })

// Reading
{
  const certificate = forge.pki.certificateFromPem(server.pem)
  const names = certificate.getExtension('subjectAltName') as { altNames: { value: string }[] }
  console.log('node-forge:', certificate.serialNumber, names.altNames.map(({ value }) => value).join())
}
{
  const certificate = certificateFrom(server.pem)
  const names = certificate.subjectAltName ?? []
  console.log(
    'certward:  ',
    certificate.serialNumber,
    names.map((name) => name.type === 'dNSName' && name.value).join(),
  )
}

// A chain. node-forge checks signatures, dates, basicConstraints and keyUsage, and throws objects.
{
  const store = forge.pki.createCaStore([root.pem])
  const chain = [server, authority].map(({ pem }) => forge.pki.certificateFromPem(pem))
  console.log('node-forge:', forge.pki.verifyCertificateChain(store, chain))
}
{
  const verdict = await validatePath({
    certificate: server.certificate,
    intermediates: [authority.certificate], // in any order, with others among them
    anchors: [root.certificate],
    at: new Date(),
    purpose: ['serverAuth'],
    peerName: { dns: 'www.example.com' },
  })
  console.log('certward:  ', verdict.ok)
  if (!verdict.ok) console.log(explain(verdict))
}

// A request. certward’s keys are the runtime’s: they sign, and need not be exportable.
{
  const keys = forge.pki.rsa.generateKeyPair(2048)
  const request = forge.pki.createCertificationRequest()
  request.publicKey = keys.publicKey
  request.setSubject([{ name: 'commonName', value: 'www.example.com' }])
  request.sign(keys.privateKey, forge.md.sha256.create())
  console.log('node-forge:', forge.pki.certificationRequestToPem(request).split('\r\n')[0])
}
{
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, hash: 'SHA-256' }
  const pair = await crypto.subtle.generateKey({ ...algorithm, publicExponent: Uint8Array.of(1, 0, 1) }, false, [
    'sign',
  ])
  const { pem } = await createCertificateRequest({
    profile: {
      keyUsage: [{ usage: 'digitalSignature' }, { usage: 'keyEncipherment' }],
      extendedKeyUsage: [{ usage: 'serverAuth' }],
    },
    subject: { commonName: 'www.example.com' }, // stands in subjectAltName too
    key: await signerFromWebCrypto(pair),
  })
  console.log('certward:  ', pem.split('\n')[0])
}

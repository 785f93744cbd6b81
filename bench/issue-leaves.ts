// Issues the leaves of the corpus with @peculiar/x509, a writer that shares no code with the reader measured.

import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { ia5String, objectIdentifier, sequence } from '../src/der/writer.js'
import type { LeafKind } from './corpus.js'
import type { Bytes } from './peers/peer.js'

const algorithms = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const

/** Keys the leaves share: making 2,500 of RSA would take minutes, and readers keep nothing by key. */
const KEYS = 16

const NOT_BEFORE = Date.UTC(2025, 0, 1)
const HOUR = 3_600_000

/** Policies with a CPS pointer (RFC 5280 §4.2.1.4), which @peculiar/x509 reads and does not write. */
const policies = sequence(
  sequence(objectIdentifier('2.23.140.1.2.2')),
  sequence(
    objectIdentifier('1.3.6.1.4.1.99999.1.1'),
    sequence(sequence(objectIdentifier('1.3.6.1.5.5.7.2.1'), ia5String('https://pki.example.com/repository/cps'))),
  ),
)

/** One in four has a letter outside ASCII. */
const places = [
  'C=US, ST=Oregon, L=Portland, O="Example Outfitters, Inc."',
  'C=DE, ST=Baden-Württemberg, L=Karlsruhe, O=Example Manufacturing GmbH',
  'C=NL, ST=Utrecht, L=Amersfoort, O=Example Logistics B.V.',
  'C=SG, ST=Singapore, L=Singapore, O=Example Shipping Pte. Ltd.',
]

const makeKeys = (kind: LeafKind): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify'])

/** `count` distinct leaves; their names, dates and serial numbers differ. */
export async function issueLeaves(kind: LeafKind, count: number): Promise<Bytes[]> {
  x509.cryptoProvider.set(webcrypto as Crypto)
  const ca = await makeKeys(kind)
  const keys = await Promise.all(Array.from({ length: KEYS }, () => makeKeys(kind)))
  const keyIdentifiers = await Promise.all(
    keys.map(({ publicKey }) => x509.SubjectKeyIdentifierExtension.create(publicKey)),
  )
  const shared = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    new x509.AuthorityInfoAccessExtension({
      ocsp: 'http://ocsp.tls.example.com',
      caIssuers: `http://certs.example.com/tls-${kind}-2025.cer`,
    }),
    new x509.CRLDistributionPointsExtension([`http://crl.example.com/tls-${kind}-2025.crl`]),
    new x509.Extension('2.5.29.32', false, Uint8Array.from(policies)),
  ]
  const made: Bytes[] = []
  for (let index = 0; index < count; index++) {
    const host = `host-${String(index).padStart(4, '0')}.example.com`
    const names: x509.JsonGeneralNames = [host, `www.${host}`, `api.${host}`].map((value) => ({ type: 'dns', value }))
    const key = index % KEYS
    const keyIdentifier = keyIdentifiers[key]
    const publicKey = keys[key]?.publicKey
    if (publicKey === undefined || keyIdentifier === undefined) break
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `4a${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`,
      issuer: `C=US, O=Example Trust Services, CN=Example ${kind.toUpperCase()} TLS CA 2025`,
      subject: `${places[index % places.length] ?? ''}, CN=${host}`,
      notBefore: new Date(NOT_BEFORE + index * HOUR),
      notAfter: new Date(NOT_BEFORE + (index + 90 * 24) * HOUR),
      publicKey,
      signingKey: ca.privateKey,
      signingAlgorithm: algorithms[kind],
      extensions: [...shared, new x509.SubjectAlternativeNameExtension(names), keyIdentifier],
    })
    made.push(new Uint8Array(certificate.rawData))
  }
  return made
}

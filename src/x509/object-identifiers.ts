// The one registry of object identifiers: dotted decimal, the standard's name, and the short name distinguished
// names use. Nothing else in the library spells an OID it could find here.

import { equalRanges } from '../base/bytes.js'
import { objectIdentifierContent, objectIdentifierText } from '../der/object-identifier.js'
import type { DerReader } from '../der/reader.js'

/** An object identifier, and what is registered for it here. */
export interface Identifier {
  /** Dotted decimal. */
  readonly oid: string
  /** The defining standard's name: `commonName`, `keyUsage`, `sha256WithRSAEncryption`. */
  readonly name: string | undefined
  /** The short name in distinguished names (RFC 4514 and OpenSSL): `CN`. Only attribute types have one. */
  readonly short: string | undefined
}

// One row an identifier: `oid name [short]`, grouped by the arc named first; `=` where the short name is the name. Text
// packs better than objects.
const registry = `
2.5.4
3 commonName CN
4 surname SN
5 serialNumber =
6 countryName C
7 localityName L
8 stateOrProvinceName ST
9 streetAddress street
10 organizationName O
11 organizationalUnitName OU
12 title =
13 description =
15 businessCategory =
17 postalCode =
41 name =
42 givenName GN
43 initials =
44 generationQualifier =
46 dnQualifier =
65 pseudonym =
97 organizationIdentifier =
0.9.2342.19200300.100.1
1 userId UID
25 domainComponent DC
1.3.6.1.4.1.311.60.2.1
1 jurisdictionLocalityName jurisdictionL
2 jurisdictionStateOrProvinceName jurisdictionST
3 jurisdictionCountryName jurisdictionC
1.2.840.113549.1.9
1 emailAddress =
2 unstructuredName =
7 challengePassword =
14 extensionRequest
1.3.6.1.4.1.311.2.1
14 microsoftExtensionRequest
2.5.29
9 subjectDirectoryAttributes
14 subjectKeyIdentifier
15 keyUsage
17 subjectAltName
18 issuerAltName
19 basicConstraints
30 nameConstraints
31 cRLDistributionPoints
32 certificatePolicies
32.0 anyPolicy
33 policyMappings
35 authorityKeyIdentifier
36 policyConstraints
37 extendedKeyUsage
37.0 anyExtendedKeyUsage
46 freshestCRL
54 inhibitAnyPolicy
56 noRevAvail
1.3.6.1.5.5.7.1
1 authorityInfoAccess
11 subjectInfoAccess
24 tlsFeature
1.3.6.1.4.1.11129.2.4
2 signedCertificateTimestamps
3 precertificatePoison
1.3.6.1.5.5.7.2
1 cps
2 userNotice
1.3.6.1.5.5.7.3
1 serverAuth
2 clientAuth
3 codeSigning
4 emailProtection
5 ipsecEndSystem
8 timeStamping
9 ocspSigning
1.3.6.1.5.5.7.48
1 ocsp
1.5 ocspNoCheck
2 caIssuers
3 timeStampingLocation
5 caRepository
1.3.6.1.5.5.7.8
9 smtpUTF8Mailbox
1.3.6.1.4.1.311.20.2
2 smartcardLogon
3 userPrincipalName
1.2.840.113549.1.1
1 rsaEncryption
4 md5WithRSAEncryption
5 sha1WithRSAEncryption
8 mgf1
10 rsassaPss
11 sha256WithRSAEncryption
12 sha384WithRSAEncryption
13 sha512WithRSAEncryption
14 sha224WithRSAEncryption
1.2.840.10045
2.1 ecPublicKey
3.1.1 P-192
3.1.7 P-256
4.1 ecdsaWithSHA1
4.3.1 ecdsaWithSHA224
4.3.2 ecdsaWithSHA256
4.3.3 ecdsaWithSHA384
4.3.4 ecdsaWithSHA512
1.3.132.0
10 secp256k1
33 P-224
34 P-384
35 P-521
1.3.36.3.3.2.8.1.1
7 brainpoolP256r1
11 brainpoolP384r1
13 brainpoolP512r1
1.3.101
110 X25519
111 X448
112 Ed25519
113 Ed448
1.2.840.10040.4
1 dsa
3 dsaWithSHA1
2.16.840.1.101.3.4
2.1 sha256
2.2 sha384
2.3 sha512
2.4 sha224
3.1 dsaWithSHA224
3.2 dsaWithSHA256
3.17 ML-DSA-44
3.18 ML-DSA-65
3.19 ML-DSA-87
1.3.14.3.2
26 sha1
1.2.840.113549.1.7
1 data
2 signedData
3 envelopedData
6 encryptedData
`

interface Entry extends Identifier {
  readonly content: Uint8Array
}

/** Of the hash table's 1,024 places, many for what it holds, so that most stand at their first. */
const MASK = 1023

interface Index {
  /**
   * Each at the place its hash names or, where others stand there, at the first free one behind. So do those met that are
   * not registered, since an authority writes its own into every certificate, until another takes their place.
   */
  readonly byHash: (Entry | undefined)[]
  readonly registered: readonly Identifier[]
}

let built: Index | undefined

// Built on first use: an importer that never meets an OID pays nothing.
function index(): Index {
  if (built !== undefined) return built
  const byHash = new Array<Entry | undefined>(MASK + 1).fill(undefined)
  const registered: Identifier[] = []
  let arc = ''
  for (const line of registry.trim().split('\n')) {
    const [suffix = '', name, short] = line.split(' ')
    if (name === undefined) {
      arc = suffix
      continue
    }
    const oid = `${arc}.${suffix}`
    const content = objectIdentifierContent(oid)
    const entry: Entry = { oid, name, short: short === '=' ? name : short, content }
    let place = hashRange(content, 0, content.length)
    while (byHash[place & MASK] !== undefined) place++
    byHash[place & MASK] = entry
    registered.push(entry)
  }
  return (built = { byHash, registered })
}

function hashRange(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0
  return hash
}

/** The OBJECT IDENTIFIER whose DER content stands at `start` … `end`. */
export function identifierAt(bytes: Uint8Array, start: number, end: number): Identifier {
  const { byHash } = index()
  const length = end - start
  for (let place = hashRange(bytes, start, end); ; place++) {
    const entry = byHash[place & MASK]
    if (entry?.content.length === length && equalRanges(entry.content, 0, bytes, start, length)) return entry
    if (entry?.name !== undefined) continue
    const oid = objectIdentifierText(bytes, start, end)
    const met: Entry = { oid, name: undefined, short: undefined, content: bytes.slice(start, end) }
    byHash[place & MASK] = met
    return met
  }
}

/** Reads an OBJECT IDENTIFIER: the registered name, or dotted decimal where it has none here. */
export function readIdentifierName(reader: DerReader): string {
  const { name, oid } = readIdentifier(reader)
  return name ?? oid
}

/** Reads an OBJECT IDENTIFIER. */
export function readIdentifier(reader: DerReader, tag?: number): Identifier {
  reader.skipObjectIdentifier(tag)
  return identifierAt(reader.bytes, reader.contentStart, reader.position)
}

/** The registered name of a dotted-decimal OID, or the OID where it has none here. */
export const identifierName = (oid: string): string =>
  index().registered.find((entry) => entry.oid === oid)?.name ?? oid

/** Dotted decimal of a registered name. @throws TypeError for a name that is not registered. */
export function identifierOf(name: string): string {
  const found = index().registered.find((entry) => entry.name === name)
  if (found !== undefined) return found.oid
  throw new TypeError(`expected a registered identifier's name such as keyUsage, found "${name}"`)
}

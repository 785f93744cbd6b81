// What OpenSSL calls the things this library names as the standards do: for the text administrators know.

import { identifierName } from './object-identifiers.js'

/** Those OpenSSL writes in words, behind "X509v3". */
const inX509v3: readonly string[] = [
  'subjectDirectoryAttributes',
  'subjectKeyIdentifier',
  'keyUsage',
  'basicConstraints',
  'nameConstraints',
  'cRLDistributionPoints',
  'certificatePolicies',
  'anyPolicy',
  'policyMappings',
  'authorityKeyIdentifier',
  'policyConstraints',
  'extendedKeyUsage',
  'inhibitAnyPolicy',
]

/** The other names it writes otherwise. */
const titles: Readonly<Record<string, string | undefined>> = {
  subjectAltName: 'X509v3 Subject Alternative Name',
  issuerAltName: 'X509v3 Issuer Alternative Name',
  anyExtendedKeyUsage: 'Any Extended Key Usage',
  freshestCRL: 'X509v3 Freshest CRL',
  noRevAvail: 'X509v3 No Revocation Available',
  authorityInfoAccess: 'Authority Information Access',
  subjectInfoAccess: 'Subject Information Access',
  tlsFeature: 'TLS Feature',
  signedCertificateTimestamps: 'CT Precertificate SCTs',
  precertificatePoison: 'CT Precertificate Poison',
  cps: 'CPS',
  userNotice: 'User Notice',
  serverAuth: 'TLS Web Server Authentication',
  clientAuth: 'TLS Web Client Authentication',
  codeSigning: 'Code Signing',
  emailProtection: 'E-mail Protection',
  ipsecEndSystem: 'IPSec End System',
  timeStamping: 'Time Stamping',
  ocspSigning: 'OCSP Signing',
  ocsp: 'OCSP',
  ocspNoCheck: 'OCSP No Check',
  caIssuers: 'CA Issuers',
  timeStampingLocation: 'AD Time Stamping',
  caRepository: 'CA Repository',
  smartcardLogon: 'Microsoft Smartcard Login',
  ecPublicKey: 'id-ecPublicKey',
  'P-192': 'prime192v1',
  'P-256': 'prime256v1',
  ecdsaWithSHA1: 'ecdsa-with-SHA1',
  ecdsaWithSHA224: 'ecdsa-with-SHA224',
  ecdsaWithSHA256: 'ecdsa-with-SHA256',
  ecdsaWithSHA384: 'ecdsa-with-SHA384',
  ecdsaWithSHA512: 'ecdsa-with-SHA512',
  'P-224': 'secp224r1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  Ed25519: 'ED25519',
  Ed448: 'ED448',
  dsa: 'dsaEncryption',
  dsaWithSHA224: 'dsa_with_SHA224',
  dsaWithSHA256: 'dsa_with_SHA256',
  '1.3.6.1.4.1.311.10.3.3': 'Microsoft Server Gated Crypto',
  '2.16.840.1.113730.4.1': 'Netscape Server Gated Crypto',
}

/** `cRLDistributionPoints` as "CRL Distribution Points". */
export const inWords = (name: string): string =>
  name.replace(/(?=[A-Z][a-z])/g, ' ').replace(/^./, (first) => first.toUpperCase())

/** OpenSSL's long name for a registered name or an OID; itself where there is none. */
export const titleOf = (name: string): string =>
  inX509v3.includes(name) ? `X509v3 ${inWords(name)}` : (titles[name] ?? name)

/** OpenSSL's long name for an OID; the OID itself where it is not registered here. */
export const oidTitle = (oid: string): string => titleOf(identifierName(oid))

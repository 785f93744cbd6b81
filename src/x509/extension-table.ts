// Every extension this library decodes: one row each, its type and its reader.

import type { DerReader } from '../der/reader.js'
import { type BasicConstraints, readBasicConstraints } from './extensions/basic-constraints.js'
import { type DistributionPoint, readDistributionPoints } from './extensions/distribution-points.js'
import { type ExtendedKeyUsage, readExtendedKeyUsage } from './extensions/extended-key-usage.js'
import { type AccessDescription, readInformationAccess } from './extensions/information-access.js'
import {
  type AuthorityKeyIdentifier,
  readAuthorityKeyIdentifier,
  readSubjectKeyIdentifier,
} from './extensions/key-identifiers.js'
import { type KeyUsage, readKeyUsage } from './extensions/key-usage.js'
import { type NameConstraints, readNameConstraints } from './extensions/name-constraints.js'
import { type DirectoryAttribute, readDirectoryAttributes, readPresence, readTlsFeature } from './extensions/other.js'
import {
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  readCertificatePolicies,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from './extensions/policies.js'
import {
  readSignedCertificateTimestamps,
  type SignedCertificateTimestamp,
} from './extensions/signed-certificate-timestamps.js'
import { type GeneralName, readGeneralNames } from './general-name.js'

/** What each extension decodes to, by its registered name. */
export interface ExtensionValues {
  readonly basicConstraints: BasicConstraints
  readonly keyUsage: KeyUsage
  readonly extendedKeyUsage: ExtendedKeyUsage
  readonly subjectAltName: readonly GeneralName[]
  readonly issuerAltName: readonly GeneralName[]
  readonly subjectKeyIdentifier: Uint8Array
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier
  readonly nameConstraints: NameConstraints
  readonly certificatePolicies: readonly PolicyInformation[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly policyConstraints: PolicyConstraints
  readonly inhibitAnyPolicy: number
  readonly authorityInfoAccess: readonly AccessDescription[]
  readonly subjectInfoAccess: readonly AccessDescription[]
  readonly cRLDistributionPoints: readonly DistributionPoint[]
  readonly freshestCRL: readonly DistributionPoint[]
  readonly subjectDirectoryAttributes: readonly DirectoryAttribute[]
  readonly noRevAvail: true
  readonly ocspNoCheck: true
  /** TLS extension numbers. */
  readonly tlsFeature: readonly number[]
  readonly signedCertificateTimestamps: readonly SignedCertificateTimestamp[]
  readonly precertificatePoison: true
}

/** Registered name of an extension this library decodes. */
export type ExtensionName = keyof ExtensionValues

type ExtensionReaders = { readonly [N in ExtensionName]: (reader: DerReader) => ExtensionValues[N] }

export const extensionReaders: ExtensionReaders = {
  basicConstraints: readBasicConstraints,
  keyUsage: readKeyUsage,
  extendedKeyUsage: readExtendedKeyUsage,
  subjectAltName: readGeneralNames,
  issuerAltName: readGeneralNames,
  subjectKeyIdentifier: readSubjectKeyIdentifier,
  authorityKeyIdentifier: readAuthorityKeyIdentifier,
  nameConstraints: readNameConstraints,
  certificatePolicies: readCertificatePolicies,
  policyMappings: readPolicyMappings,
  policyConstraints: readPolicyConstraints,
  inhibitAnyPolicy: readInhibitAnyPolicy,
  authorityInfoAccess: readInformationAccess,
  subjectInfoAccess: readInformationAccess,
  cRLDistributionPoints: readDistributionPoints,
  freshestCRL: readDistributionPoints,
  subjectDirectoryAttributes: readDirectoryAttributes,
  noRevAvail: readPresence,
  ocspNoCheck: readPresence,
  tlsFeature: readTlsFeature,
  signedCertificateTimestamps: readSignedCertificateTimestamps,
  precertificatePoison: readPresence,
}

export const isExtensionName = (name: string | undefined): name is ExtensionName =>
  Object.hasOwn(extensionReaders, name ?? '')

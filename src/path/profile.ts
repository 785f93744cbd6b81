// Profiles: which rules count, as plain data. Compose your own by spreading one of these.

import { ensure } from '../base/ensure.js'
import type { CurveName, HashName, PublicKey, SignatureScheme } from '../x509/index.js'
import type { CertificateRole, CertificateRuleName } from './certificate-rules.js'

/** A signature algorithm a profile accepts, by scheme and hash (`rsa-pss sha-256`), or by scheme alone where it fixes the hash. */
export type AcceptedAlgorithm = `${SignatureScheme} ${HashName}` | SignatureScheme

/** The keys a profile accepts, of authorities and of the target. */
export interface AcceptedKeys {
  /** Bits of an RSA modulus. */
  readonly rsa: { readonly least: number; readonly most: number; readonly multipleOf: number }
  readonly curves: readonly CurveName[]
  /** Kinds that come in one strength, and RSA keys bound to RSA-PSS. */
  readonly others: readonly OtherKeyType[]
}

/** Kinds of keys {@link AcceptedKeys} accepts by their name alone. */
export type OtherKeyType = Exclude<PublicKey['type'], 'rsa' | 'ec' | 'ec-explicit' | 'dsa' | 'unknown'>

/**
 * What counts in one kind of public key infrastructure. Compose another rather than change one that has been used: what
 * was found by it is kept.
 */
export interface PathProfile {
  readonly name: string
  /** For each rule the certificates it is enforced on; none switches it off. */
  readonly rules: Readonly<Record<CertificateRuleName, readonly CertificateRole[]>>
  readonly algorithms: readonly AcceptedAlgorithm[]
  readonly keys: AcceptedKeys
  /** Whether an extension nobody here needs may be malformed. */
  readonly malformedExtensions: 'refuse' | 'ignore-unprocessed'
  /** SHA-1, SHA-224, DSA and RSA from 1,024 bits. Forgeable or nearly so: for archives and their test suites only. */
  readonly legacyAlgorithms: 'refuse' | 'accept'
  /**
   * Whether an anchor that is a certificate must be valid at the time and keep the rules above. RFC 5280 §6.1.1 (d)
   * takes only its name and key; `as-certificate` is what the Web's roots are held to.
   */
  readonly anchors: 'as-certificate' | 'name-and-key'
  /** Whether name constraints, path length and policies of an anchor's certificate bind the path (RFC 5937). */
  readonly anchorConstraints: 'apply' | 'ignore'
  /** Whether a target that is itself an anchor is valid without a path: trusted directly, as a pinned certificate. */
  readonly targetAsAnchor: 'accept' | 'refuse'
  /** Whether anyExtendedKeyUsage of the target stands for the purpose asked for (RFC 5280 §4.2.1.12: MAY). */
  readonly anyExtendedKeyUsage: 'accept' | 'refuse'
  /** Whether an authority with an extendedKeyUsage may only issue for the purposes in it, as all web browsers hold. */
  readonly nestedExtendedKeyUsage: 'require' | 'ignore'
  /** Whether a CRL must have the cRLNumber RFC 5280 §5.2.3 obliges its issuer to write. `openssl ca` writes none by default. */
  readonly crlNumber: 'require' | 'ignore'
}

const all: readonly CertificateRole[] = ['anchor', 'authority', 'target']
const below: readonly CertificateRole[] = ['authority', 'target']
const anchor: readonly CertificateRole[] = ['anchor']
const authority: readonly CertificateRole[] = ['authority']
const target: readonly CertificateRole[] = ['target']
const off: readonly CertificateRole[] = []

/**
 * RFC 5280 to the letter: what the text obliges certification authorities to is held against their certificates.
 * Serial numbers of anchors are not: trusted roots with the number zero are in wide use.
 */
export const rfc5280: PathProfile = {
  name: 'rfc5280',
  rules: {
    'not-version-3': off,
    'serial-number-invalid': below,
    'issuer-name-empty': all,
    'authority-name-empty': all,
    // "Conforming applications MUST be able to process … either": obliged are authorities only.
    'generalized-time-before-2050': off,
    'unique-identifier-present': off,
    'authority-key-identifier-missing': all,
    'authority-key-identifier-critical': all,
    'authority-key-identifier-form': off,
    'subject-key-identifier-missing': all,
    'subject-key-identifier-critical': all,
    // Of keys that "are used to validate digital signatures on other public key certificates"; trusted roots often have none.
    'authority-key-usage-missing': authority,
    'certificate-signing-without-authority': all,
    'path-length-without-authority': all,
    'basic-constraints-not-critical': all,
    'subject-alt-name-missing': off,
    'subject-alt-name-not-critical': all,
    'subject-alt-name-critical': off,
    'dns-name-invalid': all,
    'mailbox-invalid': all,
    'uri-invalid': all,
    'common-name-not-copied': off,
    'name-constraints-not-critical': all,
    'name-constraints-without-authority': all,
    // Of an authority on the path §6.1.4 (a) refuses it, whatever the profile.
    'any-policy-mapped': target,
    'policy-constraints-not-critical': all,
    'inhibit-any-policy-not-critical': all,
    'freshest-crl-critical': all,
    'authority-info-access-critical': all,
    'subject-info-access-critical': all,
    'no-rev-avail-misused': all,
    'no-rev-avail-critical': all,
    'extended-key-usage-critical': off,
    'extended-key-usage-absent': off,
    'any-extended-key-usage-present': off,
    'extended-key-usage-present': off,
    'target-is-authority': off,
  },
  algorithms: [
    'rsa-pkcs1 sha-256',
    'rsa-pkcs1 sha-384',
    'rsa-pkcs1 sha-512',
    'rsa-pss sha-256',
    'rsa-pss sha-384',
    'rsa-pss sha-512',
    'ecdsa sha-256',
    'ecdsa sha-384',
    'ecdsa sha-512',
    'ed25519',
    'ed448',
    'ml-dsa-44',
    'ml-dsa-65',
    'ml-dsa-87',
  ],
  // The upper bound is OpenSSL's own, which makes the cost of one verification bearable.
  keys: {
    rsa: { least: 2048, most: 16384, multipleOf: 1 },
    curves: ['P-256', 'P-384', 'P-521'],
    others: ['rsa-pss', 'ed25519', 'ed448', 'x25519', 'x448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
  },
  malformedExtensions: 'refuse',
  legacyAlgorithms: 'refuse',
  anchors: 'as-certificate',
  anchorConstraints: 'apply',
  targetAsAnchor: 'refuse',
  anyExtendedKeyUsage: 'accept',
  nestedExtendedKeyUsage: 'require',
  crlNumber: 'require',
}

/**
 * The algorithm of RFC 5280 §6.1 and nothing else: what the text obliges certification authorities to is not held against
 * their certificates, and an anchor is a name and a key. For private infrastructures whose certificates are sloppily made.
 */
export const rfc5280Section6: PathProfile = {
  ...rfc5280,
  name: 'rfc5280Section6',
  malformedExtensions: 'ignore-unprocessed',
  crlNumber: 'ignore',
  rules: Object.fromEntries(Object.keys(rfc5280.rules).map((name) => [name, off])) as PathProfile['rules'],
  anchors: 'name-and-key',
  anchorConstraints: 'ignore',
}

/** Servers of the Web: the CA/Browser Forum's Baseline Requirements for TLS certificates as a client can check them. */
export const webpki: PathProfile = {
  ...rfc5280,
  name: 'webpki',
  rules: {
    ...rfc5280.rules,
    'not-version-3': all,
    'generalized-time-before-2050': below,
    'unique-identifier-present': below,
    'authority-key-identifier-form': all,
    'authority-key-usage-missing': all,
    'subject-alt-name-missing': target,
    'subject-alt-name-critical': target,
    'common-name-not-copied': target,
    // BR 7.1.2.10.8 lets them be either, where RFC 5280 says MUST.
    'name-constraints-not-critical': off,
    'extended-key-usage-critical': target,
    'extended-key-usage-absent': target,
    'any-extended-key-usage-present': target,
    'extended-key-usage-present': anchor,
    'target-is-authority': target,
  },
  // BR 7.1.3.2: RSA and ECDSA only.
  algorithms: rfc5280.algorithms.filter((name) => name.startsWith('rsa') || name.startsWith('ecdsa')),
  // BR 6.1.5: a modulus of 2,048 bits or more, divisible by 8. BR 7.1.3.1: RSA without RSA-PSS's identifier, or ECDSA.
  keys: { ...rfc5280.keys, rsa: { least: 2048, most: 16384, multipleOf: 8 }, others: [] },
  anyExtendedKeyUsage: 'refuse',
}

/** RFC 5280 with the limits of the communications appliance (PUR-10), where a trusted certificate may be its own path. */
export const appliance: PathProfile = {
  ...rfc5280,
  name: 'appliance',
  keys: { ...rfc5280.keys, rsa: { least: 2048, most: 4096, multipleOf: 1 } },
  targetAsAnchor: 'accept',
  crlNumber: 'ignore',
}

/** What {@link webpki} asks of a target because it is a server. */
const ofServers = {
  'subject-alt-name-missing': off,
  'subject-alt-name-critical': off,
  'common-name-not-copied': off,
  'extended-key-usage-critical': off,
  'extended-key-usage-absent': off,
  'any-extended-key-usage-present': off,
  'target-is-authority': off,
} as const satisfies Partial<PathProfile['rules']>

/** Kept, since path validation prepares each profile once. */
const signerProfiles = new WeakMap<PathProfile, PathProfile>()

/**
 * The profile for who signs CRLs or OCSP responses: an authority, or one without a server's names (BR 7.1.2.8). What rules
 * ask of the purposes of OCSP's signers is asked of them there.
 */
export const profileOfSigners = (profile: PathProfile): PathProfile =>
  ensure(signerProfiles, profile, () => ({ ...profile, rules: { ...profile.rules, ...ofServers } }))

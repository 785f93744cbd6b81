// What a certificate is for, as data: the vocabulary of catalogues. Nothing outside a catalogue knows a purpose's name.

import type { CurveName, ExtendedKeyUsagePurpose, KeyUsageBit } from '../x509/index.js'

/** A key a purpose takes. */
export type KeyKind =
  { readonly type: 'rsa'; readonly modulusLength: number } | { readonly type: 'ec'; readonly curve: CurveName }

/** Hash functions a request may be signed with. */
export type RequestHash = 'sha-256' | 'sha-384' | 'sha-512'

/**
 * When a usage that a request asks for must stand in the issued certificate: `always`, for RSA keys only, or `never`,
 * which means that it is asked for and may be refused.
 */
export type Required = 'always' | 'rsa' | 'never'

/** A usage a request asks for, and whether the issued certificate must carry it. */
export interface ProfileUsage<Usage extends string> {
  readonly usage: Usage
  readonly required: Required
}

/** What a certificate request says, and what an issued certificate must say, for one or more purposes. */
export interface CsrProfile {
  readonly id: string
  readonly keyUsage: readonly ProfileUsage<KeyUsageBit>[]
  readonly extendedKeyUsage: readonly ProfileUsage<ExtendedKeyUsagePurpose>[]
  /** Requirements or standards the row comes from. */
  readonly cites: readonly string[]
}

/** A service that must be restarted for a new certificate to be used. */
export interface ServiceRestart {
  readonly service: string
  /** A mode of the product in which alone the restart is needed, by its name; undefined for always. */
  readonly when?: string
}

/** What the application must do after a change, as data. The manager adds node and reason. */
export type EffectTemplate =
  | { readonly type: 'update-ctl' }
  | { readonly type: 'cycle-tftp' }
  | { readonly type: 'reset-phones' }
  | { readonly type: 'backup-required' }

/** Effects of the operations on an identity, in order, besides the restarts of its services. */
export interface Effects {
  readonly upload: readonly EffectTemplate[]
  readonly regenerate: readonly EffectTemplate[]
}

/** A sentence for people that goes with an operation on a purpose. */
export interface Notice {
  readonly code: string
  readonly on: 'upload' | 'regenerate'
  /** `always`, or only for a certificate without an IP address in its subjectAltName. */
  readonly when: 'always' | 'no-ip-address'
  readonly message: string
}

/** One step of mending the trust between nodes, as data. The cluster adds the nodes. */
export type RemedyTemplate =
  | { readonly type: 'wait'; readonly minutes: number }
  /** On every node the finding is about. */
  | { readonly type: 'restart-service'; readonly service: string }
  /** Delete what the peer holds in place of the right certificate. */
  | { readonly type: 'delete-stale' }
  /** Give each node's certificates to its peers by hand. */
  | { readonly type: 'exchange' }

/** Certificates that go into one signed list which clients load, and how many it bears. */
export interface TrustList {
  readonly id: string
  /** Identity purposes whose certificates of all nodes stand in it. */
  readonly purposes: readonly string[]
  readonly mostCertificates: number
  /** What happens beyond that, for people. */
  readonly consequence: string
  readonly cites: readonly string[]
}

interface PurposeBase {
  readonly id: string
  readonly description: string
  /** Requirements or standards the row comes from. */
  readonly cites: readonly string[]
}

/** A certificate the system presents, one per node, with its private key. */
export interface IdentityPurpose extends PurposeBase {
  readonly usage: 'identity'
  /** The trust purpose that holds the CA certificates of its chain. */
  readonly trust: string
  /** Id of its profile. */
  readonly profile: string
  /** Keys a request may be made for; the first is what is used where nobody chooses. */
  readonly keys: readonly KeyKind[]
  /** Keys a self-signed certificate may be made with, the first by default, where they are fewer than `keys`. */
  readonly selfSignedKeys?: readonly KeyKind[]
  /** Where the certificate lives: on every node, or on the first (publisher) alone. */
  readonly placement: 'every-node' | 'first-node'
  /** Whether one certificate may carry every node's name. */
  readonly distributions: readonly ('this-server' | 'multi-server')[]
  readonly services: readonly ServiceRestart[]
  readonly effects: Effects
  readonly notices: readonly Notice[]
  /** Which signatures the issued certificate may carry. */
  readonly issuerSignatures: readonly ('rsa' | 'ecdsa')[]
  /**
   * Present where the nodes know each other by this certificate: each node's stands in the trust purpose of every node.
   * `remedies` are what to try, in this order, where it does not.
   */
  readonly exchange?: { readonly remedies: readonly RemedyTemplate[] }
}

/** A set of certificates the system believes. */
export interface TrustPurpose extends PurposeBase {
  readonly usage: 'trust'
  /** Whether a certificate put here reaches every node by itself. */
  readonly replicated: boolean
  /** Trust purposes that get a copy of each root put here. */
  readonly copiesRootsTo: readonly string[]
}

/** Certificates of devices, kept for monitoring and revocation only, one per device. */
export interface EndpointPurpose extends PurposeBase {
  readonly usage: 'endpoint'
}

/** What certificates of a store are for, told apart by `usage`. */
export type Purpose = IdentityPurpose | TrustPurpose | EndpointPurpose

/** Bounds of the product; `undefined` switches one off. */
export interface CatalogueLimits {
  /** Bits of the largest RSA key taken. */
  readonly rsaModulusLength: number | undefined
  /** Whether an identity's certificate may hold a wildcard name. */
  readonly wildcardIdentities: 'refused' | 'accepted'
}

/** Everything one product says about its certificates. Plain data: write your own with {@link defineCatalogue}. */
export interface Catalogue {
  readonly name: string
  readonly purposes: readonly Purpose[]
  readonly profiles: readonly CsrProfile[]
  readonly limits: CatalogueLimits
  readonly requestHashes: readonly RequestHash[]
  /** How long a self-signed certificate is valid, in days. */
  readonly selfSignedDays: number
  /** Default none. */
  readonly trustLists?: readonly TrustList[]
  /**
   * Id of the trust purpose that holds certificates of designated OCSP responders, those with the usage ocspSigning: the
   * trusted-responder model. Default none.
   */
  readonly designatedResponders?: string
}

/** The purpose `id`. @throws TypeError naming the purposes there are */
export function purposeOf(catalogue: Catalogue, id: string): Purpose {
  const purpose = catalogue.purposes.find((candidate) => candidate.id === id)
  if (purpose !== undefined) return purpose
  const known = catalogue.purposes.map((candidate) => candidate.id).join(', ')
  throw new TypeError(`expected a purpose of ${catalogue.name} (${known}), found "${id}"`)
}

/** A profile as one purpose follows it. */
export type PurposeProfile = CsrProfile & Pick<IdentityPurpose, 'distributions'>

/**
 * The profile an identity's requests and certificates follow, with the distributions it allows.
 * @throws TypeError where the catalogue has none
 */
export function profileOf(catalogue: Catalogue, { profile: id, distributions }: IdentityPurpose): PurposeProfile {
  const profile = catalogue.profiles.find((candidate) => candidate.id === id)
  if (profile === undefined) throw new TypeError(`catalogue ${catalogue.name} has no profile "${id}"`)
  return { ...profile, distributions }
}

// Trust anchors (RFC 5914): a name and a key somebody decided to trust, and what binds the paths below it (RFC 5937).

import type {
  Certificate,
  ExtendedKeyUsagePurpose,
  Name,
  NameConstraints,
  SubjectPublicKeyInfo,
} from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'
import { NameIndex } from './name-index.js'

/** Bounds on the paths below an anchor. They count under every profile: whoever set them meant them. */
export interface AnchorConstraints {
  readonly nameConstraints?: NameConstraints
  /** Intermediates that are not self-issued. */
  readonly pathLenConstraint?: number
  /** Purposes the anchor is trusted for. Checked where a purpose is asked for. */
  readonly extendedKeyUsage?: readonly ExtendedKeyUsagePurpose[]
  /** Policies the anchor is trusted for, as OIDs: they bound those the caller accepts (RFC 5937 §3.2). */
  readonly policySet?: readonly string[]
  readonly explicitPolicy?: 'required' | 'optional'
  readonly policyMapping?: 'allowed' | 'inhibited'
  readonly anyPolicy?: 'allowed' | 'inhibited'
}

/** A name and a key that are trusted. Not a certificate, though most are made from one. */
export interface TrustAnchor {
  readonly name: Name
  readonly publicKey: SubjectPublicKeyInfo
  /** The key identifier certificates below are likely to name; undefined where unknown. */
  readonly keyIdentifier: Uint8Array | undefined
  /** The certificate the anchor was made from, whose dates and constraints a profile may count; undefined otherwise. */
  readonly certificate: Certificate | undefined
  /** What whoever trusts the anchor binds it to, besides what its certificate says. */
  readonly constraints?: AnchorConstraints
}

/** Where anchors come from. It may answer at once or later; a failure to answer is a finding, never a yes. */
export interface TrustAnchorSource {
  /** The anchors with this name, by RFC 5280 §7.1. */
  anchorsNamed(name: Name): readonly TrustAnchor[] | Promise<readonly TrustAnchor[]>
}

/** A fixed set of anchors, indexed by name once: make it once, and use it for every validation. */
export interface TrustAnchors extends TrustAnchorSource {
  readonly all: readonly TrustAnchor[]
  anchorsNamed(name: Name): readonly TrustAnchor[]
}

/** The anchor a certificate stands for. Making one is the decision to trust it; nothing is checked here. */
export function trustAnchorFrom(certificate: Certificate, constraints?: AnchorConstraints): TrustAnchor {
  return {
    name: certificate.subject,
    publicKey: certificate.publicKey,
    keyIdentifier: valueOf(certificate.extension('subjectKeyIdentifier')),
    certificate,
    ...(constraints && { constraints }),
  }
}

const isAnchor = (anchor: Certificate | TrustAnchor): anchor is TrustAnchor => 'name' in anchor

/** Indexes certificates and anchors, in any mixture, to be trusted. */
export function createTrustAnchors(anchors: readonly (Certificate | TrustAnchor)[]): TrustAnchors {
  const all = anchors.map((anchor) => (isAnchor(anchor) ? anchor : trustAnchorFrom(anchor)))
  const index = new NameIndex(all, ({ name }) => name)
  return { all, anchorsNamed: (name) => index.named(name) }
}

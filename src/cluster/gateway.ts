// How the cluster speaks to its nodes, as an interface: over HTTP, SSH or, with nodes in one place, their storages.

import type { CertificateOrigin } from '../inventory/index.js'

/** A certificate a node says it holds. Nothing of it is believed before its bytes have been seen. */
export interface ListedCertificate {
  /** Of its record: `current` for an identity, else what is the same on every node. */
  readonly id: string
  /** Lower-case hex. */
  readonly sha256: string
  /** RFC 4514 text. */
  readonly subject: string
  readonly description: string
  readonly origin: CertificateOrigin
  /** When it was first installed, on whichever node; milliseconds since 1970. */
  readonly installedAt: number
}

/** One change of what a node trusts. Doing it twice is doing it once. */
export type TrustChange =
  | {
      readonly action: 'put'
      readonly purpose: string
      readonly id: string
      readonly der: Uint8Array
      readonly description: string
      /** `generated` by the system on its own node, or `replicated` from where somebody has uploaded it. */
      readonly origin: 'generated' | 'replicated'
      readonly installedAt: number
    }
  /** Only the very certificate goes: another of the same id stays. */
  | { readonly action: 'delete'; readonly purpose: string; readonly id: string; readonly sha256: string }

/**
 * Reaches nodes. Every call rejects where the node does not answer. It should end before the cluster's `answerTime`: what
 * takes longer is not waited for, and what it changes then comes unasked.
 */
export interface NodeGateway {
  /** What the node holds for a purpose: its identity, or the certificates it trusts. */
  list(node: string, purpose: string): Promise<readonly ListedCertificate[]>
  /** DER of a certificate it holds; undefined where it has none of this fingerprint. */
  pull(node: string, purpose: string, sha256: string): Promise<Uint8Array | undefined>
  /** Makes the changes, in order. A newer certificate of the same subject is never replaced by an older one (UPL-5). */
  push(node: string, changes: readonly TrustChange[]): Promise<void>
}

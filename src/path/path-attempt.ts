// A path that was looked at and refused, and which of two says more.

import type { Certificate } from '../x509/index.js'
import type { PathFinding } from './finding.js'
import type { TrustAnchor } from './trust-anchor.js'

/** A path that was looked at and refused. */
export interface PathAttempt {
  /** Target first. */
  readonly path: readonly Certificate[]
  /** Undefined where the path did not reach one. */
  readonly anchor: TrustAnchor | undefined
  readonly findings: readonly PathFinding[]
}

/** How much speaks against a path. One that ends nowhere says less, and least one whose signatures do not hold. */
function burden({ anchor, findings }: PathAttempt): number {
  const isSigned = findings.every(({ code }) => code !== 'signature-invalid')
  return findings.length + (isSigned ? 0 : 1_000_000) + (anchor === undefined ? 500_000 : 0)
}

/** Whether `a` says more to people than `b` does: its signatures hold, it reaches an anchor, there is less against it. */
export function saysMore(a: PathAttempt, b: PathAttempt | undefined): boolean {
  return a.findings.length > 0 && (b === undefined || burden(a) < burden(b))
}

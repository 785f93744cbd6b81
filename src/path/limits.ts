// The bounds of one validation: what a hostile pool of certificates can cost. Each can be set by the caller.

import { keysOf, resolveIntegers } from '../base/arguments.js'

/**
 * Bounds on the work of one call. Where one is reached and no valid path has been found, a `budget-exceeded` finding says
 * so. A valid verdict is never a guess: everything about its path has been checked.
 */
export interface PathLimits {
  /** Signatures verified. */
  readonly signatureChecks: number
  /** Names compared with name constraints. */
  readonly nameConstraintComparisons: number
  /** Certificates looked at: one for a candidate issuer, and all of a path for each anchor it is held against. */
  readonly buildSteps: number
  /** Certificates of a path, the target included and the anchor not. */
  readonly pathLength: number
  /** Issuers with one name that are considered for one certificate. */
  readonly candidates: number
  /** Times an {@link IssuerSource} is asked. */
  readonly issuerFetches: number
  /** Refused paths kept for the verdict; the rest are counted. */
  readonly attempts: number
}

/** The limits where none are set. */
export const defaultPathLimits: PathLimits = {
  // Twice the 100 of Go's crypto/x509 and rustls/webpki, which their users have not outgrown.
  signatureChecks: 200,
  // Go's remedy for CVE-2018-16875, which rustls/webpki took over.
  nameConstraintComparisons: 250_000,
  // Each is a few comparisons: all of them take some milliseconds. BoringSSL bounds iterations alike.
  buildSteps: 20_000,
  // Real paths have up to 5; X.509's own pathological suites have 100. Beyond it only a cycle in disguise goes.
  pathLength: 128,
  // A name shared by more keys than this is an attack on the builder: the largest cross-signed sets have about 20.
  candidates: 1000,
  // One for each level of a usual path.
  issuerFetches: 4,
  // Enough to explain; a person reads three.
  attempts: 32,
}

/** `limits` over the defaults. @throws TypeError when one is not a positive integer (`issuerFetches` may be 0) */
export function resolvePathLimits(limits: Partial<PathLimits> | undefined): PathLimits {
  if (limits === undefined) return defaultPathLimits
  const positive = keysOf(defaultPathLimits).filter((name) => name !== 'issuerFetches')
  return resolveIntegers('limits', defaultPathLimits, limits, positive)
}

/** What is left of the limits in one validation. */
export class Budget {
  private readonly spent = { signatureChecks: 0, nameConstraintComparisons: 0, buildSteps: 0, issuerFetches: 0 }
  /** The first limit that was reached; undefined while all hold. */
  exceeded: keyof PathLimits | undefined
  /** Whether the search must end: what it may not look at any more could be what it needs. */
  isSpent = false

  constructor(readonly limits: PathLimits) {}

  /** Takes `amount`; false, and from then on always false, where the limit does not allow it. */
  spend(name: keyof typeof this.spent, amount = 1): boolean {
    this.spent[name] += amount
    if (this.spent[name] <= this.limits[name]) return true
    this.reached(name)
    // A source that is not asked again hides paths and makes none.
    if (name !== 'issuerFetches') this.isSpent = true
    return false
  }

  /** Notes that a limit kept something from being looked at. */
  reached(name: keyof PathLimits): void {
    this.exceeded ??= name
  }
}

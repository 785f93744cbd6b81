// What an authority has revoked, in the order in which it did: a complete CRL tells the outcome, a delta what has changed.

import type { TestExtension } from './extensions.js'
import type { TestName } from './names.js'

/** CRLReason (RFC 5280 §5.3.1) by name. */
export type RevocationReason = keyof typeof reasonCodes

export const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

/** One entry of a CRL. */
export interface TestCrlEntry {
  readonly serialNumber: bigint
  readonly revocationDate: Date
  /** Undefined leaves the reason out. */
  readonly reason?: RevocationReason
  readonly invalidityDate?: Date
  /** Issuer of the certificate, in an indirect CRL. Holds for the entries that follow too (RFC 5280 §5.3.3). */
  readonly certificateIssuer?: TestName
  /** Appended as they stand. */
  readonly extensions?: readonly TestExtension[]
}

/** A revocation, and what is known of the certificate: scopes of CRLs ask for it. */
export interface Revocation extends TestCrlEntry {
  /** Undefined where only the serial number was given. */
  readonly isAuthority: boolean | undefined
}

/** A revocation as deltas tell it. */
export interface ChangedRevocation extends Revocation {
  /** For what it was revoked when the base of the delta was issued, and at each CRL since. */
  readonly toldBefore?: readonly (RevocationReason | undefined)[]
}

export class RevocationLog {
  private readonly entries: Revocation[] = []

  add(revocation: Revocation): void {
    this.entries.push(revocation)
  }

  /** How much has happened so far; {@link since} takes it. */
  get position(): number {
    return this.entries.length
  }

  /**
   * The latest of each certificate that has changed since the first of the positions, at which CRLs were issued. One
   * released since is there as `removeFromCRL`, also if it was put on hold no earlier: RFC 5280 §5.2.4 calls that
   * appropriate.
   */
  since(positions: readonly number[]): readonly ChangedRevocation[] {
    const told = positions.map((position) => latestOf(this.entries.slice(0, position)))
    return [...latestOf(this.entries.slice(positions[0])).values()].map((entry) => ({
      ...entry,
      toldBefore: told.flatMap((then) => {
        const before = then.get(entry.serialNumber)
        return before === undefined ? [] : [before.reason]
      }),
    }))
  }

  /** What is revoked now. */
  get current(): readonly Revocation[] {
    return [...latestOf(this.entries).values()].filter(({ reason }) => reason !== 'removeFromCRL')
  }

  /** The revocation that holds for a serial number now. */
  of(serialNumber: bigint): Revocation | undefined {
    return this.current.find((entry) => entry.serialNumber === serialNumber)
  }
}

function latestOf(entries: readonly Revocation[]): ReadonlyMap<bigint, Revocation> {
  const latest = new Map<bigint, Revocation>()
  for (const entry of entries) latest.set(entry.serialNumber, entry)
  return latest
}

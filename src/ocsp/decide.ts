// From a verdict to yes or no: the policies of OCS-3.

import type { OcspVerdict } from './evaluate.js'
import type { OcspFinding } from './finding.js'

/**
 * `common-criteria`: only a proven `good` passes. `standard-hard-fail`: `unknown` passes too. `standard-soft-fail`: so does
 * what could not be determined. Revoked never passes.
 */
export type RevocationPolicy = 'common-criteria' | 'standard-soft-fail' | 'standard-hard-fail'

/** Whether a status passes under a policy, and why not (OCS-3). */
export interface RevocationDecision {
  readonly accept: boolean
  /** Why not; and where accepted, what is not known. */
  readonly findings: readonly DecisionFinding[]
}

/** Why a status does not pass, and by which rule. */
export interface DecisionFinding {
  readonly code: 'revoked' | 'unknown' | 'undetermined' | OcspFinding['code']
  readonly message: string
  readonly rule: string
}

const accepted: Readonly<Record<RevocationPolicy, readonly string[]>> = {
  'common-criteria': ['good'],
  'standard-hard-fail': ['good', 'unknown'],
  'standard-soft-fail': ['good', 'unknown', 'undetermined'],
}

/** `is on hold since` when, or `is revoked at`, and why. */
export function howRevoked({ revokedAt, reason }: { readonly revokedAt: Date; readonly reason: string }): string {
  const how = reason === 'certificateHold' ? 'on hold since' : 'revoked at'
  return `is ${how} ${revokedAt.toISOString()} (${reason})`
}

/** Whether a policy lets a status pass, whichever source it comes from. */
export const isAccepted = (status: string, policy: RevocationPolicy): boolean => accepted[policy].includes(status)

/** Decides by policy whether a certificate with this verdict may be used (OCS-3). */
export function decideRevocation(verdict: OcspVerdict, policy: RevocationPolicy): RevocationDecision {
  const status = verdict.ok ? verdict.status : 'undetermined'
  return { accept: isAccepted(status, policy), findings: findingsOf(verdict, policy) }
}

function findingsOf(verdict: OcspVerdict, policy: RevocationPolicy): readonly DecisionFinding[] {
  const rule = `OCS-3, ${policy}`
  if (!verdict.ok) {
    const message = 'whether the certificate is revoked could not be determined'
    return [{ code: 'undetermined', message, rule }, ...verdict.findings]
  }
  switch (verdict.status) {
    case 'good':
      return []
    case 'unknown':
      return [{ code: 'unknown', message: 'the responder does not know the certificate', rule }]
    case 'revoked':
      return [{ code: 'revoked', message: `the certificate ${howRevoked(verdict)}`, rule }]
  }
}

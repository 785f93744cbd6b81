// Installed certificates whose chains end where a trusted certificate goes, by a deletion or for a newer one (DEL-3).

import type { CertificateRecord, Scope } from '../inventory/index.js'
import { purposeOf } from '../purposes/index.js'
import { validateChain } from './chain.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { identitiesOf } from './trust-store.js'

/** An installed certificate whose chain would no longer validate. */
export interface BrokenChain {
  readonly node: string
  readonly purpose: string
  readonly subject: string
  readonly sha256: string
}

/** A trust purpose, and every identity whose chain may rest on it: of all nodes where it is the same on all (DEL-4). */
export const restingScopes = (scope: Scope, context: ManagerContext): readonly Scope[] =>
  scopesAlike(scope, context).flatMap((one) => [one, ...identitiesOf(one, context)])

/** The purpose on every node where it changes with that of one (PUR-7). */
function scopesAlike({ node, purpose: id }: Scope, { catalogue, cluster }: ManagerContext): readonly Scope[] {
  const purpose = purposeOf(catalogue, id)
  const nodes = purpose.usage === 'trust' && purpose.replicated ? cluster.nodes : [node]
  return nodes.map((one) => ({ node: one, purpose: id }))
}

/**
 * Every certificate whose chain holds by what a trust purpose holds, and would not by what is left of that.
 *
 * @param state has read the {@link restingScopes}
 */
export async function brokenChains(
  state: State,
  changed: Scope,
  leftOf: (trusted: readonly CertificateRecord[]) => readonly CertificateRecord[],
  now: number,
  context: ManagerContext,
): Promise<readonly BrokenChain[]> {
  // Whether a chain holds is asked of the stores alone: a responder that is down breaks nothing.
  const offline = { ...context, revocation: undefined }
  const holds = async (record: CertificateRecord, records: readonly CertificateRecord[]): Promise<boolean> => {
    const known = records.map((one) => state.certificateOf(one))
    return (await validateChain(state.certificateOf(record), known, new Date(now), offline)).ok
  }
  const broken: BrokenChain[] = []
  for (const scope of scopesAlike(changed, context)) {
    const trusted = state.trusted(scope)
    const left = leftOf(trusted)
    const kept = new Set(left)
    if (trusted.every((record) => kept.has(record))) continue
    for (const record of [
      ...identitiesOf(scope, context).flatMap((one) => state.identity(one) ?? []),
      ...trusted.filter((one) => kept.has(one) && isIssued(one, state)),
    ]) {
      if (!(await holds(record, trusted)) || (await holds(record, left))) continue
      const { node, purpose, subject, sha256 } = record
      broken.push({ node, purpose, subject, sha256 })
    }
  }
  return broken
}

/** Whether it is an authority below another; any other certificate here is trusted by itself. */
function isIssued(record: CertificateRecord, state: State): boolean {
  const { isSelfIssued, basicConstraints } = state.certificateOf(record)
  return !isSelfIssued && basicConstraints?.cA === true
}

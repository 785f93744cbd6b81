// Installed certificates whose chains end where a trusted certificate goes, by a deletion or for a newer one (DEL-3).

import type { CertificateRecord, Scope } from '../inventory/index.js'
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

/** Every certificate whose chain holds by what a trust purpose of a node holds, and would not by what it is to hold. */
export async function brokenChains(
  state: State,
  { node, purpose }: Scope,
  left: readonly CertificateRecord[],
  now: number,
  context: ManagerContext,
): Promise<readonly BrokenChain[]> {
  const trusted = state.trusted({ node, purpose })
  const kept = new Set(left)
  if (trusted.every((record) => kept.has(record))) return []
  // Whether a chain holds is asked of the stores alone: a responder that is down breaks nothing.
  const offline = { ...context, revocation: undefined }
  const holds = async (record: CertificateRecord, records: readonly CertificateRecord[]): Promise<boolean> => {
    const known = records.map((one) => state.certificateOf(one))
    return (await validateChain(state.certificateOf(record), known, new Date(now), offline)).ok
  }
  const broken: BrokenChain[] = []
  for (const record of [
    ...identitiesOf(context, purpose).flatMap(({ id }) => state.identity({ node, purpose: id }) ?? []),
    ...trusted.filter((one) => kept.has(one) && isIssued(one, state)),
  ]) {
    if (!(await holds(record, trusted)) || (await holds(record, left))) continue
    const { subject, sha256 } = record
    broken.push({ node, purpose: record.purpose, subject, sha256 })
  }
  return broken
}

/** Whether it is an authority below another; any other certificate here is trusted by itself. */
function isIssued(record: CertificateRecord, state: State): boolean {
  const { isSelfIssued, basicConstraints } = state.certificateOf(record)
  return !isSelfIssued && basicConstraints?.cA === true
}

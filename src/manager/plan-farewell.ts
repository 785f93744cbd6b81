// What is kept of a node that has left the cluster, or of a purpose that has left the catalogue: taken away whole, with what
// showed it to the nodes.

import { isCertificateRecord, type Scope } from '../inventory/index.js'
import { ChangeBuilder, type PlannedChange } from './change-builder.js'
import { finding, type Refusal, refusal } from './outcome.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { hideFromPeers } from './trust-store.js'

/** A node that is no longer one of the cluster's. */
export interface RemoveNodeInput {
  readonly node: string
}

/** A purpose that is no longer one of the catalogue's. */
export interface RemovePurposeInput {
  readonly purpose: string
}

/** Every scope of the node, where purpose is empty; else of the purpose. */
export const scopesOfFormer = ({ node, purpose }: Scope, { catalogue, cluster }: ManagerContext): readonly Scope[] =>
  purpose === ''
    ? catalogue.purposes.map(({ id }) => ({ node, purpose: id }))
    : cluster.nodes.map((one) => ({ node: one, purpose }))

/** Plans the removal on the state of these scopes. What a node has uploaded for all stays with the others. */
export function planFarewell(
  state: State,
  former: Scope,
  now: number,
  context: ManagerContext,
): PlannedChange | Refusal {
  const { node, purpose } = former
  if (context.cluster.nodes.includes(node)) {
    return refusal(finding('wrong-node', `${node} is a node of the cluster still`, 'CLU-1'))
  }
  if (context.catalogue.purposes.some(({ id }) => id === purpose)) {
    return refusal(finding('wrong-purpose', `${purpose} is a purpose of the catalogue still`, 'PUR-1'))
  }
  const builder = new ChangeBuilder(state, now)
  for (const record of scopesOfFormer(former, context).flatMap((scope) => state.in(scope))) {
    if (isCertificateRecord(record)) {
      builder.removeCertificate(record, 'deleted')
      hideFromPeers(builder, record, context)
    } else if (record.kind === 'request') builder.removeRequest(record, 'unused')
    else if (record.kind === 'backup-pending') builder.backedUp(record)
  }
  const planned = builder.planned()
  if (planned.changes.length > 0) return planned
  return refusal(finding('not-found', `nothing is kept of ${node}${purpose}`, 'CLU-1'))
}

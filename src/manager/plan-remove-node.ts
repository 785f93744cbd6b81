// What is kept of a node that has left the cluster: taken away whole, and what showed it to its peers with it.

import { copyId, type Scope } from '../inventory/index.js'
import { ChangeBuilder, type PlannedChange } from './change-builder.js'
import { finding, type Refusal, refusal } from './outcome.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { tellOthers } from './trust-store.js'

/** A node that is no longer one of the cluster's. */
export interface RemoveNodeInput {
  readonly node: string
}

/** Every scope of the node. */
export const nodeScopes = ({ node }: RemoveNodeInput, { catalogue }: ManagerContext): readonly Scope[] =>
  catalogue.purposes.map(({ id }) => ({ node, purpose: id }))

/** Plans the removal on the state of the node's scopes. What the node has uploaded for all stays with the others. */
export function planRemoveNode(
  state: State,
  input: RemoveNodeInput,
  now: number,
  context: ManagerContext,
): PlannedChange | Refusal {
  const { node } = input
  if (context.cluster.nodes.includes(node)) {
    const message = `${node} is one of the cluster's nodes: make a manager of the others`
    return refusal(finding('wrong-node', message, 'CLU-1'))
  }
  const builder = new ChangeBuilder(state, now)
  const scopes = nodeScopes(input, context)
  const copies = new Set(scopes.map(copyId))
  for (const scope of scopes) {
    for (const record of state.certificates(scope)) {
      builder.removeCertificate(record, 'deleted')
      if (copies.has(record.id)) tellOthers(builder, record, record.subject, record, context, 'delete')
    }
    const request = state.request(scope)
    if (request !== undefined) builder.removeRequest(request, 'unused')
    if (state.in(scope).some(({ kind }) => kind === 'backup-pending')) builder.backedUp(scope)
  }
  const planned = builder.planned()
  if (planned.changes.length > 0) return planned
  return refusal(finding('not-found', `nothing is kept of ${node}`, 'CLU-1'))
}

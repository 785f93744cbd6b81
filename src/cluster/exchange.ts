// The exchange by hand of the certificates nodes know each other by (CLU-4), in place of waiting for replication.

import { copyId } from '../inventory/index.js'
import { auditOfChange, note } from '../manager/audit.js'
import type { Effect } from '../manager/index.js'
import { pairs } from './diagnose.js'
import { type NodeFault, NodeView } from './node-view.js'
import { type ClusterContext, type ExchangedPurpose, exchangedPurposes } from './settings.js'
import { putOf } from './trust-put.js'

/** A node's certificate, given to a peer that did not have it. */
export interface Exchanged {
  readonly node: string
  readonly peer: string
  readonly purpose: string
  readonly sha256: string
}

/** What an exchange of identities between nodes did, and what it could not (CLU-4). */
export interface ExchangeReport {
  /** Empty where every peer had every certificate. */
  readonly exchanged: readonly Exchanged[]
  /** What must follow on each node that was given one (CLU-4). */
  readonly effects: readonly Effect[]
  readonly faults: readonly NodeFault[]
}

/** Gives each node's certificates to its peers, in place of stale ones. What they have already is left alone. */
export async function exchange(context: ClusterContext): Promise<ExchangeReport> {
  const view = new NodeView(context)
  const exchanged: Exchanged[] = []
  const effects = new Map<string, Effect>()
  for (const purpose of exchangedPurposes(context.catalogue)) {
    const given = await exchangePurpose(view, purpose, context)
    exchanged.push(...given)
    for (const effect of given.flatMap(({ peer }) => effectsAt(peer, purpose))) {
      effects.set(JSON.stringify(effect), effect)
    }
  }
  return { exchanged, effects: [...effects.values()], faults: view.faults }
}

async function exchangePurpose(
  view: NodeView,
  purpose: ExchangedPurpose,
  context: ClusterContext,
): Promise<readonly Exchanged[]> {
  const { id, trust } = purpose
  const exchanged: Exchanged[] = []
  for (const { node, peer, identity } of await pairs(view, purpose, context)) {
    const { sha256, subject } = identity
    const held = await view.list(peer, trust)
    const certificate = await view.certificate(node, id, sha256)
    if (held === undefined || certificate === undefined || held.some((one) => one.sha256 === sha256)) continue
    const isPut = await view.push(peer, [
      putOf(trust, copyId({ node, purpose: id }), {
        ...identity,
        der: certificate.der,
        description: `${id} of ${node}`,
      }),
    ])
    if (!isPut) continue
    const after = await view.list(peer, trust)
    if (after?.some((one) => one.sha256 === sha256) !== true) {
      view.doubt(peer, `${peer} has confirmed the ${id} certificate of ${node}, and does not hold it`)
      continue
    }
    exchanged.push({ node, peer, purpose: id, sha256 })
    const change = { type: 'install', node: peer, purpose: trust, subject, before: undefined, after: sha256 } as const
    const audit = auditOfChange('exchange', { node: peer, purpose: trust }, context.now(), { changes: [change] })
    await note(audit, context)
  }
  return exchanged
}

/** The restarts the remedies name after the exchange. */
function effectsAt(node: string, { id, exchange: { remedies } }: ExchangedPurpose): readonly Effect[] {
  const after = remedies.slice(remedies.findIndex(({ type }) => type === 'exchange') + 1)
  return after.flatMap((remedy): readonly Effect[] => {
    if (remedy.type !== 'restart-service') return []
    return [{ type: 'restart-service', node, service: remedy.service, reason: `${id} certificates were exchanged` }]
  })
}

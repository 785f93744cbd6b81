// Diagnosis: does every node know every other one's certificate (CLU-3), what to do where not (CLU-4), and what else is
// amiss in the cluster.

import { copyId } from '../inventory/index.js'
import type { RemedyTemplate, TrustList } from '../purposes/index.js'
import type { ListedCertificate } from './gateway.js'
import { type NodeFault, NodeView } from './node-view.js'
import { type ClusterContext, type ExchangedPurpose, exchangedPurposes } from './settings.js'

/** One step to take, in the order of the list. */
export type Remedy =
  | { readonly type: 'wait'; readonly minutes: number }
  | { readonly type: 'restart-service'; readonly service: string; readonly nodes: readonly string[] }
  | { readonly type: 'delete-stale'; readonly node: string; readonly purpose: string; readonly sha256: string }
  /** `exchange` of the cluster does it. */
  | { readonly type: 'exchange'; readonly nodes: readonly string[]; readonly purpose: string }

/** What is wrong between the nodes, each kind with what it is about (CLU-3). */
export type ClusterFinding =
  | {
      /** `differs`: the peer holds another certificate where the node's should stand. */
      readonly code: 'missing' | 'differs'
      /** Whose certificate it is, and who should hold it. */
      readonly node: string
      readonly peer: string
      /** Of the identity; and the trust purpose it should stand in. */
      readonly purpose: string
      readonly trust: string
      readonly expected: string
      /** Undefined where it is missing. */
      readonly found: string | undefined
      readonly message: string
      readonly remedies: readonly Remedy[]
    }
  | {
      readonly code: 'trust-list-too-large'
      readonly list: string
      readonly certificates: number
      readonly mostCertificates: number
      readonly message: string
    }

/** What a look at every pair of nodes came to (CLU-3). */
export interface Diagnosis {
  /** True where there is nothing to find and every node has answered truthfully. */
  readonly ok: boolean
  readonly findings: readonly ClusterFinding[]
  readonly faults: readonly NodeFault[]
}

/** Looks at every pair of nodes, and at the size of the trust lists. Changes nothing. */
export async function diagnose(context: ClusterContext): Promise<Diagnosis> {
  const view = new NodeView(context)
  const findings: ClusterFinding[] = []
  for (const purpose of exchangedPurposes(context.catalogue)) {
    for (const { node, peer, identity } of await pairs(view, purpose, context)) {
      const held = await view.list(peer, purpose.trust)
      if (held === undefined) continue
      const copy = await copyAt(view, { node, peer, identity }, purpose, held)
      if (copy.is !== 'same') findings.push(findingOf({ node, peer, identity }, purpose, copy))
    }
  }
  for (const list of context.catalogue.trustLists ?? []) findings.push(...(await sizeFindings(view, list, context)))
  const { faults } = view
  return { ok: findings.length === 0 && faults.length === 0, findings, faults }
}

/** A node, one of its peers, and the node's identity as its own bytes prove it. */
export interface Pair {
  readonly node: string
  readonly peer: string
  readonly identity: ListedCertificate
}

/** Every node with an identity, with every other node. */
export async function pairs(
  view: NodeView,
  purpose: ExchangedPurpose,
  { nodes }: ClusterContext,
): Promise<readonly Pair[]> {
  const found: Pair[] = []
  for (const node of nodes) {
    const [identity] = (await view.list(node, purpose.id)) ?? []
    if (identity === undefined) continue
    if ((await view.certificate(node, purpose.id, identity.sha256)) === undefined) continue
    found.push(...nodes.filter((peer) => peer !== node).map((peer) => ({ node, peer, identity })))
  }
  return found
}

type Copy = { readonly is: 'same' | 'missing' } | { readonly is: 'differs'; readonly sha256: string }

/** How the peer knows the node: by the very certificate, by another one, or not at all. */
async function copyAt(
  view: NodeView,
  { node, peer, identity }: Pair,
  { id, trust }: ExchangedPurpose,
  held: readonly ListedCertificate[],
): Promise<Copy> {
  const listsIt = held.some(({ sha256 }) => sha256 === identity.sha256)
  if (listsIt && (await view.certificate(peer, trust, identity.sha256)) !== undefined) return { is: 'same' }
  const others = held.filter(({ sha256 }) => sha256 !== identity.sha256)
  const place = copyId({ node, purpose: id })
  const stale = others.find((one) => one.id === place) ?? others.find((one) => one.subject === identity.subject)
  return stale === undefined ? { is: 'missing' } : { is: 'differs', sha256: stale.sha256 }
}

function findingOf(pair: Pair, { id, trust, exchange }: ExchangedPurpose, copy: Copy): ClusterFinding {
  const { node, peer, identity } = pair
  const found = copy.is === 'differs' ? copy.sha256 : undefined
  const what = found === undefined ? 'does not hold' : 'holds another certificate in place of'
  return {
    code: found === undefined ? 'missing' : 'differs',
    ...{ node, peer, purpose: id, trust, expected: identity.sha256, found },
    message: `${trust} of ${peer} ${what} the ${id} certificate of ${node}`,
    remedies: exchange.remedies.flatMap((template) => remedyOf(template, pair, trust, found) ?? []),
  }
}

/** Undefined for what there is no call for: nothing stale to delete. */
function remedyOf(
  template: RemedyTemplate,
  { node, peer }: Pair,
  trust: string,
  stale: string | undefined,
): Remedy | undefined {
  switch (template.type) {
    case 'wait':
      return template
    case 'restart-service':
      return { ...template, nodes: [node, peer] }
    case 'delete-stale':
      return stale === undefined ? undefined : { ...template, node: peer, purpose: trust, sha256: stale }
    case 'exchange':
      return { ...template, nodes: [node, peer], purpose: trust }
  }
}

async function sizeFindings(
  view: NodeView,
  { id: list, purposes, mostCertificates, consequence }: TrustList,
  { nodes }: ClusterContext,
): Promise<readonly ClusterFinding[]> {
  const prints = new Set<string>()
  for (const node of nodes) {
    for (const purpose of purposes) {
      for (const { sha256 } of (await view.list(node, purpose)) ?? []) prints.add(sha256)
    }
  }
  const certificates = prints.size
  if (certificates <= mostCertificates) return []
  const message = `the ${list} holds ${certificates} certificates; with more than ${mostCertificates} ${consequence}`
  return [{ code: 'trust-list-too-large', list, certificates, mostCertificates, message }]
}

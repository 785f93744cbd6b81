// What a cluster is told about its nodes.

import { type Clock, systemClock } from '../base/clock.js'
import type { Storage } from '../inventory/index.js'
import type { Cluster } from '../manager/index.js'
import type { Catalogue, IdentityPurpose, RemedyTemplate, TrustPurpose } from '../purposes/index.js'
import type { NodeGateway } from './gateway.js'

/** The nodes of a cluster and how each is reached. */
export interface ClusterOptions {
  readonly catalogue: Catalogue
  readonly cluster: Cluster
  /** The manager's: where it leaves word for other nodes. */
  readonly storage: Storage
  readonly gateway: NodeGateway
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** The options with their defaults. */
export interface ClusterContext {
  readonly catalogue: Catalogue
  readonly nodes: readonly string[]
  readonly storage: Storage
  readonly gateway: NodeGateway
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const contextOf = ({ clock = systemClock, cluster, ...rest }: ClusterOptions): ClusterContext => ({
  ...rest,
  nodes: cluster.nodes,
  now: () => clock.now().getTime(),
})

/** Trust purposes that are the same on every node (PUR-7). */
export const replicatedPurposes = ({ purposes }: Catalogue): readonly TrustPurpose[] =>
  purposes.filter((one): one is TrustPurpose => one.usage === 'trust' && one.replicated)

/** An identity purpose by which nodes know each other (CLU-3). */
export type ExchangedPurpose = IdentityPurpose & { readonly exchange: { readonly remedies: readonly RemedyTemplate[] } }

export const exchangedPurposes = ({ purposes }: Catalogue): readonly ExchangedPurpose[] =>
  purposes.filter((one): one is ExchangedPurpose => one.usage === 'identity' && one.exchange !== undefined)

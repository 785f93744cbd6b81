// What a cluster is told about its nodes.

import { checkNumber } from '../base/arguments.js'
import { type Clock, systemClock } from '../base/clock.js'
import { LONGEST_TIMER } from '../base/timers.js'
import type { Storage } from '../inventory/index.js'
import type { AuditListener, Cluster } from '../manager/index.js'
import type { Catalogue, IdentityPurpose, RemedyTemplate, TrustPurpose } from '../purposes/index.js'
import type { NodeGateway } from './gateway.js'

/** The nodes of a cluster and how each is reached. */
export interface ClusterOptions {
  readonly catalogue: Catalogue
  readonly cluster: Cluster
  /** The manager's: where it leaves word for other nodes. */
  readonly storage: Storage
  readonly gateway: NodeGateway
  /** Milliseconds a node may take for one answer; one that takes longer has not answered. Default 60,000. */
  readonly answerTime?: number
  /** Default: the machine's. */
  readonly clock?: Clock
  /** The manager's: told of every exchange and of what is mended. */
  readonly audit?: AuditListener
}

/** The options with their defaults. */
export interface ClusterContext {
  readonly catalogue: Catalogue
  readonly nodes: readonly string[]
  readonly storage: Storage
  readonly gateway: NodeGateway
  readonly answerTime: number
  readonly audit: AuditListener | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** @throws TypeError for an answer time that is none */
export function contextOf(options: ClusterOptions): ClusterContext {
  const { clock = systemClock, cluster, audit, answerTime = 60_000 } = options
  checkNumber('answerTime', answerTime, LONGEST_TIMER)
  return { ...options, ...cluster, audit, answerTime, now: () => clock.now().getTime() }
}

/** Trust purposes that are the same on every node (PUR-7). */
export const replicatedPurposes = ({ purposes }: Catalogue): readonly TrustPurpose[] =>
  purposes.filter((one): one is TrustPurpose => one.usage === 'trust' && one.replicated)

/** An identity purpose by which nodes know each other (CLU-3). */
export type ExchangedPurpose = IdentityPurpose & { readonly exchange: { readonly remedies: readonly RemedyTemplate[] } }

export const exchangedPurposes = ({ purposes }: Catalogue): readonly ExchangedPurpose[] =>
  purposes.filter((one): one is ExchangedPurpose => one.usage === 'identity' && one.exchange !== undefined)

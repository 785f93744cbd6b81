// The cluster's face.

import { type Diagnosis, diagnose } from './diagnose.js'
import { drain, type DrainReport } from './drain.js'
import { exchange, type ExchangeReport } from './exchange.js'
import { reconcile, type ReconcileReport } from './reconcile.js'
import { type ClusterOptions, contextOf } from './settings.js'

/**
 * Keeps the nodes of a cluster in agreement. Each task reports the nodes that did not answer, or whose word did not hold,
 * beside what it has done; none throws for what nodes do. Only a failing storage makes them reject.
 */
export interface CertificateCluster {
  /** Brings every node what the manager has left for it (PUR-7, DEL-4). Call it after changes, and now and then. */
  drain(): Promise<DrainReport>
  /** Drains, compares the nodes and mends what differs (CLU-2). Says what it did; done twice, it does nothing more. */
  reconcile(): Promise<ReconcileReport>
  /** Whether nodes know each other's certificates, with remedies where not (CLU-3, CLU-4). Changes nothing. */
  diagnose(): Promise<Diagnosis>
  /** Gives each node's certificates to its peers by hand (CLU-4). */
  exchange(): Promise<ExchangeReport>
}

/**
 * Makes the cluster of a manager's nodes. What is found on one node is spread to all: every node is trusted as much as
 * the publisher, so guard what stands behind the gateway.
 *
 * @example
 * const cluster = createCertificateCluster({ catalogue, cluster: nodes, storage, gateway: createStorageGateway(() => storage) })
 * await manager.upload({ purpose: 'tomcat-trust', node: 'cucm1', file })
 * const { waiting } = await cluster.drain()
 */
export function createCertificateCluster(options: ClusterOptions): CertificateCluster {
  const context = contextOf(options)
  // One drain at a time: two could bring a node the same words, and the slower one old words last.
  let draining: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const done = draining.then(task, task)
    draining = done.catch(() => undefined)
    return done
  }
  return {
    drain: () => inTurn(() => drain(context)),
    reconcile: () => inTurn(() => reconcile(context)),
    diagnose: () => diagnose(context),
    exchange: () => inTurn(() => exchange(context)),
  }
}

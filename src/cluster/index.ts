// Nodes in agreement: replication, reconciliation, diagnosis, exchange.

export { type CertificateCluster, createCertificateCluster } from './cluster.js'
export type { ClusterFinding, Diagnosis, Remedy } from './diagnose.js'
export type { DrainReport } from './drain.js'
export type { Exchanged, ExchangeReport } from './exchange.js'
export type { ListedCertificate, NodeGateway, TrustChange } from './gateway.js'
export type { NodeFault } from './node-view.js'
export type { Mended, ReconcileReport } from './reconcile.js'
export type { ClusterOptions } from './settings.js'
export { createStorageGateway } from './storage-gateway.js'

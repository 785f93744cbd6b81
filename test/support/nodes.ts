// Nodes with a storage each, behind a gateway that fails, waits and lies as a test says.

import { createStorageGateway, type NodeGateway } from '../../src/cluster/index.js'
import { type CertificateCluster, createCertificateCluster } from '../../src/cluster/index.js'
import { createMemoryStorage, type Storage } from '../../src/inventory/index.js'
import { scopesOf } from '../../src/inventory/scope-map.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import { cluster as nodes, recordsOf, type Setting } from './manager.js'

/** How a node behaves. */
export interface Behaviour {
  /** Answers nothing. */
  isDown?: boolean
  /** What it waits for before it answers. */
  wait?: Promise<void>
  /** Makes no changes, and says so. */
  refusesChanges?: boolean
  /** Confirms changes and makes none. */
  ignoresChanges?: boolean
  /** Does not answer where this purpose is asked for. */
  hides?: string
  /** Lists this for every purpose. */
  lists?: unknown
  /** Gives these bytes for every certificate. */
  gives?: Uint8Array
}

/** A gateway whose nodes behave as `behaviour` says, by name. */
function unreliable(gateway: NodeGateway, behaviour: Readonly<Record<string, Behaviour>>): NodeGateway {
  const meet = async (node: string): Promise<Behaviour> => {
    const { isDown = false, wait } = behaviour[node] ?? {}
    await wait
    if (isDown) throw new Error(`${node} does not answer`)
    return behaviour[node] ?? {}
  }
  return {
    list: async (node, purpose) => {
      const { hides, ...met } = await meet(node)
      if (hides === purpose) throw new Error(`${node} does not answer`)
      return 'lists' in met ? (met.lists as Awaited<ReturnType<NodeGateway['list']>>) : gateway.list(node, purpose)
    },
    pull: async (node, purpose, sha256) => (await meet(node)).gives ?? gateway.pull(node, purpose, sha256),
    push: async (node, changes) => {
      const { refusesChanges, ignoresChanges } = await meet(node)
      if (refusesChanges === true) throw new Error(`${node} makes no changes`)
      if (ignoresChanges !== true) await gateway.push(node, changes)
    },
  }
}

export interface Nodes {
  readonly cluster: CertificateCluster
  readonly gateway: NodeGateway
  readonly behaviour: Record<string, Behaviour>
}

/** The cluster of a setting over a gateway. */
export const clusterOver = (
  { storage, clock }: Pick<Setting, 'storage' | 'clock'>,
  gateway: NodeGateway,
): CertificateCluster =>
  createCertificateCluster({ catalogue: unifiedCommunications, cluster: nodes, storage, gateway, clock })

/** The nodes of a setting, all in its storage, or each but the first in one of its own. */
export function nodesOf({ storage, clock }: Setting, where: 'one-storage' | 'own-storages' = 'one-storage'): Nodes {
  const storages = new Map<string, Storage>()
  const storageOf = (node: string): Storage => {
    if (where === 'one-storage' || node === nodes.publisher) return storage
    const own = storages.get(node) ?? createMemoryStorage()
    storages.set(node, own)
    return own
  }
  const behaviour: Record<string, Behaviour> = {}
  const gateway = unreliable(createStorageGateway(storageOf, { clock }), behaviour)
  return { cluster: clusterOver({ storage, clock }, gateway), gateway, behaviour }
}

/** As if nobody had ever been told: what waits for the nodes is gone. */
export async function loseWords(storage: Storage): Promise<void> {
  const deletes = await recordsOf(storage, 'outbox')
  const { revisions } = await storage.read(scopesOf(deletes))
  await storage.commit({ relies: revisions, puts: [], deletes, appends: [] })
}

// The outbox: words left for nodes, brought to each in the order they were left, and kept until they have arrived.

import { ensure } from '../base/ensure.js'
import { commitAgain } from '../inventory/commit-again.js'
import { type OutboxRecord, scopeKey, type Storage } from '../inventory/index.js'
import { records } from '../inventory/pages.js'
import { scopesOf } from '../inventory/scope-map.js'
import type { TrustChange } from './gateway.js'
import { type NodeFault, NodeView } from './node-view.js'
import type { ClusterContext } from './settings.js'
import { putOf } from './trust-put.js'

/** What a drain has come to. */
export interface DrainReport {
  /** Words that have arrived, by node. */
  readonly delivered: readonly { readonly node: string; readonly words: number }[]
  /** Words that wait for nodes that did not answer. They are tried again by the next drain. */
  readonly waiting: readonly { readonly node: string; readonly words: number; readonly since: Date }[]
  readonly faults: readonly NodeFault[]
}

/** Brings every node what was left for it (CLU-2). Nodes are served side by side: one that is slow holds up none. */
export async function drain(context: ClusterContext): Promise<DrainReport> {
  const byTarget = new Map<string, OutboxRecord[]>()
  const latest = new Map<string, number>()
  // Of one scope they come in the order they were left, which holds where a clock was set back.
  for await (const record of records(context.storage, 'outbox')) {
    if (record.kind !== 'outbox') continue
    const scope = scopeKey(record)
    const at = Math.max(record.at, latest.get(scope) ?? 0)
    latest.set(scope, at)
    ensure(byTarget, record.target, (): OutboxRecord[] => []).push({ ...record, at })
  }
  const view = new NodeView(context)
  const delivered: { node: string; words: number }[] = []
  const waiting: { node: string; words: number; since: Date }[] = []
  await Promise.all(
    [...byTarget].map(async ([node, left]) => {
      // Between scopes, the order in time is what people meant.
      const words = left.sort((a, b) => a.at - b.at)
      const isMember = context.nodes.includes(node)
      if (isMember && !(await view.push(node, words.map(toChange)))) {
        waiting.push({ node, words: words.length, since: new Date(words[0]?.at ?? 0) })
        return
      }
      await forget(context.storage, words)
      if (isMember) delivered.push({ node, words: words.length })
    }),
  )
  return { delivered, waiting, faults: view.faults }
}

const toChange = ({ purpose, recordId: id, sha256, record }: OutboxRecord): TrustChange =>
  record === undefined ? { action: 'delete', purpose, id, sha256 } : putOf(purpose, id, record)

/** Takes delivered words out, scope by scope. What is left where that fails is delivered once more, which changes nothing. */
async function forget(storage: Storage, words: readonly OutboxRecord[]): Promise<void> {
  for (const scope of scopesOf(words)) {
    const key = scopeKey(scope)
    const deletes = words.filter((word) => scopeKey(word) === key)
    await commitAgain(storage, [scope], () => ({ deletes }))
  }
}

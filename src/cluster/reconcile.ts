// Reconciliation: what the nodes hold held against each other, and differences mended (CLU-2).

import { ensure } from '../base/ensure.js'
import { copyId, type HistoryRecord, type Scope } from '../inventory/index.js'
import { records } from '../inventory/pages.js'
import { auditOfChange, note } from '../manager/audit.js'
import type { Change } from '../manager/outcome.js'
import type { Certificate } from '../x509/index.js'
import { drain } from './drain.js'
import type { ListedCertificate, TrustChange } from './gateway.js'
import { type NodeFault, NodeView } from './node-view.js'
import { type ClusterContext, replicatedPurposes } from './settings.js'
import { putOf } from './trust-put.js'

/** One difference, mended. */
export interface Mended {
  readonly node: string
  readonly purpose: string
  readonly subject: string
  readonly sha256: string
  /**
   * `put` where the node lacked it, `delete` where it held what is taken away, or shown no more, elsewhere. Both, where it
   * held another of the same subject that is not older, which no node replaces of itself (UPL-5).
   */
  readonly action: 'put' | 'delete'
}

/** What a reconciliation mended, and which nodes it could not reach. Run again at once, it finds nothing. */
export interface ReconcileReport {
  /** Empty where every node that answered held the same. */
  readonly mended: readonly Mended[]
  readonly faults: readonly NodeFault[]
}

/**
 * Delivers what waits, then compares the trust purposes that replicate, node by node, and makes them the same. Nodes that
 * do not answer are left as they are. Run again, it finds nothing to mend.
 */
export async function reconcile(context: ClusterContext): Promise<ReconcileReport> {
  await drain(context)
  const view = new NodeView(context)
  const mended: Mended[] = []
  for (const { id } of replicatedPurposes(context.catalogue)) {
    mended.push(...(await new PurposeReconciler(view, id, context).run()))
  }
  return { mended, faults: view.faults }
}

/** A certificate as one node lists it. */
interface Holding extends ListedCertificate {
  readonly node: string
}

/** What all nodes should hold under an id. */
interface Wanted extends Holding {
  readonly certificate: Certificate
}

/** What a node is to be told, and what that mends. */
interface Difference {
  readonly mends: Mended
  /** Fingerprint of what it holds; undefined where it has none. */
  readonly found: string | undefined
  readonly change: TrustChange
}

/** One trust purpose on all nodes. */
class PurposeReconciler {
  /** By node, of those that answer. */
  private readonly listed = new Map<string, readonly ListedCertificate[]>()
  private removals: readonly HistoryRecord[] = []

  constructor(
    private readonly view: NodeView,
    private readonly purpose: string,
    private readonly context: ClusterContext,
  ) {}

  async run(): Promise<readonly Mended[]> {
    const { nodes } = this.context
    for (const node of nodes) {
      const certificates = await this.view.list(node, this.purpose)
      if (certificates !== undefined) this.listed.set(node, certificates)
    }
    this.removals = await this.readRemovals()
    const byId = new Map<string, Holding[]>()
    for (const [node, certificates] of this.listed) {
      for (const one of certificates) {
        ensure(byId, one.id, (): Holding[] => []).push({ ...one, node })
      }
    }
    const differences: Difference[] = []
    for (const [id, held] of byId) differences.push(...(await this.differencesOf(id, held)))
    const mended: Mended[] = []
    for (const node of nodes) mended.push(...(await this.mend(node, differences)))
    return mended
  }

  private async differencesOf(id: string, held: readonly Holding[]): Promise<readonly Difference[]> {
    const identity = this.identityShownBy(id)
    // Whose identity it shows says which certificate that is.
    const shown = held.filter(({ node }) => identity === undefined || node === identity.node)
    const isCandidate = (one: Holding): boolean => identity !== undefined || !this.isRemoved(one, held)
    const isNowhere = !shown.some(isCandidate)
    if (identity !== undefined && isNowhere && (await this.isInUse(identity, held))) return []
    const proven = await this.newestFirst(shown)
    const wanted = proven.find(isCandidate)
    // Somebody lists it and nobody can show it: nothing to mend with, and no reason to delete.
    if (wanted === undefined && !isNowhere) return []
    // What a node puts another in the place of: an older one of the subject, and whatever shows the identity (UPL-5).
    const givesWay = ({ sha256 }: ListedCertificate, { certificate: { notBeforeTime } }: Wanted): boolean =>
      identity !== undefined ||
      proven.some((one) => one.sha256 === sha256 && one.certificate.notBeforeTime < notBeforeTime)
    const { purpose } = this
    return [...this.listed.keys()].flatMap((node): readonly Difference[] => {
      const own = held.find((one) => one.node === node)
      if (own?.sha256 === wanted?.sha256) return []
      const differenceOf = (change: TrustChange, { subject, sha256 }: ListedCertificate): Difference => ({
        mends: { node, purpose, subject, sha256, action: change.action },
        found: own?.sha256,
        change,
      })
      const isInTheWay = own !== undefined && (wanted === undefined || !givesWay(own, wanted))
      return [
        ...(isInTheWay ? [differenceOf({ action: 'delete', purpose, id, sha256: own.sha256 }, own)] : []),
        ...(wanted === undefined
          ? []
          : [differenceOf(putOf(purpose, id, { ...wanted, der: wanted.certificate.der }), wanted)]),
      ]
    })
  }

  /** The identity that the certificates of an id show; undefined for those that stand for themselves. */
  private identityShownBy(id: string): Scope | undefined {
    const { catalogue, nodes } = this.context
    // Of every purpose: copies may be left where the identity's trust purpose was another one once.
    const scopes = nodes.flatMap((node) => catalogue.purposes.map(({ id: purpose }): Scope => ({ node, purpose })))
    return scopes.find((scope) => copyId(scope) === id)
  }

  /**
   * Whether one of these is that identity's certificate, or may be: given to peers by exchange where its own node did not
   * show it, or while that does not answer.
   */
  private async isInUse(identity: Scope, held: readonly Holding[]): Promise<boolean> {
    const current = await this.view.list(identity.node, identity.purpose)
    return current === undefined || held.some(({ sha256 }) => current.some((one) => one.sha256 === sha256))
  }

  /** Whether it was taken away after it was last installed anywhere, and is gone from where that was. */
  private isRemoved({ sha256 }: Holding, held: readonly Holding[]): boolean {
    const same = held.filter((one) => one.sha256 === sha256)
    const last = Math.max(...same.map(({ installedAt }) => installedAt))
    return this.removals.some(
      (one) => one.sha256 === sha256 && one.removedAt >= last && same.every(({ node }) => node !== one.node),
    )
  }

  /**
   * What was deleted; and what a newer one took the place of, which is not to come back once that is gone. While the node
   * does not answer, nobody knows whether it is.
   */
  private async readRemovals(): Promise<readonly HistoryRecord[]> {
    const { nodes, storage } = this.context
    const removals: HistoryRecord[] = []
    for (const node of nodes) {
      for await (const one of records(storage, 'history', { scope: { node, purpose: this.purpose } })) {
        if (one.kind === 'history' && (one.why === 'deleted' || this.listed.has(node))) removals.push(one)
      }
    }
    return removals
  }

  /** Those of the certificates whose bytes are what their node says, the ones with the latest notBefore first (UPL-5). */
  private async newestFirst(holdings: readonly Holding[]): Promise<readonly Wanted[]> {
    const proven: Wanted[] = []
    for (const one of holdings) {
      if (proven.some(({ sha256 }) => sha256 === one.sha256)) continue
      const certificate = await this.view.certificate(one.node, this.purpose, one.sha256)
      if (certificate !== undefined) proven.push({ ...one, certificate })
    }
    const order = (a: Wanted, b: Wanted): number =>
      b.certificate.notBeforeTime - a.certificate.notBeforeTime || (a.sha256 < b.sha256 ? -1 : 1)
    return proven.sort(order)
  }

  /** Makes the changes of one node, and looks whether it has. */
  private async mend(node: string, differences: readonly Difference[]): Promise<readonly Mended[]> {
    const own = differences.filter(({ mends }) => mends.node === node)
    if (own.length === 0) return []
    const changes = own.map(({ change }) => change)
    const after = (await this.view.push(node, changes)) && (await this.view.list(node, this.purpose))
    if (!after) return []
    // A put is done also where another one has come in the meantime.
    const done = own.filter(({ change: { id, action }, found }) => {
      const now = after.find((one) => one.id === id)?.sha256
      return now !== found && (now !== undefined || action === 'delete')
    })
    if (done.length < own.length) {
      this.view.doubt(node, `${node} has confirmed changes of ${this.purpose} it has not made`)
    }
    const mended = done.map(({ mends }) => mends)
    if (mended.length === 0) return []
    const noted = mended.map(({ sha256, action, ...place }): Change =>
      action === 'put'
        ? { ...place, type: 'install', before: undefined, after: sha256 }
        : { ...place, type: 'remove', before: sha256, after: undefined },
    )
    const audit = auditOfChange('reconcile', { node, purpose: this.purpose }, this.context.now(), { changes: noted })
    await note(audit, this.context)
    return mended
  }
}

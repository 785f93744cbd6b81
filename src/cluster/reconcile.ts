// Reconciliation: what the nodes hold held against each other, and differences mended (CLU-2).

import { copyId, type HistoryRecord, type Scope } from '../inventory/index.js'
import { auditOfChange } from '../manager/audit.js'
import type { Certificate } from '../x509/index.js'
import { drain } from './drain.js'
import type { ListedCertificate, TrustChange } from './gateway.js'
import { type NodeFault, NodeView } from './node-view.js'
import { type ClusterContext, replicatedPurposes } from './settings.js'

/** One difference, mended. */
export interface Mended {
  readonly node: string
  readonly purpose: string
  readonly subject: string
  readonly sha256: string
  /** `put` where the node lacked it, `delete` where it held what is deleted, or shown no more, elsewhere. */
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
  const view = new NodeView(context.gateway)
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

interface Difference extends Mended {
  readonly change: TrustChange
}

/** One trust purpose on all nodes. */
class PurposeReconciler {
  /** By node, of those that answer. */
  private readonly listed = new Map<string, readonly ListedCertificate[]>()
  private deletions: readonly HistoryRecord[] = []

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
    this.deletions = await this.readDeletions()
    const holdings = [...this.listed].flatMap(([node, all]) => all.map((one): Holding => ({ ...one, node })))
    const differences: Difference[] = []
    for (const id of new Set(holdings.map((one) => one.id))) {
      differences.push(...(await this.differencesOf(id, holdings)))
    }
    const mended: Mended[] = []
    for (const node of nodes) mended.push(...(await this.mend(node, differences)))
    return mended
  }

  private async differencesOf(id: string, holdings: readonly Holding[]): Promise<readonly Difference[]> {
    const held = holdings.filter((one) => one.id === id)
    const identity = this.identityShownBy(id)
    // Whose identity it shows says which certificate that is; while it does not answer, nobody knows better.
    if (identity !== undefined && !this.listed.has(identity.node)) return []
    const candidates = held.filter((one) =>
      identity === undefined ? !this.isDeleted(one, held) : one.node === identity.node,
    )
    if (identity !== undefined && candidates.length === 0 && (await this.isInUse(identity, held))) return []
    const wanted = await this.newest(candidates)
    // Somebody lists it and nobody can show it: nothing to mend with, and no reason to delete.
    if (wanted === undefined && candidates.length > 0) return []
    return [...this.listed].flatMap(([node, certificates]): readonly Difference[] => {
      const own = certificates.find((one) => one.id === id)
      if (own?.sha256 === wanted?.sha256) return []
      const { purpose } = this
      if (wanted !== undefined) {
        const { subject, sha256 } = wanted
        return [{ node, purpose, subject, sha256, action: 'put', change: putOf(wanted, purpose) }]
      }
      if (own === undefined) return []
      const { subject, sha256 } = own
      return [{ node, purpose, subject, sha256, action: 'delete', change: { action: 'delete', purpose, id, sha256 } }]
    })
  }

  /** The identity that the certificates of an id show; undefined for those that stand for themselves. */
  private identityShownBy(id: string): Scope | undefined {
    const { catalogue, nodes } = this.context
    const identities = catalogue.purposes.filter((one) => one.usage === 'identity' && one.trust === this.purpose)
    const scopes = nodes.flatMap((node) => identities.map((one): Scope => ({ node, purpose: one.id })))
    return scopes.find((scope) => copyId(scope) === id)
  }

  /** Whether one of these is that identity's certificate: given to peers by exchange where its own node did not. */
  private async isInUse(identity: Scope, held: readonly Holding[]): Promise<boolean> {
    const current = await this.view.list(identity.node, identity.purpose)
    return current === undefined || held.some(({ sha256 }) => current.some((one) => one.sha256 === sha256))
  }

  /** Whether it was deleted after it was last installed anywhere, and is gone from where it was deleted. */
  private isDeleted({ id, sha256 }: Holding, held: readonly Holding[]): boolean {
    const same = held.filter((one) => one.id === id && one.sha256 === sha256)
    const last = Math.max(...same.map(({ installedAt }) => installedAt))
    return this.deletions.some(
      (one) => one.sha256 === sha256 && one.removedAt >= last && same.every(({ node }) => node !== one.node),
    )
  }

  private async readDeletions(): Promise<readonly HistoryRecord[]> {
    const { nodes, storage } = this.context
    const deletions: HistoryRecord[] = []
    for (const node of nodes) {
      let cursor: string | undefined
      do {
        const page = await storage.list('history', {
          ...(cursor && { cursor }),
          scope: { node, purpose: this.purpose },
        })
        for (const one of page.records) if (one.kind === 'history' && one.why === 'deleted') deletions.push(one)
        cursor = page.next
      } while (cursor !== undefined)
    }
    return deletions
  }

  /** The candidate with the latest notBefore of those whose bytes are what their node says (UPL-5). */
  private async newest(candidates: readonly Holding[]): Promise<Wanted | undefined> {
    const proven: Wanted[] = []
    for (const one of candidates) {
      if (proven.some(({ sha256 }) => sha256 === one.sha256)) continue
      const certificate = await this.view.certificate(one.node, this.purpose, one.sha256)
      if (certificate !== undefined) proven.push({ ...one, certificate })
    }
    const order = (a: Wanted, b: Wanted): number =>
      b.certificate.notBeforeTime - a.certificate.notBeforeTime || (a.sha256 < b.sha256 ? -1 : 1)
    return proven.sort(order)[0]
  }

  /** Makes the changes of one node, and looks whether it has. */
  private async mend(node: string, differences: readonly Difference[]): Promise<readonly Mended[]> {
    const own = differences.filter((one) => one.node === node)
    if (own.length === 0) return []
    const changes = own.map(({ change }) => change)
    if (!(await this.view.push(node, changes))) return []
    const after = (await this.view.list(node, this.purpose)) ?? []
    const done = own.filter(({ change }) => isDone(change, after))
    if (done.length < own.length) {
      this.view.doubt(node, `${node} has confirmed changes of ${this.purpose} it has not made`)
    }
    const mended = done.map(({ purpose, subject, sha256, action }): Mended => ({
      node,
      purpose,
      subject,
      sha256,
      action,
    }))
    await this.note(node, mended)
    return mended
  }

  private async note(node: string, mended: readonly Mended[]): Promise<void> {
    if (mended.length === 0) return
    const { storage, now } = this.context
    const changes = mended.map(({ purpose, subject, sha256, action }) => ({
      ...{ node, purpose, subject, type: action === 'put' ? ('install' as const) : ('remove' as const) },
      before: action === 'put' ? undefined : sha256,
      after: action === 'put' ? sha256 : undefined,
    }))
    const audit = auditOfChange('reconcile', { node, purpose: this.purpose }, now(), { changes })
    await storage.commit({ relies: [], puts: [], deletes: [], appends: [audit] })
  }
}

function putOf({ id, certificate, description, origin, installedAt }: Wanted, purpose: string): TrustChange {
  const kept = origin === 'generated' ? 'generated' : 'replicated'
  return { action: 'put', purpose, id, der: certificate.der, description, origin: kept, installedAt }
}

const isDone = (change: TrustChange, after: readonly ListedCertificate[]): boolean => {
  const own = after.find(({ id }) => id === change.id)
  return change.action === 'delete' ? own?.sha256 !== change.sha256 : own !== undefined
}

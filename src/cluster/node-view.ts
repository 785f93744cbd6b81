// Nodes as they are seen: what they say held against the bytes they give, and those that do not answer noted.

import { reasonOf } from '../base/reason.js'
import { withinTimeout } from '../base/timers.js'
import type { Certificate } from '../x509/index.js'
import { parseCertificate } from '../x509/index.js'
import type { ListedCertificate, NodeGateway, TrustChange } from './gateway.js'
import type { ClusterContext } from './settings.js'

/** A node that did not answer, or whose word did not hold. */
export interface NodeFault {
  readonly node: string
  /**
   * `unreachable`: a call failed or took too long, or brought no list of certificates. `untruthful`: it holds other bytes
   * than it lists, or has not done what it confirmed.
   */
  readonly code: 'unreachable' | 'untruthful'
  readonly message: string
}

/** The nodes, in one run of one task. A node that has failed once is not asked again in it. */
export class NodeView {
  private readonly failed = new Map<string, NodeFault>()
  private readonly untruthful: NodeFault[] = []

  constructor(private readonly context: Pick<ClusterContext, 'gateway' | 'answerTime'>) {}

  get faults(): readonly NodeFault[] {
    return [...this.failed.values(), ...this.untruthful]
  }

  /** What the node holds; undefined where it does not answer. */
  list(node: string, purpose: string): Promise<readonly ListedCertificate[] | undefined> {
    return this.ask(node, async (gateway) => checked(await gateway.list(node, purpose)))
  }

  /** The certificate, its fingerprint proven; undefined where the node does not have it, whatever it says. */
  async certificate(node: string, purpose: string, sha256: string): Promise<Certificate | undefined> {
    const der = await this.ask(node, (gateway) => gateway.pull(node, purpose, sha256))
    if (der === undefined) return undefined
    try {
      const certificate = parseCertificate(der)
      if ((await certificate.fingerprint()) === sha256) return certificate
    } catch {
      // Not even a certificate; said below.
    }
    this.doubt(node, `${node} lists ${sha256} in ${purpose}, and gives something else for it`)
    return undefined
  }

  /** Whether the node has confirmed the changes. */
  async push(node: string, changes: readonly TrustChange[]): Promise<boolean> {
    return (await this.ask(node, (gateway) => gateway.push(node, changes).then(() => true))) === true
  }

  doubt(node: string, message: string): void {
    if (this.untruthful.every((fault) => fault.message !== message))
      this.untruthful.push({ node, code: 'untruthful', message })
  }

  private async ask<T>(node: string, question: (gateway: NodeGateway) => Promise<T>): Promise<T | undefined> {
    if (this.failed.has(node)) return undefined
    const { gateway, answerTime } = this.context
    const overdue = (): Error => new Error(`no answer within ${answerTime} ms`)
    try {
      return await withinTimeout(answerTime, overdue, () => question(gateway))
    } catch (error) {
      this.failed.set(node, { node, code: 'unreachable', message: reasonOf(error) })
      return undefined
    }
  }
}

const texts = ['id', 'sha256', 'subject', 'description', 'origin'] as const

/** A gateway may hand on what a node has sent, whatever that is. @throws TypeError for what is no list of certificates */
function checked(list: readonly ListedCertificate[]): readonly ListedCertificate[] {
  const isListed = (one: ListedCertificate): boolean =>
    texts.every((name) => typeof one[name] === 'string') && Number.isFinite(one.installedAt)
  if (list.every(isListed)) return list
  throw new TypeError('it lists what is no certificate')
}

// Certificate policies along a path: RFC 5280 §6.1 with the graph of RFC 9618, whose size grows with the certificates
// and not with the ways through them.

import { ensure } from '../base/ensure.js'
import type { PolicyInformation, PolicyMapping } from '../x509/index.js'
import type { CertificateFacts } from './certificate-facts.js'

export const ANY_POLICY = '2.5.29.32.0'

/** Inputs of RFC 5280 §6.1.1 (c) to (g). */
export interface PolicyInputs {
  /** Policies acceptable to the caller, as OIDs. Default: any. */
  readonly initialPolicySet?: readonly string[]
  /** Whether the path must be valid for one of them. Default `optional`. */
  readonly explicitPolicy?: 'required' | 'optional'
  readonly policyMapping?: 'allowed' | 'inhibited'
  /** Whether anyPolicy in a certificate counts. Default `allowed`. */
  readonly anyPolicy?: 'allowed' | 'inhibited'
}

/** Outputs of RFC 5280 §6.1.6, as RFC 9618 §5.5 computes them. OIDs; 2.5.29.32.0 is anyPolicy. */
export interface PathPolicies {
  readonly authorityConstrained: readonly string[]
  readonly userConstrained: readonly string[]
}

interface Node {
  readonly policy: string
  /** Nodes of the depth before. */
  parents: readonly Node[]
  expected: ReadonlySet<string>
}

/** One depth: RFC 9618 §5.2, "at most one node at depth x whose valid_policy is P-OID". */
type Depth = Map<string, Node>

export type PolicyFault = 'policy-required' | 'any-policy-mapped'

/** RFC 5280 §4.2.1.5: "Policies MUST NOT be mapped either to or from the special value anyPolicy". */
export const mapsAnyPolicy = (facts: CertificateFacts): boolean =>
  facts
    .value('policyMappings')
    ?.some((mapping) => [mapping.issuerDomainPolicy, mapping.subjectDomainPolicy].includes(ANY_POLICY)) === true

/** State variables (a) and (d) to (f) of RFC 5280 §6.1.2, moved along by one certificate at a time, the top one first. */
export class PolicyState {
  /** Every depth from the root; undefined is the RFC's NULL. */
  private graph: Depth[] | undefined
  private explicitPolicy: number
  private policyMapping: number
  private inhibitAnyPolicy: number
  private readonly initialPolicySet: ReadonlySet<string>

  constructor(
    {
      initialPolicySet = [ANY_POLICY],
      explicitPolicy = 'optional',
      policyMapping = 'allowed',
      anyPolicy = 'allowed',
    }: PolicyInputs,
    private readonly length: number,
  ) {
    // Of what callers without types may write, nothing is taken for the lax side.
    this.graph = [new Map([[ANY_POLICY, { policy: ANY_POLICY, parents: [], expected: new Set([ANY_POLICY]) }]])]
    this.explicitPolicy = explicitPolicy === 'optional' ? length + 1 : 0
    this.policyMapping = policyMapping === 'allowed' ? length + 1 : 0
    this.inhibitAnyPolicy = anyPolicy === 'allowed' ? length + 1 : 0
    this.initialPolicySet = new Set(initialPolicySet)
  }

  /** §6.1.3 (d) to (f), for certificate `i` of the path, counted from 1 below the anchor. */
  processCertificate(facts: CertificateFacts, i: number): PolicyFault | undefined {
    const policies = facts.value('certificatePolicies')
    if (policies === undefined) this.graph = undefined
    else if (this.graph !== undefined) this.addDepth(this.graph, policies, facts.isSelfIssued && i < this.length)
    return this.explicitPolicy > 0 || this.graph !== undefined ? undefined : 'policy-required'
  }

  private addDepth(graph: Depth[], policies: readonly PolicyInformation[], mayUseAny: boolean): void {
    const above = graph.at(-1) ?? new Map<string, Node>()
    const expecting = parentsByExpected(above)
    const anyAbove = above.get(ANY_POLICY)
    const depth: Depth = new Map()
    const add = (policy: string, parents: readonly Node[]): void => {
      depth.set(policy, { policy, parents, expected: new Set([policy]) })
    }
    // (d) (1)
    for (const { policyIdentifier } of policies) {
      if (policyIdentifier === ANY_POLICY) continue
      const parents = expecting.get(policyIdentifier)
      if (parents !== undefined) add(policyIdentifier, parents)
      else if (anyAbove !== undefined) add(policyIdentifier, [anyAbove])
    }
    // (d) (2)
    const hasAny = policies.some(({ policyIdentifier }) => policyIdentifier === ANY_POLICY)
    if (hasAny && (this.inhibitAnyPolicy > 0 || mayUseAny)) {
      for (const [policy, parents] of expecting) if (!depth.has(policy)) add(policy, parents)
    }
    graph.push(depth)
    this.prune(graph)
  }

  /** (d) (3): deletes nodes above the last depth that have no children; no node at all is the NULL graph. */
  private prune(graph: Depth[]): void {
    for (let at = graph.length - 2; at >= 0; at--) {
      const withChildren = new Set<Node>()
      for (const { parents } of graph[at + 1]?.values() ?? []) for (const parent of parents) withChildren.add(parent)
      const depth = graph[at]
      if (depth === undefined || withChildren.size === depth.size) break
      for (const [policy, node] of depth) if (!withChildren.has(node)) depth.delete(policy)
    }
    if (graph.at(-1)?.size === 0) this.graph = undefined
  }

  /** §6.1.4 (a) and (b), and (h) to (j), for a certificate that is not the last. */
  prepareNext(facts: CertificateFacts): PolicyFault | undefined {
    // (a)
    if (mapsAnyPolicy(facts)) return 'any-policy-mapped'
    const mappings = facts.value('policyMappings') ?? []
    if (this.graph !== undefined && mappings.length > 0) this.mapPolicies(this.graph, mappings)
    // (h)
    if (!facts.isSelfIssued) {
      this.explicitPolicy = Math.max(0, this.explicitPolicy - 1)
      this.policyMapping = Math.max(0, this.policyMapping - 1)
      this.inhibitAnyPolicy = Math.max(0, this.inhibitAnyPolicy - 1)
    }
    this.applyConstraints(facts)
    return undefined
  }

  /** §6.1.4 (i) and (j); of an anchor's certificate too, where its constraints bind the path (RFC 5937 §3.2). */
  applyConstraints(facts: CertificateFacts): void {
    const { requireExplicitPolicy, inhibitPolicyMapping } = facts.value('policyConstraints') ?? {}
    this.explicitPolicy = Math.min(this.explicitPolicy, requireExplicitPolicy ?? Infinity)
    this.policyMapping = Math.min(this.policyMapping, inhibitPolicyMapping ?? Infinity)
    this.inhibitAnyPolicy = Math.min(this.inhibitAnyPolicy, facts.value('inhibitAnyPolicy') ?? Infinity)
  }

  private mapPolicies(graph: Depth[], mappings: readonly PolicyMapping[]): void {
    const depth = graph.at(-1) ?? new Map<string, Node>()
    const mapped = new Map<string, Set<string>>()
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      ensure(mapped, issuerDomainPolicy, () => new Set<string>()).add(subjectDomainPolicy)
    }
    const anyNode = depth.get(ANY_POLICY)
    for (const [policy, expected] of mapped) {
      const node = depth.get(policy)
      if (this.policyMapping === 0) {
        // (b) (3)
        depth.delete(policy)
      } else if (node !== undefined) {
        // (b) (1)
        node.expected = expected
      } else if (anyNode !== undefined) {
        // (b) (2)
        depth.set(policy, { policy, parents: anyNode.parents, expected })
      }
    }
    if (this.policyMapping === 0) this.prune(graph)
  }

  /** §6.1.5 (a), (b) and (g): the policies the path is valid for, or undefined where it must have one and has none. */
  wrapUp(facts: CertificateFacts): PathPolicies | undefined {
    // (a)
    this.explicitPolicy = Math.max(0, this.explicitPolicy - 1)
    // (b)
    if (facts.value('policyConstraints')?.requireExplicitPolicy === 0) this.explicitPolicy = 0
    const authorityConstrained = this.authorityConstrainedPolicies()
    const userConstrained = this.userConstrainedPolicies(authorityConstrained)
    if (this.explicitPolicy === 0 && userConstrained.length === 0) return undefined
    return { authorityConstrained, userConstrained }
  }

  /** (g) (1) to (4): policies an authority asserted first, where the path above said anyPolicy, and anyPolicy itself. */
  private authorityConstrainedPolicies(): readonly string[] {
    const { graph = [] } = this
    const policies = new Set<string>()
    for (const depth of graph) {
      for (const { policy, parents } of depth.values()) {
        if (policy !== ANY_POLICY && parents.length === 1 && parents[0]?.policy === ANY_POLICY) policies.add(policy)
      }
    }
    if (graph.at(-1)?.has(ANY_POLICY) === true) policies.add(ANY_POLICY)
    return [...policies]
  }

  /** (g) (5) and (6). */
  private userConstrainedPolicies(authorityConstrained: readonly string[]): readonly string[] {
    const { initialPolicySet } = this
    if (initialPolicySet.has(ANY_POLICY)) return authorityConstrained
    if (authorityConstrained.includes(ANY_POLICY)) return [...initialPolicySet]
    return authorityConstrained.filter((policy) => initialPolicySet.has(policy))
  }
}

/** The nodes of a depth by each policy they expect. */
function parentsByExpected(depth: Depth): Map<string, Node[]> {
  const expecting = new Map<string, Node[]>()
  for (const node of depth.values()) {
    for (const policy of node.expected) ensure(expecting, policy, (): Node[] => []).push(node)
  }
  return expecting
}

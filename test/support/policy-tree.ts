// The valid_policy_tree of RFC 5280 §6.1 as its text builds it, node by node: grows without bound, and is what the graph
// of RFC 9618 must come to the same as.

const ANY = 'anyPolicy'

/** What a certificate says of policies. Undefined where it has no such extension. */
export interface PolicyStatement {
  readonly policies: readonly string[] | undefined
  /** issuerDomainPolicy and subjectDomainPolicy. */
  readonly mappings: readonly (readonly [string, string])[]
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
  readonly inhibitAnyPolicy: number | undefined
  readonly isSelfIssued: boolean
}

/** The inputs of §6.1.1 (c) and (e) to (g). */
export interface PolicyQuestion {
  readonly userInitialPolicySet: readonly string[]
  readonly initialExplicitPolicy: boolean
  readonly initialPolicyMappingInhibit: boolean
  readonly initialAnyPolicyInhibit: boolean
}

class Node {
  readonly children: Node[] = []

  constructor(
    readonly validPolicy: string,
    public expectedPolicySet: readonly string[],
    readonly parent: Node | undefined,
  ) {
    parent?.children.push(this)
  }
}

const nodesAt = (node: Node, depth: number): readonly Node[] =>
  depth === 0 ? [node] : node.children.flatMap((child) => nodesAt(child, depth - 1))

function remove(node: Node): void {
  const siblings = node.parent?.children
  siblings?.splice(siblings.indexOf(node), 1)
}

/** Deletes nodes above `depth` without children, until there are none; NULL where the root is among them. */
function prune(root: Node, depth: number): Node | undefined {
  for (let at = depth - 1; at > 0; at--) {
    for (const node of nodesAt(root, at)) if (node.children.length === 0) remove(node)
  }
  return depth > 0 && root.children.length === 0 ? undefined : root
}

/**
 * Policies the path is valid for, those the user does not accept left out; undefined where it is refused.
 * Certificates from the one the anchor has issued to the target.
 */
export function policyTreeOutcome(
  path: readonly PolicyStatement[],
  question: PolicyQuestion,
): ReadonlySet<string> | undefined {
  const n = path.length
  let tree: Node | undefined = new Node(ANY, [ANY], undefined)
  let explicitPolicy = question.initialExplicitPolicy ? 0 : n + 1
  let policyMapping = question.initialPolicyMappingInhibit ? 0 : n + 1
  let inhibitAnyPolicy = question.initialAnyPolicyInhibit ? 0 : n + 1
  for (const [index, certificate] of path.entries()) {
    const i = index + 1
    // §6.1.3 (d), (e), (f)
    tree = certificate.policies && tree && grown(tree, i, certificate, inhibitAnyPolicy > 0, i < n)
    if (explicitPolicy === 0 && tree === undefined) return undefined
    if (i === n) break
    // §6.1.4 (a), (b)
    if (certificate.mappings.flat().includes(ANY)) return undefined
    tree = tree && mapped(tree, i, certificate, policyMapping)
    // (h), (i), (j)
    if (!certificate.isSelfIssued) {
      if (explicitPolicy !== 0) explicitPolicy--
      if (policyMapping !== 0) policyMapping--
      if (inhibitAnyPolicy !== 0) inhibitAnyPolicy--
    }
    explicitPolicy = Math.min(explicitPolicy, certificate.requireExplicitPolicy ?? Infinity)
    policyMapping = Math.min(policyMapping, certificate.inhibitPolicyMapping ?? Infinity)
    inhibitAnyPolicy = Math.min(inhibitAnyPolicy, certificate.inhibitAnyPolicy ?? Infinity)
  }
  // §6.1.5 (a), (b), (g)
  if (explicitPolicy !== 0) explicitPolicy--
  if (path.at(-1)?.requireExplicitPolicy === 0) explicitPolicy = 0
  tree = tree && intersection(tree, n, question.userInitialPolicySet)
  if (explicitPolicy === 0 && tree === undefined) return undefined
  return new Set(tree === undefined ? [] : valid(tree, n))
}

/** §6.1.3 (d) */
function grown(
  tree: Node,
  i: number,
  { policies = [], isSelfIssued }: PolicyStatement,
  isAnyAllowed: boolean,
  isIntermediate: boolean,
): Node | undefined {
  const above = nodesAt(tree, i - 1)
  for (const policy of policies.filter((one) => one !== ANY)) {
    const matching = above.filter(({ expectedPolicySet }) => expectedPolicySet.includes(policy))
    for (const node of matching) new Node(policy, [policy], node)
    const any = above.find(({ validPolicy }) => validPolicy === ANY)
    if (matching.length === 0 && any !== undefined) new Node(policy, [policy], any)
  }
  if (policies.includes(ANY) && (isAnyAllowed || (isIntermediate && isSelfIssued))) {
    for (const node of above) {
      for (const value of node.expectedPolicySet) {
        if (!node.children.some(({ validPolicy }) => validPolicy === value)) new Node(value, [value], node)
      }
    }
  }
  return prune(tree, i)
}

/** §6.1.4 (b) */
function mapped(tree: Node, i: number, { mappings }: PolicyStatement, policyMapping: number): Node | undefined {
  for (const issuerDomainPolicy of new Set(mappings.map(([from]) => from))) {
    const equivalents = mappings.filter(([from]) => from === issuerDomainPolicy).map(([, to]) => to)
    const nodes = nodesAt(tree, i).filter(({ validPolicy }) => validPolicy === issuerDomainPolicy)
    if (policyMapping === 0) {
      for (const node of nodes) remove(node)
      continue
    }
    for (const node of nodes) node.expectedPolicySet = equivalents
    const any = nodesAt(tree, i).find(({ validPolicy }) => validPolicy === ANY)
    if (nodes.length === 0 && any !== undefined) new Node(issuerDomainPolicy, equivalents, any.parent)
  }
  return prune(tree, i)
}

/** §6.1.5 (g) */
function intersection(tree: Node, n: number, userInitialPolicySet: readonly string[]): Node | undefined {
  if (userInitialPolicySet.includes(ANY)) return tree
  const nodeSet = validPolicyNodeSet(tree, n)
  for (const node of nodeSet) {
    if (node.validPolicy !== ANY && !userInitialPolicySet.includes(node.validPolicy)) remove(node)
  }
  const any = nodesAt(tree, n).find(({ validPolicy }) => validPolicy === ANY)
  if (any !== undefined) {
    for (const policy of userInitialPolicySet) {
      if (!nodeSet.some(({ validPolicy }) => validPolicy === policy)) new Node(policy, [policy], any.parent)
    }
    remove(any)
  }
  return prune(tree, n)
}

/** Nodes whose parents have a valid_policy of anyPolicy. */
const validPolicyNodeSet = (tree: Node, n: number): readonly Node[] =>
  Array.from({ length: n }, (_, at) => nodesAt(tree, at + 1))
    .flat()
    .filter(({ parent }) => parent?.validPolicy === ANY)

/** What the nodes that are left stand for in the anchor's domain: those below anyPolicy, and anyPolicy if it came all the way. */
const valid = (tree: Node, n: number): readonly string[] => [
  ...validPolicyNodeSet(tree, n)
    .map(({ validPolicy }) => validPolicy)
    .filter((policy) => policy !== ANY),
  ...(nodesAt(tree, n).some(({ validPolicy }) => validPolicy === ANY) ? [ANY] : []),
]

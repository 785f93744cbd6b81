// Certificate requests (CSR-1 … CSR-11): the input held against the purpose, and what a pending request changes.

import {
  type AlternativeNamesInput,
  createCertificateRequest,
  type CreatedRequest,
  type Distribution,
  type SubjectInput,
} from '../authoring/index.js'
import type { KeySpecification } from '../inventory/index.js'
import { profileOf, purposeOf, type RequestHash } from '../purposes/index.js'
import { ChangeBuilder, type PlannedChange } from './change-builder.js'
import { type Description, descriptionFindings } from './description.js'
import type { Draft, KeyedOperation, Made } from './keyed-operation.js'
import { keyFindings } from './keys.js'
import { finding, type Refusal, refusal } from './outcome.js'
import { placementFindings } from './plan-identity.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'

/** What a certificate request is to say, for which purpose, and who asks (CSR-1). */
export interface RequestInput {
  readonly purpose: string
  readonly node: string
  readonly subject: SubjectInput
  readonly subjectAltNames?: AlternativeNamesInput
  /** Default: the purpose's first. */
  readonly key?: KeySpecification
  /** Default `sha-256`. */
  readonly hash?: RequestHash
  /** `multi-server` adds the hosts of every node to the names (CSR-9), by default the cluster's. Default `this-server`. */
  readonly distribution?:
    { readonly type: 'this-server' } | { readonly type: 'multi-server'; readonly hosts?: readonly string[] }
}

interface RequestDraft extends Draft {
  readonly description: Description
}

/** A request for a new key, in place of the pending one. */
export function requestOperation(
  input: RequestInput & { readonly actor?: string },
  context: ManagerContext,
): KeyedOperation<RequestDraft, CreatedRequest> {
  const scope = { node: input.node, purpose: input.purpose }
  return {
    action: 'generate-csr',
    place: input,
    scopes: () => [scope],
    draft: () => draftRequest(input, context),
    make: ({ description }, key) => createCertificateRequest({ ...description, key }),
    apply: (state, draft, now, made) => applyRequest(state, scope, draft, now, made),
  }
}

function draftRequest(input: RequestInput, context: ManagerContext): RequestDraft | Refusal {
  const { catalogue, cluster } = context
  const { node, subject, subjectAltNames, distribution, hash = 'sha-256' } = input
  const purpose = purposeOf(catalogue, input.purpose)
  if (purpose.usage !== 'identity') {
    return refusal(finding('wrong-purpose', `${purpose.id} holds no identity: requests are made for one`, 'PUR-1'))
  }
  const key = input.key ?? purpose.keys[0]
  const description: Description = {
    profile: profileOf(catalogue, purpose),
    subject,
    ...(subjectAltNames && { subjectAltNames }),
    ...(distribution && { distribution: withHosts(distribution, cluster.nodes) }),
    wildcards: catalogue.limits.wildcardIdentities,
  }
  const findings = [
    ...placementFindings(purpose, node, context),
    ...keyFindings(purpose.id, key, purpose.keys, 'CSR-8'),
    ...(catalogue.requestHashes.includes(hash)
      ? []
      : [finding('key-not-offered', `requests are signed with ${catalogue.requestHashes.join(', ')}`, 'CSR-8')]),
    ...descriptionFindings(description, purpose.id, 'CSR-1'),
  ]
  if (findings.length > 0 || key === undefined) return refusal(...findings)
  return { key, hash, description }
}

const withHosts = (distribution: NonNullable<RequestInput['distribution']>, nodes: readonly string[]): Distribution =>
  distribution.type === 'multi-server' ? { type: 'multi-server', hosts: distribution.hosts ?? nodes } : distribution

function applyRequest(
  state: State,
  scope: { readonly node: string; readonly purpose: string },
  { description }: RequestDraft,
  now: number,
  made: Made<CreatedRequest> | undefined,
): PlannedChange {
  const builder = new ChangeBuilder(state, now)
  const { commonName } = description.subject
  builder.putRequest(
    scope,
    commonName,
    made && {
      kind: 'request',
      ...scope,
      id: 'pending',
      der: made.document.der,
      keyHandle: made.keyHandle,
      createdAt: now,
      commonName,
    },
  )
  return builder.planned()
}

// Self-signed certificates (REG-1 … REG-6): a new one like the installed one, or of another kind.

import {
  type AlternativeNamesInput,
  type CreatedCertificate,
  createSelfSignedCertificate,
  type SubjectInput,
  validFor,
} from '../authoring/index.js'
import type { KeySpecification, Scope } from '../inventory/index.js'
import { type IdentityPurpose, profileOf, purposeOf } from '../purposes/index.js'
import type { Certificate } from '../x509/index.js'
import { ChangeBuilder, identityPlace, type PlannedChange } from './change-builder.js'
import { type Description, descriptionFindings, subjectText } from './description.js'
import { followIdentity } from './effects.js'
import type { Draft, KeyedOperation, Made } from './keyed-operation.js'
import { keyFindings, specificationOf } from './keys.js'
import { finding, type ManagerFinding, type Refusal, refusal } from './outcome.js'
import { placementFindings } from './plan-identity.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { showToPeers } from './trust-store.js'

/** Which self-signed certificate to make anew, and who asks (REG-1). */
export interface RegenerateInput {
  readonly purpose: string
  readonly node: string
}

/** What a self-signed certificate is to say, for which purpose, and who asks (REG-5). */
export interface SelfSignedInput extends RegenerateInput {
  /** Default: the first the purpose offers for self-signed certificates. */
  readonly key?: KeySpecification
  /** Default: the installed certificate's, by its first host name where it has no common name; else by the node's name. */
  readonly subject?: SubjectInput
  /** Default: the host names and addresses of the installed certificate. */
  readonly subjectAltNames?: AlternativeNamesInput
}

interface SelfSignedDraft extends Draft {
  readonly purpose: IdentityPurpose
  readonly description: Description
}

type Operation = KeyedOperation<SelfSignedDraft, CreatedCertificate>

/** A certificate with the key type and length, subject and names of the installed one (REG-2). */
export const regenerateOperation = (
  input: RegenerateInput & { readonly actor?: string },
  context: ManagerContext,
): Operation => operation('regenerate', input, context, (state) => draftRegeneration(state, input, context))

/** A certificate of the caller's choice, or the first of a purpose (REG-2). */
export const selfSignedOperation = (
  input: SelfSignedInput & { readonly actor?: string },
  context: ManagerContext,
): Operation => operation('generate-self-signed', input, context, (state) => draftSelfSigned(state, input, context))

function operation(
  action: string,
  input: RegenerateInput & { readonly actor?: string },
  context: ManagerContext,
  draft: Operation['draft'],
): Operation {
  const scope = { node: input.node, purpose: input.purpose }
  return {
    action,
    place: input,
    scopes: () => {
      const purpose = purposeOf(context.catalogue, input.purpose)
      return purpose.usage === 'identity' ? [scope, { node: input.node, purpose: purpose.trust }] : [scope]
    },
    draft,
    make: ({ description }, key, now) => {
      const validity = validFor(context.catalogue.selfSignedDays, new Date(now))
      return createSelfSignedCertificate({ ...description, key, ...validity })
    },
    apply: (state, drafted, now, made) => applySelfSigned(state, scope, drafted, now, made, context),
  }
}

function draftRegeneration(state: State, input: RegenerateInput, context: ManagerContext): SelfSignedDraft | Refusal {
  const purpose = identityPurpose(input, context)
  if ('ok' in purpose) return purpose
  const identity = state.identity({ node: input.node, purpose: purpose.id })
  if (identity === undefined) {
    const message = `${purpose.id} on ${input.node} has no certificate to regenerate: generate a self-signed one`
    return refusal(...placementFindings(purpose, input.node, context), finding('not-found', message, 'REG-1'))
  }
  const certificate = state.certificateOf(identity)
  const key = specificationOf(certificate.publicKey.key)
  if (key === undefined) {
    const message = `no key like ${identity.keyType} can be made: generate a self-signed certificate with another`
    return refusal(finding('key-not-offered', message, 'REG-2'))
  }
  const description = describe(purpose, likeInstalled(certificate, input.node), context)
  return draftOf(purpose, input.node, key, description, [], context)
}

function draftSelfSigned(state: State, input: SelfSignedInput, context: ManagerContext): SelfSignedDraft | Refusal {
  const purpose = identityPurpose(input, context)
  if ('ok' in purpose) return purpose
  const { node, subject, subjectAltNames } = input
  const kinds = purpose.selfSignedKeys ?? purpose.keys
  const key = input.key ?? kinds[0]
  const identity = state.identity({ node, purpose: purpose.id })
  const installed = identity && likeInstalled(state.certificateOf(identity), node)
  const said = {
    subject: subject ?? installed?.subject ?? { commonName: node },
    subjectAltNames: subjectAltNames ?? installed?.subjectAltNames ?? {},
  }
  const findings = keyFindings(purpose.id, key, kinds, 'REG-2, CSR-8')
  return draftOf(purpose, node, key, describe(purpose, said, context), findings, context)
}

/** REG-1. */
function identityPurpose({ purpose: id }: RegenerateInput, { catalogue }: ManagerContext): IdentityPurpose | Refusal {
  const purpose = purposeOf(catalogue, id)
  if (purpose.usage === 'identity') return purpose
  const message = `${id} holds no identity: only identity certificates are made anew`
  return refusal(finding('wrong-purpose', message, 'REG-1'))
}

interface Said {
  readonly subject: SubjectInput
  readonly subjectAltNames: AlternativeNamesInput
}

const describe = (purpose: IdentityPurpose, said: Said, { catalogue }: ManagerContext): Description => ({
  profile: profileOf(catalogue, purpose),
  ...said,
  wildcards: catalogue.limits.wildcardIdentities,
})

/** Subject and names of an installed certificate, as far as self-signed ones have them. They need a common name. */
function likeInstalled({ subject, subjectAltName = [] }: Certificate, node: string): Said {
  const only = (type: 'dNSName' | 'iPAddress'): readonly string[] =>
    subjectAltName.flatMap((name) => (name.type === type ? [name.value] : []))
  const units = subject.getAll('organizationalUnitName')
  const dns = only('dNSName')
  return {
    subject: {
      commonName: subject.get('commonName') ?? dns[0] ?? node,
      organization: subject.get('organizationName'),
      organizationalUnit: units.length === 0 ? undefined : units,
      locality: subject.get('localityName'),
      state: subject.get('stateOrProvinceName'),
      country: subject.get('countryName'),
    },
    subjectAltNames: { dns, ip: only('iPAddress') },
  }
}

function draftOf(
  purpose: IdentityPurpose,
  node: string,
  key: KeySpecification | undefined,
  description: Description,
  others: readonly ManagerFinding[],
  context: ManagerContext,
): SelfSignedDraft | Refusal {
  const findings = [
    ...placementFindings(purpose, node, context),
    ...others,
    ...descriptionFindings(description, purpose.id, 'REG-2'),
  ]
  if (findings.length > 0 || key === undefined) return refusal(...findings)
  return { key, hash: 'sha-256', purpose, description }
}

/** REG-3: over what is installed; its key goes, a copy shows the new one to peers, and a backup is due (REG-6). */
async function applySelfSigned(
  state: State,
  scope: Scope,
  { purpose, description }: SelfSignedDraft,
  now: number,
  made: Made<CreatedCertificate> | undefined,
  context: ManagerContext,
): Promise<PlannedChange> {
  const builder = new ChangeBuilder(state, now)
  const certificate = made?.document.certificate ?? { foreseenSubject: subjectText(description) }
  const place = identityPlace(scope, 'generated', made?.keyHandle)
  await builder.install(place, certificate, state.identity(scope))
  await showToPeers(builder, purpose, scope.node, certificate, 'generated', context)
  const hasAddress = (description.subjectAltNames?.ip ?? []).length > 0
  followIdentity(builder, purpose, 'regenerate', scope.node, hasAddress, context)
  builder.awaitBackup(scope)
  return builder.planned()
}

// An identity's certificate (UPL-1 … UPL-4, UPL-7): every check, and where all pass, the changes.

import type { Scope } from '../inventory/index.js'
import { checkProfile, type IdentityPurpose, type UploadClass } from '../purposes/index.js'
import { type Certificate, formatGeneralName, type GeneralName } from '../x509/index.js'
import { valueOf } from '../x509/value-of.js'
import { pinnedFindings, validateChain } from './chain.js'
import { type ChangeBuilder, identityPlace } from './change-builder.js'
import { followIdentity } from './effects.js'
import { keyFor, type OfferedKey, offeredKeys } from './offered-keys.js'
import { finding, type ManagerFinding } from './outcome.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'
import { certificatesIn, installTrusted, namesakeOf, showToPeers } from './trust-store.js'

type IdentityUpload = Omit<Extract<UploadClass, { kind: 'identity' }>, 'kind'> & {
  readonly purpose: IdentityPurpose
  readonly node: string
}

/** Every check, all findings together (UPL-4); the changes are in the builder. */
export async function planIdentity(
  builder: ChangeBuilder,
  { purpose, node, leaf, authorities }: IdentityUpload,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  const { state } = builder
  const scope = { node, purpose: purpose.id }
  const identity = state.identity(scope)
  if (identity !== undefined && state.certificateOf(identity).equals(leaf)) {
    const message = `${leaf.subject.toString()} is installed as ${purpose.id} on ${node} already: nothing has changed`
    builder.notices.push({ code: 'already-installed', message })
    return []
  }
  const key = keyFor(offeredKeys(state, scope), leaf)
  const findings = [
    ...placementFindings(purpose, node, context),
    ...(key === undefined ? [keyMismatch(state, scope)] : []),
    ...(key?.of === 'request' ? missingNames(state, scope, leaf) : []),
    ...checkProfile(leaf, purpose, context.catalogue)
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ message, rule }) => finding('profile', message, rule)),
    ...(await chainFindings(builder, { purpose, node, leaf, authorities }, context)),
  ]
  if (findings.length > 0 || key === undefined) return findings
  await install(builder, scope, leaf, key)
  await showToPeers(builder, purpose, node, leaf, 'uploaded', context)
  const hasAddress = leaf.subjectAltName?.some(({ type }) => type === 'iPAddress') === true
  followIdentity(builder, purpose, 'upload', node, hasAddress, context)
  return []
}

/** UPL-3: over what is installed; the request it answers is done with, another one stays. */
async function install(builder: ChangeBuilder, scope: Scope, leaf: Certificate, key: OfferedKey): Promise<void> {
  const { state } = builder
  await builder.install(identityPlace(scope, 'uploaded', key.handle), leaf, state.identity(scope))
  const request = state.request(scope)
  if (request !== undefined && key.of === 'request') builder.removeRequest(request, 'installed')
}

/** The chain, through what is trusted and what came in the file; what it needs of the file is installed (UPL-1). */
async function chainFindings(
  builder: ChangeBuilder,
  { purpose, node, leaf, authorities }: IdentityUpload,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  const at = new Date(builder.now)
  const scope = { node, purpose: purpose.trust }
  const newer = await notSuperseded(builder.state, scope, authorities)
  const known = [...certificatesIn(builder.state, scope), ...newer]
  const chain = await validateChain(leaf, known, at, context)
  if (!chain.ok) return chain.findings
  const { path, anchor } = chain.path
  const needed = known.filter((one) => [...path, anchor.certificate].includes(one))
  const findings = namesakeFindings(needed)
  for (const authority of authorities) {
    if (needed.includes(authority)) {
      if (authority.isSelfIssued) findings.push(...(await pinnedFindings(authority, at, context)))
      findings.push(...(await installTrusted(builder, scope, authority, `chain of ${purpose.id}`, context)))
    } else if (newer.includes(authority)) {
      const message = `${authority.subject.toString()} of the file is not part of the chain, and is not installed`
      builder.notices.push({ code: 'not-installed', message })
    }
  }
  return findings
}

/** A trust purpose holds one certificate for each subject: a chain that needs two cannot be installed (UPL-5). */
const namesakeFindings = (needed: readonly Certificate[]): ManagerFinding[] =>
  needed
    .filter((one, index) => needed.findIndex(({ subject }) => subject.equals(one.subject)) < index)
    .map(({ subject }) => {
      const message = `the chain needs several certificates of ${subject.toString()}, and a trust purpose holds one`
      return finding('unsuitable-file', message, 'UPL-5')
    })

/** What the trust purpose could take: an older namesake of a trusted certificate would be refused there (UPL-5). */
async function notSuperseded(
  state: State,
  scope: Scope,
  authorities: readonly Certificate[],
): Promise<readonly Certificate[]> {
  const kept: Certificate[] = []
  for (const authority of authorities) {
    const namesake = await namesakeOf(state, scope, authority)
    if (namesake === undefined || namesake.notBefore < authority.notBeforeTime) kept.push(authority)
  }
  return kept
}

/** PUR-8, CSR-10. */
export function placementFindings(
  { id, placement }: IdentityPurpose,
  node: string,
  { cluster }: ManagerContext,
): readonly ManagerFinding[] {
  if (placement === 'every-node' || node === cluster.publisher) return []
  return [finding('wrong-node', `${id} lives on the first node only: use ${cluster.publisher}`, 'PUR-8, CSR-10')]
}

/** UPL-2. */
function keyMismatch(state: State, scope: Scope): ManagerFinding {
  const hasRequest = state.request(scope) !== undefined
  const what = hasRequest
    ? 'neither for the key of the pending request nor for the installed one'
    : 'not for the installed key, and no request is pending'
  return finding(
    'key-mismatch',
    `the certificate is ${what}: have the pending request of ${scope.purpose} on ${scope.node} signed`,
    'UPL-2',
  )
}

/** CSR-9: every name the request asked for. */
function missingNames(state: State, scope: Scope, leaf: Certificate): readonly ManagerFinding[] {
  const request = state.request(scope)
  if (request === undefined) return []
  const asked = state.requestOf(request).extension('subjectAltName')?.value ?? []
  // One that cannot be read holds none of them; that it is malformed is a finding of the profile.
  const granted = valueOf(leaf.extension('subjectAltName')) ?? []
  const names = new Set(granted.map(nameKey))
  return asked
    .filter((name) => !names.has(nameKey(name)))
    .map((name) => {
      const message = `the certificate lacks the name ${formatGeneralName(name)} the request asked for`
      return finding('name-missing', message, 'CSR-9')
    })
}

/** Host names do not tell cases apart (RFC 5280 §7.2). */
const nameKey = (name: GeneralName): string => {
  const text = formatGeneralName(name)
  return name.type === 'dNSName' ? text.toLowerCase() : text
}

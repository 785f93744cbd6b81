// What comes into a trust purpose and goes from it, whoever brings it: newer over older, copies, word to other nodes.

import { equalBytes } from '../base/bytes.js'
import { copyId, type CertificateRecord, type Scope, trustId } from '../inventory/index.js'
import { type IdentityPurpose, purposeOf, type TrustPurpose } from '../purposes/index.js'
import type { Certificate } from '../x509/index.js'
import { type Arrival, type ChangeBuilder, keylessPlace } from './change-builder.js'
import { finding, type ManagerFinding } from './outcome.js'
import type { ManagerContext } from './settings.js'
import type { State } from './state.js'

/** The trust purpose `id`. A catalogue made by defineCatalogue has no other where one is named. */
export function trustPurposeOf({ catalogue }: ManagerContext, id: string): TrustPurpose {
  const purpose = purposeOf(catalogue, id)
  if (purpose.usage !== 'trust') throw new TypeError(`expected a trust purpose, found ${id} of usage ${purpose.usage}`)
  return purpose
}

/** The identity purposes of a node whose chains end in a trust purpose of it. */
export const identitiesOf = ({ node, purpose: trust }: Scope, { catalogue }: ManagerContext): readonly Scope[] =>
  catalogue.purposes
    .filter((purpose) => purpose.usage === 'identity' && purpose.trust === trust)
    .map(({ id }) => ({ node, purpose: id }))

/** Scopes on a node that a certificate put into a trust purpose may change: its own and those of its copies (PUR-5). */
export const trustScopes = (node: string, { id, copiesRootsTo }: TrustPurpose): readonly Scope[] =>
  [id, ...copiesRootsTo].map((purpose) => ({ node, purpose }))

/** Every certificate the scope trusts. */
export const certificatesIn = (state: State, scope: Scope): readonly Certificate[] =>
  state.trusted(scope).map((record) => state.certificateOf(record))

/** The trusted certificate with the same subject, if there is one (UPL-5). */
export async function namesakeOf(
  state: State,
  scope: Scope,
  certificate: Certificate,
): Promise<CertificateRecord | undefined> {
  const id = await trustId(certificate)
  return state.trusted(scope).find((record) => record.id === id)
}

/** Whether the very certificate is trusted already. */
export const isTrusted = (state: State, scope: Scope, certificate: Certificate): boolean =>
  state.trusted(scope).some(({ der }) => equalBytes(der, certificate.der))

/** UPL-5: a newer one replaces its namesake, an older one is refused; the same one again changes nothing. */
export async function installTrusted(
  builder: ChangeBuilder,
  scope: Scope,
  certificate: Certificate,
  description: string,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  const { state } = builder
  const subject = certificate.subject.toString()
  if (isTrusted(state, scope, certificate)) {
    const message = `${subject} is in ${scope.purpose} on ${scope.node} already: nothing has changed`
    builder.notices.push({ code: 'already-installed', message })
    return []
  }
  const previous = await namesakeOf(state, scope, certificate)
  if (previous !== undefined && previous.notBefore >= certificate.notBeforeTime) {
    return [olderFinding(previous, certificate)]
  }
  const id = await trustId(certificate)
  const place = keylessPlace('trust', scope, id, 'uploaded', description)
  const record = await builder.install(place, certificate, previous)
  tellOthers(builder, place, subject, record, context)
  if (certificate.isSelfIssued) await copyRoot(builder, scope, certificate, description, context)
  return []
}

function olderFinding({ purpose, node, notBefore }: CertificateRecord, certificate: Certificate): ManagerFinding {
  const message =
    `${certificate.subject.toString()} of ${certificate.notBefore.toISOString()} is not newer than the one in ` +
    `${purpose} on ${node}, which is of ${new Date(notBefore).toISOString()}: delete that one first if it is to go`
  return finding('older-certificate', message, 'UPL-5')
}

/** PUR-5: into each purpose that gets copies, unless it has the same root or a newer one. */
async function copyRoot(
  builder: ChangeBuilder,
  { node, purpose }: Scope,
  certificate: Certificate,
  description: string,
  context: ManagerContext,
): Promise<void> {
  const id = await trustId(certificate)
  for (const target of trustPurposeOf(context, purpose).copiesRootsTo) {
    const scope = { node, purpose: target }
    const previous = await namesakeOf(builder.state, scope, certificate)
    if (previous !== undefined && previous.notBefore >= certificate.notBeforeTime) continue
    const place = keylessPlace('trust', scope, id, 'copied', description)
    const record = await builder.install(place, certificate, previous)
    const reason = `roots of ${purpose} belong there too`
    builder.effects.push({ type: 'copy-to-store', ...scope, reason })
    tellOthers(builder, place, certificate.subject.toString(), record, context)
  }
}

/**
 * Shows an identity's certificate to its peers: a copy in its trust purpose, in place of the last. Self-signed ones have
 * no other way to be believed; others are shown where nodes know each other by them (CLU-3), and elsewhere the copy of
 * what they replace goes.
 */
export async function showToPeers(
  builder: ChangeBuilder,
  purpose: IdentityPurpose,
  node: string,
  certificate: Arrival,
  origin: 'generated' | 'uploaded',
  context: ManagerContext,
): Promise<void> {
  const scope = { node, purpose: purpose.trust }
  const id = copyId({ node, purpose: purpose.id })
  const previous = builder.state.trusted(scope).find((record) => record.id === id)
  if (origin === 'uploaded' && purpose.exchange === undefined) {
    if (previous !== undefined) {
      builder.removeCertificate(previous, 'replaced')
      tellOthers(builder, previous, previous.subject, previous, context, 'delete')
    }
    return
  }
  const copied = origin === 'generated' ? 'generated' : 'copied'
  const place = keylessPlace('trust', scope, id, copied, `${purpose.id} of ${node}`)
  const record = await builder.install(place, certificate, previous)
  builder.effects.push({ type: 'copy-to-store', ...scope, reason: `peers know ${purpose.id} of ${node} by it` })
  const subject = 'foreseenSubject' in certificate ? certificate.foreseenSubject : certificate.subject.toString()
  tellOthers(builder, place, subject, record, context)
}

/** Has the nodes drop the copy by which they know an identity that is removed. */
export function hideFromPeers(builder: ChangeBuilder, record: CertificateRecord, context: ManagerContext): void {
  const purpose = context.catalogue.purposes.find(({ id }) => id === record.purpose)
  if (purpose?.usage !== 'identity' || (record.origin === 'uploaded' && purpose.exchange === undefined)) return
  const copy = { ...record, purpose: purpose.trust, id: copyId(record) }
  tellOthers(builder, copy, record.subject, copy, context, 'delete')
}

/** PUR-7, DEL-4: an effect for people, and a word in the outbox for each other node. `record` is undefined in plans only. */
export function tellOthers(
  builder: ChangeBuilder,
  { node, purpose }: Scope,
  subject: string,
  record: CertificateRecord | undefined,
  context: ManagerContext,
  action: 'put' | 'delete' = 'put',
): void {
  if (!trustPurposeOf(context, purpose).replicated) return
  const reason = `${subject} is ${action === 'put' ? 'trusted' : 'no longer trusted'} on ${node}`
  for (const target of context.cluster.nodes) {
    if (target === node) continue
    if (record !== undefined) builder.forNode(target, action, record)
    builder.effects.push({ type: 'replicate', node: target, purpose, reason })
  }
}

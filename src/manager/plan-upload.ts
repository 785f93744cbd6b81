// Upload (UPL-1 … UPL-8): what a file is and where it belongs. The two kinds have plans of their own.

import type { CertificateRecord, Scope } from '../inventory/index.js'
import { checkUploadPurpose, classifyUpload, type Purpose, purposeOf, type UploadClass } from '../purposes/index.js'
import type { Certificate } from '../x509/index.js'
import { brokenChains, restingScopes } from './broken-chains.js'
import { ChangeBuilder, type PlannedChange } from './change-builder.js'
import { keyFor, offeredKeys } from './offered-keys.js'
import { finding, type ManagerFinding, type OutcomeNotice, type Refusal, refusal } from './outcome.js'
import { planIdentity } from './plan-identity.js'
import { planTrust } from './plan-trust.js'
import type { ManagerContext } from './settings.js'
import type { ReadState, State } from './state.js'
import { identitiesOf, trustPurposeOf, trustScopes } from './trust-store.js'
import { certificatesOfFile } from './uploaded-file.js'

/** A file to install for a purpose, and who asks (UPL-1). */
export interface UploadInput {
  readonly purpose: string
  readonly node: string
  /** PEM, DER or PKCS#7: told apart by content. */
  readonly file: Uint8Array | string
  /** Of trusted certificates (UPL-5). */
  readonly description?: string
  /**
   * What a trust purpose is to believe the file as. `authority`, the default, takes certificates of certification
   * authorities only. `peer` also takes the certificate of another system: a directory's (PUR-6), an OCSP
   * responder's (OCS-1), another node's (CLU-4). Such a one is then believed by itself.
   */
  readonly as?: 'authority' | 'peer'
}

/** Scopes an upload looks at and may change. */
export function uploadScopes({ purpose: id, node }: UploadInput, context: ManagerContext): readonly Scope[] {
  const purpose = purposeOf(context.catalogue, id)
  if (purpose.usage === 'endpoint') return [{ node, purpose: id }]
  if (purpose.usage === 'identity') {
    return [{ node, purpose: id }, ...trustScopes(node, trustPurposeOf(context, purpose.trust))]
  }
  // The identities too: what is their certificate belongs there and not here.
  return [...trustScopes(node, purpose), ...identitiesOf({ node, purpose: id }, context)]
}

/** Plans an upload on the state of its scopes at a time. Nothing is written. @throws ParseError for a file that is malformed */
export async function planUpload(
  state: State,
  input: UploadInput,
  now: number,
  context: ManagerContext,
  read: ReadState,
): Promise<PlannedChange | Refusal> {
  const { node } = input
  const purpose = purposeOf(context.catalogue, input.purpose)
  const certificates = certificatesOfFile(input.file)
  const upload = classifyUpload(certificates, hintFor(state, { node, purpose: purpose.id }, certificates))
  if (!upload.ok) {
    return refusal(...upload.findings.map(({ message, rule }) => finding('unsuitable-file', message, rule)))
  }
  const builder = new ChangeBuilder(state, now)
  const wrong = wrongPurpose(state, purpose, upload, input, context)
  if (wrong.length > 0) return refusal(...wrong)
  const findings =
    purpose.usage === 'identity' && upload.kind === 'identity'
      ? await planIdentity(builder, { purpose, node, ...upload }, context)
      : purpose.usage === 'trust'
        ? await planTrust(builder, { purpose, node, description: input.description ?? '', ...upload }, context)
        : []
  if (findings.length > 0) return refusal(...findings)
  const planned = builder.planned()
  return { ...planned, notices: [...planned.notices, ...(await brokenNotices(builder, planned, context, read))] }
}

/**
 * A newer authority may have another key: what the older one has issued is believed no longer, here and where the newer
 * one is brought (UPL-5, PUR-7). For this alone other scopes are read, whose changes are no reason to plan again.
 */
async function brokenNotices(
  builder: ChangeBuilder,
  { changes }: PlannedChange,
  context: ManagerContext,
  read: ReadState,
): Promise<readonly OutcomeNotice[]> {
  const notices: OutcomeNotice[] = []
  const replacing = changes.filter(({ type }) => type === 'replace')
  for (const scope of new Map(replacing.map((change) => [change.purpose, change])).values()) {
    if (purposeOf(context.catalogue, scope.purpose).usage !== 'trust') continue
    const state = await read(restingScopes(scope, context))
    const leftOf = (trusted: readonly CertificateRecord[]): readonly CertificateRecord[] =>
      builder.leftOf(scope.purpose, trusted)
    for (const { subject, purpose, node, sha256 } of await brokenChains(state, scope, leftOf, builder.now, context)) {
      if (replacing.some((one) => one.before === sha256 && one.purpose === purpose && one.node === node)) continue
      const message = `the chain of ${subject} (${purpose} on ${node}) ends where an older authority is replaced: have it issued anew`
      notices.push({ code: 'chain-broken', message })
    }
  }
  return notices
}

/** CAPF's certificate is an authority's, and told from those above it by its key. */
function hintFor(state: State, scope: Scope, certificates: readonly Certificate[]): { identityKey?: Uint8Array } {
  const offered = offeredKeys(state, scope)
  const key = certificates.map((one) => keyFor(offered, one)).find((one) => one !== undefined)
  return key === undefined ? {} : { identityKey: key.publicKey }
}

/** PUR-4. */
function wrongPurpose(
  state: State,
  purpose: Purpose,
  upload: UploadClass,
  { node, as = 'authority' }: UploadInput,
  context: ManagerContext,
): readonly ManagerFinding[] {
  const isPeer = as === 'peer' && purpose.usage === 'trust' && upload.kind === 'identity'
  if (!isPeer) {
    return checkUploadPurpose(upload, purpose.id, context.catalogue).map(({ message, rule }) =>
      finding('wrong-purpose', message, rule),
    )
  }
  const own = identitiesOf({ node, purpose: purpose.id }, context).filter(
    (scope) => keyFor(offeredKeys(state, scope), upload.leaf) !== undefined,
  )
  return own.map(({ purpose: id }) => {
    const message = `the file holds the certificate of ${id} on ${node}: it belongs into ${id}`
    return finding('wrong-purpose', message, 'PUR-4')
  })
}

// Trusted certificates (UPL-1, UPL-5): each with its chain, whatever their order in the file.

import type { TrustPurpose, UploadClass } from '../purposes/index.js'
import type { Certificate } from '../x509/index.js'
import { pinnedFindings, validateChain } from './chain.js'
import type { ChangeBuilder } from './change-builder.js'
import { finding, type ManagerFinding } from './outcome.js'
import type { ManagerContext } from './settings.js'
import { installTrusted, isTrusted } from './trust-store.js'

type TrustUpload = UploadClass & {
  readonly purpose: TrustPurpose
  readonly node: string
  readonly description: string
}

/** Every check of every certificate, all findings together; the changes are in the builder. */
export async function planTrust(
  builder: ChangeBuilder,
  { purpose, node, description, ...upload }: TrustUpload,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  const scope = { node, purpose: purpose.id }
  const { newest, findings } = newestOf(upload.authorities, builder)
  for (const one of newest) findings.push(...(await installTrusted(builder, scope, one, description, context)))
  // By what is trusted then: an older one that goes vouches for none that comes.
  const { state } = builder
  const known = builder.leftOf(purpose.id, state.trusted(scope)).map((record) => state.certificateOf(record))
  const at = new Date(builder.now)
  for (const one of newest) {
    if (!isTrusted(state, scope, one)) findings.push(...(await faults(one, known, at, context)))
  }
  // Another system's certificate (PUR-6): believed because somebody says so, whoever has issued it.
  if (upload.kind === 'identity') {
    findings.push(...(await pinnedFindings(upload.leaf, at, context)))
    findings.push(...(await installTrusted(builder, scope, upload.leaf, description, context)))
  }
  return findings
}

/** A root is believed because somebody uploads it, any other authority because its chain ends in a root. */
async function faults(
  authority: Certificate,
  known: readonly Certificate[],
  at: Date,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  if (authority.isSelfIssued) return pinnedFindings(authority, at, context)
  const chain = await validateChain(authority, known, at, context)
  return chain.ok ? [] : chain.findings
}

/**
 * One certificate for each subject, as if the file had been uploaded from the oldest on (UPL-5); roots first. Where two
 * are of the same time nothing says which is meant.
 */
function newestOf(
  authorities: readonly Certificate[],
  builder: ChangeBuilder,
): { readonly newest: readonly Certificate[]; readonly findings: ManagerFinding[] } {
  const bySubject = new Map<string, Certificate>()
  const findings: ManagerFinding[] = []
  const oldestFirst = [...authorities].sort((a, b) => a.notBeforeTime - b.notBeforeTime)
  for (const authority of oldestFirst) {
    const key = authority.subject.canonicalKey
    const older = bySubject.get(key)
    bySubject.set(key, authority)
    if (older === undefined) continue
    const subject = authority.subject.toString()
    const when = authority.notBefore.toISOString()
    if (older.notBeforeTime === authority.notBeforeTime) {
      const message = `the file holds two certificates of ${subject}, both of ${when}: upload the one that is meant`
      findings.push(finding('unsuitable-file', message, 'UPL-5'))
    } else {
      const message = `the file holds several certificates of ${subject}: only the newest, of ${when}, is installed`
      builder.notices.push({ code: 'not-installed', message })
    }
  }
  const rootsFirst = (a: Certificate, b: Certificate): number => Number(b.isSelfIssued) - Number(a.isSelfIssued)
  return { newest: [...bySubject.values()].sort(rootsFirst), findings }
}

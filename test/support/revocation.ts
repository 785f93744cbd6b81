// What tests of revocation start from: a path that holds, lists as the test kit writes them, and statuses as one line.

import { parseCertificateList } from '../../src/crl/index.js'
import { type BuiltPath, explain, validatePath } from '../../src/path/index.js'
import { checkRevocation, type RevocationCheck, type RevocationStatus } from '../../src/revocation/index.js'
import type { IssuedCertificate, TestCrl } from '../../src/testkit/index.js'
import { at } from './paths.js'

/** The path from the leaf to the root, through the certificates of its own chain and those given. */
export async function pathOf(
  leaf: IssuedCertificate,
  root: IssuedCertificate,
  ...more: readonly IssuedCertificate[]
): Promise<BuiltPath> {
  const intermediates = [...leaf.chain.slice(1), ...more].map(({ certificate }) => certificate)
  const verdict = await validatePath({ certificate: leaf.certificate, intermediates, anchors: [root.certificate], at })
  if (!verdict.ok) throw new Error(explain(verdict))
  return verdict
}

export const listsOf = (crls: readonly TestCrl[]): RevocationCheck['sources']['crls'] & object =>
  crls.map(({ der }) => parseCertificateList(der))

/** The status of the path's target by CRLs. */
export async function statusByCrl(
  path: BuiltPath,
  crls: readonly TestCrl[],
  check: Partial<RevocationCheck> = {},
): Promise<RevocationStatus> {
  const verdict = await checkRevocation(path, { sources: { crls: listsOf(crls) }, at, scope: 'target', ...check })
  const [target] = verdict.certificates
  if (target === undefined) throw new TypeError('no certificate was checked')
  return target.revocation
}

/** `good`, `revoked (keyCompromise)`, or `undetermined: ` and why. */
export function line(status: RevocationStatus): string {
  if (status.status === 'revoked') return `revoked (${status.reason})`
  if (status.status === 'undetermined') return `undetermined: ${status.notes.map(({ message }) => message).join('; ')}`
  return status.status === 'exempt' ? `exempt (${status.reason})` : status.status
}

// Tells what a file of certificates is: authorities for a trust purpose, or an identity with or without its chain (PUR-4).

import { equalBytes, latin1 } from '../base/bytes.js'
import type { Certificate } from '../x509/index.js'
import { type Catalogue, purposeOf } from './catalogue.js'
import type { PurposeFinding } from './finding.js'

/** What an uploaded file holds, its order put right. */
export type UploadClass =
  /** Only CA certificates: for a trust purpose. */
  | { readonly kind: 'authorities'; readonly authorities: readonly Certificate[] }
  /** One application certificate, and the CA certificates that came with it. */
  | { readonly kind: 'identity'; readonly leaf: Certificate; readonly authorities: readonly Certificate[] }

/** What a file turned out to hold, leaf first whatever its order, or what is wrong with it (PUR-4). */
export type UploadClassification =
  ({ readonly ok: true } & UploadClass) | { readonly ok: false; readonly findings: readonly PurposeFinding[] }

/** What is known beside the file. */
export interface UploadHints {
  /**
   * DER of the subjectPublicKeyInfo of the pending request, or of the installed identity. The certificate for this key
   * is the leaf even if it is an authority, as CAPF's is.
   */
  readonly identityKey?: Uint8Array
}

/** A version 1 certificate that is self-issued is an old root; basicConstraints did not exist. */
function isAuthority(certificate: Certificate): boolean {
  const constraints = certificate.extension('basicConstraints')
  if (constraints === undefined) return certificate.version === 1 && certificate.isSelfIssued
  return constraints.error === undefined && constraints.value.cA
}

const fault = (code: PurposeFinding['code'], subject: string, message: string): PurposeFinding => ({
  code,
  severity: 'error',
  subject,
  message,
  rule: 'PUR-4',
})

/** A fault of one certificate; `what` follows its subject. */
function faultOf(code: PurposeFinding['code'], certificate: Certificate, what: string): PurposeFinding {
  const subject = certificate.subject.toString()
  return fault(code, subject, `${subject} ${what}`)
}

/** Each certificate once, by its bytes, in order. */
function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  const seen = new Set<string>()
  return certificates.filter(({ der }) => seen.size < seen.add(latin1(der, 0, der.length)).size)
}

/**
 * Classifies the certificates of one uploaded file, whatever their order: duplicates dropped, the leaf first. A
 * certificate is an authority by its basicConstraints. Nothing is validated: whether the chain holds is for the path
 * validator.
 *
 * Findings: `no-certificate` for an empty file, `several-leaves` naming each of two or more application certificates,
 * `leaf-is-authority` where a certificate without cA has issued another of the file.
 */
export function classifyUpload(
  certificates: readonly Certificate[],
  { identityKey }: UploadHints = {},
): UploadClassification {
  const all = distinct(certificates)
  if (all.length === 0) {
    return { ok: false, findings: [fault('no-certificate', 'file', 'the file holds no certificate')] }
  }
  const isLeaf = (certificate: Certificate): boolean =>
    !isAuthority(certificate) || (identityKey !== undefined && equalBytes(certificate.publicKey.der, identityKey))
  const authorities = all.filter((certificate) => !isLeaf(certificate))
  const others = all.filter(isLeaf)
  const named = new Set(all.map(({ issuer }) => issuer.canonicalKey))
  const issuers = others.filter(
    (certificate) =>
      !isAuthority(certificate) && !certificate.isSelfIssued && named.has(certificate.subject.canonicalKey),
  )
  const several = `is one of ${others.length} application certificates in the file: upload one at a time`
  const findings = [
    ...issuers.map((one) =>
      faultOf('leaf-is-authority', one, 'has issued another certificate of the file, and its basicConstraints lack cA'),
    ),
    ...(others.length > 1 ? others : []).map((one) => faultOf('several-leaves', one, several)),
  ]
  if (findings.length > 0) return { ok: false, findings }
  const [leaf] = others
  return leaf === undefined
    ? { ok: true, kind: 'authorities', authorities }
    : { ok: true, kind: 'identity', leaf, authorities }
}

/**
 * Whether a classified file belongs into `purpose`: authorities into a trust purpose, an identity into an identity
 * purpose (PUR-4). The refusal names the purposes that would be right.
 * @throws TypeError when the catalogue has no such purpose
 */
export function checkUploadPurpose(
  upload: UploadClass,
  purpose: string,
  catalogue: Catalogue,
): readonly PurposeFinding[] {
  const chosen = purposeOf(catalogue, purpose)
  if (chosen.usage === (upload.kind === 'identity' ? 'identity' : 'trust')) return []
  const wrong = (message: string): readonly PurposeFinding[] => [fault('wrong-purpose', purpose, message)]
  if (chosen.usage === 'endpoint') {
    return wrong(`${purpose} is for monitoring devices' certificates; nothing is uploaded to it`)
  }
  if (chosen.usage === 'identity') {
    return wrong(
      `the file holds only certificates of certification authorities: they belong into ${chosen.trust}, not ${purpose}`,
    )
  }
  const identities = catalogue.purposes.flatMap((candidate) =>
    candidate.usage === 'identity' && candidate.trust === purpose ? [candidate.id] : [],
  )
  const right = identities.length === 0 ? 'an identity purpose' : identities.join(' or ')
  return wrong(`the file holds an application certificate: it belongs into ${right}, not ${purpose}`)
}

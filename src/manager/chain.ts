// The chain of a certificate that is to be installed: to a root of the trust purpose, or of the file itself (UPL-1, UPL-4).

import { type BuiltPath, createTrustAnchors, type PathFinding, type PathRequest, validatePath } from '../path/index.js'
import { validateCertificate } from '../revocation/index.js'
import type { Certificate } from '../x509/index.js'
import { finding, type ManagerFinding } from './outcome.js'
import type { ManagerContext } from './settings.js'

export type ChainVerdict =
  { readonly ok: true; readonly path: BuiltPath } | { readonly ok: false; readonly findings: readonly ManagerFinding[] }

/**
 * Validates a chain through `known` certificates at a time, and its revocation where that is enabled (OCS-7). Roots
 * among the known ones are what the chain may end with; whether they may be trusted is for the caller.
 */
export async function validateChain(
  certificate: Certificate,
  known: readonly Certificate[],
  at: Date,
  context: ManagerContext,
): Promise<ChainVerdict> {
  const request = chainRequest(certificate, known, at, context)
  const { revocation } = context
  const verdict =
    revocation === undefined ? await validatePath(request) : await validateCertificate({ revocation, ...request })
  return verdict.ok ? { ok: true, path: verdict } : { ok: false, findings: verdict.findings.map(toManagerFinding) }
}

/**
 * What is wrong with a certificate that is to be trusted by itself, a root or a peer: no chain says so, but its dates,
 * keys and extensions can be looked at, and whether a root has signed itself.
 */
export async function pinnedFindings(
  certificate: Certificate,
  at: Date,
  context: ManagerContext,
): Promise<readonly ManagerFinding[]> {
  const profile = { ...context.profile, targetAsAnchor: 'accept' } as const
  const { crypto } = context
  const verdict = await validatePath({ certificate, anchors: createTrustAnchors([certificate]), at, profile, crypto })
  const findings = verdict.ok ? [] : verdict.findings.map(toManagerFinding)
  if (!certificate.isSelfIssued) return findings
  const { signatureAlgorithm, publicKey, signatureValue, tbsCertificate } = certificate
  // A signature nobody can check any more, MD5 of an old root, proves as little as a good one: its owner is unknown.
  const verified = await crypto.verify(signatureAlgorithm, publicKey, signatureValue, tbsCertificate)
  if (verified !== 'invalid') return findings
  const message = `${certificate.subject.toString()} names itself as its issuer, and its own key has not signed it`
  return [...findings, finding('chain', message, 'UPL-4, RFC 5280 §3.2')]
}

/** The certificate and those above it, the root included, as far as they are known and whether or not they are valid. */
export async function knownChain(
  certificate: Certificate,
  known: readonly Certificate[],
  at: Date,
  context: ManagerContext,
): Promise<readonly Certificate[]> {
  const verdict = await validatePath(chainRequest(certificate, known, at, context))
  const { path, anchor } = verdict.ok ? verdict : verdict.best
  const root = anchor?.certificate
  return root === undefined || path.some((one) => one.equals(root)) ? path : [...path, root]
}

function chainRequest(
  certificate: Certificate,
  known: readonly Certificate[],
  at: Date,
  { profile, crypto }: ManagerContext,
): PathRequest {
  const anchors = createTrustAnchors(known.filter(({ isSelfIssued }) => isSelfIssued))
  return { certificate, intermediates: known.filter(({ isSelfIssued }) => !isSelfIssued), anchors, at, profile, crypto }
}

/** Codes a person acts on differently; every other refusal of a path is one of the chain. */
const codes = {
  'issuer-not-found': 'issuer-missing',
  'untrusted-root': 'issuer-missing',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  revoked: 'revoked',
  'revocation-undetermined': 'revocation-undetermined',
} as const

const isKeyOf = <T extends object>(object: T, key: PropertyKey): key is keyof T => Object.hasOwn(object, key)

function toManagerFinding({ code, message, remedy, rule, subject }: PathFinding): ManagerFinding {
  const text = `${subject.toString()}: ${message}; ${remedy}`
  return finding(isKeyOf(codes, code) ? codes[code] : 'chain', text, `UPL-4, ${rule}`)
}

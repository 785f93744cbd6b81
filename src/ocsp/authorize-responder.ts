// Who signed a response, and may that key speak for the certificate's authority (RFC 6960 §4.2.2.2, OCS-1)? Three models,
// in order; the first that holds is named, and of each other why it did not.

import { equalBytes } from '../base/bytes.js'
import { ensure } from '../base/ensure.js'
import { reasonOf } from '../base/reason.js'
import type { CryptoProvider } from '../crypto/index.js'
import { signatureFault } from '../crypto/signature-fault.js'
import { inconsistency } from '../path/consistent-usage.js'
import { type PathProfile, validatePath } from '../path/index.js'
import { algorithmFault, publicKeyFault } from '../path/key-strength.js'
import { profileOfSigners } from '../path/profile.js'
import type { Certificate, SubjectPublicKeyInfo } from '../x509/index.js'
import { issuerFrom, type OcspIssuer } from './cert-id.js'
import type { BasicOcspResponse, ResponderId } from './ocsp-response.js'

/** Who may speak for an authority: itself, one it has certified for it, or one the caller has decided to trust. */
export type ResponderModel = 'issuer' | 'delegated' | 'trusted-responder'

/** A designated responder of the trust store. */
export interface TrustedResponder {
  readonly certificate: Certificate
  /** The authorities it may speak for; undefined for all. */
  readonly authorities?: readonly (Certificate | OcspIssuer)[]
}

/** Whether a delegated responder's own certificate may be relied on. Anything but `good` refuses it, a rejection too. */
export type ResponderCheck = (certificate: Certificate, issuer: OcspIssuer) => Promise<'good' | (string & {})>

/** Whose word is asked for, at what time, and who is trusted to give it. */
export interface AuthorizationInputs {
  readonly issuer: OcspIssuer
  readonly trustedResponders: readonly TrustedResponder[]
  readonly at: Date
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
  readonly checkResponder: ResponderCheck | undefined
  readonly responderWithoutNoCheck: 'refuse' | 'accept'
}

/** Why a responder is not authorised in one of the ways RFC 6960 §4.2.2.2 has. */
export interface ModelRefusal {
  readonly model: ResponderModel
  readonly reason: string
}

export interface Authorization {
  /** Undefined where no model held. */
  readonly model: ResponderModel | undefined
  /** The responder's certificate; undefined where the issuer answered itself. */
  readonly responder: Certificate | undefined
  readonly refused: readonly ModelRefusal[]
}

/** Finds the model under which the response's signature counts. */
export async function authorizeResponder(
  basic: BasicOcspResponse,
  inputs: AuthorizationInputs,
): Promise<Authorization> {
  const refused: ModelRefusal[] = []
  const weak = algorithmFault(basic.signatureAlgorithm, inputs.profile)
  const models = [
    ['issuer', asIssuer],
    ['delegated', asDelegate],
    ['trusted-responder', asTrustedResponder],
  ] as const
  for (const [model, holds] of models) {
    const outcome = weak === undefined ? await holds(basic, inputs) : `of the response, ${weak}`
    if (typeof outcome !== 'string') return { model, responder: outcome.responder, refused }
    refused.push({ model, reason: outcome })
  }
  return { model: undefined, responder: undefined, refused }
}

type Outcome = string | { readonly responder: Certificate | undefined }

async function asIssuer(basic: BasicOcspResponse, { issuer, crypto, profile }: AuthorizationInputs): Promise<Outcome> {
  if (!(await isNamed(basic.responderId, issuer, crypto))) return 'the response names another responder than the issuer'
  const weak = publicKeyFault(issuer.publicKey, profile)
  if (weak !== undefined) return `of the issuer, ${weak}`
  return (await responseFault(basic, issuer.publicKey, crypto)) ?? { responder: undefined }
}

async function asDelegate(basic: BasicOcspResponse, inputs: AuthorizationInputs): Promise<Outcome> {
  let reason = 'no certificate sent along is the responder’s'
  for (const certificate of basic.certificates) {
    if (!(await isNamed(basic.responderId, issuerFrom(certificate), inputs.crypto))) continue
    const fault =
      (await delegationFault(certificate, inputs)) ??
      (await responseFault(basic, certificate.publicKey, inputs.crypto)) ??
      (await ownStatusFault(certificate, inputs))
    if (fault === undefined) return { responder: certificate }
    reason = fault
  }
  return reason
}

/** Kept, since path validation prepares each profile once. */
const delegateProfiles = new WeakMap<PathProfile, PathProfile>()

const profileOfDelegates = (profile: PathProfile): PathProfile =>
  ensure(delegateProfiles, profile, () => ({
    ...profileOfSigners(profile),
    anyExtendedKeyUsage: 'refuse',
    targetAsAnchor: 'refuse',
  }))

/**
 * RFC 6960 §4.2.2.2: "issued directly by the CA that is identified in the request", with the same key, and
 * id-kp-OCSPSigning among its purposes, which anyExtendedKeyUsage does not stand for.
 */
async function delegationFault(certificate: Certificate, inputs: AuthorizationInputs): Promise<string | undefined> {
  const { issuer, at, crypto } = inputs
  const profile = profileOfDelegates(inputs.profile)
  if (!certificate.issuer.equals(issuer.name)) return 'the responder’s certificate is not issued by the issuer'
  if (certificate.extension('extendedKeyUsage') === undefined) {
    return 'the responder’s certificate lacks the extended key usage OCSPSigning'
  }
  const { name, publicKey } = issuer
  // Without intermediates: directly.
  const verdict = await validatePath({
    certificate,
    anchors: [{ name, publicKey, keyIdentifier: undefined, certificate: undefined }],
    at,
    profile,
    crypto,
    purpose: ['ocspSigning'],
  })
  if (verdict.ok) return undefined
  return `of the responder’s certificate, ${verdict.findings.map(({ message }) => message).join('; ')}`
}

/** §4.2.2.2.1: nocheck is the authority's own word; without it the caller's policy decides. */
async function ownStatusFault(certificate: Certificate, inputs: AuthorizationInputs): Promise<string | undefined> {
  if (certificate.extension('ocspNoCheck') !== undefined) return undefined
  const { checkResponder, responderWithoutNoCheck, issuer } = inputs
  if (checkResponder !== undefined) {
    try {
      const status = await checkResponder(certificate, issuer)
      return status === 'good' ? undefined : `the responder’s own certificate is ${status}`
    } catch (error) {
      return `the responder’s own certificate could not be checked: ${reasonOf(error)}`
    }
  }
  return responderWithoutNoCheck === 'accept'
    ? undefined
    : 'the responder’s certificate has no ocspNoCheck, and nothing says whether it has been revoked'
}

async function asTrustedResponder(basic: BasicOcspResponse, inputs: AuthorizationInputs): Promise<Outcome> {
  const { trustedResponders, at, crypto, profile } = inputs
  if (trustedResponders.length === 0) return 'no responder is designated'
  let reason = 'the response names none of the designated responders'
  for (const { certificate, authorities } of trustedResponders) {
    if (!(await isNamed(basic.responderId, issuerFrom(certificate), crypto))) continue
    const fault =
      designationFault(certificate, authorities, inputs.issuer, at) ??
      publicKeyFault(certificate.publicKey, profile) ??
      (await responseFault(basic, certificate.publicKey, crypto))
    if (fault === undefined) return { responder: certificate }
    reason = fault
  }
  return reason
}

function designationFault(
  certificate: Certificate,
  authorities: TrustedResponder['authorities'],
  issuer: OcspIssuer,
  at: Date,
): string | undefined {
  if (authorities?.some((authority) => isSameIssuer(issuerFrom(authority), issuer)) === false) {
    return 'the designated responder may not speak for this issuer'
  }
  if (at < certificate.notBefore || at > certificate.notAfter)
    return 'the designated responder’s certificate is not valid'
  return keyUsageFault(certificate)
}

function keyUsageFault(certificate: Certificate): string | undefined {
  const usage = certificate.extension('keyUsage')
  if (usage?.error !== undefined) return usage.error.message
  const fault = usage && inconsistency(usage.value, 'ocspSigning')
  return fault && `of the responder’s certificate, ${fault}`
}

const isSameIssuer = (a: OcspIssuer, b: OcspIssuer): boolean =>
  a.name.equals(b.name) && equalBytes(a.publicKey.der, b.publicKey.der)

/** §4.2.2.3: the ResponderID "MUST correspond to the certificate that was used to sign the response". */
async function isNamed(id: ResponderId, { name, publicKey }: OcspIssuer, crypto: CryptoProvider): Promise<boolean> {
  if (id.type === 'byName') return id.name.equals(name)
  return equalBytes(id.keyHash, await crypto.digest('sha-1', publicKey.keyBytes))
}

async function responseFault(
  { signatureAlgorithm, signatureValue, tbsResponseData }: BasicOcspResponse,
  key: SubjectPublicKeyInfo,
  crypto: CryptoProvider,
): Promise<string | undefined> {
  const verdict = await crypto.verify(signatureAlgorithm, key, signatureValue, tbsResponseData)
  return signatureFault(verdict, 'the signature of the response')
}

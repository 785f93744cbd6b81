// Holds an issued certificate against the profile its request followed (CSR-7, PUR-9, PUR-10, CSR-8).

import { readOr } from '../base/errors.js'
import { type Certificate, formatGeneralName, formatPublicKey, type PublicKey } from '../x509/index.js'
import { type Catalogue, type IdentityPurpose, type ProfileUsage, profileOf, type Required } from './catalogue.js'
import type { PurposeFinding } from './finding.js'

/** Whether a certificate fits; `findings` holds information even where it does. */
export interface ProfileVerdict {
  /** True when no finding is an error. Says nothing about trust: chain, dates and revocation are not looked at. */
  readonly ok: boolean
  readonly findings: readonly PurposeFinding[]
}

const error = (finding: Omit<PurposeFinding, 'severity'>): PurposeFinding => ({ ...finding, severity: 'error' })
const information = (finding: Omit<PurposeFinding, 'severity'>): PurposeFinding => ({
  ...finding,
  severity: 'information',
})

/** `read()`, or a finding in place of the ParseError it throws. */
const orFinding = <T>(read: () => T, subject: string): { readonly value: T } | { readonly finding: PurposeFinding } =>
  readOr(
    () => ({ value: read() }),
    ({ message }) => ({ finding: error({ code: 'malformed', subject, message, rule: 'RFC 5280' }) }),
  )

const isRequired = (required: Required, key: PublicKey | undefined): boolean =>
  required === 'always' || (required === 'rsa' && key?.type.startsWith('rsa') !== false)

interface UsageCheck {
  readonly code: 'key-usage' | 'extended-key-usage'
  readonly wanted: readonly ProfileUsage<string>[]
  /** Undefined where the certificate has no such extension. */
  readonly found: readonly string[] | undefined
  readonly rules: string
}

/** Missing usages as errors, extra ones as information (CSR-7). */
function checkUsages(
  { code, wanted, found = [], rules }: UsageCheck,
  key: PublicKey | undefined,
): readonly PurposeFinding[] {
  const title = code.replaceAll('-', ' ')
  const missing = wanted.filter(({ usage, required }) => isRequired(required, key) && !found.includes(usage))
  const extra = found.filter((usage) => !wanted.some((row) => row.usage === usage))
  return [
    ...missing.map(({ usage }) =>
      error({
        code: `${code}-missing`,
        subject: usage,
        message: `the certificate lacks the ${title} ${usage}: ask the certification authority to issue it with the usages of the request`,
        rule: `CSR-7, ${rules}`,
      }),
    ),
    ...extra.map((usage) =>
      information({
        code: `${code}-extra`,
        subject: usage,
        message: `the certificate also has the ${title} ${usage}`,
        rule: 'CSR-7',
      }),
    ),
  ]
}

function checkKey(key: PublicKey, purpose: IdentityPurpose, catalogue: Catalogue): readonly PurposeFinding[] {
  const subject = formatPublicKey(key)
  const kinds = purpose.keys.filter(({ type }) => type === key.type)
  if (kinds.length === 0) {
    const wanted = [...new Set(purpose.keys.map(({ type }) => type.toUpperCase()))].join(' or ')
    const message = `${purpose.id} takes a certificate with an ${wanted} key, and this one has ${subject}`
    return [error({ code: 'key-type', subject, message, rule: 'PUR-9' })]
  }
  if (key.type === 'ec') {
    if (kinds.some((kind) => kind.type === 'ec' && kind.curve === key.curve)) return []
    const curves = kinds.flatMap((kind) => (kind.type === 'ec' ? [kind.curve] : [])).join(', ')
    const message = `${purpose.id} takes the curves ${curves}, and this key is ${subject}`
    return [error({ code: 'key-size', subject, message, rule: 'PUR-9, CSR-8' })]
  }
  if (key.type !== 'rsa') return []
  const sizes = kinds.flatMap((kind) => (kind.type === 'rsa' ? [kind.modulusLength] : []))
  const least = Math.min(...sizes)
  const most = catalogue.limits.rsaModulusLength ?? Infinity
  if (key.modulusLength >= least && key.modulusLength <= most) return []
  const bounds = most === Infinity ? `${least} bits or more` : `${least} to ${most} bits`
  const message = `${purpose.id} takes RSA keys of ${bounds}, and this one has ${key.modulusLength}`
  return [error({ code: 'key-size', subject, message, rule: 'PUR-10, CSR-8' })]
}

/** PUR-9: an RSA purpose takes an RSA signature; an EC one takes either. */
function checkSignature(certificate: Certificate, purpose: IdentityPurpose): readonly PurposeFinding[] {
  const { scheme, name, oid } = certificate.signatureAlgorithm
  const family = scheme === 'rsa-pkcs1' || scheme === 'rsa-pss' ? 'rsa' : scheme
  if (purpose.issuerSignatures.some((accepted) => accepted === family)) return []
  const wanted = purpose.issuerSignatures.map((signature) => signature.toUpperCase()).join(' or ')
  const subject = name ?? oid
  const message = `${purpose.id} takes a certificate signed with ${wanted}, and this one is signed with ${subject}`
  return [error({ code: 'signature-algorithm', subject, message, rule: 'PUR-9' })]
}

function checkNames(certificate: Certificate, catalogue: Catalogue): readonly PurposeFinding[] {
  if (catalogue.limits.wildcardIdentities === 'accepted') return []
  const alternatives = certificate.subjectAltName ?? []
  const names = [
    ...certificate.subject.getAll('commonName'),
    ...alternatives.flatMap((name) => (name.type === 'dNSName' ? [name.value] : [])),
  ]
  return [...new Set(names.filter((name) => name.includes('*')))].map((subject) =>
    error({
      code: 'wildcard-name',
      subject,
      message: `the certificate holds the wildcard name ${formatGeneralName({ type: 'dNSName', value: subject })}, which is refused for identities`,
      rule: 'PUR-10',
    }),
  )
}

/**
 * Whether a certificate may serve an identity purpose: each usage its profile requires (CSR-7; what is asked for and
 * not required may be missing, CSR-3 and CSR-5), kind and size of its key, the issuer's signature algorithm, wildcard
 * names. All findings come back, extra usages as information. Pure: chain, dates and revocation are for others.
 */
export function checkProfile(certificate: Certificate, purpose: IdentityPurpose, catalogue: Catalogue): ProfileVerdict {
  const profile = profileOf(catalogue, purpose)
  const key = orFinding(() => certificate.publicKey.key, 'public key')
  const keyOrNone = 'value' in key ? key.value : undefined
  const rules = profile.cites.join(', ')
  const usages = (['keyUsage', 'extendedKeyUsage'] as const).map((name) => {
    const found = orFinding((): readonly string[] | undefined => certificate[name], name)
    if ('finding' in found) return [found.finding]
    const code = name === 'keyUsage' ? 'key-usage' : 'extended-key-usage'
    return checkUsages({ code, wanted: profile[name], found: found.value, rules }, keyOrNone)
  })
  const listed = (read: () => readonly PurposeFinding[], subject: string): readonly PurposeFinding[] => {
    const result = orFinding(read, subject)
    return 'value' in result ? result.value : [result.finding]
  }
  const findings = [
    ...usages.flat(),
    ...('finding' in key ? [key.finding] : checkKey(key.value, purpose, catalogue)),
    ...listed(() => checkSignature(certificate, purpose), 'signature algorithm'),
    ...listed(() => checkNames(certificate, catalogue), 'subjectAltName'),
  ]
  return { ok: findings.every(({ severity }) => severity === 'information'), findings }
}

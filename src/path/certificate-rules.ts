// Rules a certificate breaks or keeps on its own, whatever path it stands on. A profile says for which certificates each
// is enforced; the rules RFC 5280 §6.1 itself enforces are not here but in check-path.ts.

import { equalBytes } from '../base/bytes.js'
import type { GeneralName } from '../x509/index.js'
import type { CertificateFacts } from './certificate-facts.js'
import { isPresentedHostName, wildcardBase } from './dns-name.js'
import { parseMailbox } from './mailbox.js'
import { mapsAnyPolicy } from './policy-graph.js'
import { isAbsoluteUri } from './uri-host.js'

/** Where a certificate stands on a path. */
export type CertificateRole = 'anchor' | 'authority' | 'target'

interface CertificateRule {
  /** The text the rule comes from. */
  readonly cites: string
  /** What is found where the rule is broken, as a clause about the certificate; undefined where it is kept. */
  readonly check: (facts: CertificateFacts, role: CertificateRole) => string | undefined
}

const breaks = (isBroken: boolean, what: string): string | undefined => (isBroken ? what : undefined)

/** The first name of a form that is no such name. */
function badName<T extends 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier'>(
  names: readonly GeneralName[] | undefined,
  form: T,
  isGood: (value: string) => boolean,
): string | undefined {
  for (const name of names ?? []) {
    if (name.type === form && typeof name.value === 'string' && !isGood(name.value)) {
      return `its subjectAltName holds the ${form} "${name.value}", which is none`
    }
  }
  return undefined
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
function serialNumberFault({ certificate }: CertificateFacts): string | undefined {
  const { serialNumberBytes: bytes } = certificate
  const first = bytes[0] ?? 0
  if (first >= 0x80) return 'its serial number is negative'
  if (bytes.length === 1 && first === 0) return 'its serial number is zero'
  return breaks(bytes.length > 20, `its serial number has ${bytes.length} octets, and at most 20 are allowed`)
}

const isAuthority = (facts: CertificateFacts, role: CertificateRole): boolean => role !== 'target' || facts.isAuthority

function authorityKeyIdentifierFault(facts: CertificateFacts): string | undefined {
  // RFC 5280 §4.2.1.1: one that is self-signed may leave it out.
  if (facts.isSelfIssued) return undefined
  return breaks(
    facts.value('authorityKeyIdentifier')?.keyIdentifier === undefined,
    'it has no authorityKeyIdentifier with a key identifier',
  )
}

/** CA/Browser Forum BR 7.1.2.1.3 and 7.1.2.11.1. */
function authorityKeyIdentifierFormFault(facts: CertificateFacts): string | undefined {
  const identifier = facts.value('authorityKeyIdentifier')
  if (identifier === undefined) return undefined
  const { keyIdentifier, authorityCertIssuer } = identifier
  if (keyIdentifier === undefined) return 'its authorityKeyIdentifier has no key identifier'
  if (authorityCertIssuer !== undefined) return 'its authorityKeyIdentifier names an issuer and serial number'
  const own = facts.value('subjectKeyIdentifier')
  const isOther = facts.certificate.isSelfIssued && own !== undefined && !equalBytes(own, keyIdentifier)
  return breaks(isOther && facts.isAuthority, 'its authorityKeyIdentifier is not its own subjectKeyIdentifier')
}

/**
 * CA/Browser Forum BR 7.1.4.3: a copy, character for character, of a dNSName or address of the subjectAltName. The name
 * under a wildcard is taken for a copy too: the domain the certificate is for, with or without the label in front.
 */
function commonNameFault({ certificate, subjectAltName }: CertificateFacts): string | undefined {
  const commonNames = certificate.subject.getAll('commonName')
  const [commonName] = commonNames
  if (commonName === undefined) return undefined
  if (commonNames.length > 1) return 'its subject has several common names'
  const copies = (subjectAltName ?? []).some(
    (name) =>
      (name.type === 'dNSName' && (name.value === commonName || wildcardBase(name.value) === commonName)) ||
      (name.type === 'iPAddress' && name.value === commonName),
  )
  return breaks(!copies, `its common name "${commonName}" is no copy of a name of the subjectAltName`)
}

/** "If any of the above are violated in a certificate, then the relying party MUST consider the certificate invalid." */
function noRevAvailFault(facts: CertificateFacts): string | undefined {
  if (facts.value('noRevAvail') === undefined) return undefined
  if (facts.isAuthority) return 'it is an authority, and has noRevAvail'
  const points = facts.value('cRLDistributionPoints') ?? facts.value('freshestCRL')
  const hasResponder = facts.value('authorityInfoAccess')?.some(({ accessMethod }) => accessMethod === 'ocsp') === true
  return breaks(points !== undefined || hasResponder, 'it has noRevAvail, and names where its status is to be found')
}

const critical =
  (name: Parameters<CertificateFacts['has']>[0]) =>
  (facts: CertificateFacts): string | undefined =>
    breaks(facts.has(name, 'critical'), `its ${name} extension is critical`)
const nonCritical =
  (name: Parameters<CertificateFacts['has']>[0]) =>
  (facts: CertificateFacts): string | undefined =>
    breaks(facts.has(name, 'non-critical'), `its ${name} extension is not critical`)

const rules = {
  'not-version-3': {
    cites: 'RFC 5280 §4.1.2.1, CA/Browser Forum BR 7.1.1',
    check: ({ certificate }) => breaks(certificate.version !== 3, `it is of version ${certificate.version}`),
  },
  'serial-number-invalid': { cites: 'RFC 5280 §4.1.2.2', check: serialNumberFault },
  'issuer-name-empty': {
    cites: 'RFC 5280 §4.1.2.4',
    check: ({ certificate }) => breaks(certificate.issuer.isEmpty, 'its issuer is the empty name'),
  },
  'authority-name-empty': {
    cites: 'RFC 5280 §4.1.2.6',
    check: (facts, role) =>
      breaks(facts.certificate.subject.isEmpty && isAuthority(facts, role), 'its subject is the empty name'),
  },
  'generalized-time-before-2050': {
    cites: 'RFC 5280 §4.1.2.5',
    check: ({ certificate }) =>
      breaks(certificate.hasEarlyGeneralizedTime, 'a date before 2050 is written as GeneralizedTime'),
  },
  'unique-identifier-present': {
    cites: 'RFC 5280 §4.1.2.8',
    check: ({ certificate }) =>
      breaks(
        certificate.issuerUniqueID !== undefined || certificate.subjectUniqueID !== undefined,
        'it has a unique identifier',
      ),
  },
  'authority-key-identifier-missing': { cites: 'RFC 5280 §4.2.1.1', check: authorityKeyIdentifierFault },
  'authority-key-identifier-critical': { cites: 'RFC 5280 §4.2.1.1', check: critical('authorityKeyIdentifier') },
  'authority-key-identifier-form': {
    cites: 'CA/Browser Forum BR 7.1.2.1.3, 7.1.2.11.1',
    check: authorityKeyIdentifierFormFault,
  },
  'subject-key-identifier-missing': {
    cites: 'RFC 5280 §4.2.1.2',
    check: (facts) =>
      breaks(
        facts.isAuthority && facts.value('subjectKeyIdentifier') === undefined,
        'it is an authority without a subjectKeyIdentifier',
      ),
  },
  'subject-key-identifier-critical': { cites: 'RFC 5280 §4.2.1.2', check: critical('subjectKeyIdentifier') },
  'authority-key-usage-missing': {
    cites: 'RFC 5280 §4.2.1.3, CA/Browser Forum BR 7.1.2.1.2, 7.1.2.10.7',
    check: (facts) =>
      breaks(facts.isAuthority && facts.keyUsage === undefined, 'it is an authority without a keyUsage'),
  },
  'certificate-signing-without-authority': {
    cites: 'RFC 5280 §4.2.1.9',
    check: (facts) =>
      breaks(
        facts.keyUsage?.includes('keyCertSign') === true && !facts.isAuthority,
        'its keyUsage has keyCertSign, and it is no authority',
      ),
  },
  'path-length-without-authority': {
    cites: 'RFC 5280 §4.2.1.9',
    check: (facts) =>
      breaks(
        facts.basicConstraints?.pathLenConstraint !== undefined &&
          (!facts.isAuthority || facts.keyUsage?.includes('keyCertSign') === false),
        'it has a pathLenConstraint, and may sign no certificates',
      ),
  },
  'basic-constraints-not-critical': {
    cites: 'RFC 5280 §4.2.1.9',
    check: (facts) =>
      breaks(
        facts.isAuthority && facts.has('basicConstraints', 'non-critical'),
        'it is an authority, and its basicConstraints extension is not critical',
      ),
  },
  'subject-alt-name-missing': {
    cites: 'CA/Browser Forum BR 7.1.2.7.12',
    check: (facts) => breaks(facts.subjectAltName === undefined, 'it has no subjectAltName'),
  },
  'subject-alt-name-not-critical': {
    cites: 'RFC 5280 §4.1.2.6',
    check: (facts) =>
      breaks(
        facts.certificate.subject.isEmpty && !facts.has('subjectAltName', 'critical'),
        'its subject is empty, and it has no critical subjectAltName',
      ),
  },
  'subject-alt-name-critical': {
    cites: 'RFC 5280 §4.2.1.6, CA/Browser Forum BR 7.1.2.7.12',
    check: (facts) =>
      breaks(
        !facts.certificate.subject.isEmpty && facts.has('subjectAltName', 'critical'),
        'its subject is not empty, and its subjectAltName is critical',
      ),
  },
  'dns-name-invalid': {
    cites: 'RFC 5280 §4.2.1.6, RFC 1034 §3.5',
    check: (facts) => badName(facts.subjectAltName, 'dNSName', isPresentedHostName),
  },
  'mailbox-invalid': {
    cites: 'RFC 5280 §4.2.1.6, RFC 5321 §4.1.2',
    check: (facts) => badName(facts.subjectAltName, 'rfc822Name', (value) => parseMailbox(value) !== undefined),
  },
  'uri-invalid': {
    cites: 'RFC 5280 §4.2.1.6',
    check: (facts) => badName(facts.subjectAltName, 'uniformResourceIdentifier', isAbsoluteUri),
  },
  'common-name-not-copied': { cites: 'CA/Browser Forum BR 7.1.4.3', check: commonNameFault },
  'name-constraints-not-critical': { cites: 'RFC 5280 §4.2.1.10', check: nonCritical('nameConstraints') },
  'name-constraints-without-authority': {
    cites: 'RFC 5280 §4.2.1.10',
    check: (facts) =>
      breaks(!facts.isAuthority && facts.nameConstraints !== undefined, 'it has nameConstraints and is no authority'),
  },
  'any-policy-mapped': {
    cites: 'RFC 5280 §4.2.1.5',
    check: (facts) => breaks(mapsAnyPolicy(facts), 'its policyMappings map anyPolicy'),
  },
  'policy-constraints-not-critical': { cites: 'RFC 5280 §4.2.1.11', check: nonCritical('policyConstraints') },
  'inhibit-any-policy-not-critical': { cites: 'RFC 5280 §4.2.1.14', check: nonCritical('inhibitAnyPolicy') },
  'freshest-crl-critical': { cites: 'RFC 5280 §4.2.1.15', check: critical('freshestCRL') },
  'authority-info-access-critical': { cites: 'RFC 5280 §4.2.2.1', check: critical('authorityInfoAccess') },
  'subject-info-access-critical': { cites: 'RFC 5280 §4.2.2.2', check: critical('subjectInfoAccess') },
  'no-rev-avail-misused': { cites: 'RFC 9608 §3', check: noRevAvailFault },
  'no-rev-avail-critical': { cites: 'RFC 9608 §2', check: critical('noRevAvail') },
  'extended-key-usage-critical': {
    cites: 'CA/Browser Forum BR 7.1.2.7.6',
    check: critical('extendedKeyUsage'),
  },
  'extended-key-usage-absent': {
    cites: 'CA/Browser Forum BR 7.1.2.7.10',
    check: (facts) => breaks(facts.extendedKeyUsage === undefined, 'it has no extendedKeyUsage'),
  },
  'any-extended-key-usage-present': {
    cites: 'CA/Browser Forum BR 7.1.2.7.10',
    check: (facts) =>
      breaks(
        facts.extendedKeyUsage?.includes('anyExtendedKeyUsage') === true,
        'its extendedKeyUsage holds anyExtendedKeyUsage',
      ),
  },
  'extended-key-usage-present': {
    cites: 'CA/Browser Forum BR 7.1.2.1.2',
    check: (facts) => breaks(facts.extendedKeyUsage !== undefined, 'it has an extendedKeyUsage'),
  },
  'target-is-authority': {
    cites: 'CA/Browser Forum BR 7.1.2.7.8',
    check: (facts) => breaks(facts.isAuthority, 'it is the certificate of an authority'),
  },
} as const satisfies Readonly<Record<string, CertificateRule>>

/** Name of a rule, and code of the finding where it is broken. */
export type CertificateRuleName = keyof typeof rules

export const certificateRules: Readonly<Record<CertificateRuleName, CertificateRule>> = rules

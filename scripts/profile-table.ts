/** Writes the tables of docs/path-validation.md from the profiles and limits themselves. A test fails when they drift apart. */

import { type CertificateRole, certificateRules, type CertificateRuleName } from '../src/path/certificate-rules.js'
import {
  appliance,
  defaultPathLimits,
  type PathLimits,
  type PathProfile,
  rfc5280,
  rfc5280Section6,
  webpki,
} from '../src/path/index.js'
import { rewrite, table, withGenerated } from './markdown.js'

const profiles = [rfc5280, webpki, appliance, rfc5280Section6]

const roles = (list: readonly CertificateRole[]): string => (list.length === 3 ? 'all' : list.join(', '))

/** What a profile says in a word, or a list. */
const settings: Readonly<Record<string, (profile: PathProfile) => string>> = {
  algorithms: ({ algorithms }) => algorithms.join(', '),
  'RSA modulus, bits': ({ keys: { rsa } }) =>
    `${rsa.least} to ${rsa.most}${rsa.multipleOf === 1 ? '' : `, a multiple of ${rsa.multipleOf}`}`,
  curves: ({ keys }) => keys.curves.join(', '),
  'other keys': ({ keys }) => keys.others.join(', '),
  legacyAlgorithms: ({ legacyAlgorithms }) => legacyAlgorithms,
  malformedExtensions: ({ malformedExtensions }) => malformedExtensions,
  anchors: ({ anchors }) => anchors,
  anchorConstraints: ({ anchorConstraints }) => anchorConstraints,
  targetAsAnchor: ({ targetAsAnchor }) => targetAsAnchor,
  anyExtendedKeyUsage: ({ anyExtendedKeyUsage }) => anyExtendedKeyUsage,
  nestedExtendedKeyUsage: ({ nestedExtendedKeyUsage }) => nestedExtendedKeyUsage,
}

const origins: Readonly<Record<keyof PathLimits, string>> = {
  signatureChecks: 'twice the 100 of Go and rustls/webpki',
  nameConstraintComparisons: 'Go’s remedy for CVE-2018-16875',
  buildSteps: 'some milliseconds of comparing; BoringSSL bounds its iterations alike',
  pathLength: 'real paths have up to 5, pathological suites 100',
  candidates: 'the largest cross-signed sets share a name 20 times',
  issuerFetches: 'one for each level of a usual path',
  attempts: 'a person reads three',
}

/** The tables as Markdown. */
export function profileTables(): string {
  const names = Object.keys(certificateRules) as CertificateRuleName[]
  const limits = Object.keys(defaultPathLimits) as (keyof PathLimits)[]
  return [
    '### Rules',
    'Certificates each rule is enforced on. `appliance` has the rules of `rfc5280`; `rfc5280Section6` has none of them.',
    table(
      ['rule, and code of its finding', 'from', 'rfc5280, appliance', 'webpki'],
      names.map((name) => [
        `\`${name}\``,
        certificateRules[name].cites,
        roles(rfc5280.rules[name]),
        roles(webpki.rules[name]),
      ]),
    ),
    '### Settings',
    table(
      ['setting', ...profiles.map(({ name }) => name)],
      Object.entries(settings).map(([name, of]) => [name, ...profiles.map(of)]),
    ),
    '### Limits',
    table(
      ['limit', 'default', 'origin'],
      limits.map((name) => [`\`${name}\``, defaultPathLimits[name].toLocaleString('en'), origins[name]]),
    ),
  ].join('\n\n')
}

/** `document` with its generated part made anew. */
export const withTables = (document: string): string => withGenerated(document, 'profile-table', profileTables())

rewrite(import.meta.url, new URL('../docs/path-validation.md', import.meta.url), withTables)

/** Writes the tables of docs/purposes.md from the catalogue itself. A test fails when they have drifted apart. */

import { type Catalogue, type ProfileUsage, unifiedCommunications } from '../src/purposes/index.js'
import { rewrite, table, withGenerated } from './markdown.js'

const required = { always: '', rsa: ' (required of RSA certificates)', never: ' (not required)' }
const usages = (rows: readonly ProfileUsage<string>[]): string =>
  rows.map((entry) => `\`${entry.usage}\`${required[entry.required]}`).join(', ')

/** The catalogue as Markdown tables. */
export function catalogueTables({ purposes, profiles, limits, requestHashes, selfSignedDays }: Catalogue): string {
  const identities = purposes.flatMap((purpose) => (purpose.usage === 'identity' ? [purpose] : []))
  const trusts = purposes.flatMap((purpose) => (purpose.usage === 'trust' ? [purpose] : []))
  const endpoints = purposes.filter(({ usage }) => usage === 'endpoint')
  const effects = (list: readonly { type: string }[]): string => list.map(({ type }) => type).join(', ')
  return [
    '### Identity purposes',
    table(
      [
        'purpose',
        'for',
        'trust purpose',
        'profile',
        'keys',
        'lives on',
        'multi-server',
        'restart',
        'effects of an upload',
        'of a regeneration',
        'states',
      ],
      identities.map((purpose) => [
        `\`${purpose.id}\``,
        purpose.description,
        `\`${purpose.trust}\``,
        purpose.profile,
        purpose.keys.map((key) => (key.type === 'rsa' ? `RSA ${key.modulusLength}` : key.curve)).join(', '),
        purpose.placement === 'every-node' ? 'every node' : 'the first node',
        purpose.distributions.includes('multi-server') ? 'yes' : 'no',
        purpose.services.map(({ service, when }) => (when === undefined ? service : `${service} (${when})`)).join(', '),
        effects(purpose.effects.upload),
        effects(purpose.effects.regenerate),
        purpose.cites.join(' '),
      ]),
    ),
    '### Trust purposes',
    table(
      ['purpose', 'for', 'replicates', 'copies roots to', 'states'],
      trusts.map(({ id, description, replicated, copiesRootsTo, cites }) => [
        `\`${id}\``,
        description,
        replicated ? 'to every node' : 'no',
        copiesRootsTo.join(', '),
        cites.join(' '),
      ]),
    ),
    '### Endpoints',
    table(
      ['purpose', 'for', 'states'],
      endpoints.map(({ id, description, cites }) => [`\`${id}\``, description, cites.join(' ')]),
    ),
    '### Profiles',
    table(
      ['profile', 'key usage', 'extended key usage', 'states'],
      profiles.map(({ id, keyUsage, extendedKeyUsage, cites }) => [
        id,
        usages(keyUsage),
        usages(extendedKeyUsage),
        cites.join(' '),
      ]),
    ),
    '### Limits',
    table(
      ['limit', 'value'],
      [
        ['largest RSA key', limits.rsaModulusLength === undefined ? 'none' : `${limits.rsaModulusLength} bits`],
        ['wildcard names in identities', limits.wildcardIdentities],
        ['hashes of requests', requestHashes.join(', ')],
        ['self-signed certificates are valid for', `${selfSignedDays} days`],
      ],
    ),
  ].join('\n\n')
}

/** `document` with its generated part made anew. */
export const withTables = (document: string): string =>
  withGenerated(document, 'catalogue-table', catalogueTables(unifiedCommunications))

rewrite(import.meta.url, new URL('../docs/purposes.md', import.meta.url), withTables)

// docs/revocation.md: its blocks, one after the other, are a program that runs, and its tables are the code's own.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { isAccepted, type OcspFindingCode, type RevocationPolicy } from '../../src/ocsp/index.js'
import { runGuide } from '../support/documentation.js'

const document = readFileSync(fileURLToPath(new URL('../../docs/revocation.md', import.meta.url)), 'utf8')

it('docs/revocation.md shows code that runs, and prints what it says', () => {
  const { blocks, promised, output } = runGuide('docs/revocation.md')
  expect([blocks.length, promised.length]).toEqual([5, 8])
  for (const text of promised) expect(output).toContain(`${text}\n`)
})

it('docs/revocation.md has the policies’ own decisions', () => {
  const policies: readonly RevocationPolicy[] = ['common-criteria', 'standard-hard-fail', 'standard-soft-fail']
  const rows = [
    ...document.matchAll(/^\| `(\w+)` \| [^|]+ \| (accept|refuse) \| (accept|refuse) \| (accept|refuse) \|$/gm),
  ]
  expect(rows.map(([, status]) => status)).toEqual(['good', 'unknown', 'revoked', 'undetermined', 'exempt'])
  for (const [, status = '', ...cells] of rows.slice(0, 4)) {
    expect(cells).toEqual(policies.map((policy) => (isAccepted(status, policy) ? 'accept' : 'refuse')))
  }
})

it('docs/revocation.md names every code there is', () => {
  const codes: Readonly<Record<OcspFindingCode, true>> = {
    malformed: true,
    'responder-error': true,
    'try-later': true,
    'responder-not-authorized': true,
    'critical-extension-unknown': true,
    'nonce-missing': true,
    'nonce-mismatch': true,
    'certificate-not-covered': true,
    'produced-in-future': true,
    'produced-before-update': true,
    'times-contradictory': true,
    'not-yet-valid': true,
    stale: true,
    'no-responder': true,
    'url-refused': true,
    timeout: true,
    network: true,
    'http-status': true,
    redirect: true,
    'content-type': true,
    'too-large': true,
    'responder-unavailable': true,
  }
  for (const code of Object.keys(codes)) expect(document).toContain(`\`${code}\``)
})

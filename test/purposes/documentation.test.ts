// docs/purposes.md shows the catalogue as it is, and code that runs.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withTables } from '../../scripts/catalogue-table.js'
import { createTestCa } from '../../src/testkit/index.js'
import { runGuide } from '../support/documentation.js'

it('docs/purposes.md holds the catalogue’s own tables: run npm run catalogue-table where it does not', () => {
  const document = readFileSync(new URL('../../docs/purposes.md', import.meta.url), 'utf8')
  expect(document).toBe(withTables(document))
})

it('docs/purposes.md shows code that runs, and prints what it says', async () => {
  const ca = await createTestCa({ keyType: 'rsa-2048' })
  const server = await ca.issue({
    keyType: 'rsa-3072',
    keyUsage: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
    extendedKeyUsage: ['serverAuth'],
  })
  const { promised, output } = runGuide('docs/purposes.md', { 'server.pem': server.pem })
  expect(promised).toHaveLength(3)
  for (const text of promised) expect(output).toContain(`${text}\n`)
})

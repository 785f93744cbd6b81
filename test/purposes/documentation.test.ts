// docs/purposes.md shows the catalogue as it is.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withTables } from '../../scripts/catalogue-table.js'

it('docs/purposes.md holds the catalogue’s own tables: run npm run catalogue-table where it does not', () => {
  const document = readFileSync(new URL('../../docs/purposes.md', import.meta.url), 'utf8')
  expect(document).toBe(withTables(document))
})

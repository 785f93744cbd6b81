// docs/requirements.md maps each requirement to the tests that cite it.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withProofs } from '../scripts/requirements-table.js'

it('docs/requirements.md lists the tests that cite each requirement: run npm run requirements-table where it does not', () => {
  const document = readFileSync(new URL('../docs/requirements.md', import.meta.url), 'utf8')
  expect(document).toBe(withProofs(document))
})

// docs/requirements.md maps each requirement to the tests that cite it.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { withProofs } from '../scripts/requirements-table.js'

/** The requirements' text stands beside the checkout, where it is there at all. */
const domain = fileURLToPath(new URL('../../shared/domain.md', import.meta.url))

it('docs/requirements.md lists the tests that cite each requirement: run npm run requirements-table where it does not', () => {
  const document = readFileSync(new URL('../docs/requirements.md', import.meta.url), 'utf8')
  expect(document).toBe(withProofs(document))
})

it.skipIf(!existsSync(domain))('docs/requirements.md has a row for each requirement of the domain', () => {
  const required = [...readFileSync(domain, 'utf8').matchAll(/^\| ([A-Z]{3}-\d+) /gm)].map(([, id]) => id)
  const document = readFileSync(new URL('../docs/requirements.md', import.meta.url), 'utf8')
  expect(required.length).toBeGreaterThan(60)
  expect(required.filter((id) => !document.includes(`| ${id} |`))).toEqual([])
})

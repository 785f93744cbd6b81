// docs/testkit.md: its blocks, one after the other, are a program that runs.

import { expect, it } from 'vitest'
import { runGuide } from '../support/documentation.js'

it('docs/testkit.md shows code that runs, and prints what it says', () => {
  const { blocks, promised, output } = runGuide('docs/testkit.md')
  expect(blocks.length).toBeGreaterThan(8)
  expect(promised.length).toBeGreaterThan(2)
  for (const text of promised) expect(output).toContain(`${text}\n`)
  expect(output).toContain('-----BEGIN X509 CRL-----')
})

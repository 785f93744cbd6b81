// docs/managing-certificates.md: its blocks, one after the other, are a program that runs.

import { expect, it } from 'vitest'
import { runGuide } from '../support/documentation.js'

it('docs/managing-certificates.md shows code that runs, and prints what it says', () => {
  const { blocks, promised, output } = runGuide('docs/managing-certificates.md')
  expect(blocks.length).toBeGreaterThan(9)
  expect(promised.length).toBeGreaterThan(14)
  for (const text of promised) expect(output).toContain(`${text}\n`)
})

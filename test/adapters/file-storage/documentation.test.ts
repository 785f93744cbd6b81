// docs/storage.md: its blocks, one after the other, are a program that runs.

import { expect, it } from 'vitest'
import { runGuide } from '../../support/documentation.js'

it('docs/storage.md shows code that runs, and prints what it says', { timeout: 60_000 }, () => {
  const { blocks, promised, output } = runGuide('docs/storage.md', {})
  expect(blocks.length).toBeGreaterThan(3)
  expect(promised.length).toBeGreaterThan(1)
  for (const text of promised) expect(output).toContain(`${text}\n`)
  expect(output).toContain('ok CSR-8 a key of RSA 2048 is made, and signs with every hash\n')
})

// docs/requests.md: its blocks, one after the other, are a program that runs.

import { expect, it } from 'vitest'
import { runGuide } from '../support/documentation.js'

it('docs/requests.md shows code that runs, and prints what it says', () => {
  const { promised, output } = runGuide('docs/requests.md')
  expect(promised).toHaveLength(3)
  for (const text of promised) expect(output).toContain(`${text}\n`)
  expect(output).toContain('-----BEGIN CERTIFICATE REQUEST-----')
})

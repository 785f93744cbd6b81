import { expect, it } from 'vitest'
import { runGuide } from '../support/documentation.js'

it('docs/monitoring.md shows code that runs, and prints what it says', () => {
  const { promised, output } = runGuide('docs/monitoring.md')
  expect(promised.length).toBeGreaterThan(4)
  for (const text of promised) expect(output).toContain(`${text}\n`)
})

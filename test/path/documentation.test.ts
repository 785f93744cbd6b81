// docs/path-validation.md: its blocks, one after the other, are a program that runs, and its tables are the profiles' own.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withTables } from '../../scripts/profile-table.js'
import { runGuide } from '../support/documentation.js'

const document = readFileSync(new URL('../../docs/path-validation.md', import.meta.url), 'utf8')

it('docs/path-validation.md holds the profiles’ own tables: run npm run profile-table where it does not', () => {
  expect(document).toBe(withTables(document))
})

it('docs/path-validation.md shows code that runs, and prints what it says', () => {
  const { blocks, promised, output } = runGuide('docs/path-validation.md')
  expect(blocks).toHaveLength(6)
  expect(promised).toHaveLength(5)
  for (const text of promised) expect(output).toContain(`${text}\n`)
  const explained = /^```text\n(.*?)^```$/ms.exec(document)?.[1] ?? ''
  const withoutSerials = (text: string): string => text.replace(/serial [0-9A-F]+…?/g, 'serial')
  expect(withoutSerials(output)).toContain(withoutSerials(explained))
})

/** Writes docs/requirements.md from the names of the tests. A test fails when they have drifted apart. */

import { readdirSync, readFileSync } from 'node:fs'
import { rewrite, table, withGenerated } from './markdown.js'

const root = new URL('../', import.meta.url)

/** The groups of the domain, in its order. */
const groups = ['PUR', 'FMT', 'CSR', 'UPL', 'LST', 'DEL', 'REG', 'OCS', 'MON', 'CLU'] as const

/** A string that is the first of several arguments: the name of a test, or of a group of tests. */
const NAME = /\(\s*(['`"])((?:(?!\1)[^\\]|\\.)*)\1\s*,/g
const ID = new RegExp(`\\b(${groups.join('|')})-(\\d+)\\b`, 'g')

/** The requirements that the names of a file's tests cite. */
const citedIn = (source: string): readonly string[] =>
  [...source.matchAll(NAME)].flatMap(([, , name = '']) => name.match(ID) ?? [])

/** Each requirement that is cited, in the domain's order, with the files whose tests cite it. */
function proofs(): readonly (readonly [id: string, files: readonly string[]])[] {
  const found = new Map<string, Set<string>>()
  const entries = readdirSync(new URL('test', root), { recursive: true, encoding: 'utf8' })
  for (const file of entries.filter((entry) => entry.endsWith('.ts')).sort()) {
    for (const id of citedIn(readFileSync(new URL(`test/${file}`, root), 'utf8'))) {
      found.set(id, (found.get(id) ?? new Set()).add(`test/${file.replaceAll('\\', '/')}`))
    }
  }
  const place = (id: string): number => {
    const [group = '', number = ''] = id.split('-')
    return groups.findIndex((one) => one === group) * 100 + Number(number)
  }
  return [...found].sort(([a], [b]) => place(a) - place(b)).map(([id, files]) => [id, [...files]])
}

/** `document` with its generated part made anew. */
export const withProofs = (document: string): string =>
  withGenerated(
    document,
    'requirements-table',
    table(
      ['ID', 'proven in'],
      proofs().map(([id, files]) => [id, files.map((file) => `\`${file}\``).join(', ')]),
    ),
  )

rewrite(import.meta.url, new URL('docs/requirements.md', root), withProofs)

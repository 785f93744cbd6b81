/** Tables of documents that are generated from the code they describe. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell || '–').join(' | ')} |`

/** A table in Markdown; an empty cell shows as a dash. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n')

/** `document` with what stands between the marks of the npm script `command` made anew. */
export function withGenerated(document: string, command: string, content: string): string {
  const [start, end] = [`<!-- generated: npm run ${command} -->`, '<!-- /generated -->']
  const from = document.indexOf(start)
  const to = document.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`expected the lines ${start} and ${end}`)
  return `${document.slice(0, from + start.length)}\n\n${content}\n\n${document.slice(to)}`
}

/** Where this file's module was started as a program, rewrites the document. */
export function rewrite(moduleUrl: string, file: URL, change: (document: string) => string): void {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

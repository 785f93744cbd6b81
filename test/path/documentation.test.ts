// docs/path-validation.md: its blocks, one after the other, are a program that runs, and its tables are the profiles' own.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, it } from 'vitest'
import { withTables } from '../../scripts/profile-table.js'
import { temporaryDirectory } from '../support/openssl.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const document = readFileSync(join(root, 'docs/path-validation.md'), 'utf8')

it('docs/path-validation.md holds the profiles’ own tables: run npm run profile-table where it does not', () => {
  expect(document).toBe(withTables(document))
})

it('docs/path-validation.md shows code that runs, and prints what it says', () => {
  const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block)
  expect(blocks).toHaveLength(5)
  const bundle = buildSync({
    stdin: { contents: blocks.join('\n'), resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: {
      'certward/testkit': join(root, 'src/testkit/index.ts'),
      certward: join(root, 'src/index.ts'),
      '#crypto': join(root, 'src/crypto/node.ts'),
    },
    write: false,
  })
  const directory = temporaryDirectory()
  try {
    const program = join(directory.path, 'guide.mjs')
    writeFileSync(program, bundle.outputFiles[0]?.contents ?? '')
    const output = execFileSync(process.execPath, [program], { encoding: 'utf8' })
    const promised = [...document.matchAll(/ \/\/ → (.+)$/gm)].map(([, text = '']) => text)
    expect(promised).toHaveLength(4)
    for (const text of promised) expect(output).toContain(`${text}\n`)
    const explained = /^```text\n(.*?)^```$/ms.exec(document)?.[1] ?? ''
    const withoutSerials = (text: string): string => text.replace(/serial [0-9A-F]+…?/g, 'serial')
    expect(withoutSerials(output)).toContain(withoutSerials(explained))
  } finally {
    directory.remove()
  }
})

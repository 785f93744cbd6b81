// docs/storage.md: its blocks, one after the other, are a program that runs.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../support/openssl.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

it('docs/storage.md shows code that runs, and prints what it says', () => {
  const document = readFileSync(join(root, 'docs/storage.md'), 'utf8')
  const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block)
  expect(blocks.length).toBeGreaterThan(3)
  const bundle = buildSync({
    stdin: { contents: blocks.join('\n'), resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: {
      'certward/file-storage': join(root, 'src/adapters/file-storage/index.ts'),
      'certward/inventory': join(root, 'src/inventory/index.ts'),
      '#crypto': join(root, 'src/crypto/node.ts'),
    },
    write: false,
  })
  const directory = temporaryDirectory()
  try {
    const program = join(directory.path, 'guide.mjs')
    writeFileSync(program, bundle.outputFiles[0]?.contents ?? '')
    const output = execFileSync(process.execPath, [program], { cwd: directory.path, encoding: 'utf8' })
    const promised = [...document.matchAll(/\/\/ → (.+)$/gm)].map(([, text = '']) => text)
    expect(promised.length).toBeGreaterThan(1)
    for (const text of promised) expect(output).toContain(`${text}\n`)
    expect(output).toContain('ok CSR-8 a key of RSA 2048 is made, and signs with every hash\n')
  } finally {
    directory.remove()
  }
})

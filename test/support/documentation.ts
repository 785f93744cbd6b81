// Guides: their blocks of code, one after the other, are a program that runs and prints what they say.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { temporaryDirectory } from './openssl.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Guide {
  readonly blocks: readonly string[]
  /** What stands behind arrows in comments. */
  readonly promised: readonly string[]
  /** What the program prints. */
  readonly output: string
}

/** Runs the TypeScript of a guide in a process of its own. */
export function runGuide(file: string): Guide {
  const document = readFileSync(join(root, file), 'utf8')
  const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const bundle = buildSync({
    stdin: { contents: blocks.join('\n'), resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: {
      'certward/email': join(root, 'src/adapters/email/index.ts'),
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
    const promised = [...document.matchAll(/(?:^| )\/\/ → (.+)$/gm)].map(([, text = '']) => text)
    return { blocks, promised, output: execFileSync(process.execPath, [program], { encoding: 'utf8' }) }
  } finally {
    directory.remove()
  }
}

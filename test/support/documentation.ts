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

/** The sources of what the package exports, by the names guides import. */
function aliases(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly import?: { readonly default: string } }>>
  }
  const entries = Object.entries(exports).flatMap(([subpath, conditions]) => {
    const built = conditions.import?.default
    if (built === undefined) return []
    return [[join('certward', subpath), join(root, built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))]]
  })
  return Object.fromEntries(entries) as Record<string, string>
}

/**
 * Runs the TypeScript of a guide in a process of its own.
 * @param files what the guide reads, by name: it then runs in a directory that holds them
 */
export function runGuide(file: string, files?: Readonly<Record<string, string | Uint8Array>>): Guide {
  const document = readFileSync(join(root, file), 'utf8')
  const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const bundle = buildSync({
    stdin: { contents: blocks.join('\n'), resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { ...aliases(), '#crypto': join(root, 'src/crypto/node.ts') },
    write: false,
  })
  const directory = temporaryDirectory()
  try {
    const program = join(directory.path, 'guide.mjs')
    writeFileSync(program, bundle.outputFiles[0]?.contents ?? '')
    const promised = [...document.matchAll(/(?:^| )\/\/ → (.+)$/gm)].map(([, text = '']) => text)
    for (const [name, content] of Object.entries(files ?? {})) writeFileSync(join(directory.path, name), content)
    const cwd = files === undefined ? undefined : directory.path
    return { blocks, promised, output: execFileSync(process.execPath, [program], { encoding: 'utf8', cwd }) }
  } finally {
    directory.remove()
  }
}

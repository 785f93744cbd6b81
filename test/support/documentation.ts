// Guides: their blocks of code, one after the other, are a program that runs and prints what they say.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildSync, type StdinOptions } from 'esbuild'
import { isThorough } from './extent.js'
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

/** A program with everything it imports in one text, `certward` being the sources. */
function bundled(program: Pick<StdinOptions, 'contents' | 'resolveDir'>): Uint8Array {
  const bundle = buildSync({
    stdin: { ...program, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { ...aliases(), '#crypto': join(root, 'src/crypto/node.ts') },
    // Some look for files beside themselves.
    packages: 'external',
    write: false,
  })
  return bundle.outputFiles[0]?.contents ?? new Uint8Array(0)
}

/** A directory from where packages are found, and what removes it. */
function programDirectory(): ReturnType<typeof temporaryDirectory> {
  const path = mkdtempSync(join(root, 'node_modules', '.certward-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A program as one file that node runs at once, where tsx would compile it first; and what removes it. */
export function bundleProgram(file: string): { readonly program: string; readonly remove: () => void } {
  const path = join(root, file)
  const directory = programDirectory()
  const program = join(directory.path, 'program.mjs')
  writeFileSync(program, bundled({ contents: readFileSync(path, 'utf8'), resolveDir: dirname(path) }))
  return { program, remove: directory.remove }
}

/** What node is given to run an example, and what removes it: the reader's way where everything is tried; compiled elsewhere, in less time. */
export function exampleArguments(file: string): { readonly args: readonly string[]; readonly remove: () => void } {
  if (isThorough) return { args: ['--import', 'tsx', file], remove: () => undefined }
  const { program, remove } = bundleProgram(file)
  return { args: [program], remove }
}

/** Imports a module that imports what users import. */
export async function loadProgram<Exports>(file: string): Promise<Exports> {
  const { program, remove } = bundleProgram(file)
  try {
    return (await import(pathToFileURL(program).href)) as Exports
  } finally {
    remove()
  }
}

/**
 * Runs the TypeScript of a guide in a process of its own.
 * @param files what the guide reads, by name: it then runs in a directory that holds them
 */
export function runGuide(file: string, files?: Readonly<Record<string, string | Uint8Array>>): Guide {
  const document = readFileSync(join(root, file), 'utf8')
  const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const directory = temporaryDirectory()
  const programs = programDirectory()
  try {
    const program = join(programs.path, 'guide.mjs')
    writeFileSync(program, bundled({ contents: blocks.join('\n'), resolveDir: root }))
    const promised = [...document.matchAll(/(?:^| )\/\/ → (.+)$/gm)].map(([, text = '']) => text)
    for (const [name, content] of Object.entries(files ?? {})) writeFileSync(join(directory.path, name), content)
    const cwd = files === undefined ? undefined : directory.path
    return { blocks, promised, output: execFileSync(process.execPath, [program], { encoding: 'utf8', cwd }) }
  } finally {
    directory.remove()
    programs.remove()
  }
}

// certward as it is shipped: bundled by esbuild, as the build does it. Measured from source, functions of different
// files would call each other through live bindings, which a user of the package never does.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type BuildOptions } from 'esbuild'
import type * as certward from '../src/index.js'

const root = fileURLToPath(new URL('..', import.meta.url))

let directory: string | undefined

/** A directory that lives as long as the process. */
export function scratch(): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'certward-bench-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    directory = made
  }
  return directory
}

/** Bundles `entry`, a path from the repository's root, dependencies included. */
export async function bundle(entry: string, options: BuildOptions = {}): Promise<string> {
  const outdir = join(scratch(), entry.replace(/\W+/g, '-'))
  mkdirSync(outdir, { recursive: true })
  const outfile = join(outdir, 'bundle.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    // Resolves #crypto to its source, as tests do.
    tsconfig: 'tsconfig.json',
    external: ['node:*'],
    logLevel: 'error',
    ...options,
  })
  return outfile
}

type Certward = typeof certward

let loaded: Promise<Certward> | undefined

/** The public face, bundled and loaded once. */
export function built(): Promise<Certward> {
  loaded ??= bundle('src/index.ts').then((file) => import(pathToFileURL(file).href) as Promise<Certward>)
  return loaded
}

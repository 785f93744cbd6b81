/** Bundles the suite's programs, with every import of a source turned into an import of the installed package. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Plugin } from 'esbuild'
import type { BundleKind } from './hosts/host.js'

const options: Readonly<Record<BundleKind, BuildOptions>> = {
  'package-outside': { format: 'esm', platform: 'node', outExtension: { '.js': '.mjs' } },
  worker: {
    format: 'iife',
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
  },
  browser: { format: 'iife', platform: 'browser' },
}

/** `src/x509/index.ts` is `certward/x509` to whoever installed the package. */
const fromPackage = (directory: string, kind: BundleKind): Plugin => ({
  name: 'from-package',
  setup(builder) {
    builder.onResolve({ filter: /\/src\/.*\.js$/ }, async ({ path, importer }) => {
      const subpath = /\/src\/(?:adapters\/)?([^/]+)\/index\.js$/.exec(path)?.[1]
      if (subpath === undefined)
        return { errors: [{ text: `${importer} imports ${path}, which the package does not offer` }] }
      const specifier = `certward/${subpath}`
      if (kind === 'package-outside') return { path: specifier, external: true }
      return builder.resolve(specifier, { resolveDir: directory, kind: 'import-statement' })
    })
  },
})

export async function bundleProgram(directory: string, program: string, kind: BundleKind): Promise<string> {
  const { outExtension = { '.js': '.js' }, ...more } = options[kind]
  await build({
    entryPoints: [fileURLToPath(new URL(`programs/${program}.ts`, import.meta.url))],
    outdir: directory,
    outExtension,
    bundle: true,
    target: 'es2022',
    logLevel: 'error',
    plugins: [fromPackage(directory, kind)],
    ...more,
  })
  return join(directory, `${program}${outExtension['.js'] ?? ''}`)
}

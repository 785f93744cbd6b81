/** Holds the weight of entry points under their budgets: minified, dependencies included, gzip. Run by `npm run size`. */

import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

interface Budget {
  readonly entry: string
  /** Of the gzipped bundle, in bytes. */
  readonly maxBytes: number
  readonly why: string
}

const budgets: readonly Budget[] = [
  { entry: 'src/reading/index.ts', maxBytes: 20_000, why: 'a page that only reads certificates must stay light' },
]

/** What importing the entry loads: its own chunk and every chunk imported statically; `import()` costs nothing yet. */
async function gzippedBytes(entry: string): Promise<number> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    tsconfig: 'tsconfig.portable.json',
    outdir: 'dist-size',
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const loaded = staticallyLoaded(result.metafile.outputs, entry)
  return result.outputFiles
    .filter((file) => loaded.has(basename(file.path)))
    .reduce((bytes, file) => bytes + gzipSync(file.contents, { level: 9 }).length, 0)
}

function staticallyLoaded(outputs: Metafile['outputs'], entry: string): ReadonlySet<string> {
  const start = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry)
  const loaded = new Set(start)
  // A Set's iterator also visits what is added while it runs.
  for (const path of loaded) {
    for (const imported of outputs[path]?.imports ?? []) {
      if (imported.kind === 'import-statement') loaded.add(imported.path)
    }
  }
  return new Set([...loaded].map((path) => basename(path)))
}

interface Row {
  readonly budget: Budget
  readonly bytes: number | undefined
}

function show({ budget, bytes }: Row): string {
  const cells = [budget.entry.padEnd(28), (bytes === undefined ? 'no such file' : String(bytes)).padStart(12)]
  const verdict = bytes === undefined ? 'MISSING' : bytes > budget.maxBytes ? 'TOO BIG' : 'ok'
  return [...cells, String(budget.maxBytes).padStart(8), verdict.padEnd(8), budget.why].join('  ')
}

const rows: Row[] = []
for (const budget of budgets) {
  rows.push({ budget, bytes: existsSync(budget.entry) ? await gzippedBytes(budget.entry) : undefined })
}

console.log(['entry'.padEnd(28), 'gzip bytes'.padStart(12), 'budget'.padStart(8), '        ', 'why'].join('  '))
for (const row of rows) console.log(show(row))
if (rows.some(({ budget, bytes }) => bytes === undefined || bytes > budget.maxBytes)) process.exitCode = 1

/** Holds the weight of what is imported under budgets: minified, dependencies included, gzip. Run by `npm run size`. */

import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

interface Budget {
  readonly what: string
  /** A module with what a user imports. */
  readonly source: string
  /** Of the gzipped bundle, in bytes. */
  readonly maxBytes: number
  readonly why: string
}

/** Folders that run everywhere, but for `authoring` and `testkit`. */
const portable = [
  'cluster',
  'crl',
  'crypto',
  'manager',
  'monitor',
  'ocsp',
  'path',
  'pem',
  'pkcs10',
  'pkcs7',
  'purposes',
  'reading',
]

const budgets: readonly Budget[] = [
  {
    what: 'certward/reading',
    source: "export * from './src/reading/index.js'",
    maxBytes: 20_000,
    why: 'a page that only reads certificates must stay light',
  },
  {
    what: 'validatePath',
    source: "export { validatePath, createTrustAnchors } from './src/path/index.js'",
    maxBytes: 24_000,
    why: 'so must one that asks whom to trust',
  },
  {
    what: 'validatePath from certward',
    source: "export { validatePath, createTrustAnchors } from './src/index.js'",
    maxBytes: 24_000,
    why: 'what is not used must fall away',
  },
  {
    what: 'validatePath and OCSP responses',
    source: `export { validatePath, createTrustAnchors } from './src/path/index.js'
      export { createOcspRequest, evaluateOcspResponse } from './src/ocsp/index.js'`,
    maxBytes: 35_000,
    why: 'the 30,000 wished for are not reached: findings are sentences, with the rule and the remedy',
  },
  {
    what: 'everything but authoring',
    source: [
      ...[...portable, 'revocation', 'x509'].map((folder) => `export * from './src/${folder}/index.js'`),
      "export { createMemoryKeyStore, createMemoryStorage, transferInventory } from './src/inventory/index.js'",
    ].join('\n'),
    maxBytes: 102_000,
    why: 'the keeper writes requests, so that this holds most of authoring too, which 80,000 left out',
  },
]

/** What importing it loads: its own chunk and every chunk imported statically; `import()` costs nothing yet. */
async function gzippedBytes(source: string): Promise<number> {
  const result = await build({
    stdin: { contents: source, resolveDir: '.', loader: 'ts' },
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
  const loaded = staticallyLoaded(result.metafile.outputs)
  return result.outputFiles
    .filter((file) => loaded.has(basename(file.path)))
    .reduce((bytes, file) => bytes + gzipSync(file.contents, { level: 9 }).length, 0)
}

function staticallyLoaded(outputs: Metafile['outputs']): ReadonlySet<string> {
  const start = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint !== undefined)
  const loaded = new Set(start)
  // A Set's iterator also visits what is added while it runs.
  for (const path of loaded) {
    for (const imported of outputs[path]?.imports ?? []) {
      if (imported.kind === 'import-statement') loaded.add(imported.path)
    }
  }
  return new Set([...loaded].map((path) => basename(path)))
}

const line = (...[what = '', bytes = '', budget = '', verdict = '', why = '']: readonly string[]): string =>
  [what.padEnd(32), bytes.padStart(10), budget.padStart(8), verdict.padEnd(8), why].join('  ')

console.log(line('what is imported', 'gzip bytes', 'budget', '', 'why'))
for (const { what, source, maxBytes, why } of budgets) {
  const bytes = await gzippedBytes(source)
  if (bytes > maxBytes) process.exitCode = 1
  console.log(line(what, String(bytes), String(maxBytes), bytes > maxBytes ? 'TOO BIG' : 'ok', why))
}

// What it costs to import a reader: time in a fresh process, and bytes over the wire.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bundle, scratch } from './built.js'
import { median } from './harness.js'
import { loadPeers } from './peers.js'
import { atMost, type Line, type Result, short } from './report.js'

const ROUNDS = 21

const columns = [
  { key: 'median_ms', heading: 'median ms', show: short },
  { key: 'fastest_ms', heading: 'fastest ms', show: short },
  { key: 'gzip_bytes', heading: 'minified + gzip', show: short },
]

interface Subject {
  readonly name: string
  readonly urls: readonly string[]
  readonly gzip: number
}

export async function imports(): Promise<Result> {
  const all = [await ownBundle(), ...builtPackage(), ...(await peers()), emptyModule()]
  const timesOf = new Map(all.map(({ name }) => [name, [] as number[]]))
  const script = join(scratch(), 'import-child.mjs')
  writeFileSync(
    script,
    `const start = performance.now()
for (const url of process.argv.slice(2)) await import(url)
console.log(performance.now() - start)
`,
  )
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, urls } of round % 2 === 0 ? all : [...all].reverse()) {
      timesOf.get(name)?.push(Number(execFileSync(process.execPath, [script, ...urls], { encoding: 'utf8' })))
    }
  }
  const lines = all.map(({ name, gzip }): Line => {
    const times = timesOf.get(name) ?? []
    return { name, values: { median_ms: median(times), fastest_ms: Math.min(...times), gzip_bytes: gzip } }
  })
  const [own] = lines
  return {
    tables: [{ key: 'import', title: 'Import in a fresh process', columns, lines }],
    goals: [
      atMost('import of the reading entry point, ms', 10, own?.values?.['median_ms'] ?? NaN, short),
      atMost('its size, minified + gzip, bytes', 20_000, own?.values?.['gzip_bytes'] ?? NaN, short),
    ],
  }
}

async function ownBundle(): Promise<Subject> {
  const entry = 'src/reading/index.ts'
  const small = await bundle(entry, { minify: true, platform: 'browser', tsconfig: 'tsconfig.portable.json' })
  const gzip = gzipSync(readFileSync(small), { level: 9 }).length
  return { name: 'certward/reading', urls: [pathToFileURL(await bundle(entry)).href], gzip }
}

/** The build as it lies in dist, if there is one: dependencies and chunks are files of their own. */
function builtPackage(): readonly Subject[] {
  const file = fileURLToPath(new URL('../dist/reading/index.js', import.meta.url))
  return existsSync(file) ? [{ name: 'certward/reading, dist', urls: [pathToFileURL(file).href], gzip: NaN }] : []
}

async function peers(): Promise<readonly Subject[]> {
  const subjects: Subject[] = []
  for (const { name, modules } of await loadPeers()) {
    if (modules === undefined) continue
    const urls = modules.map((module) => import.meta.resolve(module))
    subjects.push({ name, urls, gzip: await gzipOf(modules) })
  }
  return subjects
}

async function gzipOf(modules: readonly string[]): Promise<number> {
  const contents = modules.map((module, index) => `import * as m${index} from '${module}'; console.log(m${index})`)
  const {
    outputFiles: [file],
  } = await build({
    stdin: { contents: contents.join('\n'), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    // Some reach for Node's modules, which weigh nothing here.
    platform: 'node',
    write: false,
    logLevel: 'error',
  })
  return gzipSync(file?.contents ?? '', { level: 9 }).length
}

/** What the import itself costs, whatever is imported. */
function emptyModule(): Subject {
  const file = join(scratch(), 'empty.mjs')
  writeFileSync(file, 'export {}\n')
  return { name: 'an empty module', urls: [pathToFileURL(file).href], gzip: NaN }
}

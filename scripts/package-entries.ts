/** The package's entry points, read from the `exports` and `imports` of package.json: the only list there is. */

import { readFileSync } from 'node:fs'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly imports: Readonly<Record<string, unknown>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest

/** The subpaths a user imports: `.`, `./x509`, …; not `./package.json`. */
export const publicSubpaths: readonly string[] = Object.keys(manifest.exports).filter(
  (subpath) => subpath !== './package.json',
)

/** The source files behind `exports`, as `src/x509/index.ts`. */
export const publicSources = sourcesOf(manifest.exports)

/** The source files behind `exports` and `imports`, keyed by their place in dist without extension: `x509/index`. */
export const buildEntries: Readonly<Record<string, string>> = Object.fromEntries(
  [...publicSources, ...sourcesOf(manifest.imports)].map((source) => [
    source.slice('src/'.length, -'.ts'.length),
    source,
  ]),
)

function sourcesOf(conditions: unknown): string[] {
  const sources = leavesOf(conditions)
    .map((target) => /^\.\/dist\/(.+)\.js$/.exec(target)?.[1])
    .filter((place) => place !== undefined)
    .map((place) => `src/${place}.ts`)
  return [...new Set(sources)]
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}

/**
 * Checks the package as a user gets it: packs it, lints the tarball, installs it into an empty project and uses every
 * entry point from ESM, CJS and TypeScript. Run by `npm run check:package`; needs the registry for the dependencies.
 */

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { build, dist, filesUnder, pack, root, run, tool } from './package-build.js'
import { useFromEverywhere } from './package-consumers.js'
import { mapsUnder, missingSources } from './source-maps.js'

/** A user of strict TypeScript without `skipLibCheck` must not need the types of anything but this package. */
function foreignTypes(): string[] {
  return filesUnder(dist)
    .filter((file) => /\.d\.c?ts$/.test(file))
    .flatMap((file) => {
      const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(readFileSync(file, 'utf8'))
      return [...importedFiles, ...typeReferenceDirectives]
        .map(({ fileName }) => fileName)
        .filter((name) => !name.startsWith('.'))
        .map((name) => `${file.slice(root.length)} mentions ${name}`)
    })
}

function step(title: string, work: () => string | undefined): void {
  const start = performance.now()
  const note = work()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`ok  ${title}${note === undefined ? '' : `: ${note}`} (${seconds} s)`)
}

function check(work: string): void {
  let tarball = ''
  step('build', () => (build() === 'up-to-date' ? 'dist is up to date' : undefined))
  step('types are self-contained', () => {
    const foreign = foreignTypes()
    if (foreign.length > 0) throw new Error(`third-party types in public declarations:\n${foreign.join('\n')}`)
    return undefined
  })
  step('pack', () => {
    tarball = pack(work)
    return `${basename(tarball)}, ${statSync(tarball).size} bytes`
  })
  step('contents', () => {
    const names = run(work, 'tar', '-tzf', tarball).trim().split('\n')
    const strange = names.filter(
      (name) => !/^package\/(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/.+)$/.test(name),
    )
    if (strange.length > 0) throw new Error(`in the tarball, and of no use to users:\n${strange.join('\n')}`)
    return `${names.length} files`
  })
  step('source maps resolve', () => {
    const maps = mapsUnder(dist)
    const missing = maps.flatMap((file) => missingSources(file).map((source) => `${file}: ${source}`))
    if (missing.length > 0 || maps.length === 0) throw new Error(`without sources they name:\n${missing.join('\n')}`)
    return `${maps.length} maps`
  })
  step('publint', () => {
    run(root, tool('publint'), 'run', tarball, '--strict')
    return undefined
  })
  step('attw', () => {
    // The profile leaves out TypeScript's resolution of before Node 12, which knows no `exports` and thus no subpaths.
    run(root, tool('attw'), tarball, '--profile', 'node16', '--no-emoji')
    return undefined
  })
  useFromEverywhere(join(work, 'consumer'), tarball, { run, step, tool })
}

const work = mkdtempSync(join(tmpdir(), 'certward-package-'))
try {
  check(work)
  console.log('the package is fit to publish')
} catch (error) {
  console.error(`FAILED  ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}

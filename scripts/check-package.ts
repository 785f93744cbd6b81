/**
 * Checks the package as a user gets it: packs it, lints the tarball, installs it into an empty project and uses every
 * entry point from ESM, CJS and TypeScript. Run by `npm run check:package`; needs the registry for the dependencies.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { useFromEverywhere } from './package-consumers.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** Runs a command to its end; throws with everything it printed when it fails. */
function run(directory: string, command: string, ...args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error([`${command} ${args.join(' ')} failed`, error?.message, stdout, stderr].filter(Boolean).join('\n'))
}

const tool = (name: string): string => join(root, 'node_modules/.bin', name)

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function newest(files: readonly string[]): number {
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}

function distIsFresh(): boolean {
  const result = join(dist, 'index.d.cts')
  if (!existsSync(result)) return false
  const causes = ['package.json', 'tsconfig.json', 'tsup.config.ts'].map((name) => join(root, name))
  return statSync(result).mtimeMs > newest([...causes, ...filesUnder(join(root, 'src'))])
}

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
  step('build', () => {
    if (distIsFresh()) return 'dist is up to date'
    run(root, 'npm', 'run', '-s', 'build')
    return undefined
  })
  step('types are self-contained', () => {
    const foreign = foreignTypes()
    if (foreign.length > 0) throw new Error(`third-party types in public declarations:\n${foreign.join('\n')}`)
    return undefined
  })
  step('pack', () => {
    run(root, 'npm', 'pack', '--silent', '--pack-destination', work)
    const name = readdirSync(work).find((file) => file.endsWith('.tgz'))
    if (name === undefined) throw new Error('npm pack left no tarball')
    tarball = join(work, name)
    return `${name}, ${statSync(tarball).size} bytes`
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

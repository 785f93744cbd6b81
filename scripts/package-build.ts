/** Builds and packs the package, and runs the tools that do. */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const dist = join(root, 'dist')

/** Runs a command to its end; throws with everything it printed when it fails. */
export function run(directory: string, command: string, ...args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error([`${command} ${args.join(' ')} failed`, error?.message, stdout, stderr].filter(Boolean).join('\n'))
}

/** The executable of a development dependency. */
export const tool = (name: string): string => join(root, 'node_modules/.bin', name)

export function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Builds `dist` where it is older than what it is made of. */
export function build(): 'built' | 'up-to-date' {
  if (distIsFresh()) return 'up-to-date'
  run(root, 'npm', 'run', '-s', 'build')
  return 'built'
}

function distIsFresh(): boolean {
  const result = join(dist, 'index.d.cts')
  if (!existsSync(result)) return false
  const causes = ['package.json', 'tsconfig.json', 'tsup.config.ts'].map((name) => join(root, name))
  const newest = Math.max(...[...causes, ...filesUnder(join(root, 'src'))].map((file) => statSync(file).mtimeMs))
  return statSync(result).mtimeMs > newest
}

/** Packs what `npm publish` would send, and returns the tarball's path in the directory. */
export function pack(directory: string): string {
  run(root, 'npm', 'pack', '--silent', '--pack-destination', directory)
  const name = readdirSync(directory).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack left no tarball')
  return join(directory, name)
}

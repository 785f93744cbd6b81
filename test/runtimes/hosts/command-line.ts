/** Runtimes that are a command: Node, Bun and Deno. They resolve the installed package themselves. */

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { GroupResult } from '../vector.js'
import type { Host, Material } from './host.js'

/** Where the runtimes are installed. */
export const installed = (...path: readonly string[]): string =>
  fileURLToPath(new URL(['../node_modules', ...path].join('/'), import.meta.url))

const remedy = 'npm ci --prefix test/runtimes installs it on Linux with x64'

function commandLine(name: string, executable: string, ...options: readonly string[]): Host {
  const run = async ({ directory, groups, diskGroups, bundle }: Material): Promise<readonly GroupResult[]> => {
    const program = await bundle('command-line', 'package-outside')
    const vectors = join(directory, 'vectors.jsonl')
    if (!existsSync(vectors)) writeFileSync(vectors, [...groups, ...diskGroups].join('\n'))
    const { stdout } = await promisify(execFile)(executable, [...options, program, vectors], {
      cwd: directory,
      maxBuffer: 2 ** 26,
    })
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as GroupResult)
  }
  const version = (): string | undefined => {
    if (!existsSync(executable)) return undefined
    return /\d+\.\d+\.\d+/.exec(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout)?.[0]
  }
  return { name, version, hasDisk: true, remedy, run }
}

const node = (alias: string): Host => commandLine('Node', installed(alias, 'bin', 'node'))

export const commandLineHosts: readonly Host[] = [
  ...['node-floor', 'node-20', 'node-22', 'node-24', 'node-26'].map(node),
  commandLine('Bun', installed('@oven/bun-linux-x64/bin/bun')),
  commandLine(
    'Deno',
    installed('@deno/linux-x64-glibc/deno'),
    'run',
    '--allow-read',
    '--allow-write',
    '--allow-sys=hostname',
    '--no-prompt',
    '--node-modules-dir=manual',
  ),
]

/** Runs the openssl command on bytes, one run or many at a time. */

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** OpenSSL reads its configuration at every start; none of what the tests ask depends on it, and leaving it out is faster. */
const environment = { ...process.env, OPENSSL_CONF: '/dev/null' }
const maxBuffer = 1 << 28

/** Standard output of one run. @throws Error when it fails, with what it wrote to standard error */
export function openssl(
  executable: string,
  args: readonly string[],
  input?: Uint8Array | string,
  directory?: string,
): Buffer {
  return execFileSync(executable, [...args], {
    ...(directory === undefined ? {} : { cwd: directory }),
    ...(input === undefined ? {} : { input }),
    env: environment,
    maxBuffer,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Starts one program an input from `$1` on, every other; a shell does so in a fraction of the time this process takes. */
const EACH = `at=$1; count=$2; shift 2
while [ "$at" -lt "$count" ]; do
  "$@" <"$at.in" >"$at.out" || { echo "of input $at" >&2; exit 1; }
  at=$((at + 2))
done`

/** Standard output of one run an input, as text, in their order; two runs at a time. */
export async function opensslEach(
  executable: string,
  args: readonly string[],
  inputs: readonly Uint8Array[],
): Promise<readonly string[]> {
  const directory = temporaryDirectory()
  try {
    for (const [at, input] of inputs.entries()) writeFileSync(join(directory.path, `${at}.in`), input)
    const half = (first: number): Promise<unknown> =>
      promisify(execFile)('sh', ['-c', EACH, 'sh', String(first), String(inputs.length), executable, ...args], {
        env: environment,
        cwd: directory.path,
        maxBuffer,
      })
    await Promise.all([half(0), half(1)])
    return inputs.map((_, at) => readFileSync(join(directory.path, `${at}.out`), 'utf8'))
  } finally {
    directory.remove()
  }
}

/** Memory, where there is a directory of it: most of what tests write is for the next moment. */
const shortLived = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A new empty directory, and what removes it. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(shortLived, 'certward-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

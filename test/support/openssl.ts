/** Runs the openssl command on bytes, one run or many at a time. */

import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

/** Standard output of one run an input, as text, in their order; two runs at a time. */
export async function opensslEach(
  executable: string,
  args: readonly string[],
  inputs: readonly Uint8Array[],
): Promise<readonly string[]> {
  const outputs: string[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < inputs.length; at = next++) {
      const input = inputs[at]
      if (input !== undefined) outputs[at] = await run(executable, args, input)
    }
  }
  await Promise.all([work(), work()])
  return outputs
}

function run(executable: string, args: readonly string[], input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(executable, [...args], { env: environment, maxBuffer }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`openssl ${args.join(' ')}`, { cause: error }))
    })
    child.stdin?.end(input)
  })
}

/** A new empty directory, and what removes it. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'certward-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

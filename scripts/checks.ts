/**
 * What `npm test` asks beside the tests, as many at a time as there are processors; each is an npm script of its own. With
 * `--then=SCRIPT`, that one begins as soon as a processor has nothing else to do, and prints what it prints at once.
 */

import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/** The longest first. The layers are held by a test. */
const checks = ['lint:code', 'lint:format', 'types:portable', 'types:all', 'size'] as const

interface Outcome {
  readonly failed: boolean
  readonly output: string
  readonly seconds: number
}

function run(script: string, stdio: 'pipe' | 'inherit'): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn('npm', ['run', '-s', script], {
      stdio: ['ignore', stdio, stdio],
      shell: process.platform === 'win32',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ failed: status !== 0, output, seconds: (performance.now() - start) / 1000 })
    })
  })
}

const { then } = parseArgs({ options: { then: { type: 'string' } } }).values
const waiting: string[] = [...checks, ...(then === undefined ? [] : [then])]
/** Printed at the end, where they are seen. */
const failures: string[] = []

async function work(): Promise<void> {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) {
    const { failed, output, seconds } = await run(script, script === then ? 'inherit' : 'pipe')
    console.log(`${failed ? 'not ok' : 'ok'}  ${script} (${seconds.toFixed(1)} s)`)
    if (failed) failures.push(`not ok  ${script}\n${output}`)
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
for (const failure of failures) console.log(failure)
process.exitCode = failures.length === 0 ? 0 : 1

/** What `npm test` asks before it runs the tests, as many at a time as there are processors; each is an npm script of its own. */

import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The longest first. */
const scripts = ['lint:code', 'lint:format', 'types:portable', 'types:all', 'layers', 'size'] as const

interface Outcome {
  readonly script: string
  readonly failed: boolean
  readonly output: string
  readonly seconds: number
}

function run(script: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn('npm', ['run', '-s', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ script, failed: status !== 0, output, seconds: (performance.now() - start) / 1000 })
    })
  })
}

const waiting: string[] = [...scripts]

async function work(): Promise<void> {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) {
    const { failed, output, seconds } = await run(script)
    console.log(`${failed ? 'not ok' : 'ok'}  ${script} (${seconds.toFixed(1)} s)`)
    if (!failed) continue
    console.log(output)
    process.exitCode = 1
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))

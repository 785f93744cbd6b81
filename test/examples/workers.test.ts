/** Workers on the schedule of pg-boss, in one process on PGlite, and as processes on a server. */

import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { hasPostgres, PostgresServer } from '../support/postgres.js'

function run(...args: readonly string[]): Promise<{ readonly status: number | null; readonly out: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/workers/main.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (out += text))
    }
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out }))
  })
}

it('MON-2 three workers in one process share the sweeps, and nobody is told twice', { timeout: 90_000 }, async () => {
  const { status, out } = await run()
  expect(status, out).toBe(0)
  expect(out).toContain('12 notices, 0 given twice\nhealthy: true')
})

it.runIf(hasPostgres('the example of workers on a server'))(
  'MON-2 worker processes on a server share the sweeps, and nobody is told twice',
  { timeout: 90_000 },
  async () => {
    const server = await PostgresServer.start()
    try {
      const { status, out } = await run(server.url(), '3')
      expect(status, out).toBe(0)
      expect(out).toContain('12 notices, 0 given twice\nhealthy: true')
      expect(out).toContain('expiry: 0 waiting')
    } finally {
      await server.remove()
    }
  },
)

/** The examples of hosting a monitor, as a reader runs them. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleArguments } from '../support/documentation.js'

let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'certward-hosting-'))
})
afterAll(() => {
  rmSync(work, { recursive: true })
})

function run(example: string, store: string): { readonly status: number | null; readonly out: string } {
  const { args, remove } = exampleArguments(`examples/monitoring/${example}.ts`)
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, join(work, store)], { encoding: 'utf8' })
    return { status, out: stdout + stderr }
  } finally {
    remove()
  }
}

describe('hosting', { timeout: 60_000 }, () => {
  it('MON-2 by cron tells of what is due, and the next time of nothing', () => {
    const first = run('cron', 'cron')
    expect(first.status, first.out).toBe(0)
    const records = first.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string })
    expect(records.map(({ event }) => event)).toStrictEqual([
      ...['certificate-notice', 'certificate-notice', 'certificate-notices'],
    ])
    expect(run('cron', 'cron')).toStrictEqual({ status: 0, out: '' })
  })

  it('MON-2 by several workers has each notice given by one of them', () => {
    const { status, out } = run('workers', 'workers')
    expect(status, out).toBe(0)
    const lines = out.trim().split('\n')
    expect(lines.every((line) => /^worker [123]: tomcat-trust on cucm1: CN=Authority of (5|20) days$/.test(line))).toBe(
      true,
    )
    expect(lines).toHaveLength(2)
  })

  it('MON-1 MON-4 by e-mail sends each address a digest', () => {
    const { status, out } = run('email', 'email')
    expect(status, out).toBe(0)
    expect(out.match(/^To: /gm)).toHaveLength(2)
    expect(out).toContain('CN=Authority of 5 days')
    expect(out).toContain('2 notices, 0 failures')
  })
})

/** Real processes on a real disk: killed at any moment, and several at once. CERTWARD_KILLS sets how many are killed. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openFileStore } from '../../../src/adapters/file-storage/index.js'
import { extent } from '../../support/extent.js'

/** Commits of each of two processes at once. */
const TOGETHER = extent('CERTWARD_TOGETHER', { all: 200, some: 60 })
const KILLS = extent('CERTWARD_KILLS', { all: 300, some: 60 })
const LANES = 3
const KILLS_PER_STORE = 10

const work = mkdtempSync(join(tmpdir(), 'certward-processes-'))
const program = join(work, 'worker.mjs')
afterAll(() => {
  rmSync(work, { recursive: true, force: true })
})
beforeAll(() => {
  buildSync({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias: { '#crypto': fileURLToPath(new URL('../../../src/crypto/node.ts', import.meta.url)) },
  })
})

const scopes = ['left', 'right'].map((purpose) => ({ node: 'pub', purpose }))

/** Each writer's counter, which must be the same in both scopes and in the audit; and what was mended. */
async function countersOf(directory: string) {
  const store = await openFileStore(directory, { keysUnencrypted: 'accept' })
  const { records } = await store.storage.read(scopes)
  const counters = scopes.map(({ purpose }) => {
    const own = records.filter((record) => record.kind === 'setting' && record.purpose === purpose)
    return Object.fromEntries(own.map((record) => [record.id, 'value' in record ? Number(record.value) : 0]))
  })
  const audits = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await store.storage.list('audit', { limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    for (const { id } of page.records) {
      const [name = ''] = id.split(' ')
      audits.set(name, (audits.get(name) ?? 0) + 1)
    }
    cursor = page.next
  } while (cursor !== undefined)
  expect(store.problems()).toStrictEqual([])
  expect(counters[1]).toStrictEqual(counters[0])
  expect(Object.fromEntries(audits)).toStrictEqual(counters[0])
  const { repairs } = store
  await store.close()
  return { counters: new Map(Object.entries(counters[0] ?? {})), repairs: [...repairs] }
}

/** Starts a worker; `acknowledged` is the highest number it has written. */
function startWorker(
  directory: string,
  name: string,
): {
  readonly child: ChildProcess
  acknowledged: number
  readonly ready: Promise<void>
  readonly ended: Promise<void>
} {
  const child = spawn(process.execPath, [program, directory, name, '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  const worker = {
    child,
    acknowledged: 0,
    ready,
    ended: new Promise<void>((resolve) => child.once('close', () => resolve())),
  }
  child.stdout.on('data', (chunk) => {
    text += String(chunk)
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) if (line !== 'ready') worker.acknowledged = Number(line)
  })
  return worker
}

it(
  `${KILLS} processes killed at any instant lose no commit they acknowledged, and leave none by half`,
  async () => {
    let repaired = 0
    const lane = async (at: number): Promise<void> => {
      for (let kill = 0; kill < KILLS / LANES; kill++) {
        // A store of some hundred commits opens as one of thousands does, and much faster.
        const directory = join(work, `killed-${at}-${Math.floor(kill / KILLS_PER_STORE)}`)
        const worker = startWorker(directory, 'writer')
        // Some while they open, most while they commit.
        if (Math.random() < 0.9) await Promise.race([worker.ready, worker.ended])
        await sleep(Math.random() * 120)
        worker.child.kill('SIGKILL')
        await worker.ended
        const { counters, repairs } = await countersOf(directory)
        const found = counters.get('writer') ?? 0
        // The last commit may stand without its acknowledgement having been heard.
        expect(found).toBeGreaterThanOrEqual(worker.acknowledged)
        if (worker.acknowledged > 0) expect(found).toBeLessThanOrEqual(worker.acknowledged + 1)
        repaired += repairs.length > 0 ? 1 : 0
      }
    }
    await Promise.all(Array.from({ length: LANES }, (_, at) => lane(at)))
    expect(repaired).toBeGreaterThan(KILLS / 10)
  },
  24 * 3_600_000,
)

it(`two processes committing ${TOGETHER} times each to the same scopes lose nothing`, async () => {
  const directory = join(work, 'together')
  const run = (name: string) => promisify(execFile)(process.execPath, [program, directory, name, String(TOGETHER)])
  await Promise.all([run('one'), run('two')])
  const { counters, repairs } = await countersOf(directory)
  expect(Object.fromEntries(counters)).toStrictEqual({ one: TOGETHER, two: TOGETHER })
  expect(repairs).toStrictEqual([])
}, 120_000)

it('a process sees at once what another has committed, however much of it', async () => {
  const directory = join(work, 'seen')
  const watcher = await openFileStore(directory, { keysUnencrypted: 'accept' })
  for (const name of ['first', 'second']) {
    // More than the journal keeps, so that the watcher has to read the records.
    await promisify(execFile)(process.execPath, [program, directory, name, '100'])
    const { records } = await watcher.storage.read(scopes)
    const counter = records.find((record) => record.kind === 'setting' && record.id === name)
    expect(counter).toMatchObject({ value: 100 })
  }
  await watcher.close()
}, 60_000)

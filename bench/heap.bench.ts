// Memory one parsed certificate keeps beyond its DER, each contender in a process of its own.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leaves } from './corpus.js'
import type { HeapUse } from './heap-child.js'
import { peerNames } from './peers.js'
import { atMost, type Line, type Result, short, type Table, valueIn } from './report.js'

const child = fileURLToPath(new URL('heap-child.ts', import.meta.url))
const run = promisify(execFile)

const columns = [
  { key: 'heap_bytes', heading: 'heap bytes', show: short },
  { key: 'external_bytes', heading: 'outside the heap', show: short },
  { key: 'certificates', heading: 'certificates', show: short },
]

export async function heap(): Promise<Result> {
  // Made here, or every child would make its own.
  await Promise.all([leaves('rsa'), leaves('ec')])
  const parsed = await table('parsed')
  const read = await table('every-field')
  const measured = valueIn(parsed, 'certward', 'heap_bytes')
  return {
    tables: [parsed, read],
    goals: [atMost('heap of a parsed certificate beyond its DER, bytes', 1_000, measured, short)],
  }
}

async function table(mode: 'parsed' | 'every-field'): Promise<Table> {
  const lines: Line[] = []
  for (const name of peerNames) {
    // The slow ones keep up to a hundred times more: fewer of them say the same.
    const count = name === 'certward' || name === 'node:crypto' ? 10_000 : 1_000
    lines.push(await line(name, mode, count))
  }
  const title =
    mode === 'parsed' ? 'Kept by one parsed certificate' : 'Kept by one certificate after every field was read'
  return { key: `heap/${mode}`, title, columns, lines }
}

async function line(name: string, mode: string, count: number): Promise<Line> {
  const args = ['--expose-gc', '--import', 'tsx', child, name, mode, String(count)]
  try {
    const { stdout } = await run(process.execPath, args)
    const { heap, external, note } = JSON.parse(stdout) as HeapUse
    return { name, note, values: { heap_bytes: heap, external_bytes: external, certificates: count } }
  } catch (error) {
    return { name, error: error instanceof Error ? error.message : String(error) }
  }
}

// A CRL of 100,000 entries: read and asked once, asked again, and what it keeps in memory.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { integer } from '../src/der/writer.js'
import { scratch } from './built.js'
import type { CrlMemory } from './crl-child.js'
import { type CrlReader, crlReaderNames, loadCrlReader } from './crl-readers.js'
import { compare, type Contender } from './harness.js'
import { issueCrl, serialOf } from './issue-crl.js'
import type { Bytes } from './peers/peer.js'
import {
  atMost,
  type Goal,
  type Line,
  microseconds,
  milliseconds,
  type Result,
  type Table,
  times,
  timeTable,
  valueIn,
} from './report.js'

const OWN = 'certward'
const ENTRIES = 100_000
/** As many as the peers read: they take at most 10,000 elements. */
const FEW = 1_000
const child = fileURLToPath(new URL('crl-child.ts', import.meta.url))
const run = promisify(execFile)
/** INTEGER content octets of entries all over the list. */
const serialsOf = (entries: number): readonly Bytes[] =>
  Array.from({ length: 100 }, (_, i) => Uint8Array.from(integer(serialOf((997 * i) % entries)).subarray(2)))
const serialAt = (serials: readonly Bytes[], index: number): Bytes =>
  serials[index % serials.length] ?? new Uint8Array(0)

export async function crl(): Promise<Result> {
  const der = await issueCrl(ENTRIES)
  const readers = await Promise.all(crlReaderNames.map(loadCrlReader))
  const small = await firstTable('crl/small', FEW, await issueCrl(FEW), readers)
  const first = await firstTable('crl/first', ENTRIES, der, readers)
  const later = await laterTable(der, readers)
  const memory = await memoryTable(der)
  const title = `CRL of ${ENTRIES.toLocaleString('en')} entries`
  const goals: readonly Goal[] = [
    atMost(`${title}, read and asked once`, 60_000, valueIn(first, OWN, 'median_us'), milliseconds),
    atMost(`${title}, asked again`, 5, valueIn(later, OWN, 'median_us'), microseconds),
    atMost(`${title}, memory by its bytes, these included`, 3, valueIn(memory, OWN, 'looked_up') + 1, times),
  ]
  return { tables: [small, first, later, memory], goals }
}

const contender = ({ name, note }: CrlReader, work: (index: number) => unknown): Contender => ({
  name,
  note,
  run: work,
})

async function firstTable(key: string, entries: number, der: Bytes, readers: readonly CrlReader[]): Promise<Table> {
  const serials = serialsOf(entries)
  const contenders = readers.map((reader) =>
    contender(reader, (index) => {
      if (!reader.read(der).isListed(serialAt(serials, index))) throw new Error('the entry was not found')
    }),
  )
  const rows = await compare(contenders, { reference: OWN, contenderMs: 10_000 })
  const title = `CRL of ${entries.toLocaleString('en')} entries, read and asked once`
  return timeTable(key, title, rows, OWN, milliseconds)
}

async function laterTable(der: Bytes, readers: readonly CrlReader[]): Promise<Table> {
  const serials = serialsOf(ENTRIES)
  const contenders = readers.map((reader) => {
    let read: ReturnType<CrlReader['read']> | undefined
    return contender(reader, (index) => {
      read ??= reader.read(der)
      if (!read.isListed(serialAt(serials, index))) throw new Error('the entry was not found')
    })
  })
  const rows = await compare(contenders, { reference: OWN })
  return timeTable('crl/later', 'The same CRL, asked again', rows, OWN, microseconds)
}

async function memoryTable(der: Bytes): Promise<Table> {
  const file = join(scratch(), 'list.crl')
  writeFileSync(file, der)
  const lines: Line[] = []
  for (const name of crlReaderNames) {
    try {
      const { stdout } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', child, name, file])
      const { parsed, lookedUp } = JSON.parse(stdout) as CrlMemory
      lines.push({ name, values: { parsed: parsed / der.length, looked_up: lookedUp / der.length } })
    } catch (error) {
      lines.push({ name, error: error instanceof Error ? error.message : String(error) })
    }
  }
  const columns = [
    { key: 'parsed', heading: 'read', show: times },
    { key: 'looked_up', heading: 'asked', show: times },
  ]
  return { key: 'crl/memory', title: 'Memory the same CRL keeps beside its bytes, by these', columns, lines }
}

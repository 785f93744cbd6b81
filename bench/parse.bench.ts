// One certificate: parsed, and parsed with every field read.

import { type LeafKind, leaves } from './corpus.js'
import { compare, type Contender } from './harness.js'
import { loadPeers } from './peers.js'
import type { Bytes, EveryField, Peer } from './peers/peer.js'
import {
  atLeast,
  atMost,
  type Goal,
  microseconds,
  type Result,
  type Table,
  times,
  timeTable,
  valueIn,
} from './report.js'

const titles = { rsa: 'RSA', ec: 'P-256' } as const

/** Different leaves a contender goes through, over and over. */
const LEAVES = 500

export async function parse(): Promise<Result> {
  const peers = await loadPeers()
  const tables: Table[] = []
  const goals: Goal[] = []
  for (const kind of ['rsa', 'ec'] as const) {
    const inputs = (await leaves(kind)).slice(0, LEAVES)
    const readers = peers.map((peer) => everyField(peer, inputs, peers[0]))
    const title = `${titles[kind]} leaf of nine extensions, parsed, every field read`
    const everything = await table(`parse/${kind}-every-field`, title, readers)
    const parsers = peers.map(({ name, parse, note }) => contender(name, inputs, parse, note))
    const parsing = await table(`parse/${kind}-parse-only`, `${titles[kind]} leaf, parsed only`, parsers)
    tables.push(everything, parsing)
    goals.push(...goalsOf(kind, everything))
  }
  return { tables, goals }
}

async function table(key: string, title: string, contenders: readonly Contender[]): Promise<Table> {
  const rows = await compare(contenders, { reference: 'certward' })
  return timeTable(key, title, rows, 'certward', microseconds)
}

function goalsOf(kind: LeafKind, everything: Table): readonly Goal[] {
  const name = `every field, ${titles[kind]} leaf`
  const faster = (peer: string): number => valueIn(everything, peer, 'ratio')
  return [
    atMost(name, 10, valueIn(everything, 'certward', 'median_us'), microseconds),
    atLeast(`${name}, against node:crypto`, 15, faster('node:crypto'), times),
    atLeast(`${name}, against @peculiar/x509`, 100, faster('@peculiar/x509'), times),
    atLeast(`${name}, against pkijs`, 100, faster('pkijs'), times),
  ]
}

function contender(
  name: string,
  inputs: readonly Bytes[],
  work: (der: Bytes) => unknown,
  note: string | undefined,
): Contender {
  const [first = new Uint8Array()] = inputs
  return { name, note, run: (index) => work(inputs[index % inputs.length] ?? first) }
}

/** Reading every field, by a peer that has shown on the first input that it reads what certward reads. */
function everyField(peer: Peer, inputs: readonly Bytes[], certward: Peer | undefined): Contender {
  const { name, note, readEveryField } = peer
  const whole = contender(name, inputs, readEveryField, note)
  const [first] = inputs
  if (first === undefined || certward === undefined) return whole
  const expected = certward.readEveryField(first)
  return {
    ...whole,
    run: (index) => {
      if (index === 0) compareFields(readEveryField(first), expected, peer.isPartial ?? false)
      return whole.run(index)
    },
  }
}

/** Throws where a peer has read something else than certward: a fast wrong answer is no contender. */
function compareFields(found: EveryField, expected: EveryField, isPartial: boolean): void {
  for (const field of ['notBefore', 'notAfter'] as const) {
    if (new Date(found[field]).getTime() !== new Date(expected[field]).getTime()) {
      throw new Error(`${field} is ${String(found[field])}, certward reads ${String(expected[field])}`)
    }
  }
  const subject = JSON.stringify(found.subject)
  const [, commonName = ''] = (expected.subject as readonly (readonly [string, string])[]).at(-1) ?? []
  if (!subject.includes(commonName)) throw new Error(`the subject lacks ${commonName}: ${subject}`)
  const { length } = found.extensions
  if (!isPartial && length < expected.extensions.length) throw new Error(`only ${length} extensions`)
}

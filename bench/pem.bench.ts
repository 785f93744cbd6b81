// A bundle of 5,000 certificates as PEM: found, decoded, parsed. The floor finds and decodes, and checks nothing.

import { built } from './built.js'
import { mixedCertificates, toPem } from './corpus.js'
import { compare, type Contender } from './harness.js'
import { loadPeers } from './peers.js'
import type { Peer } from './peers/peer.js'
import { atMost, milliseconds, type Result, times, timeTable, valueIn } from './report.js'

const COUNT = 5_000

/** What the slowest peers get of it; their times are scaled up. */
const SAMPLE = 100

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** Contents of the blocks by indexOf and the native decoder alone. */
function decodeBlocks(text: string): readonly Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin)) {
    const end = text.indexOf(END, begin)
    blocks.push(Buffer.from(text.slice(begin + BEGIN.length, end), 'base64'))
    begin = end + END.length
  }
  return blocks
}

function splitBlocks(text: string): readonly string[] {
  const blocks: string[] = []
  for (let begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin)) {
    const end = text.indexOf(END, begin) + END.length
    blocks.push(text.slice(begin, end))
    begin = end
  }
  return blocks
}

export async function pem(): Promise<Result> {
  const certificates = await mixedCertificates(COUNT)
  const sample = await mixedCertificates(SAMPLE)
  const tables = []
  const goals = []
  for (const [name, lineEnd] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ] as const) {
    const bundle = (ders: readonly Uint8Array[]): string => ders.map((der) => toPem(der, lineEnd)).join(lineEnd)
    const contenders = await contendersFor(bundle(certificates), bundle(sample), name === 'LF')
    const rows = await compare(contenders, { reference: 'floor', rounds: 41, batchMs: 25, contenderMs: 3_000 })
    const title = `PEM bundle of ${COUNT} certificates, ${name} line ends`
    const table = timeTable(`pem/${name.toLowerCase()}`, title, rows, 'floor', milliseconds)
    tables.push(table)
    for (const input of ['string', 'bytes']) {
      const ratio = valueIn(table, `certward, ${input}`, 'ratio')
      goals.push(atMost(`PEM of ${COUNT}, ${name}, ${input}, by the floor`, 1.5, ratio, times))
    }
  }
  return { tables, goals }
}

/** Everyone for the first text; for another, those whose goal it is. */
async function contendersFor(text: string, sample: string, everyone: boolean): Promise<readonly Contender[]> {
  const { readCertificates } = await built()
  const bytes = new TextEncoder().encode(text)
  const own: Contender[] = [
    { name: 'floor', run: () => decodeBlocks(text) },
    { name: 'floor, bytes', run: () => decodeBlocks(Buffer.from(bytes.buffer).toString('latin1')) },
    { name: 'certward, string', run: () => readCertificates(text) },
    { name: 'certward, bytes', run: () => readCertificates(bytes) },
  ]
  const peers = everyone ? await loadPeers() : []
  return [...own, ...peers.filter(({ name }) => name !== 'certward').map((peer) => contender(peer, text, sample))]
}

function contender(peer: Peer, text: string, sample: string): Contender {
  const { name, parse, parsePem, parsePemBundle, takesWholeBundle = false, rsaOnly = false } = peer
  const readAll =
    parsePemBundle ??
    (parsePem === undefined
      ? (pem: string) => splitBlocks(pem).map((block) => parse(derOf(block)))
      : (pem: string) => splitBlocks(pem).map(parsePem))
  if (takesWholeBundle) return { name, run: () => readAll(text) }
  const note = `on ${SAMPLE} certificates, scaled`
  if (!rsaOnly) return { name, note, scale: COUNT / SAMPLE, run: () => readAll(sample) }
  return rsaContender(name, readAll, sample, note)
}

/** A peer that throws on other keys than RSA gets the sample's RSA certificates only. */
function rsaContender(name: string, readAll: (pem: string) => unknown, sample: string, note: string): Contender {
  const readable = splitBlocks(sample).filter((block) => succeeds(() => readAll(block)))
  const text = readable.join('\n')
  return { name, note: `${note}; RSA ones only`, scale: COUNT / readable.length, run: () => readAll(text) }
}

function succeeds(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

const derOf = (block: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(block.slice(BEGIN.length, -END.length), 'base64'))

// Run in a process of its own by crl.bench.ts: prints what one reader keeps of a large CRL, as JSON.

import { readFileSync } from 'node:fs'
import { integer } from '../src/der/writer.js'
import { type CrlReaderName, loadCrlReader } from './crl-readers.js'
import { serialOf } from './issue-crl.js'

/** Bytes beside those of the CRL. */
export interface CrlMemory {
  readonly parsed: number
  readonly lookedUp: number
}

const [name = '', file = ''] = process.argv.slice(2)
const { read } = await loadCrlReader(name as CrlReaderName)
const der = new Uint8Array(readFileSync(file))

function memory(): number {
  // Twice: finalizers of the first collection free more.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const before = memory()
const crl = read(der)
const parsed = memory() - before
if (!crl.isListed(Uint8Array.from(integer(serialOf(1)).subarray(2)))) throw new Error('the entry was not found')
const use: CrlMemory = { parsed, lookedUp: memory() - before }
console.log(JSON.stringify(use))

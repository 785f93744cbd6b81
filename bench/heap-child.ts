// Run in a process of its own by heap.bench.ts: prints what parsed certificates of one contender keep, as JSON.

import { leaves, mixedCertificates } from './corpus.js'
import { loadPeer, type PeerName } from './peers.js'
import type { Bytes } from './peers/peer.js'

/** Bytes one certificate keeps. */
export interface HeapUse {
  readonly heap: number
  /** Array buffers and what native code has told V8 about; memory OpenSSL keeps to itself does not show. */
  readonly external: number
  readonly note: string | undefined
}

const [name = '', mode = '', count = ''] = process.argv.slice(2)
const { parse, readEveryField, rsaOnly = false } = await loadPeer(name as PeerName)
const work = mode === 'parsed' ? parse : (der: Bytes): unknown => readEveryField(der).certificate

const originals = rsaOnly ? await leaves('rsa') : await mixedCertificates(Math.min(Number(count), 5_000))
const total = Number(count)
const inputs = Array.from({ length: total }, (_, index) => new Uint8Array(originals[index % originals.length] ?? []))

function memory(): { readonly heapUsed: number; readonly external: number } {
  // Twice: finalizers of the first collection free more.
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage()
}

const results = new Array<unknown>(total).fill(undefined)
// Code is compiled, and tables are built, before anything counts.
for (const [index, der] of inputs.slice(0, 200).entries()) results[index] = work(der)
results.fill(undefined)
const before = memory()
for (const [index, der] of inputs.entries()) results[index] = work(der)
const after = memory()
// Both are alive until here: else what is kept would be collected, or the input credited to who copies it.
const keptCount = results.filter((result, index) => result !== undefined && inputs[index] !== undefined).length

const use: HeapUse = {
  heap: (after.heapUsed - before.heapUsed) / keptCount,
  external: (after.external - before.external) / keptCount,
  note: rsaOnly ? 'RSA leaves only' : undefined,
}
console.log(JSON.stringify(use))

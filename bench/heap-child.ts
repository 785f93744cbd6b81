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
const inputs = Array.from({ length: Number(count) }, (_, index) => originals[index % originals.length]?.slice())

function memory(): { heapUsed: number; external: number } {
  // Twice: finalizers of the first collection free more.
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage()
}

const results = new Array<unknown>(inputs.length).fill(undefined)
// Code is compiled, and tables are built, before anything counts.
for (let i = 0; i < 200; i++) results[i] = inputs[i] && work(inputs[i] ?? new Uint8Array())
results.fill(undefined)
const before = memory()
for (const [index, der] of inputs.entries()) results[index] = der && work(der)
const after = memory()
// Until here: a contender that copies its input must not be credited with the input being freed.
const kept = inputs.length

const use: HeapUse = {
  heap: (after.heapUsed - before.heapUsed) / kept,
  external: (after.external - before.external) / kept,
  note: rsaOnly ? 'RSA leaves only' : undefined,
}
console.log(JSON.stringify(use))

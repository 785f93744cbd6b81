// Large CRLs: every entry is found, memory stays that of the bytes, and no list makes lookups slow on purpose.

import { describe, expect, it } from 'vitest'
import { parseCertificateList, type RevokedCertificate } from '../../src/crl/index.js'
import { concatBytes } from '../../src/base/bytes.js'
import * as tags from '../../src/der/tags.js'
import { integer, time } from '../../src/der/writer.js'
import { countReads } from '../support/byte-counter.js'
import { collectGarbage } from '../support/collect-garbage.js'
import { extension } from '../support/make-certificate.js'
import { crlEntry, makeCrl } from '../support/make-crl.js'

const COUNT = 100_000
const content = (value: bigint): Uint8Array => integer(value).subarray(2)
/** Serial numbers of 16 bytes, spread as issuers spread them. */
const serialOf = (i: number): bigint => 2n ** 126n + BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc835n

const reason = extension('2.5.29.21', integer(1, tags.ENUMERATED))
const large = makeCrl({
  entries: [
    concatBytes(
      Array.from({ length: COUNT }, (_, i) => crlEntry(integer(serialOf(i)), i % 3 === 0 ? [reason] : undefined)),
    ),
  ],
})

/** Bytes the heap and what it hangs on keep once garbage is gone. */
function kept(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('a CRL of 100,000 entries', () => {
  it('has them all, finds each, and finds no other', () => {
    const list = parseCertificateList(large)
    expect(list.entryCount).toBe(COUNT)
    for (let i = 0; i < COUNT; i += 97) {
      const found = list.revocationsOf(content(serialOf(i)))
      expect(found).toHaveLength(1)
      expect(found[0]?.reason).toBe(i % 3 === 0 ? 'keyCompromise' : 'unspecified')
      expect(list.revocationsOf(content(serialOf(i) + 1n))).toEqual([])
    }
    let count = 0
    for (const { serialNumberBytes } of list.entries()) if (serialNumberBytes.length > 0) count++
    expect(count).toBe(COUNT)
  })

  it('keeps next to nothing beside its bytes when parsed, and less than these once it is asked', () => {
    const before = kept()
    const list = parseCertificateList(large)
    const parsed = kept() - before
    expect(parsed).toBeLessThan(0.25 * large.length)
    expect(list.revocationsOf(content(serialOf(1)))).toHaveLength(1)
    expect(kept() - before).toBeLessThan(0.5 * large.length)
  })

  it('is looked through a bounded number of times, and then never again', () => {
    const { counted, reads } = countReads(large)
    const list = parseCertificateList(counted)
    list.revocationsOf(content(serialOf(7)))
    const first = reads()
    expect(first).toBeLessThan(10 * large.length)
    for (let i = 0; i < 1000; i++) list.revocationsOf(content(serialOf(i)))
    expect(reads() - first).toBeLessThan(1000 * 400)
  })
})

describe('serial numbers chosen to be slow', () => {
  it('cost no more than the entries that have them', () => {
    // All alike but for a byte, counting up, and of a length nobody asks for.
    const serials = Array.from({ length: 5000 }, (_, i) => content(2n ** 120n + (BigInt(i) << 64n)))
    const der = makeCrl({ entries: serials.map((serial) => crlEntry(Uint8Array.from([2, serial.length, ...serial]))) })
    const { counted, reads } = countReads(der)
    const list = parseCertificateList(counted)
    for (const serial of serials) expect(list.revocationsOf(serial)).toHaveLength(1)
    expect(reads()).toBeLessThan(serials.length * 2000)
  })

  it('that are the same are all found', () => {
    const list = parseCertificateList(makeCrl({ entries: Array.from({ length: 300 }, () => crlEntry(integer(5))) }))
    expect(list.revocationsOf(Uint8Array.of(5))).toHaveLength(300)
    expect(list.revocationsOf(Uint8Array.of(6))).toEqual([])
  })

  // Were each to go past those before it, as in a table without chains, this would take minutes.
  it('that are the same cost a step each, half a million of them too', () => {
    const entries = concatBytes(new Array<Uint8Array>(500_000).fill(crlEntry(integer(5))))
    const list = parseCertificateList(makeCrl({ entries: [entries] }))
    expect(list.revocationsOf(Uint8Array.of(6))).toEqual([])
    let count = 0
    for (const { reason } of list.eachRevocationOf(Uint8Array.of(5))) if (reason === 'unspecified') count++
    expect(count).toBe(500_000)
  })

  it('that are the same are read one by one, as far as somebody asks', () => {
    const entries = Array.from({ length: 3000 }, (_, i) => crlEntry(integer(5), undefined, time(i * 1000)))
    const { counted, reads } = countReads(makeCrl({ entries }))
    const list = parseCertificateList(counted)
    list.revocationsOf(Uint8Array.of(6))
    const before = reads()
    const { value } = list.eachRevocationOf(Uint8Array.of(5)).next() as { value: RevokedCertificate }
    expect(value.revocationDate).toEqual(new Date(0))
    expect(reads() - before).toBeLessThan(200)
  })
})

// Issues the CRL of the benchmark, with the library's own test kit.

import { createTestCa } from '../src/testkit/index.js'
import type { Bytes } from './peers/peer.js'

/** Serial numbers of 16 bytes, spread as issuers spread them. */
export const serialOf = (i: number): bigint =>
  2n ** 126n + ((BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % 2n ** 126n)

/** A CRL of so many entries, every other one with a reason. */
export async function issueCrl(count: number): Promise<Bytes> {
  const ca = await createTestCa()
  const revocationDate = new Date(Date.UTC(2026, 0, 1))
  const entries = Array.from({ length: count }, (_, i) => ({
    serialNumber: serialOf(i),
    revocationDate,
    ...(i % 2 === 0 ? { reason: 'superseded' as const } : {}),
  }))
  return Uint8Array.from((await ca.crl({ entries })).der)
}

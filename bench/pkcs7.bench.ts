// A certs-only PKCS#7 bundle in DER, every certificate of it parsed.

import { built } from './built.js'
import { leaves, mixedCertificates } from './corpus.js'
import { compare, type Contender } from './harness.js'
import { loadPeers } from './peers.js'
import type { Bytes } from './peers/peer.js'
import { atMost, milliseconds, type Result, type Table, times, timeTable, valueIn } from './report.js'

export async function pkcs7(): Promise<Result> {
  const few = await table('500', '500 certificates', await mixedCertificates(500))
  const rsa = await table('500-rsa', '500 leaves, RSA only', (await leaves('rsa')).slice(0, 500))
  const many = await table('5000', '5,000 certificates', await mixedCertificates(5_000))
  const cost = (of: Table): number => valueIn(of, 'certward', 'median_us')
  return {
    tables: [few, rsa, many],
    goals: [
      atMost('PKCS#7 of 500 certificates', 1_000, cost(few), milliseconds),
      // Linear but for what 5,000 certificates cost in memory.
      atMost('PKCS#7 of 5,000, a certificate against one of 500', 1.5, cost(many) / 10 / cost(few), times),
    ],
  }
}

async function table(key: string, what: string, certificates: readonly Bytes[]): Promise<Table> {
  const { writePkcs7 } = await built()
  const file = Uint8Array.from(writePkcs7({ certificates: certificates.map((der) => ({ der })) }))
  const contenders: Contender[] = []
  for (const { name, readPkcs7 } of await loadPeers()) {
    if (readPkcs7 === undefined) continue
    contenders.push({ name, run: () => expectAll(readPkcs7(file), certificates.length) })
  }
  const rows = await compare(contenders, { reference: 'certward' })
  return timeTable(`pkcs7/${key}`, `PKCS#7 in DER, ${what}`, rows, 'certward', milliseconds)
}

function expectAll(found: readonly unknown[], count: number): readonly unknown[] {
  if (found.length !== count) throw new Error(`${found.length} certificates of ${count}`)
  return found
}
